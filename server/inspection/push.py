"""Push: entries and runs of any inspections in, an outcome for each entry out, all in one transaction.

The id is the key, so a repeat changes nothing. One poisoned entry never blocks the rest. Bodies go in by one statement
for all of them; nothing is folded here.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select

from server.core.journal.entry import read
from server.core.journal.types import Entry
from server.core.refusal import Refused
from server.dispatch.models import TaskState
from server.inspection.giving_back import looks_given_back, mark_late, stand_again
from server.inspection.heads import Head, lock_heads, save_head
from server.inspection.journal import (
    ENTRIES,
    Said,
    append_rows,
    entries_of,
    open_task,
    receive_if_complete,
    row_of,
    store_runs,
)
from server.inspection.judge import ACCEPTED, HELD, REFUSED, Bench, Case, Verdict, bench_for, cases_of
from server.inspection.seen import is_stale, note_seen
from server.platform.auth import Actor
from server.platform.db import db
from server.platform.prepared import Prepared

LARGEST_ENTRY = 256 * 1024
BATCH = 500


class Outcome(NamedTuple):
    """What became of one entry. `status`: accepted, known, held or refused; `code` says why."""

    id: str
    status: str
    code: str | None = None


class Pushed(NamedTuple):
    """An entry that can be kept: what was sent, and the bytes that were hashed."""

    id: str
    inspection: str
    entry: dict[str, Any]
    body: bytes


def push(actor: Actor, runs: list[Any], entries: Sequence[Any]) -> list[Outcome]:
    """Take entries in; returns one outcome per entry, in their order."""
    outcomes: dict[int, Outcome] = {}
    readable: dict[int, Pushed] = {}
    for place, wire in enumerate(entries):
        pushed = _read(wire)
        if isinstance(pushed, Outcome):
            outcomes[place] = pushed
        else:
            readable[place] = pushed
    taken = _take(actor, runs, {pushed.id: pushed for pushed in readable.values()})
    seen: set[str] = set()
    for place, pushed in readable.items():
        outcome = taken[pushed.id]
        twice = pushed.id in seen and outcome.status == ACCEPTED
        outcomes[place] = Outcome(outcome.id, "known") if twice else outcome
        seen.add(pushed.id)
    return [outcomes[place] for place in range(len(entries))]


def _read(wire: Any) -> Pushed | Outcome:
    try:
        key, body = read(wire)
    except Refused as refusal:
        claimed = wire.get("id") if isinstance(wire, dict) else None
        return Outcome(claimed if isinstance(claimed, str) else "", REFUSED, refusal.code)
    if len(body) > LARGEST_ENTRY:
        return Outcome(key, REFUSED, "entry_too_large")
    return Pushed(key, wire["inspection"], wire, body)


def _take(actor: Actor, runs: list[Any], pushed: dict[str, Pushed]) -> dict[str, Outcome]:
    """Judge and store what can be kept. The heads are held before anything is looked up: what we see stays so."""
    cases = cases_of({p.inspection for p in pushed.values()})
    heads = lock_heads(key for key, case in cases.items() if case.task_state is not None)
    for key, head in heads.items():
        cases[key].closed = head.closed
    known = _known(pushed, heads)
    fresh = {key: p for key, p in pushed.items() if known.get(key, (HELD, None))[0] == HELD}
    outcomes = {key: _repeat(key, *known[key]) for key in pushed.keys() - fresh.keys()}
    if fresh:
        bench = bench_for(actor, cases, [p.entry for p in fresh.values()], runs)
        judged = [(p, bench.judge(p.entry)) for p in fresh.values()]
        late = _store(bench, heads, judged)
        outcomes |= {p.id: _outcome(p, verdict, late) for p, verdict in judged}
    return outcomes


def _known(pushed: dict[str, Pushed], heads: dict[str, Head]) -> dict[str, Verdict]:
    """Which of them are here already. Of an inspection that has nothing yet but perhaps a quarantine, all is read."""
    found: dict[str, Verdict] = {}
    named: dict[str, list[str]] = defaultdict(list)
    for key, p in pushed.items():
        named[p.inspection].append(key)
    for inspection, ids in named.items():
        if inspection in heads and heads[inspection].feed == 0:
            found |= {key: (status, code) for key, status, code in _FIRST.all({"inspection": inspection})}
            continue
        for start in range(0, len(ids), BATCH):
            rows = db.session.execute(_KNOWN, {"inspection": inspection, "ids": ids[start : start + BATCH]})
            found |= {key: (status, code) for key, status, code in rows}
    return {key: found[key] for key in pushed if key in found}


_STANDING = select(ENTRIES.c.id, ENTRIES.c.status, ENTRIES.c.code).where(
    ENTRIES.c.inspection_id == bindparam("inspection")
)
_FIRST = Prepared(_STANDING)
_KNOWN = _STANDING.where(ENTRIES.c.id.in_(bindparam("ids", expanding=True)))


def _repeat(key: str, status: str, code: str | None) -> Outcome:
    """A repeat hears what became of the first: late ones wait for the lead."""
    return Outcome(key, HELD, code) if code is not None else Outcome(key, "known")


Late = dict[str, set[str]]
"""Inspection → the ids that are late in it, where the journal had to be asked."""


def _outcome(pushed: Pushed, verdict: Verdict, late: Late) -> Outcome:
    status, code = verdict
    if status == ACCEPTED and pushed.inspection in late:
        code = "late" if pushed.id in late[pushed.inspection] else None
    return Outcome(pushed.id, HELD if code == "late" else status, code)


def _store(bench: Bench, heads: dict[str, Head], judged: list[tuple[Pushed, Verdict]]) -> Late:
    """Write what was accepted or held, raise the counts, and let the inspections follow."""
    accepted: dict[str, list[Entry]] = defaultdict(list)
    for pushed, (status, _) in judged:
        if status == ACCEPTED:
            accepted[pushed.inspection].append(cast(Entry, pushed.entry))
    feeds = {key: heads[key].feed + 1 for key in accepted}
    rows = []
    for pushed, verdict in judged:
        if verdict[0] != REFUSED:
            feed = feeds[pushed.inspection] if verdict[0] == ACCEPTED else None
            rows.append(row_of(pushed.entry, pushed.body.decode(), verdict, feed, bench.actor_id))
    stored = {row["id"] for row in rows}
    runs = [run for run in bench.proof.runs if not stored.isdisjoint(run["ids"])]
    late: Late = {}
    for key in sorted(accepted):
        before = entries_of(key) if heads[key].feed > 0 and _asks_the_journal(heads[key], accepted[key]) else []
        if looks_given_back(heads[key], accepted[key]):
            late[key] = stand_again(heads[key], before + accepted[key], accepted[key], bench.cases[key].on_task)
        said = _follow(heads[key], bench.cases[key], before, accepted[key])
        rows, runs = rows + [word.row for word in said], runs + [word.run for word in said]
    append_rows(rows)
    for key, ids in late.items():
        mark_late(key, ids)
    store_runs(runs, feeds)
    _note_devices(bench)
    return late


def _asks_the_journal(head: Head, accepted: list[Entry]) -> bool:
    """Whether what was there before has to be read again: seldom."""
    return _submits(head, accepted) or looks_given_back(head, accepted)


def _submits(head: Head, accepted: list[Entry]) -> bool:
    return head.pending_submit or any(entry["kind"] == "submit" for entry in accepted)


def _note_devices(bench: Bench) -> None:
    """When a phone was last heard of; not at every push, a row less to write."""
    own = ((key, device.last_seen_at) for key, device in bench.devices.items() if device.person_id == bench.actor_id)
    note_seen(key for key, seen_at in own if is_stale(seen_at))


def _follow(head: Head, case: Case, before: list[Entry], accepted: list[Entry]) -> list[Said]:
    """A submission that is complete closes the round; otherwise the first statement opens the task.

    Returns what the server says to it, to be written with the rest.
    """
    head.feed += 1
    received = receive_if_complete(head, before + accepted, case.on_task) if _submits(head, accepted) else None
    if case.task_state == TaskState.DISPATCHED and received is None:
        open_task(head.id, case.on_task)
    save_head(head)
    return [received] if received else []
