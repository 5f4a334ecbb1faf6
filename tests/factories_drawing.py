"""A county ready to be drawn in, and the short ceremony as the office's browser goes through it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from server.core import draw as rules
from server.planning.models import AnnualPlan
from server.platform.auth import Role
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.ids import new_id
from server.registry.models import Inspector, Subject
from tests.browser import Browser, Tab
from tests.factories import Bureau, make_person
from tests.factories_registry import make_inspector, make_items, make_plan, make_subject

R = "5e" * 32
ITEM_OF = {"zhian": "ZA-01", "jindu": "JD-01", "wangan": "WA-01"}


@dataclass
class County:
    """Premises by name, inspectors by login, the year's plan."""

    plan: AnnualPlan
    subjects: dict[str, Subject] = field(default_factory=dict)
    inspectors: dict[str, Inspector] = field(default_factory=dict)

    @property
    def batch_id(self) -> str:
        """The second batch, which draws all three items."""
        return self.plan.batches[1].id


def make_county(bureau: Bureau) -> County:
    """21 hotels (two of them also cafes), 6 chemical firms, 8 cafes; four inspectors per brigade."""
    make_items(bureau)
    county = County(make_plan(bureau))
    for at in range(21):
        items = ("ZA-01", "WA-01") if at < 2 else ("ZA-01",)
        county.subjects[f"hotel{at}"] = make_subject(f"宾馆{at}", *items, code=f"91410422MA40A{at:05d}")
    for trade, item, count in (("firm", "JD-01", 6), ("cafe", "WA-01", 8)):
        for at in range(count):
            code = f"92410422MA4{item[0]}A{at:05d}"
            county.subjects[f"{trade}{at}"] = make_subject(f"{trade}{at}", item, code=code)
    for unit, item in ITEM_OF.items():
        for at in range(4):
            login = f"{unit}{at}"
            badge = f"0{'zjw'.index(unit[0]) + 5}20{at:02d}"
            person = make_person(login, bureau.units[unit], Role.INSPECTOR, name=f"民警{login}", badge_no=badge)
            county.inspectors[login] = make_inspector(person, item, senior=at % 2 == 0)
    db.session.commit()
    return county


def close(subject: Subject, day: date) -> None:
    """The premises closed on a day."""
    subject.status, subject.status_since = "closed", day
    db.session.flush()


def announcement(county: County, draw_id: str, **changes: Any) -> dict[str, Any]:
    """The body of the short ceremony's announcement: office, witness, a number drawn in the afternoon."""
    return {
        "id": draw_id,
        "batch_id": county.batch_id,
        "commitment": rules.commitment(draw_id, "office", R),
        "witness": {"name": "李见证", "post": "县司法局执法监督股"},
        "source": {"name": "福彩3D第2026312期", "moment": "2026-11-22T07:00:00.000Z"},
        **changes,
    }


@dataclass
class Room:
    """The office's browser during a ceremony."""

    office: Tab
    county: County
    clock: SetClock
    draw_id: str = field(default_factory=new_id)

    def announce(self, **changes: Any) -> Any:
        answer = self.office.post("/api/drawing/draws", announcement(self.county, self.draw_id, **changes))
        return answer.json

    def act(self, what: str, **body: Any) -> Any:
        return self.office.post(f"/api/drawing/draws/{self.draw_id}/{what}", body).json

    def witness_types(self, number: str = "20261122") -> Any:
        return self.act("reveals", party="witness", reveal=number, name="李见证", post="县司法局执法监督股")

    def reveal(self) -> Any:
        return self.act("reveals", party="office", reveal=R)

    def wait_for_the_number(self) -> None:
        self.clock.advance(hours=6, minutes=1)

    def finish(self, source: str = "3 8 1") -> Any:
        """From the announcement to the certificate."""
        self.witness_types()
        self.reveal()
        self.wait_for_the_number()
        self.act("source", text=source, again=source)
        return self.act("execution")


def make_room(browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    return Room(browser.of(bureau.people["office"]), make_county(bureau), clock)
