"""Notice and approval form as PDF: made of what dispatch wrote down, whenever somebody asks."""

from sqlalchemy import select

from server.dispatch.models import Approval, Task, TaskItem
from server.dispatch.reading import task_for
from server.dispatch.service import task_payload
from server.documents import bundle
from server.documents.paper import sheet
from server.documents.press import press
from server.documents.task_view import approval_view, notice_view
from server.platform.auth import Actor
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.installation import installation
from server.registry.models import InspectionItem

Made = tuple[bytes, str]


def notice_pdf(actor: Actor, task_id: str) -> Made:
    """行政检查通知书 of a task, with what to call the file. Raises `not_found`."""
    task = task_for(actor, task_id)
    items = [_item(row.item) | {"approval": row.approval.number} for row in task.items]
    view = notice_view(task_payload(task), items, installation().bureau_name, task.notice.issued_on.isoformat())
    return _printed("notice", view, task.notice.number, task.subject.name)


def approval_pdf(approval_id: str) -> Made:
    """行政检查审批表 of one item in one batch, with the premises dispatched under it so far. Raises `not_found`."""
    approval = db.session.get(Approval, approval_id)
    if approval is None:
        raise Problem("not_found")
    batch = approval.batch
    item = next(line.item for line in batch.lines if line.item.code == approval.item_code)
    under = select(TaskItem.task_id).where(TaskItem.approval_id == approval.id)
    tasks = db.session.scalars(select(Task).where(Task.id.in_(under)).order_by(Task.number)).unique()
    view = approval_view(
        {
            "number": approval.number,
            "approved_by": approval.approved_by.name,
            "approved_on": approval.approved_on.isoformat(),
        },
        _item(item),
        {"title": batch.title, "from": batch.window_from.isoformat(), "to": batch.window_to.isoformat()},
        [task_payload(task) for task in tasks],
        installation().bureau_name,
    )
    return _printed("approval", view, approval.number, item.name)


def _item(item: InspectionItem) -> dict[str, str]:
    return {
        "name": item.name,
        "basis": item.basis,
        "methods": item.methods,
        "trade": item.trade,
        "subjects": item.subjects,
        "unit": item.unit.name,
        "inspectors_needed": str(item.inspectors_needed),
    }


def _printed(name: str, view: dict[str, object], *words: str) -> Made:
    printed = press().set(sheet(name, view, press().fonts, {}, style="task"))
    return printed.pdf, bundle.file_name(*words) + ".pdf"
