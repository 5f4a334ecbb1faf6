"""The rulebook as its readers see it."""

from collections.abc import Mapping
from typing import Any

from server.platform.clock import today
from server.registry import items as item_list
from server.registry.models import InspectionItem
from server.rulebook import editions, switches
from server.rulebook.law_texts import Provision
from server.rulebook.models import ChecklistEdition, ChecklistSchedule, ScheduleState


def checklist(definition_id: str) -> dict[str, Any]:
    """One checklist with all its editions."""
    held = editions.in_force(definition_id, today())
    now_hash = held.edition.hash if held else None
    rows = editions.editions_of(definition_id)
    shown = [edition(row, now_hash) for row in rows]
    schedules = [schedule for row in rows for schedule in row.schedules]
    coming = sorted(
        (s for s in schedules if s.state == ScheduleState.APPROVED and s.effective_from > today()),
        key=lambda s: s.effective_from,
    )
    definition = editions.body_of(held.edition if held else rows[0])
    return {
        "id": definition_id,
        "title": definition["title"],
        "in_force": next((one for one in shown if one["in_force"]), None),
        "waiting": sum(s.state == ScheduleState.PROPOSED for s in schedules),
        "coming": schedule(coming[0]) if coming else None,
        "items": [listed(item, definition) for item in _using(definition_id)],
        "editions": shown,
    }


def edition(row: ChecklistEdition, now_hash: str | None) -> dict[str, Any]:
    """An edition without its items."""
    definition = editions.body_of(row)
    items = [item for section in definition["sections"] for item in section["items"]]
    return {
        "hash": row.hash,
        "definition_id": row.definition_id,
        "version": row.version,
        "origin": row.origin,
        "title": definition["title"],
        "effective_from": editions.day(definition["effective_from"]),
        "effective_to": editions.day(definition["effective_to"]),
        "items": len(items),
        "core": sum(item["core"] for item in items),
        "brought_by": row.brought_by.name if row.brought_by else None,
        "brought_at": row.brought_at,
        "in_force": row.hash == now_hash,
        "schedules": [schedule(one) for one in row.schedules],
    }


def whole(row: ChecklistEdition) -> dict[str, Any]:
    """An edition with every item."""
    held = editions.in_force(row.definition_id, today())
    return edition(row, held.edition.hash if held else None) | {
        "definition": editions.body_of(row),
        "source": row.source,
    }


def schedule(row: ChecklistSchedule) -> dict[str, Any]:
    """When an edition holds, who said so, who decided."""
    return {
        "id": row.id,
        "effective_from": row.effective_from,
        "state": row.state,
        "reason": row.reason,
        "proposed_by": row.proposed_by.name if row.proposed_by else None,
        "proposed_at": row.proposed_at,
        "decided_by": row.decided_by.name if row.decided_by else None,
        "decided_at": row.decided_at,
        "decision": row.decision,
    }


def listed(item: InspectionItem, definition: Mapping[str, Any]) -> dict[str, Any]:
    """An item of the published list, with what is on for it and which core items it does not cover."""
    return {
        "code": item.code,
        "name": item.name,
        "unit": item.unit.name,
        "on": switches.switched(item.code, definition),
        "beyond": switches.beyond_the_list(item, definition),
    }


def listed_switches(item: InspectionItem) -> dict[str, Any]:
    """The same with every item beyond the core, and every switch ever made."""
    held = editions.in_force(item.checklist_id, today())
    definition = editions.body_of(held.edition) if held else {"sections": [], "contents": {}}
    on = set(switches.switched(item.code, definition))
    rows = [
        {
            "code": entry["code"],
            "title": entry["title"],
            "section": section["title"],
            "content": definition["contents"][entry["content"]],
            "published": switches.covered(item, definition, entry["code"]),
            "on": entry["code"] in on,
            "needs": switches.needed_by(definition, entry["code"]),
        }
        for section in definition["sections"]
        for entry in section["items"]
        if not entry["core"]
    ]
    acts = [
        {"code": act.code, "on": act.on, "reason": act.reason, "by": act.by.name, "at": act.at}
        for act in reversed(switches.history(item.code))
    ]
    return listed(item, definition) | {"rows": rows, "history": acts}


def provision(found: Provision) -> dict[str, Any]:
    """A provision with its official text, if one was entered; a text of the file counts like one."""
    words, row = found.words, found.text
    checked = words.get("checked", {})
    return {
        "law": found.law["id"],
        "law_title": found.law["title"],
        "version": found.version["version"],
        "provision": found.key,
        "article": words["article"],
        "summary": words["summary"],
        "confidence": found.version["confidence"],
        "effective_from": found.version["effective_from"],
        "effective_to": found.version["effective_to"],
        "text": row.text if row else words.get("text"),
        "source": row.source if row else checked.get("source"),
        "checker": row.checker if row else checked.get("checker"),
        "checked_on": row.checked_on if row else editions.day(checked.get("date")),
    }


def _using(definition_id: str) -> list[InspectionItem]:
    return [item for item in item_list.items_on() if item.checklist_id == definition_id]
