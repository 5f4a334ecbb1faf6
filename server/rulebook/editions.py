"""Editions: what came with the software, what the office brought, and which one holds on a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from json import loads
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import select

from server.core.canonical import canonical
from server.platform.auth import Actor
from server.platform.clock import now, today
from server.platform.config import Settings
from server.platform.db import db
from server.platform.definitions import ROOT, WrongDefinition, load_file, load_text, trades
from server.platform.errors import Problem, language
from server.platform.trail import record
from server.rulebook.models import ChecklistEdition, ChecklistSchedule, Origin, ScheduleState

LONGEST_TEXT = 300_000
"""Characters of an uploaded definition; the largest of ours has 40,000."""


def guide() -> str:
    """《检查表怎么写》, which comes with the software."""
    return (ROOT / "README.md").read_text("utf-8")


class Whole(NamedTuple):
    """A definition with its canonical JSON, the hash of that, and the YAML that it was made from."""

    hash: str
    definition: Mapping[str, Any]
    body: str
    source: str


def _whole(definition: Mapping[str, Any], source: str) -> Whole:
    body = canonical(definition)
    return Whole(sha256(body).hexdigest(), definition, body.decode(), source)


@cache
def _shipped(folder: Path) -> Mapping[str, Whole]:
    """The checklists of a folder by id; read once per process, as a changed file needs a restart anyway."""
    found = {}
    for name in trades(folder):
        file = folder / f"{name}.yaml"
        found[name] = _whole(load_file(file, folder), file.read_text("utf-8"))
    return found


def shipped() -> Mapping[str, Whole]:
    """The checklists that came with the software, by id."""
    settings: Settings = current_app.extensions["settings"]
    return _shipped(settings.checklists_folder)


def editions_of(definition_id: str) -> list[ChecklistEdition]:
    """Every edition known of a checklist, the newest first; what only lies in the folder yet is made up, unsaved."""
    query = select(ChecklistEdition).where(ChecklistEdition.definition_id == definition_id)
    rows = list(db.session.scalars(query.order_by(ChecklistEdition.brought_at.desc(), ChecklistEdition.hash)))
    own = shipped().get(definition_id)
    if own is not None and own.hash not in {row.hash for row in rows}:
        rows.insert(0, _row(own, Origin.SHIPPED, None))
    return rows


def definition_ids() -> list[str]:
    """The ids of all checklists, in the folder or brought by the office."""
    brought = db.session.scalars(select(ChecklistEdition.definition_id).distinct())
    return sorted({*shipped(), *brought})


def edition(hash_: str) -> ChecklistEdition:
    """One edition by its hash. Raises `not_found`."""
    row = db.session.get(ChecklistEdition, hash_)
    if row is None:
        row = next((_row(own, Origin.SHIPPED, None) for own in shipped().values() if own.hash == hash_), None)
    if row is None:
        raise Problem("not_found")
    return row


def saved(row: ChecklistEdition) -> ChecklistEdition:
    """The same edition, kept in the database from now on."""
    if db.session.get(ChecklistEdition, row.hash) is None:
        db.session.add(row)
        db.session.flush()
    return row


def body_of(row: ChecklistEdition) -> dict[str, Any]:
    """The whole definition of an edition."""
    definition: dict[str, Any] = loads(row.body)
    return definition


def check_text(text: str) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The definition of an uploaded text, or its faults: line and a sentence in the reader's language."""
    settings: Settings = current_app.extensions["settings"]
    try:
        return load_text(text, "上传文件", settings.checklists_folder), []
    except WrongDefinition as wrong:
        chosen = language()
        return None, [
            {"file": f.file, "line": f.line, "code": f.code, "text": f.en if chosen == "en" else f.zh}
            for f in wrong.faults
        ]


def bring(actor: Actor, text: str) -> ChecklistEdition:
    """Keep an uploaded definition as an edition; it holds from no day until it is scheduled.

    Raises `checklist_wrong` with every fault, and `edition_version_taken` when that version of the checklist is
    scheduled already with other words.
    """
    definition, faults = check_text(text)
    if definition is None:
        raise Problem("checklist_wrong", fields={"faults": faults}, count=len(faults))
    row = made(definition, text, Origin.UPLOADED, actor.id)
    present = editions_of(row.definition_id)
    known = next((one for one in present if one.hash == row.hash), None)
    if known is not None:
        return saved(known)
    if any(one.version == row.version and one.schedules for one in present):
        raise Problem("edition_version_taken", version=row.version)
    db.session.add(row)
    db.session.flush()
    record("checklist.brought", "checklist", row.definition_id, actor_id=actor.id, hash=row.hash)
    return row


class InForce(NamedTuple):
    """The edition that holds on a day, and the schedule that says so; none for what only lies in the folder."""

    edition: ChecklistEdition
    schedule: ChecklistSchedule | None


def in_force(definition_id: str, day: date) -> InForce | None:
    """The edition of a checklist that holds on a day: the latest approved day that has come by then.

    Where none was ever scheduled, that of the folder. None where the definition itself has not begun or has ended.
    """
    query = (
        select(ChecklistSchedule)
        .where(ChecklistSchedule.definition_id == definition_id, ChecklistSchedule.state == ScheduleState.APPROVED)
        .order_by(ChecklistSchedule.effective_from, ChecklistSchedule.id)
    )
    approved: Sequence[ChecklistSchedule] = db.session.scalars(query).all()
    come = [schedule for schedule in approved if schedule.effective_from <= day]
    if come:
        found = InForce(come[-1].edition, come[-1])
    elif definition_id in shipped() and not approved:
        found = InForce(edition(shipped()[definition_id].hash), None)
    else:
        return None
    return found if _holds(body_of(found.edition), day) else None


def put_into_use(found: InForce) -> None:
    """Write down that the edition of the folder is the one that the bureau works with: a file that changes with the
    next software is then an edition of its own, and holds only after it was scheduled and approved."""
    if found.schedule is not None:
        return
    row = saved(found.edition)
    since = date.fromisoformat(body_of(row)["effective_from"])
    db.session.add(
        ChecklistSchedule(
            edition_hash=row.hash,
            definition_id=row.definition_id,
            effective_from=min(since, today()),
            state=ScheduleState.APPROVED,
            reason="系统启用时的检查表",
            proposed_at=now(),
            decided_at=now(),
        )
    )
    db.session.flush()
    record("checklist.put_into_use", "checklist", row.definition_id, hash=row.hash)


def _holds(definition: Mapping[str, Any], day: date) -> bool:
    last = definition["effective_to"]
    return bool(definition["effective_from"] <= day.isoformat() and (last is None or day.isoformat() <= last))


def made(definition: Mapping[str, Any], source: str, origin: Origin, by: str | None) -> ChecklistEdition:
    """An edition of a definition, not kept yet."""
    return _row(_whole(definition, source), origin, by)


def _row(whole: Whole, origin: Origin, by: str | None) -> ChecklistEdition:
    return ChecklistEdition(
        hash=whole.hash,
        definition_id=whole.definition["id"],
        version=whole.definition["version"],
        origin=origin,
        body=whole.body,
        source=whole.source,
        brought_by_id=by,
        brought_at=now(),
    )


def day(text: str | None) -> date | None:
    """A day of a definition as a date."""
    return date.fromisoformat(text) if text else None
