"""A task to inspect, and phones that state things about it. Everything is invented."""

import base64
import hashlib
from datetime import date
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy import select

from server.accounts.models import Device, Person
from server.core.canonical import canonical
from server.core.journal.chain import cover, run_bytes
from server.core.journal.entry import seal
from server.core.journal.types import Entry, Run
from server.dispatch import feed
from server.dispatch.models import Approval, Notice, Source, Task, TaskInspector, TaskItem
from server.planning.models import AnnualPlan, Batch
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.ids import new_id
from server.platform.keys import b64url, public_jwk
from server.registry.models import InspectionItem, Inspector
from server.rulebook.models import ChecklistVersion
from tests.browser import Tab
from tests.factories import Bureau, make_device
from tests.factories_registry import make_inspector, make_item, make_subject

DEFINITION = {"id": "hotel-real-name", "trade": "hotel", "version": "test", "sections": [], "catalogues": {}}
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQ"
    "Ew8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)
"""One grey pixel."""


def make_task(bureau: Bureau, *people: Person, name: str = "昆阳宾馆") -> Task:
    """A dispatched visit to a hotel by `people` (the two inspectors of the bureau where none are named)."""
    people = people or (bureau.people["first"], bureau.people["second"])
    item = db.session.scalar(select(InspectionItem)) or make_item("ZA-01", bureau.units["zhian"])
    number = str(db.session.query(Task).count() + 1)
    task = Task(
        number=f"T{number}",
        year=2026,
        subject=make_subject(name, "ZA-01", site=number),
        unit=bureau.units["zhian"],
        source=Source.RANDOM,
        joint=False,
        window_from=date(2026, 11, 16),
        window_to=date(2026, 11, 30),
        visit_number=1,
        visit_cap=2,
        dispatched_at=now(),
    )
    task.items = [TaskItem(position=1, item=item, approval=_approval(bureau, item), checklist_hash=_definition().hash)]
    task.inspectors = [_card(slot, person) for slot, person in enumerate(people, 1)]
    task.notice = Notice(number=f"叶公（治）检通字〔2026〕{number}号", issued_on=date(2026, 11, 16))
    db.session.add(task)
    db.session.flush()
    feed.note_change(task.id, [person.id for person in people])
    db.session.commit()
    return task


def _definition() -> ChecklistVersion:
    body = canonical(DEFINITION)
    sha256 = hashlib.sha256(body).hexdigest()
    known = db.session.get(ChecklistVersion, sha256)
    if known is None:
        known = ChecklistVersion(
            hash=sha256,
            definition_id="hotel-real-name",
            trade="hotel",
            effective_from=date(2026, 1, 1),
            body=body.decode(),
        )
        db.session.add(known)
        db.session.flush()
    return known


def _approval(bureau: Bureau, item: InspectionItem) -> Approval:
    known = db.session.scalar(select(Approval))
    if known is not None:
        return known
    plan = AnnualPlan(year=2026, title="2026年度抽查工作计划", made_on=date(2026, 1, 5), visit_cap=2)
    batch = Batch(plan=plan, number=1, title="第一批", window_from=date(2026, 11, 16), window_to=date(2026, 11, 30))
    approval = Approval(
        number="叶公（治）检审字〔2026〕1号",
        batch=batch,
        item_code=item.code,
        unit_id=bureau.units["zhian"].id,
        approved_by_id=bureau.people["leader"].id,
        approved_on=date(2026, 11, 10),
    )
    db.session.add_all([plan, batch, approval])
    db.session.flush()
    return approval


def _card(slot: int, person: Person) -> TaskInspector:
    inspector = db.session.scalar(select(Inspector).where(Inspector.person_id == person.id))
    inspector = inspector or make_inspector(person, "ZA-01")
    return TaskInspector(
        slot=slot,
        pool="ZA-01",
        inspector=inspector,
        cert_no=inspector.cert_no,
        cert_expires_on=inspector.cert_expires_on,
        since=now(),
    )


