"""Stories of pulling: everything that concerns a person arrives once, in pages, and nothing is skipped."""

from typing import Any

import pytest
from sqlalchemy import event, text, update

from server.accounts.models import Device
from server.core.canonical import digest
from server.core.journal.chain import check_run, run_bytes
from server.core.journal.entry import check, identify
from server.core.journal.fold import fold
from server.dispatch import feed
from server.dispatch.models import Task
from server.inspection import pull as pulling
from server.inspection import service
from server.inspection.cursor import Cursor, read_cursor
from server.platform.backup_record import BackupRecord
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.ids import new_id
from server.platform.installation import Installation
from server.platform.keys import verify
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_journal import Phone, Replica, make_task


@pytest.fixture
def phone(bureau: Bureau, browser: Browser, task: Task) -> Phone:
    return Phone(bureau.people["first"], task, browser.of(bureau.people["first"]))


@pytest.fixture
def partner(bureau: Bureau, browser: Browser, task: Task) -> Replica:
    return Replica(browser.of(bureau.people["second"]))


def test_the_first_pull_brings_tasks_and_their_checklists(task: Task, partner: Replica) -> None:
    page = partner.pull()
    assert list(partner.tasks) == [task.id]
    (told,) = partner.tasks.values()
    assert told["inspectors"][0]["name"] == "李卫东"
    assert told["checklists"] == list(partner.checklists)
    assert {digest(body) for body in partner.checklists.values()} == set(partner.checklists)
    assert page["server_time"].endswith("Z")
    assert page["epoch"]


def test_the_partners_statements_arrive_with_proof(phone: Phone, partner: Replica) -> None:
    phone.answer("HT101", "pass")
    phone.photo("HT101")
    phone.push()
    partner.pull()
    assert list(partner.entries.values()) == phone.entries
    for entry in partner.entries.values():
        check(entry)
        identify(entry)
    (run,) = partner.runs
    check_run(run)
    assert verify(partner.devices[run["device"]]["public_key"], run_bytes(run), run["signature"])
    assert partner.devices[run["device"]]["person_name"] == "张建国"


def test_a_second_pull_brings_only_what_is_new(phone: Phone, partner: Replica) -> None:
    phone.answer("HT101", "pass")
    phone.push()
    partner.pull()
    page = partner.pull()
    assert (page["tasks"], page["inspections"], page["checklists"], page["devices"]) == ([], [], [], [])
    new = phone.answer("HT102", "pass")
    phone.push()
    page = partner.pull()
    assert [e["id"] for e in page["inspections"][0]["entries"]] == [new["id"]]
    assert page["checklists"] == []


def test_pulling_with_an_old_cursor_again_gives_the_same_again(phone: Phone, partner: Replica) -> None:
    phone.answer("HT101", "pass")
    phone.push()
    before = partner.cursor
    first = partner.pull()["inspections"]
    partner.cursor = before
    assert partner.pull()["inspections"] == first


def test_the_servers_word_arrives_too(phone: Phone, partner: Replica, bureau: Bureau, task: Task) -> None:
    phone.answer("HT101", "pass")
    phone.submit()
    phone.push()
    partner.pull()
    assert fold(partner.entries.values())["closed"] is True
    assert partner.tasks[task.id]["state"] == "submitted"


def test_held_entries_are_not_told(phone: Phone, partner: Replica) -> None:
    phone.answer("HT101", "pass")
    phone.push(runs=[])
    partner.pull()
    assert partner.entries == {}


def test_late_entries_are_told_and_the_fold_says_late(
    phone: Phone, partner: Replica, bureau: Bureau, browser: Browser, task: Task
) -> None:
    phone.answer("HT101", "pass")
    phone.submit()
    phone.push()
    other = Phone(bureau.people["second"], task, browser.of(bureau.people["second"]))
    late = other.answer("HT102", "fail")
    other.push()
    partner.pull()
    assert fold(partner.entries.values())["late"] == [late["id"]]


def test_entries_that_were_freed_arrive(phone: Phone, partner: Replica) -> None:
    held, free = phone.answer("HT101", "pass"), phone.answer("HT102", "pass")
    assert {o["status"] for o in phone.push([held], [])} == {"held"}
    phone.push([free])
    partner.pull()
    assert set(partner.entries) == {free["id"]}
    phone.push([held])
    partner.pull()
    assert set(partner.entries) == {held["id"], free["id"]}
    assert {key for run in partner.runs for key in run["ids"]} == {held["id"], free["id"]}


def test_a_task_that_is_taken_away_is_told_as_removed(partner: Replica, bureau: Bureau, task: Task) -> None:
    partner.pull()
    feed.note_change(task.id, [bureau.people["second"].id], removed=True)
    db.session.commit()
    page = partner.pull()
    assert page["removed"] == [task.id]
    assert partner.tasks == {}


