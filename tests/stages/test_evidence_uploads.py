"""Stories of evidence: cut anywhere, hashed anew, stored once, seen only by those who may."""

import base64
import errno
import hashlib
import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask
from PIL import Image

from server.dispatch.models import Task
from server.evidence.commands import tidy
from server.evidence.models import Blob, Upload
from server.platform.blobs import blobs
from server.platform.clock import SetClock, iso
from server.platform.db import db
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_journal import JPEG, Replica, make_task

UPLOADS = "/api/evidence/uploads"
TYPE = "application/offset+octet-stream"
DATA = bytes(range(256)) * 40


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def metadata(**pairs: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def create(tab: Tab, task: Task, data: bytes, first: bytes = b"", **headers: str) -> Any:
    told = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(data)),
        "Upload-Metadata": metadata(inspection=task.id, sha256=sha(data), media_type="image/jpeg"),
    }
    if first:
        told["Content-Type"] = TYPE
    return tab.send("POST", UPLOADS, headers=told | headers, data=first)


def patch(tab: Tab, url: str, offset: int, chunk: bytes, **headers: str) -> Any:
    told = {"Tus-Resumable": "1.0.0", "Content-Type": TYPE, "Upload-Offset": str(offset)}
    return tab.send("PATCH", url, headers=told | headers, data=chunk)


def head(tab: Tab, url: str) -> Any:
    return tab.send("HEAD", url, headers={"Tus-Resumable": "1.0.0"}, data=b"")


def look_at(tab: Tab, address: str, **options: Any) -> Any:
    """The whole answer: a file is closed when it has been read."""
    return tab.get(address, buffered=True, **options)


def stored(data: bytes) -> bool:
    return db.session.get(Blob, sha(data)) is not None and blobs().has(sha(data))


