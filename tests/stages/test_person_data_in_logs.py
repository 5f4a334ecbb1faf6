"""A canary: what identifies a person goes into the record, and into no log, no trail and no refusal."""

import json
import logging

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from server.accounts.models import Unit
from server.dispatch.models import Task
from server.inspection import service
from server.platform.db import db
from server.platform.errors import trace_of
from server.platform.trail import TrailRow
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_journal import Phone, make_task

NAME, NUMBER, PHONE = "金丝雀某", "11010519491231002X", "13987654321"
CANARIES = (NAME, NUMBER, PHONE)


def test_a_person_is_in_the_record_and_nowhere_else(
    bureau: Bureau, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    task: Task = make_task(bureau)
    person = bureau.people["first"]
    phone = Phone(person, task, browser.of(person))
    with caplog.at_level(logging.DEBUG):
        phone.answer("CM10", {"name": NAME, "id_type": "resident_id", "id_number": NUMBER, "phone": PHONE})
        assert phone.outcome() == {("accepted", None)}
        wrong = dict(phone.entries[0]) | {"value": {"name": NAME, "id_number": NUMBER, "mobile": PHONE}}
        answer = browser.of(person).post("/api/sync/push", {"runs": [], "entries": [wrong]})
        refused = browser.of(person).post("/api/sync/push", {"runs": NAME, "entries": [NUMBER]})
    assert NUMBER in json.dumps(service.state_of(task.id)["answers"]), "the record keeps it"
    trail = json.dumps([row.detail for row in db.session.scalars(select(TrailRow))], ensure_ascii=False)
    for canary in CANARIES:
        assert canary not in caplog.text and canary not in trail
        assert canary not in answer.text and canary not in refused.text


def test_a_statement_that_fails_does_not_show_what_it_was_given(bureau: Bureau) -> None:
    with pytest.raises(StatementError) as failed:
        db.session.execute(insert(Unit).values(id=bureau.units["office"].id, name=NAME, code=NUMBER))
    db.session.rollback()
    told = trace_of(failed.value)
    assert NAME not in told and NUMBER not in told
    assert "IntegrityError" in told and "test_person_data_in_logs.py" in told
