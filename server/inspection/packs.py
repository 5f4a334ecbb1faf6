"""Sealed files for a phone: what a pull brings, and the receipt for all that came in from it, by whatever road.

The receipt says of every entry and every photo of the person's inspections what became of it, and carries the manifest
of those that are closed, so that a phone without a line confirms and forgets by the same rules as one that has one.
"""

import json
from typing import Any

from sqlalchemy import select

from server.accounts.models import Device, Person
from server.evidence.service import kept
from server.inspection.judge import cases_of
from server.inspection.manifest import manifest_of
from server.inspection.models import JournalEntry, Parcel
from server.inspection.parcels import parcel_of
from server.inspection.pull import page_json, pull
from server.platform.auth import Actor, Role
from server.platform.clock import SHANGHAI, iso, now
from server.platform.db import db
from server.platform.errors import Problem, sentence
from server.platform.keys import bureau_keys
from server.platform.packets import write_packet
from server.platform.trail import record


def make_pack(actor: Actor, device_id: str, parcel_id: str | None = None) -> tuple[str, bytes]:
    """A file for one device: name and bytes. With `parcel_id` it answers that file too, refused entries and all.

    A revoked device gets its receipts and no tasks. Raises `not_found`.
    """
    parcel = parcel_of(actor, parcel_id) if parcel_id is not None else None
    device = db.session.get(Device, device_id)
    if device is None or not _may_pack(actor, device, parcel):
        raise Problem("not_found")
    pulled = _pulled(device.person)
    ids = [row["id"] for row in pulled["inspections"]] + (parcel.inspections if parcel else [])
    part = _receipts(device, sorted(set(ids)), parcel)
    part["pull"] = pulled if device.revoked_at is None else None
    at = iso(now())
    contents = json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
    file = write_packet(bureau_keys().sign, device.id, device.public_key, at, "tasks", [contents])
    record("pack.made", "device", device.id, tasks=len(pulled["tasks"]), receipts=len(part["outcomes"]))
    return f"suicha-{now().astimezone(SHANGHAI):%Y%m%dT%H%M}-{device.id[-6:]}.suicha", file


def _may_pack(actor: Actor, device: Device, parcel: Parcel | None) -> bool:
    if parcel is not None:
        return parcel.device_id == device.id
    return Role.OFFICE in actor.role_set or device.person_id == actor.id


def _pulled(person: Person) -> dict[str, Any]:
    """Everything a pull from the beginning would bring, as one answer."""
    cursor, whole = "", dict[str, Any]()
    while True:
        text = page_json(pull(person, cursor), iso(now()))
        page: dict[str, Any] = json.loads(text)
        for name in ("tasks", "removed", "devices", "checklists", "erased"):
            page[name] = whole.get(name, []) + page[name]
        page["inspections"] = _joined(whole.get("inspections", []), page["inspections"])
        whole, cursor = page, page["cursor"]
        if not page["more"]:
            break
    return whole


def _joined(before: list[dict[str, Any]], page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A long journal comes in several pages; here it is one."""
    if before and page and before[-1]["id"] == page[0]["id"]:
        last, first = before[-1], page[0]
        both = {"id": last["id"], "entries": last["entries"] + first["entries"], "runs": last["runs"] + first["runs"]}
        return [*before[:-1], both, *page[1:]]
    return before + page


def _receipts(device: Device, ids: list[str], parcel: Parcel | None) -> dict[str, Any]:
    """What became of everything in the person's inspections; of others' only what this very device said."""
    cases = cases_of(ids)
    own = [key for key, case in cases.items() if device.person_id in case.on_task | case.once_on_task]
    rows = db.session.execute(
        select(JournalEntry.inspection_id, JournalEntry.id, JournalEntry.code, JournalEntry.sha256)
        .where(JournalEntry.inspection_id.in_(ids))
        .where(JournalEntry.inspection_id.in_(own) | (JournalEntry.device_id == device.id))
        .order_by(JournalEntry.id)
    ).all()
    here = kept(row.sha256 for row in rows if row.sha256)
    outcomes = [_outcome(row.id, "held" if row.code else "known", row.code) for row in rows]
    if parcel is not None:
        refused = [row for row in parcel.refusals if row["status"] == "refused"]
        outcomes += [_outcome(row["id"], "refused", row["code"]) for row in refused]
    evidence = {(row.inspection_id, row.sha256) for row in rows if row.sha256 in here}
    return {
        "outcomes": outcomes,
        "evidence": [{"inspection": key, "sha256": sha256} for key, sha256 in sorted(evidence)],
        "manifests": [_manifest(key) for key in sorted(own)],
    }


def _outcome(key: str, status: str, code: str | None) -> dict[str, Any]:
    return {"id": key, "status": status, "code": code, "detail": sentence(code) if code else None}


def _manifest(inspection_id: str) -> dict[str, Any]:
    told = manifest_of(inspection_id)
    return {
        "inspection": told.inspection,
        "entries": told.entries,
        "evidence": [{"sha256": item.sha256, "state": item.state} for item in told.evidence],
        "may_forget": told.may_forget,
        "reason": told.reason,
    }
