"""The phone app's files travel packed where the browser takes them so."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.platform.config import Settings

SCRIPT = b"console.log('suicha');" * 100


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[FlaskClient]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (dist / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT, mtime=0))
    (dist / "index.html").write_text("<!doctype html>")
    settings = Settings(tmp_path / "instance", f"sqlite:///{tmp_path / 'suicha.db'}", testing=True, pwa_folder=dist)
    with create_app(settings).test_client() as client:
        yield client


def test_a_browser_that_takes_gzip_gets_the_packed_copy(phone: FlaskClient) -> None:
    with phone.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, br"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.mimetype == "text/javascript"
        assert gzip.decompress(answer.data) == SCRIPT
        assert len(answer.data) < len(SCRIPT) / 4


@pytest.mark.parametrize("said", ["", "br", "gzip;q=0, identity"])
def test_one_that_does_not_gets_it_as_it_is(phone: FlaskClient, said: str) -> None:
    with phone.get("/assets/app-1a2b.js", headers={"Accept-Encoding": said}) as answer:
        assert "Content-Encoding" not in answer.headers
        assert answer.data == SCRIPT


def test_caches_are_told_that_it_depends(phone: FlaskClient) -> None:
    with phone.get("/assets/app-1a2b.js") as answer:
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_without_a_packed_copy_is_served_too(phone: FlaskClient) -> None:
    with phone.get("/tasks", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.data == b"<!doctype html>"
