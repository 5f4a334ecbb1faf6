"""Pinning: a task keeps the definition it was dispatched with, whatever the files say later."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from server.core.canonical import canonical, digest
from server.core.checklist.build import switched_on
from server.dispatch.models import ChecklistVersion
from server.platform.config import Settings
from server.platform.db import db
from server.platform.definitions import load_definition, trades
from server.platform.errors import Problem
from server.registry.models import InspectionItem


@cache
def _definition(folder: Path, name: str, codes: tuple[str, ...]) -> dict[str, Any]:
    """A checklist with its core items and those that the item switches on; read once per process."""
    return switched_on(load_definition(name, folder), codes)


def pin(item: InspectionItem, day: date) -> ChecklistVersion:
    """The definition in force on a day for an item, kept from now on under its hash. Raises `checklist_missing`."""
    settings: Settings = current_app.extensions["settings"]
    folder = settings.checklists_folder
    if item.checklist_id not in trades(folder):
        raise Problem("checklist_missing", item=item.name, day=day.isoformat())
    definition = _definition(folder, item.checklist_id, tuple(item.checklist_extras))
    if not _in_force(definition, day):
        raise Problem("checklist_missing", item=item.name, day=day.isoformat())
    hash_ = digest(definition)
    version = db.session.get(ChecklistVersion, hash_)
    if version is None:
        version = ChecklistVersion(
            hash=hash_,
            definition_id=definition["id"],
            trade=definition["trade"],
            effective_from=date.fromisoformat(definition["effective_from"]),
            body=canonical(definition).decode(),
        )
        db.session.add(version)
        db.session.flush()
    return version


def _in_force(definition: dict[str, Any], day: date) -> bool:
    last = definition["effective_to"]
    return bool(definition["effective_from"] <= day.isoformat() and (last is None or day.isoformat() <= last))


def checklist_bodies(hashes: Iterable[str]) -> dict[str, str]:
    """Pinned definitions as canonical JSON text, by hash; unknown hashes are left out."""
    rows = select(ChecklistVersion).where(ChecklistVersion.hash.in_(list(hashes)))
    return {row.hash: row.body for row in db.session.scalars(rows)}
