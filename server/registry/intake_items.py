"""The item list from Excel: a new first day makes a new version and ends the old one."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from server.accounts.models import Unit
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.columns import CHECKLISTS
from server.registry.intake_tally import Tally
from server.registry.models import InspectionItem
from server.registry.sheets import Records, unique


def take_items(records: Records) -> Tally:
    """Store the items; refuses those whose 检查主体 is no unit."""
    units = {unit.name: unit for unit in db.session.scalars(select(Unit))}
    tally = Tally()
    for _, row in records.good:
        row["version"] = (row["code"], row["effective_from"])
    for number, row in unique(records, "code", "version"):
        unit = units.get(row["authority"])
        if unit is None:
            records.refuse(number, "检查主体", row["authority"], Problem("unit_unknown"))
        elif row.get("effective_to") and row["effective_to"] < row["effective_from"]:
            records.refuse(number, "失效日期", str(row["effective_to"]), Problem("dates_reversed"))
        else:
            _store(row, unit, tally)
    db.session.flush()
    return tally


def _store(row: dict[str, Any], unit: Unit, tally: Tally) -> None:
    plain = ("position", "department", "name", "basis", "authority", "category", "subjects", "frequency", "methods")
    columns = {name: row[name] for name in (*plain, "code", "trade", "contents", "effective_from")}
    columns |= {
        "remark": row.get("remark", ""),
        "inspectors_needed": row.get("inspectors_needed", 2),
        "effective_to": row.get("effective_to"),
        "ratio_num": row["ratio"][0],
        "ratio_den": row["ratio"][1],
        "unit_id": unit.id,
        "checklist_id": CHECKLISTS[row["trade"]],
    }
    query = select(InspectionItem).where(InspectionItem.code == row["code"])
    versions = {item.effective_from: item for item in db.session.scalars(query)}
    known = versions.get(row["effective_from"])
    if known is None:
        for older in versions.values():
            if older.effective_from < row["effective_from"] and older.effective_to is None:
                older.effective_to = row["effective_from"] - timedelta(days=1)
        db.session.add(InspectionItem(**columns))
        db.session.flush()
        tally.made += 1
        return
    later = any(version > known.effective_from for version in versions)
    if later and columns["effective_to"] is None:
        # A later version has ended this one; its own file row does not open it again.
        columns["effective_to"] = known.effective_to
    changed = any(getattr(known, name) != value for name, value in columns.items())
    for name, value in columns.items():
        setattr(known, name, value)
    tally.changed += changed
    tally.same += not changed
