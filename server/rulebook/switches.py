"""Items beyond the core: off until the published list covers them and the office switches them on (五(五))."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from server.core.checklist.build import CannotSwitch, reads, switched_on
from server.platform.auth import Actor
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import record
from server.registry import items as item_list
from server.registry.models import InspectionItem
from server.rulebook import editions
from server.rulebook.models import ChecklistSchedule, ChecklistSwitch, ScheduleState

PROCEDURE = "visit"
"""The content of items about the visit itself (approval, certificates, signatures): no 抽查内容, asked always."""


def covered(item: InspectionItem, definition: Mapping[str, Any], code: str) -> bool:
    """Whether the published list covers an item of the checklist: its 抽查内容 stands in the list's 检查内容 or
    事项名称, marks and spaces aside."""
    return _content(definition, code) == PROCEDURE or _published(item, definition, code)


def _content(definition: Mapping[str, Any], code: str) -> str:
    return str(next(entry["content"] for entry in _items(definition) if entry["code"] == code))


def _published(item: InspectionItem, definition: Mapping[str, Any], code: str) -> bool:
    wanted = _letters(definition["contents"][_content(definition, code)]["zh"])
    return any(wanted in _letters(text) for text in (item.name, "".join(item.contents)))


def beyond_the_list(item: InspectionItem, definition: Mapping[str, Any]) -> list[str]:
    """The core items that the published list does not cover: they may not be inspected."""
    core = [entry["code"] for entry in _items(definition) if entry["core"]]
    return [code for code in core if not covered(item, definition, code)]


def history(item_code: str) -> Sequence[ChecklistSwitch]:
    """Every switch ever made for an item of the list, the oldest first."""
    query = select(ChecklistSwitch).where(ChecklistSwitch.item_code == item_code).order_by(ChecklistSwitch.id)
    return db.session.scalars(query).all()


def switched(item_code: str, definition: Mapping[str, Any]) -> list[str]:
    """The codes that are on beyond the core, as far as the definition has them, sorted."""
    state = {row.code: row.on for row in history(item_code)}
    known = {entry["code"] for entry in _items(definition) if not entry["core"]}
    return sorted(code for code, on in state.items() if on and code in known)


def needed_by(definition: Mapping[str, Any], code: str) -> list[str]:
    """The other optional items that an item reads, which must be on with it, in the order of the checklist."""
    optional = [entry["code"] for entry in _items(definition) if not entry["core"]]
    wanted = {code}
    growing = True
    while growing:
        found = {name.split("_")[0] for one in wanted for thing in _things(definition, one) for name in reads(thing)}
        growing = not (found & set(optional)) <= wanted
        wanted |= found & set(optional)
    return [other for other in optional if other in wanted and other != code]


def _things(definition: Mapping[str, Any], code: str) -> Iterator[Any]:
    """The item, and the head of its section."""
    for section in definition["sections"]:
        for entry in section["items"]:
            if entry["code"] == code:
                yield from (section, entry)


def switch(actor: Actor, item_code: str, codes: Collection[str], on: bool, reason: str) -> list[ChecklistSwitch]:
    """Switch items of the checklist on or off for tasks that are dispatched from now on.

    Raises `item_not_in_force`, `checklist_missing`, `switch_unknown`, `switch_core`, `switch_not_published`,
    `switch_same` and `switch_needs` (an item that stays on reads one that would be off).
    """
    item = item_list.item_on(item_code)
    held = editions.in_force(item.checklist_id, today())
    if held is None:
        raise Problem("checklist_missing", item=item.name, day=today().isoformat())
    definition = editions.body_of(held.edition)
    _refuse(item, definition, codes, on)
    before = set(switched(item_code, definition))
    after = before | set(codes) if on else before - set(codes)
    if after == before:
        raise Problem("switch_same")
    for other in (definition, *_coming(item.checklist_id)):
        known = {entry["code"] for entry in _items(other)}
        try:
            switched_on(other, after & known)
        except CannotSwitch as fault:
            reader, _, needed = fault.detail.partition(" needs ")
            raise Problem("switch_needs", entry=reader, needed=needed) from fault
    made = [
        ChecklistSwitch(item_code=item_code, code=code, on=on, reason=reason, by_id=actor.id, at=now())
        for code in sorted(after ^ before)
    ]
    db.session.add_all(made)
    db.session.flush()
    changed = [row.code for row in made]
    record("checklist.switched", "item", item.id, actor_id=actor.id, item=item_code, codes=changed, on=on)
    return made


def _refuse(item: InspectionItem, definition: Mapping[str, Any], codes: Collection[str], on: bool) -> None:
    core = {entry["code"]: bool(entry["core"]) for entry in _items(definition)}
    for code in codes:
        if code not in core:
            raise Problem("switch_unknown", entry=code)
        if core[code]:
            raise Problem("switch_core", entry=code)
        if on and not covered(item, definition, code):
            raise Problem("switch_not_published", entry=code, item=item.name)


def _coming(definition_id: str) -> Iterator[dict[str, Any]]:
    """Definitions that are approved for a day to come."""
    query = select(ChecklistSchedule).where(
        ChecklistSchedule.definition_id == definition_id,
        ChecklistSchedule.state == ScheduleState.APPROVED,
        ChecklistSchedule.effective_from > today(),
    )
    for schedule in db.session.scalars(query):
        yield editions.body_of(schedule.edition)


def _items(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in definition["sections"]:
        yield from section["items"]


def _letters(text: str) -> str:
    """Chinese characters, letters and digits only: the published list mixes full and half-width marks."""
    return re.sub(r"[^0-9A-Za-z\u4e00-\u9fff]", "", text)
