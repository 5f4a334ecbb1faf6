"""The trail is the outbox: later stages hear of what was committed, once, and failures are offered again."""

import pytest
from flask import Flask

from server.platform import jobs
from server.platform.clock import SetClock
from server.platform.db import db, transaction
from server.platform.trail import TrailRow, record


@pytest.fixture
def heard(app: Flask) -> list[str]:
    calls: list[str] = []
    app.extensions["jobs"] = {"record.made": (lambda row: calls.append(row.subject_id),)}
    return calls


def test_what_is_committed_is_delivered_once(app: Flask, heard: list[str]) -> None:
    with transaction():
        row = record("record.made", "record", "7")
    assert jobs.deliver_offered() == 1
    jobs.deliver(row)
    assert heard == ["7"]


def test_what_is_rolled_back_is_never_delivered(app: Flask, heard: list[str]) -> None:
    with pytest.raises(RuntimeError), transaction():
        record("record.made", "record", "7")
        db.session.flush()
        raise RuntimeError
    assert jobs.deliver_offered() == 0 and heard == []


def test_a_failed_job_is_counted_and_offered_again(app: Flask, clock: SetClock) -> None:
    def fail(_row: TrailRow) -> None:
        raise OSError("printer on fire")

    app.extensions["jobs"] = {"record.made": (fail,)}
    with transaction():
        key = record("record.made", "record", "7")
    jobs.deliver_offered()
    row = db.session.get_one(TrailRow, key)
    assert (row.attempts, row.failure, row.delivered_at) == (1, "OSError", None)
    clock.advance(minutes=2)
    assert jobs.sweep() == 1


def test_a_chore_that_fails_keeps_none_of_the_others_back(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("the broom broke")

    jobs.do_chores([fail, lambda: done.append("swept")])
    assert done == ["swept"] and "the broom broke" in caplog.text


def test_actions_nobody_waits_for_are_not_offered(app: Flask, heard: list[str]) -> None:
    with transaction():
        record("session.opened", "person", "1")
    assert jobs.deliver_offered() == 0
