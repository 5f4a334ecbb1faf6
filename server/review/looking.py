"""An inspection as a reader sees it: its task, checklist, folded journal and evaluation, put together once.

The context is the one that `pwa/src/app/evaluation.ts` makes of the same task, so that phone and server write the same
record.
"""

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from server.core.checklist import Checklist, combine, compile_checklist, narrate
from server.core.checklist.run import Run
from server.core.journal.fold import fold
from server.core.journal.types import Entry, State
from server.dispatch.models import Task
from server.dispatch.service import task_by_id, task_payload
from server.inspection.service import entries_of
from server.platform.cel import compile_cel
from server.platform.clock import today
from server.platform.installation import installation
from server.rulebook.pinning import checklist_bodies


@lru_cache(maxsize=64)
def compiled(bodies: tuple[str, ...]) -> Checklist:
    """A checklist ready for use, from the pinned definitions of a task; they never change, so neither does this."""
    return compile_checklist(combine([json.loads(body) for body in bodies]), compile_cel)


def evaluation_context(payload: dict[str, Any], state: State) -> dict[str, Any]:
    """What the engine is told besides the answers; the same on the phone and here."""
    return {
        "visit_started_at": state["presence"]["started_at"],
        "today": today().isoformat(),
        "subject": payload["subject"],
        "visit_number": payload["visit_number"],
        "visit_cap": payload["visit_cap"],
        "inspection": {"id": payload["id"], "number": payload["number"]},
        "inspectors": sorted(payload["inspectors"], key=lambda inspector: int(inspector["slot"])),
        "organ": installation().bureau_name,
        "approval": payload["approval"],
        "window": payload["window"],
        "notice": payload["notice"],
        "source": payload["source"],
    }


@dataclass(frozen=True)
class Looked:
    """One inspection, read in one go."""

    task: Task
    payload: dict[str, Any]
    bodies: dict[str, str]
    entries: list[Entry]

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        return {entry["id"]: entry for entry in self.entries}

    @cached_property
    def state(self) -> State:
        return fold(self.entries, self.task.id)

    @cached_property
    def checklist(self) -> Checklist:
        return compiled(tuple(self.bodies[key] for key in self.payload["checklists"]))

    @cached_property
    def context(self) -> dict[str, Any]:
        return evaluation_context(self.payload, self.state)

    @cached_property
    def run(self) -> Run:
        """The evaluation with its workings; `run.result()` is what a screen gets."""
        return Run(self.checklist, self.state, self.context).go()

    @cached_property
    def restricted(self) -> list[dict[str, Any]]:
        """The lines of the record that are never on the party's copy."""
        lines: list[dict[str, Any]] = narrate(self.run)["restricted"]
        return lines


def look(inspection_id: str) -> Looked:
    """Read an inspection, whoever asks. Raises `not_found`."""
    task = task_by_id(inspection_id)
    payload = task_payload(task)
    return Looked(task, payload, checklist_bodies(payload["checklists"]), entries_of(inspection_id))
