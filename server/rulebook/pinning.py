"""Pinning: a task keeps the definition it was dispatched with, whatever is scheduled, switched or checked later."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from server.core.canonical import canonical
from server.core.checklist.build import switched_on
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.models import InspectionItem
from server.rulebook import editions, law_texts, switches
from server.rulebook.models import ChecklistVersion


def definition_for(item: InspectionItem, day: date) -> dict[str, Any] | None:
    """The definition in force on a day for an item, with what is switched on for it and the law text checked so far."""
    found = editions.in_force(item.checklist_id, day)
    return _definition(found, item) if found else None


def _definition(found: editions.InForce, item: InspectionItem) -> dict[str, Any]:
    whole = editions.body_of(found.edition)
    return law_texts.with_texts(switched_on(whole, switches.switched(item.code, whole)))


def pin(item: InspectionItem, day: date) -> ChecklistVersion:
    """What `definition_for` gives, kept from now on under its hash. Raises `checklist_missing`."""
    found = editions.in_force(item.checklist_id, day)
    if found is None:
        raise Problem("checklist_missing", item=item.name, day=day.isoformat())
    editions.put_into_use(found)
    definition = _definition(found, item)
    body = canonical(definition)
    hash_ = sha256(body).hexdigest()
    version = db.session.get(ChecklistVersion, hash_)
    if version is None:
        version = ChecklistVersion(
            hash=hash_,
            definition_id=definition["id"],
            trade=definition["trade"],
            effective_from=date.fromisoformat(definition["effective_from"]),
            body=body.decode(),
        )
        db.session.add(version)
        db.session.flush()
    return version


def checklist_bodies(hashes: Iterable[str]) -> dict[str, str]:
    """Pinned definitions as canonical JSON text, by hash; unknown hashes are left out."""
    rows = select(ChecklistVersion).where(ChecklistVersion.hash.in_(list(hashes)))
    return {row.hash: row.body for row in db.session.scalars(rows)}
