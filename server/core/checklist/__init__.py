"""The checklist engine: a checklist is data, evaluated identically on phone and server.

`compile_checklist(definition, compile)` gives a `Checklist` to be used many times; `evaluate` and
`record` do everything at once. The mirror is pwa/src/core/checklist, the shapes are in its
types.ts, the language for authors is explained in checklists/README.md.
"""

from collections.abc import Mapping
from typing import Any

from server.core.checklist.combine import CannotCombine, combine
from server.core.checklist.compiled import Checklist
from server.core.checklist.narrative import narrate
from server.core.checklist.run import Run
from server.core.checklist.sample import draw, row_id
from server.core.checklist.scope import Compile, Environment

__all__ = [
    "CannotCombine",
    "Checklist",
    "Compile",
    "Environment",
    "combine",
    "compile_checklist",
    "draw",
    "evaluate",
    "narrate",
    "record",
    "row_id",
]


def compile_checklist(definition: Mapping[str, Any], compile_: Compile) -> Checklist:
    """Make a checklist ready for use; its expressions compile when they are first needed."""
    return Checklist(definition, compile_)


def evaluate(checklist: Checklist, state: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `Evaluation` of types.ts: what is visible, verdicts, findings, what is missing, the result.

    Pure: the same state and context give the same JSON, here and on the phone. Raises
    `server.core.refusal.Refused` only for a context that is not well formed (moments, inspection id).
    """
    return Run(checklist, state, context).go().result()


def record(checklist: Checklist, state: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `Narrative` of types.ts: the 现场检查笔录 as it stands."""
    return narrate(Run(checklist, state, context).go())
