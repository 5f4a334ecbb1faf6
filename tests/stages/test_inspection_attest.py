"""Whoever holds the database can change it; what was attested and lies elsewhere shows that he did."""

import json
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from server.dispatch.models import Task, TaskInspector
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.trail import record
from tests import tampering
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_journal import Phone

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
VERIFIER = Path(__file__).parents[2] / "verify" / "verify_records.py"


@pytest.fixture
def phone(bureau: Bureau, browser: Browser, task: Task) -> Phone:
    phone = Phone(bureau.people["first"], task, browser.of(bureau.people["first"]))
    say(phone, 10)
    return phone


def say(phone: Phone, count: int) -> None:
    for number in range(count):
        phone.answer(f"HT{100 + number}", "pass")
        record("inspection.looked_at", "inspection", phone.inspection, note="查看")
    phone.push()
    db.session.commit()


def attested(app: Flask, clock: SetClock, folder: Path) -> Path:
    clock.advance(minutes=10)
    done = app.test_cli_runner().invoke(args=["records", "attest", str(folder)])
    assert done.exit_code == 0, done.output
    (path,) = folder.glob("*.json")
    db.session.remove()
    return path


def verified(statement: Path) -> subprocess.CompletedProcess[str]:
    database = str(db.engine.url.database)
    words = [sys.executable, str(VERIFIER), database, str(statement)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_what_was_attested_holds_and_goes_on_holding(app: Flask, clock: SetClock, phone: Phone, tmp_path: Path) -> None:
    statement = attested(app, clock, tmp_path / "outside")
    assert verified(statement).returncode == 0
    say(phone, 3)
    assert verified(statement).returncode == 0, verified(statement).stdout


def test_what_is_put_aside_and_what_is_taken_in_after_all_raise_no_alarm(
    app: Flask, clock: SetClock, phone: Phone, task: Task, tmp_path: Path
) -> None:
    card = task.inspectors[0].id
    before = attested(app, clock, tmp_path / "before")
    db.session.get_one(TaskInspector, card).removed_at = clock.now()
    apart = phone.answer("HT200", "pass")
    assert phone.outcome([apart]) == {("held", "not_assigned")}
    between = attested(app, clock, tmp_path / "between")
    db.session.get_one(TaskInspector, card).removed_at = None
    assert phone.outcome([apart]) == {("accepted", None)}
    db.session.commit()
    for statement in (before, between):
        assert verified(statement).returncode == 0, verified(statement).stdout


def test_an_attestation_that_was_rewritten_is_refused(
    app: Flask, clock: SetClock, phone: Phone, tmp_path: Path
) -> None:
    statement = attested(app, clock, tmp_path / "outside")
    told = json.loads(statement.read_text("utf-8"))
    told["trail"]["rows"] -= 1
    statement.write_text(json.dumps(told), "utf-8")
    assert "签名不符" in verified(statement).stdout


def test_edits_deletions_truncations_reorderings_and_forgeries_are_all_noticed(
    app: Flask, clock: SetClock, phone: Phone, tmp_path: Path
) -> None:
    told = json.loads(attested(app, clock, tmp_path / "outside").read_text("utf-8"))
    db.engine.dispose()
    with sqlite3.connect(str(db.engine.url.database)) as database:
        toll = tampering.tampered(database, told, 300, seed=1)
    assert set(toll) == set(tampering.ACTS)
    assert all(done == noticed for done, noticed in toll.values()), toll


def test_what_is_younger_than_the_attestation_is_not_spoken_of(
    app: Flask, clock: SetClock, phone: Phone, tmp_path: Path
) -> None:
    statement = attested(app, clock, tmp_path / "outside")
    told = json.loads(statement.read_text("utf-8"))
    assert timedelta(minutes=4) < clock.now() - clock.now().fromisoformat(told["until"]) < timedelta(minutes=6)
