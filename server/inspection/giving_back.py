"""What phones give back after an old backup was restored: the server's own words too, which head and task lost.

A head says in short what its journal says at length. Both are written together, so nothing is compared in daily work;
only when statements come that the server itself had said, or that reach a closed round, the journal is folded and the
head put where it stood.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, update

from server.core.journal.fold import LATEABLE, fold
from server.core.journal.types import SERVER, Entry, State
from server.dispatch.models import TaskState
from server.inspection.heads import Head
from server.inspection.journal import ENTRIES, move_task
from server.platform.clock import now
from server.platform.prepared import Prepared
from server.platform.trail import record


def looks_given_back(head: Head, accepted: Iterable[Entry]) -> bool:
    """Whether these entries may say something else of the inspection than its head: a moment's look."""
    return head.closed or any(entry["device"] == SERVER for entry in accepted)


def stand_again(head: Head, entries: Sequence[Entry], accepted: Iterable[Entry], people: Collection[str]) -> set[str]:
    """Put the head, and the task with it, where the journal stands; returns the ids that are late.

    `entries` are all of the inspection, `accepted` those among them that came now; the caller holds the head, and saves
    it. A sign-off that comes back, or changes by what comes, is put on the trail for the stages that wait for it.
    """
    state = fold(entries, head.id)
    late = set(state["late"])
    own = [entry for entry in entries if entry["device"] == SERVER]
    if own:
        head.server_seq, head.server_tip = max((entry["seq"], entry["id"]) for entry in own)
    came = [entry for entry in accepted if entry["device"] == SERVER]
    if came:
        head.round, head.closed = state["round"], state["closed"]
        if (reached := _reached(state)) is not None:
            move_task(head.id, reached, people)
    reaches = any(entry["kind"] in LATEABLE and entry["id"] not in late for entry in accepted)
    if state["phase"] == "signed_off" and (came or reaches):
        head.signed_off_at = head.signed_off_at or now()
        record("inspection.given_back", "inspection", head.id)
    return late


def _reached(state: State) -> TaskState | None:
    """The task's state in which the journal stands; None: nothing was ever decided or received."""
    if state["phase"] == "signed_off":
        return TaskState.SIGNED_OFF
    if state["closed"]:
        return TaskState.SUBMITTED
    return TaskState.RETURNED if state["round"] > 1 else None


def mark_late(inspection_id: str, late: Iterable[str]) -> None:
    """Write which entries are late: these, and no others that seemed so before what covers them was here."""
    _CLEARING.run({"inspection": inspection_id})
    _MARKING.run_many({"inspection": inspection_id, "key": key} for key in late)


_OF_THE_INSPECTION = update(ENTRIES).where(ENTRIES.c.inspection_id == bindparam("inspection"))
_CLEARING = Prepared(_OF_THE_INSPECTION.where(ENTRIES.c.code == "late").values(code=None))
_MARKING = Prepared(_OF_THE_INSPECTION.where(ENTRIES.c.id == bindparam("key")).values(code="late"))
