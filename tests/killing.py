"""Kills the server at any moment while phones push and upload, and asks afterwards for all it had acknowledged.

The story is seeded; the moment of each kill is not, and cannot be. What is checked holds for every moment: an
acknowledged entry is stored and pulled, an acknowledged photo has its bytes, and what is sent again counts once.
"""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from server import create_app
from server.evidence.models import Blob
from server.inspection.models import JournalEntry
from server.platform.blobs import blobs
from server.platform.config import Settings
from server.platform.db import Base, db
from tests.factories import PASSWORD, make_bureau
from tests.factories_journal import Phone, make_task

ROOT = Path(__file__).resolve().parents[1]
LONGEST_LIFE = 0.35
"""Seconds from birth to the kill, at most; short lives die while they open the database."""
PHOTO = 60_000


@dataclass
class Toll:
    """What a run did and found. `lost` names what was acknowledged and is not there."""

    kills: int = 0
    entries: int = 0
    photos: int = 0
    unanswered: int = 0
    lost: list[str] = field(default_factory=list)


class Line:
    """One phone's way to whichever life is on. Every request may find it dead."""

    def __init__(self) -> None:
        self.port = 0
        self.session: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes, **headers: str) -> tuple[http.client.HTTPMessage, bytes]:
        """The answer's headers and body; raises OSError or HTTPException when the server dies meanwhile."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            told = {"Content-Type": "application/json"} | self.session | headers
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            data = answer.read()
            if answer.status >= 300:
                raise AssertionError(f"{method} {path}: {answer.status} {data.decode()}")
            return answer.headers, data
        finally:
            connection.close()

    def sign_in(self) -> None:
        headers, data = self.ask("POST", "/api/session", json.dumps({"login": "first", "password": PASSWORD}).encode())
        self.session = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": json.loads(data)["csrf"]}


@contextmanager
def lives(instance: Path, database_url: str) -> Iterator["Lives"]:
    """The forking server; whatever lives at the end is killed."""
    words = [sys.executable, "-m", "tests.mortal_server", str(instance), database_url]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        born = Lives(parent)
        try:
            yield born
        finally:
            born.kill()
            assert parent.stdin
            parent.stdin.close()


class Lives:
    """Births and deaths, one life at a time."""

    def __init__(self, parent: "subprocess.Popen[str]") -> None:
        self.parent = parent
        self.pid: int | None = None

    def bear(self) -> int:
        """Start a life; returns its port."""
        assert self.parent.stdin and self.parent.stdout
        self.parent.stdin.write("live\n")
        self.parent.stdin.flush()
        pid, port = self.parent.stdout.readline().split()
        self.pid = int(pid)
        return int(port)

    def kill(self) -> None:
        """kill -9, only ever the process we started."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.pid = None


def kill_often(instance: Path, database_url: str, kills: int, seed: int) -> Toll:
    """Run until the server was killed `kills` times; the database is made here and checked at the end."""
    chance = random.Random(seed)
    toll = Toll()
    app = create_app(Settings(instance=instance, database_url=database_url))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        bureau = make_bureau()
        phone = Phone(bureau.people["first"], make_task(bureau))
        db.session.remove()
        db.engine.dispose()
    line, sent = Line(), Sent(app, phone, chance)
    with lives(instance, database_url) as server:
        line.port = server.bear()
        line.sign_in()
        while toll.kills < kills:
            timer = threading.Timer(chance.random() * LONGEST_LIFE, server.kill)
            timer.start()
            _work_until_dead(line, sent, toll)
            timer.join()
            toll.kills += 1
            line.port = server.bear()
        sent.everything_again(line)
    with app.app_context():
        _count_the_lost(sent, toll)
        db.session.remove()
        db.engine.dispose()
    return toll


def _work_until_dead(line: Line, sent: "Sent", toll: Toll) -> None:
    while True:
        try:
            sent.something(line)
        except (OSError, http.client.HTTPException):
            toll.unanswered += 1
            return


class Sent:
    """What a phone has said, and what of it the server has acknowledged."""

    def __init__(self, app: Flask, phone: Phone, chance: random.Random) -> None:
        self.app, self.phone, self.chance = app, phone, chance
        self.waiting: list[Any] = []
        self.entries: set[str] = set()
        self.photos: dict[str, bytes] = {}
        self.pending: dict[str, bytes] = {}

    def something(self, line: Line) -> None:
        """Push a few entries, old unanswered ones with them, or send a photo, whole or by halves."""
        if self.chance.random() < 0.7:
            with self.app.app_context():
                for _ in range(self.chance.randint(1, 5)):
                    self.waiting.append(self.phone.answer(f"HT{self.chance.randrange(100, 999)}", "pass"))
            self.push(line)
        else:
            if not self.pending:
                data = self.chance.randbytes(PHOTO)
                self.pending[hashlib.sha256(data).hexdigest()] = data
            self.send_photo(line)

    def push(self, line: Line) -> None:
        body = {"runs": [self.phone.run(self.waiting)], "entries": self.waiting}
        _, data = line.ask("POST", "/api/sync/push", json.dumps(body).encode())
        outcomes = json.loads(data)["outcomes"]
        wrong = [outcome for outcome in outcomes if outcome["status"] not in ("accepted", "known")]
        assert not wrong, wrong
        self.entries |= {outcome["id"] for outcome in outcomes}
        self.waiting.clear()

    def send_photo(self, line: Line) -> None:
        ((sha256, data),) = self.pending.items()
        told = {"inspection": self.phone.inspection, "sha256": sha256, "media_type": "image/jpeg"}
        metadata = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items())
        tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        first = data if self.chance.random() < 0.5 else data[: PHOTO // 2]
        created = {"Upload-Length": str(PHOTO), "Upload-Metadata": metadata}
        headers, _ = line.ask("POST", "/api/evidence/uploads", first, **tus, **created)
        offset = int(headers["Upload-Offset"])
        if offset < PHOTO:
            place = {"Upload-Offset": str(offset)}
            headers, _ = line.ask("PATCH", headers["Location"], data[offset:], **tus, **place)
        assert int(headers["Upload-Offset"]) == PHOTO
        self.photos[sha256] = data
        self.pending.clear()

    def everything_again(self, line: Line) -> None:
        """What got no answer is sent again, and so is all that did: nothing may count twice."""
        if self.pending:
            self.send_photo(line)
        self.waiting = list(self.phone.entries)[-500:]
        self.push(line)


def _count_the_lost(sent: Sent, toll: Toll) -> None:
    """Compare with what is in the database and on the disk."""
    toll.entries, toll.photos = len(sent.entries), len(sent.photos)
    stored = list(db.session.scalars(select(JournalEntry.id).where(JournalEntry.status == "accepted")))
    toll.lost += sorted(sent.entries - set(stored))
    toll.lost += ["twice"] * (len(stored) - len(set(stored)))
    named = set(db.session.scalars(select(Blob.sha256)))
    for sha256, data in sent.photos.items():
        if sha256 not in named or not blobs().has(sha256) or blobs().path(sha256).read_bytes() != data:
            toll.lost.append(sha256)
