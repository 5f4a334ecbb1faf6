"""The race a cursor must survive: somebody pulls while a slower push is not committed yet. On PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.core.journal.types import Entry
from server.dispatch.models import Task
from server.platform.db import db
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_journal import Phone, Replica, make_task

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


T = TypeVar("T")


class Held:
    """Stops the first act's transaction just before its commit, until told to go on."""

    def __init__(self) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self.armed = False
        self.thread: threading.Thread | None = None

    def before_commit(self, session: Session) -> None:
        if self.armed and threading.current_thread() is self.thread:
            self.armed = False
            self.reached.set()
            assert self.go.wait(30)

    def push(self, phone: Phone, entries: list[Entry]) -> list[dict[str, Any]]:
        """Push in a thread of its own; returns when everything is written and nothing is committed."""
        outcomes: list[dict[str, Any]] = []
        self.start(lambda: outcomes.extend(phone.push(entries)))
        return outcomes

    def start(self, act: Callable[[], object]) -> None:
        """The same with any act."""
        self.thread = threading.Thread(target=lambda: Context().run(act))
        self.armed = True
        self.thread.start()
        assert self.reached.wait(30)

    def behind(self, act: Callable[[], T]) -> T:
        """Let another act come while the first is held, then let both finish; returns what the other gave."""
        found: list[T] = []
        other = threading.Thread(target=lambda: Context().run(lambda: found.append(act())))
        other.start()
        other.join(1)
        self.finish()
        other.join(30)
        return found[0]

    def finish(self) -> None:
        self.go.set()
        assert self.thread
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def held() -> Iterator[Held]:
    hold = Held()
    event.listen(Session, "before_commit", hold.before_commit)
    yield hold
    hold.go.set()
    event.remove(Session, "before_commit", hold.before_commit)


@pytest.fixture
def phones(bureau: Bureau, browser: Browser, task: Task) -> tuple[Phone, Phone]:
    first, second = bureau.people["first"], bureau.people["second"]
    return Phone(first, task, browser.of(first)), Phone(second, task, browser.of(second))


def test_a_pull_during_a_push_does_not_step_over_it(
    phones: tuple[Phone, Phone], held: Held, bureau: Bureau, browser: Browser
) -> None:
    slow, quick = phones
    reader = Replica(browser.of(bureau.people["second"]))
    slow.answer("HT100", "pass")
    slow.push()
    hidden = slow.answer("HT101", "pass")
    outcomes = held.push(slow, [hidden])
    reader.pull()
    assert hidden["id"] not in reader.entries
    held.finish()
    assert {o["status"] for o in outcomes} == {"accepted"}
    quick.answer("HT102", "pass")
    quick.push()
    reader.pull()
    assert {hidden["id"], quick.entries[0]["id"]} <= set(reader.entries)


def test_a_quicker_push_to_the_same_inspection_waits_its_turn(
    phones: tuple[Phone, Phone], held: Held, bureau: Bureau, browser: Browser
) -> None:
    slow, quick = phones
    reader = Replica(browser.of(bureau.people["second"]))
    hidden = slow.answer("HT101", "pass")
    held.push(slow, [hidden])
    later = quick.answer("HT102", "pass")
    done = threading.Event()

    def overtake() -> None:
        quick.push([later])
        done.set()

    thread = threading.Thread(target=lambda: Context().run(overtake))
    thread.start()
    reader.pull()
    assert not done.is_set()
    assert reader.entries == {}
    held.finish()
    thread.join(30)
    assert done.is_set()
    reader.pull()
    assert set(reader.entries) == {hidden["id"], later["id"]}


def test_a_task_given_during_a_pull_is_not_stepped_over(
    phones: tuple[Phone, Phone], held: Held, bureau: Bureau, browser: Browser, app: Flask
) -> None:
    slow, _ = phones
    reader = Replica(browser.of(bureau.people["second"]))
    reader.pull()
    held.push(slow, [slow.answer("HT101", "pass")])
    other = threading.Thread(target=lambda: Context().run(lambda: give_another(app, bureau)))
    other.start()
    reader.pull()
    held.finish()
    other.join(30)
    reader.pull()
    assert {task["state"] for task in reader.tasks.values()} == {"open", "dispatched"}


def give_another(app: Flask, bureau: Bureau) -> None:
    with app.app_context():
        people = [db.session.merge(bureau.people[login], load=True) for login in ("first", "second")]
        fresh = Bureau(
            {code: db.session.merge(unit) for code, unit in bureau.units.items()},
            {**bureau.people, "first": people[0], "second": people[1]},
        )
        make_task(fresh, *people)


def test_many_phones_push_and_pull_at_once_and_all_end_with_the_same(
    bureau: Bureau, browser: Browser, task: Task
) -> None:
    people = [bureau.people["first"], bureau.people["second"]] * 3
    phones = [Phone(person, task, browser.of(person)) for person in people]
    for phone in phones:
        for number in range(12):
            phone.answer(f"HT{100 + number}", "pass")
    failures: list[BaseException] = []

    def work(phone: Phone) -> None:
        assert phone.tab
        replica = Replica(phone.tab)
        try:
            for entry in phone.entries:
                assert phone.push([entry])[0]["status"] == "accepted"
                replica.pull()
            replicas.append(replica)
        except BaseException as error:
            failures.append(error)

    replicas: list[Replica] = []
    threads = [threading.Thread(target=lambda p=phone: Context().run(work, p)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    everything = {entry["id"] for phone in phones for entry in phone.entries}
    for replica in replicas:
        replica.pull()
        assert set(replica.entries) == everything
