"""Pinning: a task keeps the definition it was dispatched with, whatever the files say later."""

from collections.abc import Iterable
from datetime import date
from importlib import import_module

from sqlalchemy import select

from server.dispatch.models import ChecklistVersion
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.models import InspectionItem


def pin(item: InspectionItem, day: date) -> ChecklistVersion:
    """The definition in force on a day for an item, kept from now on under its hash. Raises `checklist_missing`."""
    found = import_module("server.platform.definitions").definition_on(item.checklist_id, day)
    if found is None:
        raise Problem("checklist_missing", item=item.name, day=day.isoformat())
    version = db.session.get(ChecklistVersion, found.hash)
    if version is None:
        version = ChecklistVersion(
            hash=found.hash,
            definition_id=item.checklist_id,
            trade=item.trade,
            effective_from=found.effective_from,
            body=found.text,
        )
        db.session.add(version)
        db.session.flush()
    return version


def checklist_bodies(hashes: Iterable[str]) -> dict[str, str]:
    """Pinned definitions as canonical JSON text, by hash; unknown hashes are left out."""
    rows = select(ChecklistVersion).where(ChecklistVersion.hash.in_(list(hashes)))
    return {row.hash: row.body for row in db.session.scalars(rows)}