class Phone:
    """One person's device: states things about one inspection, signs them, pushes them with the person's tab."""

    def __init__(self, person: Person, task: Task, tab: Tab | None = None, enrol: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = new_id()
        self.person_id, self.inspection, self.tab = person.id, task.id, tab
        self.entries: list[Entry] = []
        self.sent = 0
        if enrol:
            make_device(person, public_jwk(self.key.public_key()), self.id)
            db.session.commit()

    def state(self, kind: str, path: str, value: Any, *replaces: Entry, **fields: Any) -> Entry:
        """Append an entry to this phone's chain."""
        last = self.entries[-1] if self.entries else None
        entry = seal(
            {
                "inspection": self.inspection,
                "author": self.person_id,
                "device": self.id,
                "seq": last["seq"] + 1 if last else 1,
                "prev": last["id"] if last else None,
                "at": iso(now()),
                "skew_ms": 0,
                "kind": kind,
                "path": path,
                "value": value,
                "replaces": sorted(e["id"] for e in replaces),
            }
            | fields
        )
        self.entries.append(entry)
        return entry

    def answer(self, path: str, value: Any, *replaces: Entry) -> Entry:
        return self.state("answer", path, value, *replaces)

    def photo(self, path: str, data: bytes = JPEG) -> Entry:
        value = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "media_type": "image/jpeg",
            "purpose": "photo",
            "taken_at": iso(now()),
            "position": None,
            "source": "camera",
            "width": 1,
            "height": 1,
        }
        return self.state("evidence", path, value)

    def submit(self, *others: Entry, round_: int = 1) -> Entry:
        """Submit what this phone has and what it has seen of others."""
        described = cover([*self.entries, *others])
        covers = {device: list(tip) for device, tip in described["covers"].items()}
        return self.state("submit", "", {**described, "covers": covers, "round": round_})

    def run(self, entries: list[Entry] | None = None) -> Run:
        """Sign entries (all of them unless told otherwise)."""
        entries = entries if entries is not None else self.entries
        run: Run = {
            "inspection": self.inspection,
            "device": self.id,
            "first_seq": entries[0]["seq"],
            "ids": [e["id"] for e in entries],
            "alg": "ES256",
            "signature": "",
        }
        r, s = decode_dss_signature(self.key.sign(run_bytes(run), ec.ECDSA(hashes.SHA256())))
        run["signature"] = b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return run

    def push(self, entries: list[Entry] | None = None, runs: list[Run] | None = None) -> list[dict[str, Any]]:
        """Send entries (what was not sent yet unless told otherwise); returns the outcomes."""
        if entries is None:
            entries, self.sent = self.entries[self.sent :], len(self.entries)
        runs = runs if runs is not None else [self.run(entries)] if entries else []
        return push(self.tab, entries, runs)

    def outcome(self, entries: list[Entry] | None = None, runs: list[Run] | None = None) -> set[tuple[str, Any]]:
        """Push, and tell the different outcomes: (status, code)."""
        return {(o["status"], o["code"]) for o in self.push(entries, runs)}


def push(tab: Tab | None, entries: list[Any], runs: list[Any]) -> list[dict[str, Any]]:
    """Push as the tab's person."""
    assert tab is not None
    answer = tab.post("/api/sync/push", {"runs": runs, "entries": entries})
    assert answer.status_code == 200, answer.text
    outcomes: list[dict[str, Any]] = answer.json["outcomes"]
    return outcomes


class Replica:
    """What a person's phone knows by pulling."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.cursor = tab, ""
        self.tasks: dict[str, dict[str, Any]] = {}
        self.checklists: dict[str, Any] = {}
        self.entries: dict[str, Entry] = {}
        self.runs: list[Run] = []
        self.devices: dict[str, Any] = {}
        self.pages = 0

    def pull(self) -> dict[str, Any]:
        """Pull until there is no more; returns the last page."""
        while True:
            answer = self.tab.get("/api/sync/pull", query_string={"cursor": self.cursor})
            assert answer.status_code == 200, answer.text
            page: dict[str, Any] = answer.json
            self.pages += 1
            self._take(page)
            if not page["more"]:
                return page

    def _take(self, page: dict[str, Any]) -> None:
        self.cursor = page["cursor"]
        self.tasks |= {task["id"]: task for task in page["tasks"]}
        for key in page["removed"]:
            self.tasks.pop(key, None)
        self.checklists |= {row["hash"]: row["body"] for row in page["checklists"]}
        self.devices |= {row["id"]: row for row in page["devices"]}
        for journal in page["inspections"]:
            self.entries |= {entry["id"]: entry for entry in journal["entries"]}
            self.runs += journal["runs"]


def device_row(phone: Phone) -> Device:
    return db.session.get_one(Device, phone.id)
