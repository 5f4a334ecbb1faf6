"""A full disk at every write of a push and of an upload: a clear refusal, nothing acknowledged that is not stored."""

import errno
import hashlib
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from server.dispatch.models import Task
from server.evidence import incoming
from server.evidence.models import Blob
from server.inspection.models import JournalEntry
from server.platform.blobs import blobs
from server.platform.db import db
from tests.browser import Tab
from tests.factories import Bureau
from tests.factories_journal import Phone
from tests.stages.test_evidence_uploads import create, patch

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHOTO = bytes(range(256)) * 2000
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def phone(bureau: Bureau, task: Task, tab: Tab) -> Phone:
    return Phone(bureau.people["first"], task, tab)


def state_much(phone: Phone) -> dict[str, Any]:
    """Some forty long statements: several pages of the database."""
    before = phone.sent
    for number in range(40):
        phone.answer(f"HT{100 + number}", "锅炉房上锁" * 40)
    fresh = phone.entries[before:]
    return {"runs": [phone.run(fresh)], "entries": fresh}


def stored() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(JournalEntry.id)))


def is_whole() -> bool:
    return db.session.scalar(text("PRAGMA integrity_check")) == "ok"


@contextmanager
def pages(most: int) -> Iterator[None]:
    """SQLite finds no room beyond so many pages."""

    def limit(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most}").fetchone()

    def lift(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1073741823").fetchone()

    db.session.remove()
    event.listen(db.engine, "checkout", limit)
    event.listen(db.engine, "checkin", lift)
    try:
        yield
    finally:
        db.session.remove()
        event.remove(db.engine, "checkout", limit)
        event.remove(db.engine, "checkin", lift)


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    """No file grows beyond `size` bytes: what is cut off is cut off in the middle of a write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def push_until_it_fits(phone: Phone, body: dict[str, Any], limited: Callable[[int], Any]) -> int:
    """Push under one limit after the other until it goes through; returns how often there was no room."""
    ids = {entry["id"] for entry in body["entries"]}
    refused = 0
    while True:
        with limited(refused):
            assert phone.tab
            answer = phone.tab.post("/api/sync/push", body)
        if answer.status_code == 200:
            assert {o["status"] for o in answer.json["outcomes"]} == {"accepted"}
            assert ids <= stored()
            return refused
        assert (answer.status_code, answer.json["code"]) == (507, "storage_full")
        assert not ids & stored()
        assert is_whole()
        refused += 1


def test_a_database_that_is_full_at_any_page(phone: Phone) -> None:
    body = state_much(phone)
    count = db.session.scalar(text("PRAGMA page_count")) or 0
    assert push_until_it_fits(phone, body, lambda more: pages(count + more)) > 3
    assert is_whole()


def test_a_disk_that_is_full_at_any_byte_of_the_database(phone: Phone) -> None:
    body = state_much(phone)
    db.session.remove()
    start = Path(f"{db.engine.url.database}-wal").stat().st_size
    assert push_until_it_fits(phone, body, lambda step: longest_file(start + step * 7_001)) > 3
    assert is_whole()


class Disk:
    """Lets the n-th write of an upload find no room."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left = 0
        for owner, name in ((os, "fsync"), (os, "replace"), (Path, "mkdir")):
            patch.setattr(owner, name, self._counted(getattr(owner, name)))
        real = incoming.held

        @contextmanager
        def held(path: Path) -> Iterator[Any]:
            with real(path) as file:
                yield _Narrow(file, self)

        patch.setattr("server.evidence.uploads.held", held)

    def count(self) -> None:
        if self.left > 0:
            self.left -= 1
            if self.left == 0:
                raise FULL

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **more: Any) -> Any:
            self.count()
            return real(*given, **more)

        return counted


class _Narrow:
    """A file of which half a piece may still fit."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self._file, self._disk = file, disk

    def write(self, piece: bytes) -> int:
        try:
            self._disk.count()
        except OSError:
            self._file.write(piece[: len(piece) // 2])
            raise
        return int(self._file.write(piece))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("in_one_request", [True, False])
def test_a_disk_that_is_full_at_any_write_of_an_upload(
    in_one_request: bool, tab: Tab, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, refused = Disk(monkeypatch), 0
    while True:
        data = PHOTO + refused.to_bytes(4, "big")
        sha256 = hashlib.sha256(data).hexdigest()
        url = None if in_one_request else create(tab, task, data).headers["Location"]
        disk.left = refused + 1
        answer = create(tab, task, data, data) if url is None else patch(tab, url, 0, data)
        unharmed, disk.left = disk.left > 0, 0
        if unharmed:
            break
        assert (answer.status_code, answer.json["code"]) == (507, "storage_full")
        assert db.session.get(Blob, sha256) is None
        assert bring_in(tab, task, data, url) == sha256
        refused += 1
    assert answer.status_code in (201, 204)
    assert refused > 8


def bring_in(tab: Tab, task: Task, data: bytes, url: str | None) -> str:
    """There is room again: go on from where the server says. Returns the hash of what it has stored."""
    if url is not None:
        offset = int(tab.send("HEAD", url, headers={"Tus-Resumable": "1.0.0"}).headers["Upload-Offset"])
        assert patch(tab, url, offset, data[offset:]).status_code == 204
    else:
        assert create(tab, task, data, data).status_code == 201
    sha256 = hashlib.sha256(data).hexdigest()
    assert db.session.get_one(Blob, sha256).size == len(data)
    return hashlib.sha256(blobs().path(sha256).read_bytes()).hexdigest()
