"""Synchronisation where it hurts: numbers that no column holds, cursors nobody wrote, two at the same moment."""

import base64
import threading
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from server.core.canonical import digest
from server.dispatch import feed
from server.dispatch.models import Task, TaskFeed
from server.inspection import pull as pulling
from server.inspection import push as pushing
from server.inspection import service
from server.inspection.judge import Case
from server.inspection.models import InspectionHead
from server.platform.backup_record import BackupRecord
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.ids import new_id
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_journal import Phone, Replica, make_task, push
from tests.stages.test_sync_race import Held, held

__all__ = ["held"]


@pytest.fixture
def phone(bureau: Bureau, browser: Browser, task: Task) -> Phone:
    return Phone(bureau.people["first"], task, browser.of(bureau.people["first"]))


@pytest.fixture
def partner(bureau: Bureau, browser: Browser, task: Task) -> Phone:
    return Phone(bureau.people["second"], task, browser.of(bureau.people["second"]))


def forged(phone: Phone, **changes: Any) -> dict[str, Any]:
    """An entry of this phone with some fields as no phone writes them, under its right hash."""
    body = {**phone.answer("HT101", "pass"), **changes}
    del body["id"]
    return body | {"id": digest(body)}


class TestPoison:
    """Each of these was a whole push refused on PostgreSQL."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"seq": 2**31},
            {"kind": "evidence", "value": {"sha256": "\0" * 64}},
            {"kind": "evidence", "value": {"sha256": "照" * 64}},
            {"kind": "\0", "path": "\0", "at": "\0", "skew_ms": -(2**53) + 1, "replaces": None},
        ],
        ids=["seq", "nul", "no hash", "nonsense"],
    )
    def test_harms_no_other(self, phone: Phone, changes: dict[str, Any]) -> None:
        poison = forged(phone, **changes)
        good = phone.answer("HT102", "pass")
        outcomes = push(phone.tab, [poison, good], [phone.run([good])])
        assert outcomes[0]["status"] in ("held", "refused")
        assert outcomes[1]["status"] == "accepted"

    @pytest.mark.parametrize(
        "body", ["[" * 200_000, '{"runs":[],"entries":[' + "1" * 5000 + "]}"], ids=["deep", "long"]
    )
    def test_that_cannot_be_parsed_is_told_so(self, phone: Phone, body: str) -> None:
        assert phone.tab
        answer = phone.tab.send("POST", "/api/sync/push", data=body, content_type="application/json")
        assert answer.status_code in (400, 422)


class TestCursors:
    def test_a_number_that_no_server_counted_to_is_unreadable(self, phone: Phone) -> None:
        told = b"\x01" + bytes(16) + b"\xff" * 12 + b"\x01\x00"
        forged_cursor = base64.urlsafe_b64encode(told).decode().rstrip("=")
        assert phone.tab
        answer = phone.tab.get("/api/sync/pull", query_string={"cursor": forged_cursor})
        assert (answer.status_code, answer.json["code"]) == (400, "cursor_unreadable")

    def test_of_another_person_shows_nothing_of_hers(self, phone: Phone, bureau: Bureau, browser: Browser) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        own = Replica(phone.tab) if phone.tab else None
        assert own is not None
        cursor = own.pull()["cursor"]
        stranger = Replica(browser.of(bureau.people["stranger"]))
        stranger.cursor = cursor
        stranger.pull()
        assert (stranger.tasks, stranger.entries) == ({}, {})

    def test_years_of_finished_inspections_fit_an_address(
        self, bureau: Bureau, browser: Browser, clock: SetClock
    ) -> None:
        """A front server takes some four thousand letters of address, and one inspection has twenty-three."""
        person = bureau.people["first"]
        tasks = [make_task(bureau, name=f"昆阳宾馆{number}店") for number in range(8)]
        phones = [Phone(person, task, browser.of(person)) for task in tasks]
        for each in phones:
            each.answer("HT101", "pass")
            each.push()
        replica = Replica(browser.of(person))
        long = replica.pull()["cursor"]
        db.session.execute(update(InspectionHead).values(signed_off_at=clock.now()))
        db.session.commit()
        assert len(replica.pull()["cursor"]) == len(long)
        clock.advance(days=70)
        fresh = Replica(Tab(browser.app, person))
        phones[0].tab = fresh.tab
        fresh.cursor = replica.cursor
        assert len(fresh.pull()["cursor"]) < len(long) - 8 * 20
        assert fresh.entries == {}
        late = phones[0].answer("HT102", "fail")
        phones[0].push([late])
        fresh.pull()
        assert late["id"] in fresh.entries, "what is said after all is told"
        assert set(fresh.tasks) == {tasks[0].id}, "and of which task it is said"
        assert len(fresh.cursor) < len(long) - 7 * 20

    def test_what_was_finished_long_ago_still_comes_whole_to_whom_it_began_to_come(
        self, phone: Phone, browser: Browser, clock: SetClock
    ) -> None:
        assert phone.tab
        phone.answer("HT101", "pass")
        phone.push()
        replica = Replica(phone.tab)
        replica.pull()
        more = phone.answer("HT102", "pass")
        phone.push()
        db.session.execute(update(InspectionHead).values(signed_off_at=clock.now()))
        db.session.commit()
        clock.advance(days=70)
        person = db.session.get_one(Task, phone.inspection).inspectors[0].inspector.person
        replica.tab = Tab(browser.app, person)
        replica.pull()
        assert more["id"] in replica.entries

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    def test_a_task_that_changes_between_two_pages_pushes_no_other_out(
        self, app: Flask, bureau: Bureau, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tasks = [make_task(bureau, name=f"昆阳宾馆{number}店") for number in range(4)]
        person_id, last = bureau.people["first"].id, tasks[1].id
        monkeypatch.setattr(pulling, "TASKS", 2)
        real, once = pulling._send_tasks, [True]

        def meanwhile() -> None:
            with app.app_context():
                feed.note_change(last, [person_id])
                db.session.commit()

        def send(*given: Any) -> None:
            real(*given)
            if once:
                once.pop()
                other = threading.Thread(target=lambda: Context().run(meanwhile))
                other.start()
                other.join(30)

        monkeypatch.setattr(pulling, "_send_tasks", send)
        replica = Replica(browser.of(bureau.people["first"]))
        replica.pull()
        assert set(replica.tasks) == {task.id for task in tasks}
        assert db.session.query(TaskFeed).count() > 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestAtOnce:
    def test_the_first_word_of_one_phone_does_not_reopen_what_the_other_submitted(
        self, phone: Phone, partner: Phone, held: Held, task: Task
    ) -> None:
        answer = phone.answer("HT101", "pass")
        held.push(phone, [answer, phone.submit()])
        word = partner.answer("HT102", "pass")
        outcomes = held.behind(lambda: partner.push([word]))
        assert [o["code"] for o in outcomes] == ["late"]
        db.session.expire_all()
        assert db.session.get_one(Task, task.id).state == "submitted"

    def test_one_visit_that_the_server_does_not_know_comes_on_two_lines(
        self, phone: Phone, held: Held, task: Task
    ) -> None:
        """An old backup has forgotten the task, and the phone tries again before it was answered."""
        phone.inspection = new_id()
        entries = [phone.answer("HT101", "pass"), phone.answer("HT102", "pass")]
        first = held.push(phone, entries)
        for outcomes in (held.behind(lambda: phone.push(entries)), first):
            assert [(o["status"], o["code"]) for o in outcomes] == [("held", "inspection_unknown")] * 2
        assert len(service.held_of(phone.inspection)) == 2

    def test_a_task_that_comes_while_its_visit_is_put_aside_takes_it_in(
        self, phone: Phone, held: Held, task: Task, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = [phone.answer("HT101", "pass")]
        with monkeypatch.context() as before:
            before.setattr(pushing, "cases_of", lambda ids: {key: Case(None, None) for key in ids})
            held.push(phone, entries)
        outcomes = held.behind(lambda: phone.push(entries))
        assert {(o["status"], o["code"]) for o in outcomes} == {("accepted", None)}
        assert [entry["id"] for entry in service.entries_of(task.id)] == [entries[0]["id"]]

    def test_connections_that_the_database_closed_cost_nobody_a_request(self, phone: Phone) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        db.session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        db.session.rollback()
        db.session.remove()
        phone.answer("HT102", "pass")
        assert {o["status"] for o in phone.push()} == {"accepted"}


def test_what_is_kept_apart_wants_a_newer_backup_too(phone: Phone, bureau: Bureau, clock: SetClock, task: Task) -> None:
    """The phone would forget what lies in no backup."""
    phone.answer("HT101", "pass")
    phone.submit()
    phone.push()
    db.session.execute(update(InspectionHead).values(signed_off_at=clock.now()))
    clock.advance(minutes=6)
    db.session.add(BackupRecord(name="backup", snapshot_at=clock.now(), verified_at=clock.now(), rows=1, blobs=0))
    db.session.commit()
    assert receipt(phone)["may_forget"] is True
    clock.advance(minutes=6)
    apart = phone.answer("HT102", "fail")
    assert {o["status"] for o in phone.push([apart], [])} == {"held"}
    told = receipt(phone)
    assert apart["id"] in told["entries"]
    assert (told["may_forget"], told["reason"]) == (False, "no_backup_yet")


def receipt(phone: Phone) -> dict[str, Any]:
    assert phone.tab
    told: dict[str, Any] = phone.tab.get("/api/sync/manifest", query_string={"inspection": phone.inspection}).json
    return told


def test_a_queue_that_is_full_does_not_turn_a_stored_push_into_a_fault(app: Flask, phone: Phone) -> None:
    def refuse(_: str) -> None:
        raise OSError(28, "No space left on device")

    app.extensions["offer"] = refuse
    phone.answer("HT101", "pass")
    phone.submit()
    app.extensions["jobs"] = {**app.extensions["jobs"], "inspection.submitted": ()}
    assert {o["status"] for o in phone.push()} == {"accepted"}
    assert service.state_of(phone.inspection)["closed"] is True
