"""Use cases of the lead: read, return, take in what came late, sign off. Each act is an entry in the server's chain."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from server.accounts.models import Device, Person
from server.core.calendar import parse_instant
from server.core.journal.fold import fold
from server.core.journal.types import SERVER, Entry
from server.core.lifecycle import NotAllowed, allow
from server.core.refusal import Refused
from server.dispatch.models import Task, TaskInspector, TaskState
from server.dispatch.payload import trades_of
from server.dispatch.service import people_of, present_cards
from server.evidence.sight import leads, of_brigade, require_sight
from server.inspection.service import append_server_entry, cover_of, entries_of, head_of, lock_heads, outstanding
from server.platform.auth import Actor, Role
from server.platform.clock import now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.trail import TrailRow, record
from server.review import apart
from server.review.looking import Looked, look
from server.review.lost import lost_vaults
from server.review.models import SignOff
from server.review.readiness import require_ready, require_signed

_REFUSALS = {"not_in_this_phase": "review_wrong_phase", "not_received_yet": "review_not_received"}


def looked_for(actor: Actor, inspection_id: str) -> Looked:
    """An inspection that the person may see. Raises `not_found`."""
    require_sight(actor, inspection_id)
    return look(inspection_id)


def feed_of(inspection_id: str) -> int:
    """How many changes the inspection has seen: what a reader has read, to be given back with a decision."""
    head = head_of(inspection_id)
    return head.feed if head else 0


def devices_of(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The devices that speak in a journal, with owner and public key, so that a reader can check who said what."""
    ids = {entry["device"] for entry in entries}
    rows = db.session.scalars(select(Device).where(Device.id.in_(ids)).order_by(Device.id))
    return [
        {
            "id": device.id,
            "person_id": device.person_id,
            "person_name": device.person.name,
            "public_key": device.public_key,
            "label": device.label,
            "revoked_at": device.revoked_at,
        }
        for device in rows
    ]