def test_and_given_again_it_comes_whole(partner: Replica, phone: Phone, bureau: Bureau, task: Task) -> None:
    phone.answer("HT101", "pass")
    phone.push()
    partner.pull()
    for removed in (True, False):
        feed.note_change(task.id, [bureau.people["second"].id], removed=removed)
        db.session.commit()
        partner.entries.clear()
        partner.pull()
    assert len(partner.entries) == 1


def test_others_hear_nothing(phone: Phone, bureau: Bureau, browser: Browser) -> None:
    phone.answer("HT101", "pass")
    phone.push()
    stranger = Replica(browser.of(bureau.people["stranger"]))
    page = stranger.pull()
    assert (page["tasks"], page["inspections"], page["devices"]) == ([], [], [])


def test_long_journals_come_in_pages(phone: Phone, partner: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "PAGE_BYTES", 2000)
    for _ in range(5):
        for _ in range(3):
            phone.answer("HT101", "pass")
        phone.push()
    partner.pull()
    assert partner.pages > 2
    assert set(partner.entries) == {e["id"] for e in phone.entries}
    assert {key for run in partner.runs for key in run["ids"]} == set(partner.entries)


def test_many_tasks_come_in_pages(bureau: Bureau, partner: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "TASKS", 2)
    tasks = {make_task(bureau, name=f"宾馆{n}").id for n in range(4)}
    partner.pull()
    assert tasks <= set(partner.tasks)
    assert partner.pages > 2


class TestCursor:
    def test_is_small_enough_for_an_address(self) -> None:
        cursor = Cursor(new_id(), 10_000, {new_id(): 5000 for _ in range(250)}, {"ab" * 8})
        assert len(cursor.write()) < 6500

    def test_reads_what_it_wrote(self) -> None:
        cursor = Cursor(new_id(), 300, {new_id(): n * 1000 for n in range(5)}, {"ab" * 8, "cd" * 8})
        assert read_cursor(cursor.write(), cursor.epoch) == cursor

    def test_of_another_epoch_starts_again(self) -> None:
        cursor = Cursor(new_id(), 300, {new_id(): 7})
        assert read_cursor(cursor.write(), "another").person == 0

    @pytest.mark.parametrize("text", ["!", "AA", "AQ", "Aasdfasdf", "é", "AQ" * 100])
    def test_nonsense_is_a_problem_of_the_catalogue(self, text: str) -> None:
        with pytest.raises(Problem, match="cursor_unreadable"):
            read_cursor(text, new_id())

    def test_a_restored_server_gives_everything_again(self, phone: Phone, partner: Replica) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        partner.pull()
        partner.entries.clear()
        epoch = new_id()
        db.session.execute(update(Installation).values(epoch=epoch))
        db.session.commit()
        page = partner.pull()
        assert page["epoch"] == epoch
        assert len(partner.entries) == 1


class TestManifest:
    def receipt(self, phone: Phone) -> dict[str, Any]:
        assert phone.tab
        answer = phone.tab.get("/api/sync/manifest", query_string={"inspection": phone.inspection})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json
        return told

    def test_lists_what_is_stored_held_ones_too(self, phone: Phone) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        phone.answer("HT102", "pass")
        phone.push(runs=[])
        told = self.receipt(phone)
        assert told["entries"] == sorted(e["id"] for e in phone.entries)
        assert (told["may_forget"], told["reason"]) == (False, "not_signed_off")

    def sign_off(self, phone: Phone, bureau: Bureau) -> None:
        phone.submit()
        phone.push()
        value = {
            "role": "lead",
            "signer": {"name": "大队长"},
            "text_sha256": "0" * 64,
            "evidence": None,
            "refused": None,
            "remarks": "",
            **service.cover_of(service.entries_of(phone.inspection)),
        }
        service.append_server_entry(phone.inspection, "sign", "", value, bureau.people["lead"].id)
        db.session.commit()

    def note_backup(self, clock: SetClock) -> None:
        at = clock.now()
        db.session.add(BackupRecord(name="backup", snapshot_at=at, verified_at=at, rows=1, blobs=0))
        db.session.commit()

    def test_a_phone_forgets_only_after_sign_off_and_a_later_backup(
        self, phone: Phone, bureau: Bureau, clock: SetClock
    ) -> None:
        phone.answer("HT101", "pass")
        self.sign_off(phone, bureau)
        assert self.receipt(phone)["reason"] == "no_backup_yet"
        clock.advance(minutes=4)
        self.note_backup(clock)
        assert self.receipt(phone)["reason"] == "no_backup_yet", "a slow request may have committed after the backup"
        clock.advance(minutes=2)
        self.note_backup(clock)
        told = self.receipt(phone)
        assert (told["may_forget"], told["reason"]) == (True, None)

    def test_nor_while_a_photo_is_still_on_its_way(self, phone: Phone, bureau: Bureau, clock: SetClock) -> None:
        phone.photo("HT101")
        self.sign_off(phone, bureau)
        clock.advance(minutes=6)
        self.note_backup(clock)
        told = self.receipt(phone)
        assert (told["may_forget"], told["reason"], told["evidence"]) == (False, "evidence_missing", [])

    def test_what_came_late_is_stored_and_keeps_nobody_waiting(
        self, phone: Phone, bureau: Bureau, clock: SetClock
    ) -> None:
        phone.answer("HT101", "pass")
        self.sign_off(phone, bureau)
        late, photo = phone.answer("HT102", "fail"), phone.photo("HT102")
        assert {o["code"] for o in phone.push()} == {"late"}
        told = self.receipt(phone)
        assert told["reason"] == "no_backup_yet", "a change wants a newer backup"
        clock.advance(minutes=6)
        self.note_backup(clock)
        told = self.receipt(phone)
        assert {late["id"], photo["id"]} <= set(told["entries"])
        assert (told["may_forget"], told["evidence"]) == (True, [])
        assert phone.outcome([late], [phone.run([late])]) == {("held", "late")}, "and it still waits for the lead"

    def test_what_was_in_a_lost_vault_is_not_waited_for(self, phone: Phone, bureau: Bureau, clock: SetClock) -> None:
        phone.photo("HT101")
        self.sign_off(phone, bureau)
        clock.advance(minutes=6)
        self.note_backup(clock)
        assert self.receipt(phone)["reason"] == "evidence_missing"
        assert phone.tab and phone.tab.post(f"/api/devices/{phone.id}/loss").status_code == 200
        assert self.receipt(phone)["may_forget"] is True

    def test_a_stranger_is_not_told(self, phone: Phone, bureau: Bureau, browser: Browser) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        stranger = browser.of(bureau.people["stranger"])
        answer = stranger.get("/api/sync/manifest", query_string={"inspection": phone.inspection})
        assert answer.status_code == 404

    def test_who_was_replaced_still_gets_the_receipt_for_what_he_brought(self, phone: Phone, task: Task) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        card = db.session.get_one(Task, task.id).inspectors[0]
        card.removed_at = card.since
        db.session.commit()
        assert self.receipt(phone)["entries"] == [phone.entries[0]["id"]]


