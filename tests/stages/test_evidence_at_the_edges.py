"""Evidence where things meet: no bytes at all, a person replaced meanwhile, erasure during a look, a full disk."""

import errno
import os
import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask

from server.dispatch.models import Task
from server.evidence import previews
from server.evidence.commands import tidy
from server.evidence.erasures import wipe
from server.evidence.models import Blob, BlobInspection, Upload
from server.platform.blobs import blobs
from server.platform.clock import SetClock, iso
from server.platform.db import db
from server.platform.ids import new_id
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_journal import JPEG
from tests.stages.test_evidence_uploads import DATA, create, head, look_at, patch, sha, stored


def previews_of(app: Flask) -> list[Path]:
    return [path for path in (app.extensions["settings"].instance / "previews").rglob("*") if path.is_file()]


class TestUploads:
    def test_a_file_without_bytes_is_stored_like_any_other(self, tab: Tab, task: Task) -> None:
        answer = create(tab, task, b"")
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "0")
        assert stored(b"")
        assert head(tab, answer.headers["Location"]).headers["Upload-Length"] == "0"

    @pytest.mark.parametrize("first", [b"", DATA[:100], DATA])
    def test_who_was_replaced_still_sends_the_photos_of_what_he_said(
        self, tab: Tab, task: Task, bureau: Bureau, browser: Browser, first: bytes
    ) -> None:
        card = db.session.get_one(Task, task.id).inspectors[0]
        card.removed_at = card.since
        db.session.commit()
        answer = create(tab, task, DATA, first)
        assert answer.status_code == 201
        if first != DATA:
            assert patch(tab, answer.headers["Location"], len(first), DATA[len(first) :]).status_code == 204
        assert stored(DATA)
        assert look_at(tab, f"/api/evidence/blobs/{sha(DATA)}").status_code == 404, "sending is not seeing"
        assert create(browser.of(bureau.people["stranger"]), task, JPEG).status_code == 404

    def test_photos_of_a_withdrawn_task_are_kept_too(self, tab: Tab, task: Task) -> None:
        db.session.get_one(Task, task.id).state = "withdrawn"
        db.session.commit()
        assert create(tab, task, DATA, DATA).status_code == 201
        assert stored(DATA)

    def test_a_full_disk_does_not_fill_further_with_every_try(
        self, app: Flask, tab: Tab, task: Task, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "replace", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
        assert create(tab, task, DATA, DATA).json["code"] == "storage_full"
        assert [path for path in app.extensions["settings"].uploads_folder.rglob("*") if path.is_file()] == []

    def test_the_day_it_expires_is_told_as_it_is(self, tab: Tab, task: Task, clock: SetClock) -> None:
        first = create(tab, task, DATA, DATA[:10])
        clock.advance(hours=5)
        later = patch(tab, first.headers["Location"], 10, DATA[10:20])
        assert later.headers["Upload-Expires"] == first.headers["Upload-Expires"]
        row = db.session.query(Upload).one()
        assert iso(row.expires_at)[11:19] in first.headers["Upload-Expires"]


class TestPreviews:
    @pytest.fixture
    def photo(self, tab: Tab, task: Task) -> str:
        create(tab, task, JPEG, JPEG)
        return f"/api/evidence/blobs/{sha(JPEG)}/preview"

    def during(self, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
        """Something happens when the first preview is made and not yet in its place."""
        real = subprocess.run
        once = [act]

        def run(*given: Any, **more: Any) -> Any:
            done = real(*given, **more)
            if once:
                once.pop()()
            return done

        monkeypatch.setattr(previews.subprocess, "run", run)

    def test_two_looks_at_once_both_see_it_and_so_does_the_third(
        self, tab: Tab, photo: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.during(monkeypatch, lambda: previews.preview_of(sha(JPEG), 480))
        assert look_at(tab, photo).status_code == 200
        assert look_at(tab, photo).status_code == 200

    def test_erased_while_one_is_made_nothing_of_it_stays(
        self, app: Flask, tab: Tab, photo: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.during(monkeypatch, lambda: wipe(sha(JPEG)))
        look_at(tab, photo)
        assert previews_of(app) == []

    def test_a_crash_in_the_midst_of_erasing_is_tidied_up(
        self, app: Flask, tab: Tab, photo: str, clock: SetClock
    ) -> None:
        look_at(tab, photo)
        half = previews_of(app)[0].with_name(f"{sha(JPEG)}-480.half")
        half.write_bytes(b"of a process that was killed")
        db.session.get_one(Blob, sha(JPEG)).erased_at = clock.now()
        db.session.commit()
        blobs().erase(sha(JPEG))
        app.test_cli_runner().invoke(tidy)
        assert previews_of(app) == []

    def test_a_machine_that_was_too_busy_once_shows_it_the_next_time(
        self, tab: Tab, photo: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as busy:
            busy.setattr(previews.subprocess, "run", Mock(side_effect=subprocess.TimeoutExpired("worker", 8)))
            assert look_at(tab, photo).json["code"] == "preview_unavailable"
        assert look_at(tab, photo).status_code == 200


def test_what_also_hangs_on_an_inspection_nobody_knows_can_be_erased(
    tab: Tab, task: Task, browser: Browser, bureau: Bureau
) -> None:
    """The office took in a file of a visit that an old backup had forgotten."""
    create(tab, task, JPEG, JPEG)
    db.session.add(BlobInspection(sha256=sha(JPEG), inspection_id=new_id()))
    db.session.commit()
    lead, legal = browser.of(bureau.people["lead"]), browser.of(bureau.people["legal"])
    body = {"inspection": task.id, "sha256": sha(JPEG), "reason": "误拍到住客"}
    asked = lead.post("/api/evidence/erasures", body).json["id"]
    assert legal.post(f"/api/evidence/erasures/{asked}/decision", {"agreed": True}).status_code == 200
    assert not blobs().has(sha(JPEG))