def outstanding_of(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """What is still on its way, with the names of those whose phones have it."""
    rows = outstanding(entries)
    owners = select(Device.id, Person.name).join(Person, Person.id == Device.person_id)
    names = dict(db.session.execute(owners.where(Device.id.in_([row["device"] for row in rows]))).all())
    return [row | {"person_name": names.get(row["device"], "")} for row in rows]


def may_decide(actor: Actor, task: Task) -> bool:
    """Whether the person is the lead who decides on a task: of the responsible brigade, and nobody's own judge."""
    return _decides(actor, task) is None


def _decides(actor: Actor, task: Task) -> Problem | None:
    if Role.LEAD not in actor.role_set:
        return Problem("not_yours")
    if task.unit_id != actor.unit_id:
        theirs = leads(actor.unit_id, task.id)
        return Problem("review_not_your_brigade", unit=task.unit.name) if theirs else Problem("not_yours")
    if _ever_on(actor.id, task):
        return Problem("review_own_inspection")
    return None


def _ever_on(person_id: str, task: Task) -> bool:
    """Whether the person inspects here, or did until he was replaced."""
    cards: list[TaskInspector] = task.inspectors
    return any(card.inspector.person_id == person_id for card in cards)


def _begin(actor: Actor, action: str, inspection_id: str, seen: int | None) -> Looked:
    """Take the inspection for a decision: the lead's right, what he has read, the rules of the lifecycle."""
    require_sight(actor, inspection_id)
    head = lock_heads([inspection_id])[inspection_id]
    looked = look(inspection_id)
    if (refusal := _decides(actor, looked.task)) is not None:
        raise refusal
    if seen is not None and seen != head.feed:
        raise Problem("changed_meanwhile")
    state = looked.state
    try:
        allow(action, frozenset({"lead"}), state["phase"], state["closed"])
    except NotAllowed as error:
        raise Problem(_REFUSALS.get(error.code, "review_wrong_phase")) from error
    return looked


def give_back(
    actor: Actor,
    inspection_id: str,
    text: str,
    comments: Sequence[dict[str, str]],
    signatures: Sequence[str],
    seen: int | None = None,
) -> Looked:
    """Open the next round, with comments at items and the roles that have to sign again.

    Raises `not_found`, `review_words_needed`, `changed_meanwhile`, `review_wrong_phase`, `review_not_received`,
    `review_not_your_brigade`, `review_own_inspection`, `invalid_input` for a path that is none.
    """
    looked = _begin(actor, "return", inspection_id, seen)
    if not text.strip() and not comments:
        raise Problem("review_words_needed")
    round_ = looked.state["round"] + 1
    try:
        for comment in comments:
            append_server_entry(inspection_id, "comment", comment["path"], {"text": comment["text"]}, actor.id)
        value = {"round": round_, "text": text.strip(), "signatures": sorted(set(signatures))}
        append_server_entry(inspection_id, "return", "", value, actor.id)
    except Refused as error:
        raise Problem("invalid_input", fields={"comments": [error.detail]}) from error
    record("inspection.returned", "inspection", inspection_id, round=round_, comments=len(comments))
    return look(inspection_id)


def admit(actor: Actor, inspection_id: str, ids: Sequence[str], reason: str, seen: int | None = None) -> Looked:
    """Take late statements into the record. After sign-off the result follows.

    Raises as `give_back`, and `review_nothing_late` when one of the ids is not late.
    """
    looked = _begin(actor, "admit", inspection_id, seen)
    if not set(ids) <= set(looked.state["late"]):
        raise Problem("review_nothing_late")
    append_server_entry(inspection_id, "admit", "", {"ids": sorted(set(ids)), "reason": reason}, actor.id)
    record("inspection.admitted", "inspection", inspection_id, entries=len(set(ids)))
    after = look(inspection_id)
    if (signed := db.session.get(SignOff, inspection_id)) is not None:
        signed.result_code = after.run.result()["result_code"]
    return after


def sign_off(actor: Actor, inspection_id: str, text: str, seen: int | None = None) -> SignOff:
    """The lead answers for the record: it is finished, the papers are made, publication may begin.

    Raises as `give_back`, and what `readiness` refuses: entries or evidence still on their way, open conflicts,
    missing signatures, changes after a signature without a reason in `text`.
    """
    looked = _begin(actor, "sign_off", inspection_id, seen)
    require_ready(looked, outstanding_of(looked.entries), {row["device"] for row in lost_vaults(looked)}, text)
    shas = require_signed(looked, text)
    person = db.session.get_one(Person, actor.id)
    value = {
        "role": "lead",
        "signer": {"name": person.name, "post": f"{person.unit.name}负责人"},
        "text_sha256": shas,
        "evidence": None,
        "refused": None,
        "remarks": text.strip(),
        **cover_of(looked.entries),
    }
    entry = append_server_entry(inspection_id, "sign", "", value, actor.id)
    result = looked.run.result()["result_code"]
    row = SignOff(
        inspection_id=inspection_id,
        entry_id=entry["id"],
        at=now(),
        by_id=actor.id,
        round=looked.state["round"],
        result_code=result,
    )
    db.session.add(row)
    db.session.flush()
    record("inspection.signed_off", "inspection", inspection_id, round=row.round, result=result)
    return row


def take_back(row: TrailRow) -> None:
    """Job: a sign-off that phones gave back after an old backup was restored stands again, and the papers follow.

    When more of the record comes back, the result follows too. Repeating is harmless.
    """
    looked = look(row.subject_id)
    entry = next((e for e in reversed(looked.state["signatures"]) if _is_leads(e)), None)
    if looked.state["phase"] != "signed_off" or entry is None:
        return
    signed = db.session.get(SignOff, row.subject_id)
    if signed is None:
        signed = SignOff(inspection_id=row.subject_id, entry_id=entry["id"], by_id=entry["author"])
        signed.at = datetime.fromtimestamp(parse_instant(entry["at"]) / 1000, UTC)
        signed.round = looked.state["round"]
        db.session.add(signed)
    signed.result_code = looked.run.result()["result_code"]
    db.session.flush()
    record("inspection.signed_off", "inspection", row.subject_id, actor_id=entry["author"], round=signed.round)


def _is_leads(signature: dict[str, Any]) -> bool:
    return bool(signature["device"] == SERVER and signature["value"]["role"] == "lead")


WAITING = (TaskState.SUBMITTED, TaskState.RETURNED, TaskState.OPEN)


def queue(actor: Actor) -> list[dict[str, Any]]:
    """What waits for this lead's brigade, what is submitted first, then by due date.

    Also a task that nobody has begun on the record, when something said about it is kept apart.
    """
    waits = or_(Task.state.in_(WAITING), and_(Task.state.in_(apart.UNDER_WAY), apart.kept_apart()))
    waiting = select(Task).where(waits, of_brigade(actor.unit_id))
    whole = waiting.options(selectinload(Task.items), selectinload(Task.inspectors))
    tasks = db.session.scalars(whole.order_by(Task.window_to, Task.number)).unique().all()
    held = apart.counts_of([task.id for task in tasks])
    rows = [_queue_row(actor, task) | {"apart": held.get(task.id, 0)} for task in tasks]
    return sorted(rows, key=lambda row: row["phase"] != "submitted")


def _queue_row(actor: Actor, task: Task) -> dict[str, Any]:
    entries = entries_of(task.id)
    state = fold(entries)
    received = [e for e in entries if e["kind"] == "received" and e["value"]["round"] == state["round"]]
    rows = outstanding(entries)
    return {
        "id": task.id,
        "number": task.number,
        "subject_name": task.subject.name,
        "trade": trades_of(task)[0],
        "phase": state["phase"],
        "state": task.state,
        "round": state["round"],
        "submitted_at": received[0]["at"] if received else None,
        "due_on": task.window_to,
        "inspectors": [card.inspector.person.name for card in present_cards(task)],
        "outstanding": sum(row["entries"] + len(row["evidence"]) for row in rows),
        "conflicts": len(state["conflicts"]),
        "late": len(state["late"]),
        "unit": task.unit.name,
        "may_decide": may_decide(actor, task),
    }


def people_names(looked: Looked) -> dict[str, str]:
    """Names of everybody who speaks in a journal, or is on its task."""
    ids = {entry["author"] for entry in looked.entries} | set(people_of(looked.task))
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())
