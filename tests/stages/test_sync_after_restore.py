"""An old backup was restored: what phones give back puts inspection, task and sign-off where they stood."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from server.core.journal.types import Entry, Run
from server.dispatch.models import Task
from server.inspection import service
from server.inspection.heads import head_of
from server.inspection.models import InspectionHead, JournalEntry, JournalRun
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.jobs import deliver_offered
from server.review.models import SignOff
from tests import record_cases as cases
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_journal import Phone, push
from tests.factories_review import Told, submitted

Replica = tuple[Sequence[Entry], Sequence[Run]]


@pytest.fixture
def phone(bureau: Bureau, browser: Browser, task: Task) -> Phone:
    return Phone(bureau.people["first"], task, browser.of(bureau.people["first"]))


def lose(inspection: str) -> Replica:
    """The backup knew the task, and nothing that was said; returns what a phone still has."""
    kept = service.entries_of(inspection), service.runs_of(inspection)
    db.session.execute(delete(SignOff))
    for model in (JournalEntry, JournalRun, InspectionHead):
        db.session.execute(delete(model))
    db.session.execute(update(Task).values(state="dispatched"))
    db.session.commit()
    return kept


def say(task: Task, bureau: Bureau, kind: str, value: Any) -> None:
    service.append_server_entry(task.id, kind, "", value, bureau.people["lead"].id)
    db.session.commit()


def state_now(inspection: str) -> str:
    return db.session.get_one(Task, inspection).state


def visited(phone: Phone) -> None:
    phone.answer("HT101", "pass")
    phone.submit()
    phone.push()


def test_a_returned_inspection_goes_on_in_its_second_round(phone: Phone, task: Task, bureau: Bureau) -> None:
    visited(phone)
    say(task, bureau, "return", {"round": 2, "text": "补正", "signatures": []})
    entries, runs = lose(task.id)
    push(phone.tab, list(entries), list(runs))
    assert state_now(task.id) == "returned"
    corrected = phone.answer("HT101", "fail", phone.entries[0])
    assert phone.outcome([corrected]) == {("accepted", None)}
    phone.sent = len(phone.entries)
    phone.submit(*entries, round_=2)
    phone.push()
    state = service.state_of(task.id)
    assert (state["round"], state["closed"], state["phase"]) == (2, True, "submitted")
    assert state_now(task.id) == "submitted"


def test_the_servers_chain_goes_on_where_it_ended(phone: Phone, task: Task, bureau: Bureau) -> None:
    visited(phone)
    entries, runs = lose(task.id)
    push(phone.tab, list(entries), list(runs))
    say(task, bureau, "return", {"round": 2, "text": "补正", "signatures": []})
    own = [e for e in service.entries_of(task.id) if e["device"] == "server"]
    assert [e["seq"] for e in own] == [1, 2]
    assert service.state_of(task.id)["flags"] == []


@pytest.mark.parametrize("words_first", [True, False])
def test_in_whatever_pieces_it_comes_nothing_of_it_is_late(phone: Phone, task: Task, words_first: bool) -> None:
    visited(phone)
    entries, runs = lose(task.id)
    pieces = sorted(entries, key=lambda e: (e["device"] != "server") == words_first)
    for entry in pieces:
        push(phone.tab, [entry], list(runs))
    assert service.state_of(task.id)["late"] == []
    assert {(o["status"], o["code"]) for o in push(phone.tab, list(entries), list(runs))} == {("known", None)}
    late = phone.answer("HT102", "fail")
    assert phone.outcome([late]) == {("held", "late")}


def test_a_sign_off_that_phones_give_back_is_one(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> None:
    told: Told = submitted(app, bureau, browser, clock)
    assert told.decide("sign-off").status_code == 200
    before = db.session.get_one(SignOff, told.inspection)
    stood = (before.entry_id, before.by_id, before.round, before.result_code)
    entries, runs = lose(told.inspection)
    push(told.phones[cases.ZHANG].tab, list(entries), list(runs))
    deliver_offered()
    db.session.expire_all()
    assert state_now(told.inspection) == "signed_off"
    again = db.session.get_one(SignOff, told.inspection)
    assert (again.entry_id, again.by_id, again.round, again.result_code) == stood
    head = head_of(told.inspection)
    assert head is not None and head.signed_off_at is not None
    assert told.read().json["state"]["phase"] == "signed_off"
