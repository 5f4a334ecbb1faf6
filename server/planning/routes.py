"""The year's plan over HTTP."""

from typing import Any

from server.planning import service
from server.planning.models import AnnualPlan
from server.planning.schemas import Filing, NewPlan, PlanAnswer, PlanRow
from server.platform.auth import Role, access, actor
from server.platform.clock import today
from server.platform.stage import Nothing, stage_blueprint
from server.registry import subjects

blp = stage_blueprint("planning")
READERS = (Role.OFFICE, Role.LEAD, Role.LEADER, Role.LEGAL, Role.STATION, Role.SUPERVISOR)


@blp.get("/plans")
@access(*READERS)
@blp.response(200, PlanRow(many=True))
def list_plans() -> Any:
    """The years that have a plan."""
    return service.plans()


@blp.post("/plans")
@access(Role.OFFICE)
@blp.arguments(NewPlan)
@blp.response(201, PlanAnswer)
def make_plan(body: dict[str, Any]) -> dict[str, Any]:
    """Make the plan of a year from the items in force."""
    return _plan(service.make_plan(body["year"], body["visit_cap"] or service.VISIT_CAP))


@blp.get("/plans/<int:year>")
@access(*READERS)
@blp.response(200, PlanAnswer)
def read_plan(year: int) -> dict[str, Any]:
    """年度抽查工作计划 with its lines and batches."""
    return _plan(service.plan_of(year))


@blp.post("/plans/<int:year>/approval")
@access(Role.LEADER)
@blp.arguments(Nothing)
@blp.response(200, PlanAnswer)
def approve_plan(_: dict[str, Any], year: int) -> dict[str, Any]:
    """A leader of the bureau approves the plan."""
    return _plan(service.approve_plan(actor(), year))


@blp.post("/plans/<int:year>/filing")
@access(Role.OFFICE)
@blp.arguments(Filing)
@blp.response(200, PlanAnswer)
def file_plan(body: dict[str, str], year: int) -> dict[str, Any]:
    """备案 with the leading group's office."""
    return _plan(service.file_plan(actor(), year, body["filing_no"]))


def _plan(plan: AnnualPlan) -> dict[str, Any]:
    pools = subjects.pool_sizes()
    day = today()
    whole = ("id", "year", "title", "state", "visit_cap", "made_on", "approved_on", "filed_on", "filing_no")
    columns = ("id", "position", "item", "unit", "ratio_num", "ratio_den", "frequency", "months")
    lines = [
        {name: getattr(line, name) for name in columns} | {"pool": pools.get(line.item.code, 0)} for line in plan.lines
    ]
    batches = [
        {
            "id": batch.id,
            "number": batch.number,
            "title": batch.title,
            "window_from": batch.window_from,
            "window_to": batch.window_to,
            "items": [line.item.code for line in batch.lines],
            "current": batch.window_from <= day <= batch.window_to,
        }
        for batch in plan.batches
    ]
    approved_by = plan.approved_by.name if plan.approved_by else None
    head = {name: getattr(plan, name) for name in whole}
    return head | {"approved_by": approved_by, "lines": lines, "batches": batches}