def test_outstanding_says_what_is_on_its_way_from_which_phone(
    phone: Phone, bureau: Bureau, browser: Browser, task: Task
) -> None:
    other = Phone(bureau.people["second"], task, browser.of(bureau.people["second"]))
    seen = other.answer("HT102", "pass")
    photo = phone.photo("HT101")
    phone.submit(seen)
    phone.push()
    rows = {row["device"]: row for row in service.outstanding(service.entries_of(task.id))}
    assert rows[other.id] == {"device": other.id, "entries": 1, "evidence": []}
    assert rows[phone.id]["evidence"] == [photo["value"]["sha256"]]


class TestLastContact:
    """The office sees when a phone was last heard of: a phone that only asks is heard of too."""

    def seen(self, phone: Phone) -> Any:
        db.session.expire_all()
        return db.session.get_one(Device, phone.id).last_seen_at

    def test_a_pull_counts_and_a_second_in_the_same_minute_writes_nothing(self, phone: Phone, clock: SetClock) -> None:
        assert phone.tab
        asking = f"/api/sync/pull?cursor=&device={phone.id}"
        assert phone.tab.get(asking).status_code == 200
        first = self.seen(phone)
        assert first == clock.now()
        clock.advance(seconds=59)
        phone.tab.get(asking)
        assert self.seen(phone) == first
        clock.advance(seconds=1)
        phone.tab.get(asking)
        assert self.seen(phone) == clock.now()

    def test_so_does_a_push(self, phone: Phone, clock: SetClock) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        clock.advance(minutes=2)
        phone.answer("HT102", "pass")
        phone.push()
        assert self.seen(phone) == clock.now()

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_a_writer_that_holds_on_keeps_no_answer_back(self, phone: Phone, clock: SetClock) -> None:
        def impatient(connection: Any, *_: object) -> None:
            connection.execute("PRAGMA busy_timeout=0")

        before = self.seen(phone)
        clock.advance(minutes=5)
        db.session.remove()
        event.listen(db.engine, "checkout", impatient)
        with db.engine.connect() as writer:
            writer.execute(text("UPDATE person SET name = name"))
            assert phone.tab and phone.tab.get(f"/api/sync/pull?device={phone.id}").status_code == 200
            writer.rollback()
        assert self.seen(phone) == before

    def test_nobody_speaks_for_a_colleagues_phone(self, phone: Phone, partner: Replica, clock: SetClock) -> None:
        before = self.seen(phone)
        clock.advance(minutes=5)
        refused = partner.tab.get(f"/api/sync/pull?device={phone.id}")
        assert (refused.status_code, refused.json["code"]) == (409, "other_person")
        assert self.seen(phone) == before
        assert partner.tab.get(f"/api/sync/pull?device={new_id()}").status_code == 200
