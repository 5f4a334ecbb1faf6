"""An inspection told over HTTP by two phones, ready for the lead. Everything is invented."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Flask

from server.core.canonical import canonical
from server.core.journal.types import Entry
from server.dispatch.models import Task
from server.platform.clock import SetClock
from server.platform.db import db
from server.review.looking import look
from server.rulebook.models import ChecklistVersion
from tests import record_cases as cases
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_journal import Phone, make_task


def small_checklist() -> ChecklistVersion:
    body = canonical(cases.definition())
    sha256 = hashlib.sha256(body).hexdigest()
    known = db.session.get(ChecklistVersion, sha256)
    if known is None:
        known = ChecklistVersion(
            hash=sha256,
            definition_id="hotel-small",
            trade="hotel",
            effective_from=date(2026, 1, 1),
            body=body.decode(),
        )
        db.session.add(known)
        db.session.flush()
    return known


def upload(tab: Tab, inspection: str, data: bytes, media_type: str) -> None:
    """Send a file in one request, as tus has it."""
    told = {"inspection": inspection, "sha256": cases.sha(data), "media_type": media_type}
    answer = tab.send(
        "POST",
        "/api/evidence/uploads",
        data=data,
        content_type="application/offset+octet-stream",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)),
            "Upload-Metadata": ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items()),
        },
    )
    assert answer.status_code == 201, answer.text


class Told(cases.Visit):
    """A visit of `record_cases`, said by enrolled phones and pushed to the server."""

    def __init__(
        self, app: Flask, bureau: Bureau, browser: Browser, clock: SetClock, name: str = "锦程快捷酒店"
    ) -> None:
        super().__init__()
        self.bureau, self.browser, self.clock = bureau, browser, clock
        self.task = self._task(name)
        self.inspection = self.task.id
        people = {cases.ZHANG: bureau.people["first"], cases.LI: bureau.people["second"]}
        self.phones = {who: Phone(person, self.task, browser.of(person)) for who, person in people.items()}
        self.context = look(self.task.id).context
        self.sent_bytes: set[str] = set()

    def _task(self, name: str) -> Task:
        task = make_task(self.bureau, name=name)
        task.items[0].checklist_hash = small_checklist().hash
        db.session.commit()
        return task

    @property
    def lead(self) -> Tab:
        return self.browser.of(self.bureau.people["lead"])

    @property
    def office(self) -> Tab:
        return self.browser.of(self.bureau.people["office"])

    def say(self, who: str, kind: str, path: str, value: Any, replaces: Iterable[str] = ()) -> Entry:
        self.clock.advance(seconds=20)
        entry = self.phones[who].state(kind, path, value, *(self.entries[key] for key in replaces))
        self.entries[entry["id"]] = entry
        return entry

    def upload_all(self) -> None:
        """Send every file that the phones hold."""
        for entry in self.entries.values():
            value = entry["value"]
            if entry["kind"] == "evidence" and value["purpose"] != "held_elsewhere" and value["sha256"] in self.bytes:
                self._upload(value)

    def _upload(self, value: dict[str, Any]) -> None:
        if value["sha256"] not in self.sent_bytes:
            tab = self.phones[cases.ZHANG].tab
            assert tab is not None
            upload(tab, self.inspection, self.bytes[value["sha256"]], value["media_type"])
            self.sent_bytes.add(value["sha256"])

    def push(self) -> None:
        for phone in self.phones.values():
            phone.push()

    def submit(self, round_: int = 1) -> None:
        """Everything goes to the server; the first inspector submits."""
        phone = self.phones[cases.ZHANG]
        entry = phone.submit(*(e for e in self.entries.values() if e["device"] != phone.id), round_=round_)
        self.entries[entry["id"]] = entry
        self.push()

    def hear(self) -> None:
        """The phones learn what the server has said."""
        self.entries |= {entry["id"]: entry for entry in self.read().json["entries"]}

    def decide(self, what: str, tab: Tab | None = None, **body: Any) -> Any:
        self.clock.advance(minutes=1)
        return (tab or self.lead).post(f"/api/review/inspections/{self.inspection}/{what}", body)

    def read(self, tab: Tab | None = None) -> Any:
        return (tab or self.lead).get(f"/api/review/inspections/{self.inspection}")

    def pdf(self, copy: str = "full", tab: Tab | None = None) -> Any:
        return (tab or self.office).get(
            f"/api/documents/inspections/{self.inspection}/record.pdf?copy={copy}", buffered=True
        )


def submitted(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock, name: str = "锦程快捷酒店") -> Told:
    """A whole visit, signed and submitted, with every file on the server."""
    told = Told(app, bureau, browser, clock, name)
    cases.fill(told)
    cases.six_photos(told)
    told.say(cases.ZHANG, "presence", "", {"event": "left", "position": None})
    cases.all_sign(told)
    told.upload_all()
    told.submit()
    return told
