"""Whether a pushed entry becomes part of the journal, is kept apart, or is not taken: one decision per entry.

What has a right hash is kept, at worst in quarantine: somebody was there and said it. Refused is only what cannot be
read, what is not what its id says, and what belongs to somebody else's inspection.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select

from server.accounts.models import Device
from server.core.journal.chain import check_run, run_bytes
from server.core.journal.entry import check_read
from server.core.journal.fold import LATEABLE
from server.core.journal.types import SERVER, Run
from server.core.refusal import Refused
from server.dispatch.models import Task, TaskInspector, TaskState
from server.inspection.models import Status
from server.platform.auth import Actor, Role
from server.platform.keys import Jwk, bureau_keys, verify
from server.platform.prepared import Prepared
from server.registry.models import Inspector

ACCEPTED, HELD, REFUSED = Status.ACCEPTED.value, Status.HELD.value, "refused"
Verdict = tuple[str, str | None]


@dataclass(frozen=True)
class KnownDevice:
    """What a signature is checked against."""

    person_id: str
    public_key: Jwk
    revoked_at: datetime | None
    last_seen_at: datetime | None


@dataclass
class Case:
    """What has to be known of one inspection to judge entries of it. `task_state` None: there is no such task."""

    task_state: str | None
    unit_id: str | None
    on_task: set[str] = field(default_factory=set)
    once_on_task: set[str] = field(default_factory=set)
    closed: bool = False


def cases_of(inspection_ids: Collection[str]) -> dict[str, Case]:
    """Inspection → its case, for those that have a task and those that have none."""
    cases = {key: Case(None, None) for key in inspection_ids}
    for key, case in cases.items():
        for state, unit_id, person_id, removed_at in _CASE.all({"key": key}):
            case.task_state, case.unit_id = state, unit_id
            if person_id is not None:
                (case.on_task if removed_at is None else case.once_on_task).add(person_id)
    return cases


_TASKS, _CARDS = cast(Table, Task.__table__), cast(Table, TaskInspector.__table__)
_PEOPLE, _KEYS = cast(Table, Inspector.__table__), cast(Table, Device.__table__)
# A push speaks of one inspection, seldom of more: a statement for each is cheaper than one with a list in it.
_CASE = Prepared(
    select(_TASKS.c.state, _TASKS.c.unit_id, _PEOPLE.c.person_id, _CARDS.c.removed_at)
    .outerjoin(_CARDS, _CARDS.c.task_id == _TASKS.c.id)
    .outerjoin(_PEOPLE, _PEOPLE.c.id == _CARDS.c.inspector_id)
    .where(_TASKS.c.id == bindparam("key"))
)


def devices_of(ids: Iterable[str]) -> dict[str, KnownDevice]:
    """Device → key and owner, of those that are enrolled."""
    rows = (_DEVICE.first({"key": key}) for key in set(ids))
    return {row.id: KnownDevice(*row[1:]) for row in rows if row is not None}


_DEVICE = Prepared(
    select(*(_KEYS.c[name] for name in ("id", "person_id", "public_key", "revoked_at", "last_seen_at"))).where(
        _KEYS.c.id == bindparam("key")
    )
)


@dataclass(frozen=True)
class Proof:
    """Which entries stand in a run with a right signature, and which only in wrong ones."""

    proven: frozenset[tuple[str, str, str]]
    disproven: frozenset[tuple[str, str, str]]
    runs: tuple[Run, ...]


def prove(runs: Iterable[Any], devices: Mapping[str, KnownDevice]) -> Proof:
    """Check the signatures of runs; one that cannot be read proves nothing and harms nothing."""
    right: list[Run] = []
    wrong: list[Run] = []
    for run in runs:
        try:
            check_run(run)
        except Refused:
            continue
        jwk = bureau_keys().signing_jwk if run["device"] == SERVER else None
        if jwk is None and run["device"] in devices:
            jwk = devices[run["device"]].public_key
        if jwk is not None:
            (right if verify(jwk, run_bytes(run), run["signature"]) else wrong).append(run)
    return Proof(_named(right), _named(wrong), tuple(right))


def _named(runs: Iterable[Run]) -> frozenset[tuple[str, str, str]]:
    return frozenset((run["inspection"], run["device"], key) for run in runs for key in run["ids"])


@dataclass(frozen=True)
class Bench:
    """All that one push needs to judge its entries, each of which has passed `core.journal.entry.read`."""

    actor_id: str
    actor_unit: str
    roles: frozenset[Role]
    cases: Mapping[str, Case]
    devices: Mapping[str, KnownDevice]
    proof: Proof

    def judge(self, entry: Mapping[str, Any]) -> Verdict:
        """`accepted`, `held` or `refused`, with the reason's code; accepted with the code `late` when it is."""
        case = self.cases[entry["inspection"]]
        if not self._may_bring(case, entry["author"]):
            return REFUSED, "not_your_inspection"
        unproven = self._fault_of_proof(entry)
        if entry["device"] == SERVER:
            return (REFUSED, "server_only") if unproven else (ACCEPTED, None)
        reason = _fault_of_task(case) or unproven or self._fault_of_author(case, entry) or _fault_of_shape(entry)
        if reason is not None:
            return HELD, reason
        return ACCEPTED, "late" if case.closed and entry["kind"] in LATEABLE else None

    def _may_bring(self, case: Case, author: str) -> bool:
        """Those who are or were on the task, their lead, the office; of an unknown inspection only its author."""
        if case.task_state is None:
            return author == self.actor_id
        if self.actor_id in case.on_task or self.actor_id in case.once_on_task or Role.OFFICE in self.roles:
            return True
        return Role.LEAD in self.roles and case.unit_id == self.actor_unit

    def _fault_of_proof(self, entry: Mapping[str, Any]) -> str | None:
        place = (entry["inspection"], entry["device"], entry["id"])
        if place in self.proof.proven:
            return None
        if entry["device"] != SERVER and entry["device"] not in self.devices:
            return "device_unknown"
        return "signature_wrong" if place in self.proof.disproven else "unsigned"

    def _fault_of_author(self, case: Case, entry: Mapping[str, Any]) -> str | None:
        device = self.devices[entry["device"]]
        if device.person_id != entry["author"]:
            return "device_not_of_author"
        if device.revoked_at is not None:
            return "device_revoked"
        return None if entry["author"] in case.on_task else "not_assigned"


def _fault_of_task(case: Case) -> str | None:
    if case.task_state is None:
        return "inspection_unknown"
    return "task_withdrawn" if case.task_state == TaskState.WITHDRAWN else None


def _fault_of_shape(entry: Mapping[str, Any]) -> str | None:
    try:
        check_read(entry)
    except Refused as refusal:
        return refusal.code
    return None


def bench_for(
    actor: Actor, cases: Mapping[str, Case], entries: Collection[Mapping[str, Any]], runs: Iterable[Any]
) -> Bench:
    """Look up what judging these entries takes beyond the cases of their inspections."""
    runs = list(runs)
    named = {run["device"] for run in runs if isinstance(run, dict) and isinstance(run.get("device"), str)}
    devices = devices_of(named | {entry["device"] for entry in entries})
    return Bench(actor.id, actor.unit_id, actor.role_set, cases, devices, prove(runs, devices))
