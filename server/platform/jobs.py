"""Delivery of trail rows to the stages that wait for them.

huey carries the work: its SQLite storage by default, Redis when there are several machines. After each commit the
new rows with a listener are offered; a sweep every minute offers again what was not delivered. Jobs are idempotent,
because a row can be delivered twice. Chores wait for nothing: they are done every night.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, cast

from flask import Flask, current_app
from huey import RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from server.platform.clock import now
from server.platform.config import Settings
from server.platform.db import db, transaction
from server.platform.errors import trace_of
from server.platform.private import begin_private
from server.platform.trail import TrailRow

log = logging.getLogger("suicha.jobs")
Job = Callable[[TrailRow], None]
Chore = Callable[[], object]
ATTEMPTS = 8
NIGHT = crontab(minute="17", hour="19")
"""17 minutes past three in Shanghai: huey counts in UTC."""


def make_huey(settings: Settings) -> Huey:
    """The queue. Its SQLite file uses a rollback journal: the Python's own SQLite is too old for a safe WAL."""
    if settings.testing:
        return cast(Huey, SqliteHuey("suicha", filename=":memory:", immediate=True))
    if settings.redis_url:
        return cast(Huey, RedisHuey("suicha", url=settings.redis_url))
    path = settings.instance / "queue.db"
    begin_private(path)
    return cast(Huey, SqliteHuey("suicha", filename=str(path), journal_mode="delete", fsync=False))


def deliver(trail_id: str) -> None:
    """Hand one trail row to its jobs, in one transaction; a failure is counted and offered again by the sweep."""
    jobs: Mapping[str, tuple[Job, ...]] = current_app.extensions["jobs"]
    row = db.session.get(TrailRow, trail_id)
    if row is None or row.delivered_at is not None:
        return
    try:
        with transaction():
            for job in jobs[row.action]:
                job(row)
            row.delivered_at = now()
    except Exception as error:
        log.error("job for trail row %s (%s) failed\n%s", trail_id, row.action, trace_of(error))
        with transaction():
            row = db.session.get_one(TrailRow, trail_id)
            row.attempts += 1
            row.failure = type(error).__name__


def sweep() -> int:
    """Offer undelivered rows of the last month again; returns how many."""
    jobs: Mapping[str, tuple[Job, ...]] = current_app.extensions["jobs"]
    waiting = db.session.scalars(
        select(TrailRow.id)
        .where(TrailRow.action.in_(jobs), TrailRow.delivered_at.is_(None), TrailRow.attempts < ATTEMPTS)
        .where(TrailRow.at < now() - timedelta(seconds=30), TrailRow.at > now() - timedelta(days=31))
        .order_by(TrailRow.id)
        .limit(200)
    ).all()
    for trail_id in waiting:
        current_app.extensions["offer"](trail_id)
    return len(waiting)


def do_chores(chores: Iterable[Chore]) -> None:
    """Each in a transaction of its own; one that fails is logged and keeps none of the others back."""
    for chore in chores:
        try:
            with transaction():
                chore()
        except Exception as error:
            log.error("chore %s failed\n%s", getattr(chore, "__name__", chore), trace_of(error))


def _offer_all(session: Session) -> None:
    """What the transaction has put on the trail goes to those that wait for it, now that it is there.

    It is done, whatever becomes of the offer: a queue that is full is no fault of it, and the sweep offers anew.
    """
    acts = session.info.pop("acts", [])
    jobs = current_app.extensions.get("jobs", {}) if acts else {}
    for trail_id, action in acts:
        if action in jobs:
            try:
                current_app.extensions["offer"](trail_id)
            except Exception as error:
                log.error("trail row %s (%s) was not offered\n%s", trail_id, action, trace_of(error))


def _forget(session: Session) -> None:
    session.info.pop("acts", None)


def init_jobs(app: Flask, settings: Settings, jobs: Mapping[str, tuple[Job, ...]], chores: Iterable[Chore]) -> None:
    """Give the app its queue, and the queue its jobs (trail action → functions) and chores."""
    queue = make_huey(settings)
    app.extensions |= {"huey": queue, "jobs": jobs}

    @queue.task(name="deliver")
    def deliver_task(trail_id: str) -> None:
        with app.app_context():
            deliver(trail_id)

    @queue.periodic_task(crontab(minute="*"), name="sweep")
    def sweep_task() -> None:
        with app.app_context():
            sweep()

    @queue.periodic_task(NIGHT, name="chores")
    def chores_task() -> None:
        with app.app_context():
            do_chores(chores)

    app.extensions["offer"] = _offer_in_tests if settings.testing else deliver_task
    with app.app_context():
        listeners: list[tuple[str, Callable[..., Any]]] = [
            ("after_commit", _offer_all),
            ("after_rollback", _forget),
        ]
        for name, listener in listeners:
            if not event.contains(db.session, name, listener):
                event.listen(db.session, name, listener)


def _offer_in_tests(trail_id: str) -> None:
    current_app.extensions.setdefault("offered", []).append(trail_id)


def deliver_offered() -> int:
    """Tests only need this: deliver now what the last requests offered; returns how many."""
    offered = current_app.extensions.pop("offered", [])
    for trail_id in offered:
        deliver(trail_id)
    return len(offered)