class TestTheWayOfAFile:
    def test_whole_in_one_request(self, tab: Tab, task: Task) -> None:
        answer = create(tab, task, DATA, DATA)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(DATA)))
        assert stored(DATA)
        assert head(tab, answer.headers["Location"]).headers["Upload-Offset"] == str(len(DATA))

    def test_in_chunks(self, tab: Tab, task: Task) -> None:
        url = create(tab, task, DATA).headers["Location"]
        for start in range(0, len(DATA), 4000):
            assert head(tab, url).headers["Upload-Offset"] == str(start)
            assert not stored(DATA)
            answer = patch(tab, url, start, DATA[start : start + 4000])
            assert answer.status_code == 204
        assert answer.headers["Upload-Offset"] == str(len(DATA))
        assert stored(DATA)
        assert blobs().path(sha(DATA)).read_bytes() == DATA

    def test_with_its_first_bytes_in_the_announcement(self, tab: Tab, task: Task) -> None:
        answer = create(tab, task, DATA, DATA[:100])
        assert answer.headers["Upload-Offset"] == "100"
        assert "Upload-Expires" in answer.headers
        assert patch(tab, answer.headers["Location"], 100, DATA[100:]).status_code == 204
        assert stored(DATA)

    def test_the_last_answer_is_lost_and_the_phone_asks(self, tab: Tab, task: Task) -> None:
        url = create(tab, task, DATA, DATA[:100]).headers["Location"]
        patch(tab, url, 100, DATA[100:])
        assert head(tab, url).headers["Upload-Offset"] == str(len(DATA))
        assert patch(tab, url, 100, DATA[100:]).status_code == 409

    def test_the_answer_to_the_only_request_is_lost(self, tab: Tab, task: Task) -> None:
        create(tab, task, DATA, DATA)
        again = create(tab, task, DATA)
        assert (again.status_code, again.headers["Upload-Offset"]) == (201, str(len(DATA)))

    def test_the_same_photo_for_two_inspections_is_stored_once(self, tab: Tab, task: Task, bureau: Bureau) -> None:
        other = make_task(bureau)
        create(tab, task, DATA, DATA)
        bare = create(tab, other, DATA)
        assert bare.headers["Upload-Offset"] == "0", "knowing a hash is not having the bytes"
        assert patch(tab, bare.headers["Location"], 0, DATA).status_code == 204
        assert db.session.query(Blob).count() == 1

    @pytest.mark.parametrize("first", [0, 100])
    def test_no_room_between_the_last_byte_and_the_blob(
        self, tab: Tab, task: Task, first: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All bytes are here and no blob is: whoever heard "all" would call a photo safe that nobody keeps."""
        url = create(tab, task, DATA, DATA[:first]).headers["Location"]
        with monkeypatch.context() as full:
            full.setattr(os, "replace", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
            assert patch(tab, url, first, DATA[first:]).json["code"] == "storage_full"
        reached = int(head(tab, url).headers["Upload-Offset"])
        assert (stored(DATA), reached) == (False, len(DATA) - 1)
        answer = patch(tab, url, reached, DATA[reached:])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(DATA)))
        assert stored(DATA)
        assert head(tab, url).headers["Upload-Offset"] == str(len(DATA))

    def test_given_up(self, tab: Tab, task: Task) -> None:
        url = create(tab, task, DATA, DATA[:10]).headers["Location"]
        gone = tab.send("DELETE", url, headers={"Tus-Resumable": "1.0.0"}, data=b"")
        assert gone.status_code == 204
        assert head(tab, url).status_code == 404

    def test_half_sent_ones_expire(self, tab: Tab, task: Task, clock: SetClock) -> None:
        url = create(tab, task, DATA, DATA[:10]).headers["Location"]
        clock.advance(days=6)
        tab.client.post("/api/session", json={"login": "first", "password": "a password for tests"})
        clock.advance(days=2)
        fresh = Tab(tab.client.application, db.session.get_one(Task, task.id).inspectors[0].inspector.person)
        assert head(fresh, url).status_code == 404
        create(fresh, task, DATA + b"1", DATA[:10])
        assert db.session.query(Upload).count() == 1


class TestFaults:
    def test_a_chunk_at_the_wrong_place(self, tab: Tab, task: Task) -> None:
        url = create(tab, task, DATA, DATA[:100]).headers["Location"]
        answer = patch(tab, url, 50, DATA[50:])
        assert (answer.status_code, answer.json["code"]) == (409, "upload_offset_wrong")
        assert head(tab, url).headers["Upload-Offset"] == "100"

    def test_more_bytes_than_announced(self, tab: Tab, task: Task) -> None:
        url = create(tab, task, DATA, DATA[:100]).headers["Location"]
        assert patch(tab, url, 100, DATA).json["code"] == "upload_too_long"
        assert head(tab, url).headers["Upload-Offset"] == "100"

    def test_another_file_than_announced(self, tab: Tab, task: Task) -> None:
        url = create(tab, task, DATA, DATA[:100]).headers["Location"]
        answer = patch(tab, url, 100, DATA[100:][::-1])
        assert (answer.status_code, answer.json["code"]) == (422, "upload_hash_wrong")
        assert not stored(DATA)
        assert head(tab, url).headers["Upload-Offset"] == "0"

    @pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
    def test_a_chunk_damaged_on_its_way(self, tab: Tab, task: Task, algorithm: str) -> None:
        url = create(tab, task, DATA, DATA[:100]).headers["Location"]
        proof = base64.b64encode(hashlib.new(algorithm, DATA[100:]).digest()).decode()
        wrong = patch(tab, url, 100, DATA[100:][::-1], **{"Upload-Checksum": f"{algorithm} {proof}"})
        assert (wrong.status_code, wrong.json["code"]) == (460, "upload_checksum_wrong")
        assert head(tab, url).headers["Upload-Offset"] == "100"
        assert patch(tab, url, 100, DATA[100:], **{"Upload-Checksum": f"{algorithm} {proof}"}).status_code == 204
        assert stored(DATA)

    def test_a_checksum_nobody_knows(self, tab: Tab, task: Task) -> None:
        for told in ("md5 AAAA", "sha1", "sha1 !!"):
            assert create(tab, task, DATA, DATA, **{"Upload-Checksum": told}).status_code == 400

    def test_a_file_too_large(self, tab: Tab, task: Task) -> None:
        answer = create(tab, task, DATA, **{"Upload-Length": str(26 * 1024 * 1024)})
        assert (answer.status_code, answer.json["code"]) == (413, "upload_too_large")

    def test_a_version_we_do_not_speak(self, tab: Tab, task: Task) -> None:
        answer = create(tab, task, DATA, **{"Tus-Resumable": "0.2.2"})
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")

    @pytest.mark.parametrize("told", ["", "inspection", "inspection ?", "sha256 AAAA"])
    def test_an_announcement_that_says_too_little(self, tab: Tab, task: Task, told: str) -> None:
        assert create(tab, task, DATA, **{"Upload-Metadata": told}).status_code == 400

    def test_two_at_once_on_one_upload(self, tab: Tab, task: Task, app: Flask) -> None:
        from server.evidence.incoming import held, path_of

        url = create(tab, task, DATA, DATA[:100]).headers["Location"]
        path = path_of(app.extensions["settings"].uploads_folder, url.rsplit("/", 1)[1])
        with held(path):
            assert patch(tab, url, 100, DATA[100:]).status_code == 423

    def test_what_the_server_can_do_is_told(self, tab: Tab) -> None:
        answer = tab.send("OPTIONS", UPLOADS, data=b"")
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        for word in ("creation-with-upload", "checksum", "expiration", "termination"):
            assert word in answer.headers["Tus-Extension"]
        assert "sha1" in answer.headers["Tus-Checksum-Algorithm"]


class TestWhoMay:
    def test_send_for_an_inspection(self, task: Task, browser: Browser, bureau: Bureau) -> None:
        for login, status in (("first", 201), ("lead", 201), ("stranger", 404), ("other_lead", 404), ("legal", 403)):
            data = DATA + login.encode()
            assert create(browser.of(bureau.people[login]), task, data, data).status_code == status, login

    def test_look_at_a_photo(self, tab: Tab, task: Task, browser: Browser, bureau: Bureau) -> None:
        create(tab, task, JPEG, JPEG)
        seen = {"first", "second", "lead", "office", "legal", "leader"}
        for login, person in bureau.people.items():
            for address in (f"/api/evidence/blobs/{sha(JPEG)}", f"/api/evidence/blobs/{sha(JPEG)}/preview"):
                status = look_at(browser.of(person), address).status_code
                assert (status == 200) == (login in seen), (login, address, status)

    def test_go_on_with_somebody_elses_upload(self, tab: Tab, task: Task, browser: Browser, bureau: Bureau) -> None:
        url = create(tab, task, DATA, DATA[:10]).headers["Location"]
        assert patch(browser.of(bureau.people["second"]), url, 10, DATA[10:]).status_code == 404

    def test_get_the_original_only_as_a_download(self, tab: Tab, task: Task) -> None:
        create(tab, task, JPEG, JPEG)
        answer = look_at(tab, f"/api/evidence/blobs/{sha(JPEG)}")
        assert answer.data == JPEG
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox"

    def test_never_see_a_page_that_calls_itself_a_photo(self, tab: Tab, task: Task) -> None:
        page = b"<html><script>alert(1)</script></html>"
        create(tab, task, page, page)
        assert look_at(tab, f"/api/evidence/blobs/{sha(page)}").mimetype == "application/octet-stream"
        assert look_at(tab, f"/api/evidence/blobs/{sha(page)}/preview").status_code == 422


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (1600, 900), **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "white").save(out, kind, **options)
    return out.getvalue()


class TestPreviews:
    def look(self, tab: Tab, task: Task, data: bytes, width: int = 480) -> Any:
        create(tab, task, data, data)
        return look_at(tab, f"/api/evidence/blobs/{sha(data)}/preview", query_string={"width": width})

    @pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")])
    def test_are_small_jpegs(self, tab: Tab, task: Task, kind: str, mode: str) -> None:
        answer = self.look(tab, task, picture(kind, mode))
        assert answer.mimetype == "image/jpeg"
        with Image.open(BytesIO(answer.data)) as small:
            assert small.size == (480, 270)

    def test_stand_upright_and_carry_no_position(self, tab: Tab, task: Task) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        exif.get_ifd(0x8825)[1] = "N"
        answer = self.look(tab, task, picture("JPEG", exif=exif))
        with Image.open(BytesIO(answer.data)) as small:
            assert small.width < small.height
            assert dict(small.getexif()) == {}

    def test_are_made_once(self, tab: Tab, task: Task, app: Flask) -> None:
        data = picture("PNG")
        assert self.look(tab, task, data).status_code == 200
        made = list((app.extensions["settings"].instance / "previews").rglob(f"{sha(data)}-480"))
        before = made[0].stat().st_mtime_ns
        assert self.look(tab, task, data).status_code == 200
        assert made[0].stat().st_mtime_ns == before

    def test_only_in_the_two_widths(self, tab: Tab, task: Task) -> None:
        assert self.look(tab, task, picture("PNG"), 100_000).status_code == 422

    def test_a_picture_of_169_megapixels_is_not_opened(self, tab: Tab, task: Task) -> None:
        bomb = picture("PNG", "1", (13_000, 13_000))
        assert len(bomb) < 100_000
        assert self.look(tab, task, bomb).json["code"] == "preview_unavailable"

    def test_half_a_photo_is_stored_and_not_shown(self, tab: Tab, task: Task) -> None:
        half = picture("JPEG")[:400]
        assert self.look(tab, task, half).status_code == 422
        assert stored(half)


class TestErasure:
    """A guest was photographed by mistake."""

    def ask(self, tab: Tab, task: Task, data: bytes = JPEG) -> Any:
        body = {"inspection": task.id, "sha256": sha(data), "reason": "误拍到住客"}
        return tab.post("/api/evidence/erasures", body)

    def test_takes_the_lead_and_the_legal_office(self, tab: Tab, task: Task, browser: Browser, bureau: Bureau) -> None:
        create(tab, task, JPEG, JPEG)
        look_at(tab, f"/api/evidence/blobs/{sha(JPEG)}/preview")
        lead, legal = browser.of(bureau.people["lead"]), browser.of(bureau.people["legal"])
        asked = self.ask(lead, task)
        assert asked.status_code == 201
        assert self.ask(lead, task).json["id"] == asked.json["id"]
        (row,) = legal.get("/api/evidence/erasures").json
        assert (row["reason"], row["subject_name"], row["number"]) == ("误拍到住客", "昆阳宾馆", task.number)
        assert row["asked_by"] == bureau.people["lead"].name and task.state == "dispatched"
        assert look_at(tab, f"/api/evidence/blobs/{sha(JPEG)}").status_code == 200
        decided = legal.post(f"/api/evidence/erasures/{asked.json['id']}/decision", {"agreed": True})
        assert decided.json["agreed"] is True
        assert not blobs().has(sha(JPEG))
        for part in ("", "/preview"):
            assert look_at(tab, f"/api/evidence/blobs/{sha(JPEG)}{part}").json["code"] == "evidence_erased"
        assert legal.post(f"/api/evidence/erasures/{asked.json['id']}/decision", {"agreed": True}).status_code == 409

    def test_leaves_a_tombstone_that_counts_as_stored(
        self, tab: Tab, task: Task, browser: Browser, bureau: Bureau
    ) -> None:
        create(tab, task, JPEG, JPEG)
        waiting = create(tab, make_task(bureau), JPEG).headers["Location"]
        asked = self.ask(browser.of(bureau.people["lead"]), task).json["id"]
        browser.of(bureau.people["legal"]).post(f"/api/evidence/erasures/{asked}/decision", {"agreed": True})
        again = create(tab, task, JPEG)
        assert again.headers["Upload-Offset"] == str(len(JPEG)), "it is not asked for again"
        patch(tab, waiting, 0, JPEG)
        create(tab, task, JPEG, JPEG)
        assert not blobs().has(sha(JPEG)), "and does not come back"

    def test_tells_the_phones_to_drop_their_copies(
        self, tab: Tab, task: Task, browser: Browser, bureau: Bureau, clock: SetClock
    ) -> None:
        create(tab, task, JPEG, JPEG)
        phones = [Replica(browser.of(bureau.people[name])) for name in ("first", "second")]
        assert [phone.pull()["erased"] for phone in phones] == [[], []]
        asked = self.ask(browser.of(bureau.people["lead"]), task).json["id"]
        assert phones[0].pull()["erased"] == []
        browser.of(bureau.people["legal"]).post(f"/api/evidence/erasures/{asked}/decision", {"agreed": True})
        when, why = iso(clock.now()), "误拍到住客"
        for phone in phones:
            told = {"inspection": task.id, "sha256": sha(JPEG), "erased_at": when, "reason": why}
            assert phone.pull()["erased"] == [told], "when and why, for the place where the photo stood"
            assert phone.pull()["erased"] == [], "once is enough"

    def test_whoever_asked_does_not_decide(self, tab: Tab, task: Task, browser: Browser, bureau: Bureau) -> None:
        create(tab, task, JPEG, JPEG)
        both = bureau.people["lead"]
        both.roles = ["lead", "legal"]
        db.session.commit()
        asked = self.ask(browser.of(both), task).json["id"]
        decided = browser.of(both).post(f"/api/evidence/erasures/{asked}/decision", {"agreed": True})
        assert decided.json["code"] == "erasure_needs_two"
        assert blobs().has(sha(JPEG))

    def test_refused_by_the_legal_office_the_bytes_stay(
        self, tab: Tab, task: Task, browser: Browser, bureau: Bureau
    ) -> None:
        create(tab, task, JPEG, JPEG)
        asked = self.ask(browser.of(bureau.people["lead"]), task).json["id"]
        browser.of(bureau.people["legal"]).post(f"/api/evidence/erasures/{asked}/decision", {"agreed": False})
        assert look_at(tab, f"/api/evidence/blobs/{sha(JPEG)}").status_code == 200

    def test_a_reason_of_one_character_is_none(self, tab: Tab, task: Task, browser: Browser, bureau: Bureau) -> None:
        create(tab, task, JPEG, JPEG)
        lead = browser.of(bureau.people["lead"])
        for reason in ("试", "试试看吧", "  试    "):
            body = {"inspection": task.id, "sha256": sha(JPEG), "reason": reason}
            refused = lead.post("/api/evidence/erasures", body)
            assert (refused.status_code, refused.json["code"]) == (422, "erasure_reason_short")
        assert lead.get("/api/evidence/erasures").json == []

    def test_another_brigades_lead_cannot_ask(self, tab: Tab, task: Task, browser: Browser, bureau: Bureau) -> None:
        create(tab, task, JPEG, JPEG)
        assert self.ask(browser.of(bureau.people["other_lead"]), task).status_code == 404

    def test_a_crash_between_tombstone_and_bytes_is_tidied_up(
        self, tab: Tab, task: Task, app: Flask, clock: SetClock
    ) -> None:
        create(tab, task, JPEG, JPEG)
        blob = db.session.get_one(Blob, sha(JPEG))
        blob.erased_at = clock.now()
        db.session.commit()
        app.test_cli_runner().invoke(tidy)
        assert not blobs().has(sha(JPEG))


def test_files_nobody_announced_are_tidied_up(app: Flask, tab: Tab, task: Task, clock: SetClock) -> None:
    from server.evidence.incoming import path_of

    orphan: Path = path_of(app.extensions["settings"].uploads_folder, "0192f0c1-2345-7abc-8def-0123456789ab")
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"cut")
    url = create(tab, task, DATA, DATA[:10]).headers["Location"]
    clock.at += timedelta(days=365 * 300)
    app.test_cli_runner().invoke(tidy)
    assert not orphan.exists()
    assert db.session.query(Upload).count() == 0
    assert url
