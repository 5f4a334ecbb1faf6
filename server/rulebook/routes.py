"""The rulebook over HTTP: the office edits, the legal office decides, leads and leaders read."""

from typing import Any

from flask import Response

from server.platform.auth import Role, access, actor
from server.platform.errors import Problem, language
from server.platform.stage import stage_blueprint
from server.registry import items as item_list
from server.rulebook import editions, law_texts, schedules, switches, view, wording
from server.rulebook.models import Origin
from server.rulebook.schemas import (
    CheckAnswer,
    CompareQuery,
    Decision,
    DifferenceAnswer,
    EditionAnswer,
    EditionWhole,
    LawTextBody,
    ListedChecklist,
    ListedSwitches,
    Proposal,
    ProvisionAnswer,
    ScheduleAnswer,
    SwitchBody,
    Taken,
    TextBody,
    WholeChecklist,
    Words,
)

blp = stage_blueprint("rulebook")
READERS = (Role.OFFICE, Role.LEGAL, Role.LEADER, Role.LEAD, Role.SUPERVISOR)


@blp.get("/checklists")
@access(*READERS)
@blp.response(200, ListedChecklist(many=True))
def list_checklists() -> list[dict[str, Any]]:
    """Every checklist: the edition in force, what waits for a decision, the items of the list that use it."""
    return [view.checklist(definition_id) for definition_id in editions.definition_ids()]


@blp.get("/checklists/<definition_id>")
@access(*READERS)
@blp.response(200, WholeChecklist)
def read_checklist(definition_id: str) -> dict[str, Any]:
    """One checklist with all its editions and their schedules."""
    if definition_id not in editions.definition_ids():
        raise Problem("not_found")
    return view.checklist(definition_id)


@blp.get("/editions/<hash_>")
@access(*READERS)
@blp.response(200, EditionWhole)
def read_edition(hash_: str) -> dict[str, Any]:
    """One edition with every section and item."""
    return view.whole(editions.edition(hash_))


@blp.post("/editions/check")
@access(Role.OFFICE, Role.LEGAL)
@blp.arguments(TextBody)
@blp.response(200, CheckAnswer)
def check_text(body: dict[str, str]) -> dict[str, Any]:
    """Check a definition like `flask checklist check`: line and sentence of every fault; nothing is kept."""
    definition, faults = editions.check_text(body["text"])
    sketch = editions.made(definition, body["text"], Origin.UPLOADED, None) if definition else None
    return {"faults": faults, "edition": view.edition(sketch, None) if sketch else None}


@blp.post("/editions")
@access(Role.OFFICE)
@blp.arguments(TextBody)
@blp.response(200, EditionAnswer)
def bring_edition(body: dict[str, str]) -> dict[str, Any]:
    """Keep a definition as an edition; it holds from no day until it is scheduled and approved."""
    return view.edition(editions.bring(actor(), body["text"]), None)


@blp.get("/guide")
@access(*READERS, answers="file")
def read_guide() -> Response:
    """How a checklist is written: the guide that lies beside ours."""
    return Response(editions.guide(), content_type="text/plain; charset=utf-8")


@blp.get("/differences")
@access(*READERS)
@blp.arguments(CompareQuery, location="query")
@blp.response(200, DifferenceAnswer(many=True))
def compare(query: dict[str, str]) -> list[dict[str, str | None]]:
    """What changed between two editions, in words."""
    old, new = (editions.body_of(editions.edition(query[name])) for name in ("old", "new"))
    return wording.told(old, new, language())


@blp.post("/editions/<hash_>/schedules")
@access(Role.OFFICE)
@blp.arguments(Proposal)
@blp.response(200, ScheduleAnswer)
def propose(body: dict[str, Any], hash_: str) -> dict[str, Any]:
    """Propose from which day an edition holds."""
    return view.schedule(schedules.propose(actor(), hash_, body["effective_from"], body["reason"]))


@blp.post("/schedules/<schedule_id>/decision")
@access(Role.LEGAL)
@blp.arguments(Decision)
@blp.response(200, ScheduleAnswer)
def decide(body: dict[str, Any], schedule_id: str) -> dict[str, Any]:
    """The legal office approves or refuses."""
    return view.schedule(schedules.decide(actor(), schedule_id, body["approved"], body["words"]))


@blp.post("/schedules/<schedule_id>/withdrawal")
@access(Role.OFFICE)
@blp.arguments(Words)
@blp.response(200, ScheduleAnswer)
def withdraw(body: dict[str, str], schedule_id: str) -> dict[str, Any]:
    """The office takes back what is not in force yet."""
    return view.schedule(schedules.withdraw(actor(), schedule_id, body["words"]))


@blp.get("/items/<item_code>/switches")
@access(*READERS)
@blp.response(200, ListedSwitches)
def read_switches(item_code: str) -> dict[str, Any]:
    """What is on and off beyond the core for an item of the published list, and who switched it when and why."""
    return view.listed_switches(item_list.item_on(item_code))


@blp.post("/items/<item_code>/switches")
@access(Role.OFFICE)
@blp.arguments(SwitchBody)
@blp.response(200, ListedSwitches)
def switch(body: dict[str, Any], item_code: str) -> dict[str, Any]:
    """Switch items on or off for tasks dispatched from now on."""
    switches.switch(actor(), item_code, body["codes"], body["on"], body["reason"])
    return view.listed_switches(item_list.item_on(item_code))


@blp.get("/law-texts")
@access(*READERS)
@blp.response(200, ProvisionAnswer(many=True))
def list_law_texts() -> list[dict[str, Any]]:
    """Every provision that the checklists in force cite, with its official text where one was checked."""
    return [view.provision(found) for found in law_texts.provisions()]


@blp.post("/law-texts")
@access(Role.LEGAL, Role.OFFICE)
@blp.arguments(LawTextBody)
@blp.response(200, Taken)
def enter_law_text(body: dict[str, Any]) -> dict[str, int]:
    """Enter the official text of a provision with source, checker and date; empty text takes it back."""
    return {"made": law_texts.enter(actor().id, [body])}
