"""Real tus clients over a line that breaks in the middle of every chunk: the file arrives, and hardly more than it."""

import hashlib
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from server.dispatch.models import Task
from server.evidence.models import Blob
from server.platform.blobs import blobs
from server.platform.db import db
from tests.browser import Browser, Tab
from tests.cutter import Cutter, live
from tests.factories import Bureau
from tests.factories_journal import make_task

CHUNK = 128 * 1024
SIZE = 2 * 1024 * 1024 + 12_345
HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "pwa" / "package.json"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def client_words(client: str) -> list[str]:
    """How the client's program is run."""
    if client == "tuspy":
        return [sys.executable, str(HERE / "tus_py_upload.py")]
    return [shutil.which("node") or "node", str(HERE / "tus_js_upload.mjs")]


@pytest.mark.parametrize("client", ["tuspy", "tus-js-client"])
def test_a_file_whose_every_chunk_is_cut_once(
    client: str, app: Flask, bureau: Bureau, browser: Browser, tmp_path: Path
) -> None:
    task, tab = make_task(bureau), browser.of(bureau.people["first"])
    data = random.Random(7).randbytes(SIZE)
    file = tmp_path / "photo"
    file.write_bytes(data)
    metadata, headers = metadata_of(task, data), headers_of(tab)
    db.session.commit()  # SQLite has one writer, and from here on that is the server
    with live(app) as port, Cutter(port) as line:
        told = {
            "modules": str(MODULES),
            "endpoint": f"http://127.0.0.1:{line.port}/api/evidence/uploads",
            "file": str(file),
            "chunk": CHUNK,
            "size": SIZE,
            "metadata": metadata,
            "headers": headers,
        }
        words = [*client_words(client), json.dumps(told)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    sha256 = hashlib.sha256(data).hexdigest()
    assert db.session.get_one(Blob, sha256).size == SIZE
    assert hashlib.sha256(blobs().path(sha256).read_bytes()).hexdigest() == sha256
    assert line.cuts >= SIZE // CHUNK
    assert line.carried <= 1.1 * SIZE


def metadata_of(task: Task, data: bytes) -> dict[str, str]:
    return {"inspection": task.id, "sha256": hashlib.sha256(data).hexdigest(), "media_type": "image/jpeg"}


def headers_of(tab: Tab) -> dict[str, str]:
    cookie = tab.client.get_cookie("suicha")
    assert cookie
    return {"Cookie": f"suicha={cookie.value}", "X-CSRF-Token": tab.csrf}
