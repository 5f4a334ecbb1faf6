"""Who may see an inspection and what belongs to it; the one place where this is decided."""

from sqlalchemy import ColumnElement, exists, or_, select

from server.dispatch.models import Task, TaskItem
from server.dispatch.service import assigned, ever_assigned
from server.platform.auth import Actor, Role
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.models import InspectionItem

SEES_ALL = frozenset({Role.OFFICE, Role.LEGAL, Role.LEADER})
"""The whole bureau's inspections. The supervisor reads published results, the station its own premises: neither
reads records."""


def of_brigade(unit_id: str) -> ColumnElement[bool]:
    """That the unit is the task's brigade, or that of one of its items (a joint inspection has several)."""
    of_item = exists().where(
        TaskItem.task_id == Task.id, InspectionItem.id == TaskItem.item_id, InspectionItem.unit_id == unit_id
    )
    return or_(Task.unit_id == unit_id, of_item)


def leads(unit_id: str, inspection_id: str) -> bool:
    """Whether a lead of the unit sees the inspection as one of the brigade's."""
    query = select(Task.id).where(Task.id == inspection_id, of_brigade(unit_id))
    return db.session.scalar(select(query.exists())) is True


def may_see(actor: Actor, inspection_id: str) -> bool:
    """Inspectors see what they are dealt, leads their brigade's, office, legal office and leaders all."""
    roles = actor.role_set
    if roles & SEES_ALL:
        return True
    if Role.LEAD in roles and leads(actor.unit_id, inspection_id):
        return True
    return Role.INSPECTOR in roles and assigned(actor.id, inspection_id)


def may_send(actor: Actor, inspection_id: str) -> bool:
    """Who sees it, and who was on it before: what he stated is kept, at worst apart, and so is what he photographed."""
    if may_see(actor, inspection_id):
        return True
    return Role.INSPECTOR in actor.role_set and ever_assigned(actor.id, inspection_id)


def require_sight(actor: Actor, inspection_id: str) -> None:
    """Raises `not_found` for what the actor may not see: its existence is not told either."""
    if not may_see(actor, inspection_id):
        raise Problem("not_found")
