"""A task as the phone gets it: everything that two people need on the way, offline, and nothing internal."""

from typing import Any

from server.accounts.models import Person
from server.dispatch.bring import bring_list
from server.dispatch.models import Approval, Task, TaskInspector
from server.registry.models import Subject


def present_cards(task: Task) -> list[TaskInspector]:
    """The cards that are on the task now, by slot."""
    return [card for card in task.inspectors if card.removed_at is None]


def trades_of(task: Task) -> list[str]:
    """The trades of the task's items, the first item's first."""
    return list(dict.fromkeys(row.item.trade for row in task.items))


def subject_payload(subject: Subject, trade: str) -> dict[str, Any]:
    """The premises as a phone may know it: no credit class, no internal flags."""
    return {
        "id": subject.id,
        "statutory_id": subject.statutory_id,
        "name": subject.name,
        "trade": trade,
        "address": subject.address,
        "township": subject.township,
        "station": subject.station.name if subject.station else "",
        "phone": subject.phone,
        "contact": subject.contact,
        "legal_rep": subject.legal_rep,
        "size": subject.size,
        "lat": subject.lat,
        "lng": subject.lng,
        "attributes": subject.attributes,
    }


def inspector_payload(card: TaskInspector) -> dict[str, Any]:
    """One of the people on the task."""
    person = card.inspector.person
    return {
        "person_id": person.id,
        "name": person.name,
        "badge_no": person.badge_no or "",
        "cert_no": card.cert_no,
        "cert_expires_on": card.cert_expires_on.isoformat(),
        "slot": card.slot,
    }


def approval_payload(approval: Approval) -> dict[str, Any]:
    """An approval as people cite it."""
    return {
        "number": approval.number,
        "approved_by": approval.approved_by.name,
        "approved_on": approval.approved_on.isoformat(),
    }


def task_payload(task: Task, person: Person | None = None) -> dict[str, Any]:
    """The Task of the phone's contract; the person's own card comes first among the inspectors.

    The approval shown is that of the first item; the office sees all of them.
    """
    cards = present_cards(task)
    if person is not None:
        cards.sort(key=lambda card: (card.inspector.person_id != person.id, card.slot))
    return {
        "id": task.id,
        "number": task.number,
        "state": task.state,
        "source": task.source,
        "joint": task.joint,
        "subject": subject_payload(task.subject, trades_of(task)[0]),
        "items": [{"code": row.item.code, "name": row.item.name, "unit": row.item.unit.name} for row in task.items],
        "checklists": list(dict.fromkeys(row.checklist_hash for row in task.items)),
        "inspectors": [inspector_payload(card) for card in cards],
        "window": {"from": task.window_from.isoformat(), "to": task.window_to.isoformat()},
        "approval": approval_payload(task.items[0].approval),
        "notice": {"number": task.notice.number},
        "visit_number": task.visit_number,
        "visit_cap": task.visit_cap,
        "bring": bring_list(trades_of(task)),
        "draw": {"number": task.draw_number, "certificate_digest": task.certificate_digest} if task.draw_id else None,
    }
