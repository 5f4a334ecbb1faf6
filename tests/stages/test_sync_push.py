"""Stories of pushing: nothing is lost, nothing counts twice, and one bad entry harms no other."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.core.canonical import digest
from server.core.journal.fold import fold
from server.dispatch.models import Task
from server.inspection import service
from server.inspection.models import JournalEntry, JournalRun
from server.platform.clock import SetClock
from server.platform.db import db
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_journal import Phone, device_row, push


@pytest.fixture
def phone(bureau: Bureau, browser: Browser, task: Task) -> Phone:
    person = bureau.people["first"]
    return Phone(person, task, browser.of(person))


@pytest.fixture
def partner(bureau: Bureau, browser: Browser, task: Task) -> Phone:
    person = bureau.people["second"]
    return Phone(person, task, browser.of(person))


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def state_now(task: Task) -> Any:
    return db.session.get_one(Task, task.id).state


def test_what_is_pushed_is_accepted_stored_and_folds(phone: Phone, task: Task) -> None:
    first = phone.answer("HT101", "pass")
    phone.answer("HT101", "fail", first)
    assert phone.outcome() == {("accepted", None)}
    state = service.state_of(task.id)
    assert state["answers"]["HT101"]["value"] == "fail"
    assert service.entries_of(task.id) == phone.entries


def test_pushing_again_changes_nothing_and_says_known(phone: Phone) -> None:
    phone.answer("HT101", "pass")
    assert phone.outcome() == {("accepted", None)}
    for _ in range(3):
        assert phone.outcome(phone.entries) == {("known", None)}
    assert stored() == 1
    assert db.session.scalar(select(func.count()).select_from(JournalRun)) == 1


def test_an_entry_twice_in_one_push_has_one_effect(phone: Phone) -> None:
    entry = phone.answer("HT101", "pass")
    outcomes = push(phone.tab, [entry, entry], [phone.run()])
    assert [o["status"] for o in outcomes] == ["accepted", "known"]
    assert stored() == 1


def test_one_poisoned_entry_does_not_block_the_rest(phone: Phone) -> None:
    entries: list[Any] = [phone.answer(f"HT10{n}", "pass") for n in range(4)]
    run = phone.run()
    entries[2] = {**entries[2], "value": "fail"}
    outcomes = push(phone.tab, [*entries, "nonsense", None, {"id": 7}, {}], [run, "nonsense", None, {"ids": 3}])
    assert [(o["status"], o["code"]) for o in outcomes] == [
        ("accepted", None),
        ("accepted", None),
        ("refused", "entry_id_wrong"),
        ("accepted", None),
        *[("refused", "entry_unreadable")] * 4,
    ]
    assert all(o["detail"] for o in outcomes if o["code"])
    assert stored() == 3


def test_the_first_statement_opens_the_task(phone: Phone, task: Task) -> None:
    assert state_now(task) == "dispatched"
    phone.answer("HT101", "pass")
    phone.push()
    assert state_now(task) == "open"


def test_a_phone_brings_the_colleagues_entries_too(phone: Phone, partner: Phone) -> None:
    partner.answer("HT101", "pass")
    assert {o["status"] for o in push(phone.tab, list(partner.entries), [partner.run()])} == {"accepted"}
    assert partner.outcome() == {("known", None)}


class TestKeptApart:
    """What has a right hash is stored, at worst in quarantine, with the reason."""

    def test_without_a_signature(self, phone: Phone, task: Task) -> None:
        phone.answer("HT101", "pass")
        assert phone.outcome(runs=[]) == {("held", "unsigned")}
        assert service.entries_of(task.id) == []
        assert [row.code for row in service.held_of(task.id)] == ["unsigned"]

    def test_the_signature_comes_later_and_frees_the_entry(self, phone: Phone, task: Task) -> None:
        phone.answer("HT101", "pass")
        assert phone.outcome(phone.entries, []) == {("held", "unsigned")}
        assert phone.outcome(phone.entries) == {("accepted", None)}
        assert phone.outcome(phone.entries) == {("known", None)}
        assert len(service.entries_of(task.id)) == 1
        assert len(service.runs_of(task.id)) == 1

    def test_with_a_wrong_signature(self, phone: Phone, partner: Phone) -> None:
        phone.answer("HT101", "pass")
        forged = {**phone.run(), "signature": partner.run([phone.entries[0]])["signature"]}
        assert phone.outcome(phone.entries, [forged]) == {("held", "signature_wrong")}

    def test_from_a_device_nobody_enrolled(self, bureau: Bureau, browser: Browser, task: Task) -> None:
        stranger = Phone(bureau.people["first"], task, browser.of(bureau.people["first"]), enrol=False)
        stranger.answer("HT101", "pass")
        assert stranger.outcome() == {("held", "device_unknown")}

    def test_from_a_revoked_device(self, phone: Phone, task: Task, clock: SetClock) -> None:
        phone.answer("HT101", "pass")
        phone.push()
        assert phone.tab
        phone.tab.post(f"/api/devices/{phone.id}/revocation", {"reason": "手机丢失"})
        phone.answer("HT102", "pass")
        assert phone.outcome() == {("held", "device_revoked")}
        assert phone.outcome(phone.entries[:1]) == {("known", None)}
        assert len(service.entries_of(task.id)) == 1

    def test_signed_by_a_device_of_somebody_else(self, phone: Phone, partner: Phone) -> None:
        entry = phone.state("answer", "HT101", "pass", author=partner.person_id)
        assert phone.outcome([entry]) == {("held", "device_not_of_author")}

    def test_of_a_kind_only_a_newer_app_knows(self, phone: Phone) -> None:
        entry: Any = {**phone.answer("HT101", "pass"), "kind": "hologram"}
        del entry["id"]
        entry["id"] = digest(entry)
        phone.entries = [entry]
        assert phone.outcome() == {("held", "kind_unknown")}
        assert stored() == 1

    def test_of_an_inspection_the_server_does_not_know(self, phone: Phone) -> None:
        phone.inspection = "0192f0c1-2345-7abc-8def-0123456789ab"
        phone.answer("HT101", "pass")
        assert phone.outcome() == {("held", "inspection_unknown")}

    def test_by_somebody_who_was_replaced(self, phone: Phone, task: Task, clock: SetClock) -> None:
        card = db.session.get_one(Task, task.id).inspectors[0]
        card.removed_at = clock.now() - timedelta(hours=1)
        db.session.commit()
        phone.answer("HT101", "pass")
        assert phone.outcome() == {("held", "not_assigned")}
        card.removed_at = None
        db.session.commit()
        assert phone.outcome(phone.entries) == {("accepted", None)}

    def test_of_a_task_that_was_withdrawn(self, phone: Phone, task: Task) -> None:
        db.session.get_one(Task, task.id).state = "withdrawn"
        db.session.commit()
        phone.answer("HT101", "pass")
        assert phone.outcome() == {("held", "task_withdrawn")}


class TestRefused:
    def test_somebody_elses_inspection(self, phone: Phone, bureau: Bureau, browser: Browser) -> None:
        entry = phone.answer("HT101", "pass")
        (outcome,) = push(browser.of(bureau.people["stranger"]), [entry], [phone.run()])
        assert (outcome["status"], outcome["code"]) == ("refused", "not_your_inspection")
        assert stored() == 0

    def test_a_phone_that_speaks_for_the_server(self, phone: Phone) -> None:
        value = {"round": 1, "covers": {}}
        entry = phone.state("received", "", value, device="server")
        run = {**phone.run(), "device": "server"}
        (outcome,) = push(phone.tab, [entry], [run])
        assert (outcome["status"], outcome["code"]) == ("refused", "server_only")

    def test_a_body_that_is_no_push(self, phone: Phone) -> None:
        assert phone.tab
        for body in ({}, {"runs": [], "entries": {}}, {"runs": [], "entries": [], "more": 1}):
            assert phone.tab.post("/api/sync/push", body).status_code == 422

    def test_without_a_session(self, app: Flask) -> None:
        assert app.test_client().post("/api/sync/push", json={"runs": [], "entries": []}).status_code == 401

    def test_an_entry_beyond_all_measure(self, phone: Phone) -> None:
        entry = phone.state("comment", "", {"text": "x"})
        big: Any = {**entry, "value": {"text": "x" * 300_000}}
        del big["id"]
        big["id"] = digest(big)
        (outcome,) = push(phone.tab, [big], [])
        assert (outcome["status"], outcome["code"]) == ("refused", "entry_too_large")


class TestRounds:
    """Submission closes a round, and what comes after is late until the lead takes it in."""

    def test_a_submission_is_received(self, phone: Phone, task: Task) -> None:
        phone.answer("HT101", "pass")
        phone.submit()
        assert phone.outcome() == {("accepted", None)}
        state = service.state_of(task.id)
        assert (state["phase"], state["closed"], state["late"]) == ("submitted", True, [])
        assert state_now(task) == "submitted"

    def test_it_waits_for_entries_it_covers(self, phone: Phone, partner: Phone, task: Task) -> None:
        seen = partner.answer("HT102", "fail")
        phone.answer("HT101", "pass")
        phone.submit(seen)
        phone.push()
        assert service.state_of(task.id)["closed"] is False
        assert state_now(task) == "open"
        partner.push()
        state = service.state_of(task.id)
        assert state["closed"] is True
        assert state["late"] == []
        assert state_now(task) == "submitted"

    def test_what_comes_later_is_late_and_kept(self, phone: Phone, partner: Phone, task: Task) -> None:
        phone.answer("HT101", "pass")
        phone.submit()
        phone.push()
        late = partner.answer("HT102", "fail")
        assert partner.outcome() == {("held", "late")}
        assert partner.outcome(partner.entries) == {("held", "late")}
        state = service.state_of(task.id)
        assert state["late"] == [late["id"]]
        assert "HT102" not in state["answers"]

    def test_the_lead_admits_it(self, phone: Phone, partner: Phone, task: Task, bureau: Bureau) -> None:
        phone.answer("HT101", "pass")
        phone.submit()
        phone.push()
        late = partner.answer("HT102", "fail")
        partner.push()
        say(task, bureau, "admit", {"ids": [late["id"]], "reason": "当日手机没电"})
        state = service.state_of(task.id)
        assert state["late"] == []
        assert state["answers"]["HT102"]["value"] == "fail"
        assert partner.outcome(partner.entries) == {("known", None)}

    def test_a_return_opens_the_next_round(self, phone: Phone, task: Task, bureau: Bureau) -> None:
        phone.answer("HT101", "pass")
        phone.submit()
        phone.push()
        say(task, bureau, "return", {"round": 2, "text": "补正", "signatures": ["party"]})
        assert state_now(task) == "returned"
        phone.answer("HT102", "pass")
        phone.submit(round_=2)
        assert phone.outcome() == {("accepted", None)}
        assert service.state_of(task.id)["round"] == 2
        assert state_now(task) == "submitted"

    def test_submitting_an_old_round_again_closes_nothing(self, phone: Phone, task: Task, bureau: Bureau) -> None:
        phone.answer("HT101", "pass")
        phone.submit()
        phone.push()
        say(task, bureau, "return", {"round": 2, "text": "补正", "signatures": []})
        phone.submit(round_=1)
        phone.push()
        assert service.state_of(task.id)["phase"] == "returned"

    def test_the_leads_signature_ends_it(self, phone: Phone, task: Task, bureau: Bureau) -> None:
        phone.answer("HT101", "pass")
        phone.submit()
        phone.push()
        value = {
            "role": "lead",
            "signer": {"name": "大队长"},
            "text_sha256": "0" * 64,
            "evidence": None,
            "refused": None,
            "remarks": "",
            **service.cover_of(service.entries_of(task.id)),
        }
        say(task, bureau, "sign", value)
        assert service.state_of(task.id)["phase"] == "signed_off"
        assert state_now(task) == "signed_off"

    def test_the_servers_chain_is_whole_and_signed(self, phone: Phone, task: Task, bureau: Bureau) -> None:
        phone.answer("HT101", "pass")
        phone.submit()
        phone.push()
        say(task, bureau, "return", {"round": 2, "text": "补正", "signatures": []})
        own = [e for e in service.entries_of(task.id) if e["device"] == "server"]
        assert [e["seq"] for e in own] == [1, 2]
        assert own[1]["prev"] == own[0]["id"]
        assert service.state_of(task.id)["flags"] == []
        assert len([run for run in service.runs_of(task.id) if run["device"] == "server"]) == 2


def test_a_phone_gives_the_servers_own_words_back_after_a_restore(phone: Phone, task: Task, app: Flask) -> None:
    phone.answer("HT101", "pass")
    phone.submit()
    phone.push()
    entries, runs = service.entries_of(task.id), service.runs_of(task.id)
    before = fold(entries)
    for table in ("journal_entry", "journal_run", "inspection"):
        db.session.execute(db.metadatas[None].tables[table].delete())
    db.session.commit()
    outcomes = push(phone.tab, list(entries), list(runs))
    assert {o["status"] for o in outcomes} == {"accepted"}
    after = service.state_of(task.id)
    assert after["answers"] == before["answers"]
    assert after["closed"] is True


def test_a_forked_phone_keeps_both_branches(phone: Phone, task: Task) -> None:
    first = phone.answer("HT101", "pass")
    phone.answer("HT101", "fail", first)
    phone.push()
    phone.entries = [first]
    other = phone.answer("HT101", "na", first)
    assert phone.outcome([other]) == {("accepted", None)}
    state = service.state_of(task.id)
    assert [flag["code"] for flag in state["flags"]] == ["fork"]
    assert len(state["conflicts"]["answer:HT101"]) == 2


def test_the_server_notes_when_a_phone_was_last_heard_of(phone: Phone, clock: SetClock) -> None:
    phone.answer("HT101", "pass")
    phone.push()
    assert device_row(phone).last_seen_at == clock.now()


def say(task: Task, bureau: Bureau, kind: str, value: Any) -> None:
    service.append_server_entry(task.id, kind, "", value, bureau.people["lead"].id)
    db.session.commit()
