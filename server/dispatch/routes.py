"""Approvals, dispatching and tasks over HTTP."""

from typing import Any

from server.core.draw import explain_report
from server.dispatch import approvals, changing, making, reading
from server.dispatch.making import Dispatched
from server.dispatch.models import Approval, Task
from server.dispatch.payload import approval_payload, task_payload
from server.dispatch.schemas import (
    ApprovalQuery,
    ApprovalRow,
    DispatchedAnswer,
    NewApproval,
    PhoneTask,
    Replacement,
    TaskDetail,
    TaskPage,
    TaskQuery,
    Withdrawal,
)
from server.planning import service as planning
from server.platform.auth import Role, access, actor
from server.platform.errors import language, sentence
from server.platform.stage import Nothing, stage_blueprint

blp = stage_blueprint("dispatch")
READERS = (Role.OFFICE, Role.LEAD, Role.LEADER, Role.LEGAL, Role.STATION, Role.SUPERVISOR)


@blp.get("/approvals")
@access(Role.OFFICE, Role.LEADER, Role.LEAD, Role.LEGAL, Role.SUPERVISOR)
@blp.arguments(ApprovalQuery, location="query")
@blp.response(200, ApprovalRow(many=True))
def list_approvals(query: dict[str, str]) -> list[dict[str, Any]]:
    """The items of a batch, each with its 审批表 or none yet."""
    batch = planning.batch_by_id(query["batch_id"])
    given = {approval.item_code: approval for approval in approvals.approvals_of(batch.id)}
    return [_approval_row(line.item.code, line.item.name, line.unit.name, given) for line in batch.lines]


@blp.post("/approvals")
@access(Role.LEADER)
@blp.arguments(NewApproval)
@blp.response(200, ApprovalRow)
def approve(body: dict[str, str]) -> dict[str, Any]:
    """A leader of the bureau approves the visits of one item in one batch."""
    approval = approvals.approve(actor(), body["batch_id"], body["item_code"])
    line = next(line for line in approval.batch.lines if line.item.code == approval.item_code)
    return _approval_row(line.item.code, line.item.name, line.unit.name, {approval.item_code: approval})


@blp.post("/draws/<draw_id>/dispatch")
@access(Role.OFFICE)
@blp.arguments(Nothing)
@blp.response(200, DispatchedAnswer)
def dispatch_draw(_: dict[str, Any], draw_id: str) -> dict[str, Any]:
    """Make tasks of an executed draw; again after an amendment."""
    return _dispatched(making.dispatch_draw(actor(), draw_id))


@blp.get("/tasks")
@access(*READERS, Role.INSPECTOR)
@blp.arguments(TaskQuery, location="query")
@blp.response(200, TaskPage)
def list_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """The tasks that the person may see: leads their brigade's, stations their district's, inspectors their own."""
    page = reading.find(actor(), query)
    rows = [task_payload(task) for task in page.rows]
    return {"rows": rows, "total": page.total, "page": page.page, "size": page.size}


@blp.get("/tasks/<task_id>")
@access(*READERS)
@blp.response(200, TaskDetail)
def read_task(task_id: str) -> dict[str, Any]:
    """One task with its approvals and every card that was dealt to it."""
    return _detail(reading.task_for(actor(), task_id))


@blp.post("/tasks/<task_id>/replacement")
@access(Role.OFFICE)
@blp.arguments(Replacement)
@blp.response(200, PhoneTask)
def replace_inspector(body: dict[str, str], task_id: str) -> dict[str, Any]:
    """The next card instead of somebody who must recuse himself or cannot come."""
    changing.replace_inspector(actor(), task_id, body.pop("person_id"), **body)
    return task_payload(reading.task_by_id(task_id))


@blp.post("/tasks/<task_id>/withdrawal")
@access(Role.OFFICE)
@blp.arguments(Withdrawal)
@blp.response(200, DispatchedAnswer)
def withdraw(body: dict[str, str], task_id: str) -> dict[str, Any]:
    """The next alternates instead of a premises that is no longer there."""
    return _dispatched(changing.withdraw(actor(), task_id, **body))


def _approval_row(code: str, name: str, unit: str, given: dict[str, Approval]) -> dict[str, Any]:
    approval = given.get(code)
    return {
        "item_code": code,
        "item_name": name,
        "unit": unit,
        "approval": approval_payload(approval) if approval else None,
    }


def _dispatched(result: Dispatched) -> dict[str, Any]:
    held = [
        {
            "subject_name": row.subject_name,
            "statutory_id": row.statutory_id,
            "code": row.code,
            "reason": sentence(row.code),
            "reports": [explain_report(report)[language() == "en"] for report in row.reports],
        }
        for row in result.held
    ]
    return {"tasks": [task_payload(task) for task in result.tasks], "held": held}


def _detail(task: Task) -> dict[str, Any]:
    cards = [
        {
            "person_id": card.inspector.person_id,
            "name": card.inspector.person.name,
            "pool": card.pool,
            "slot": card.slot,
            "since": card.since,
            "removed_at": card.removed_at,
            "removed_reason": card.removed_reason,
        }
        for card in task.inspectors
    ]
    given = [approval_payload(row.approval) | {"item_code": row.item.code} for row in task.items]
    more = {"draw_id": task.draw_id, "dispatched_at": task.dispatched_at, "state_reason": task.state_reason}
    return task_payload(task) | more | {"approvals": given, "cards": cards}
