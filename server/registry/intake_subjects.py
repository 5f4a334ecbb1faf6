"""The subject registry from Excel, in bulk: 100,000 premises in a few seconds.

Rows go into the tables as plain rows, not as objects: an object per premises and its children costs several times as
much. Known premises are compared column by column, so that an unchanged file writes nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from sqlalchemy import Executable, Table, bindparam, delete, insert, select, update

from server.accounts.models import Unit, UnitKind
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.ids import new_id
from server.platform.installation import installation
from server.registry.cells import Unreadable, code_of_kind
from server.registry.columns import ATTRIBUTES
from server.registry.intake_tally import Tally
from server.registry.models import (
    FlagKind,
    InspectionItem,
    Subject,
    SubjectFlag,
    SubjectItem,
    SubjectRating,
    SubjectStatus,
)
from server.registry.sheets import Records, unique

COLUMNS = (
    *("statutory_id", "code_kind", "code", "site", "name", "address", "township", "station_id", "legal_rep", "contact"),
    *("phone", "size", "lat", "lng", "attributes", "status", "status_since", "status_reason"),
)
FLAG_COLUMNS = {"abnormal_since": FlagKind.ABNORMAL_OPERATION, "serious_since": FlagKind.SERIOUS_VIOLATION}
FLAG_SOURCE = "检查对象名录库导入"
Row = dict[str, Any]


def take_subjects(records: Records) -> Tally:
    """Store the premises; refuses codes that cannot be right, unknown items, and premises that stand twice."""
    _check_codes(records)
    rows = _checked(records)
    _give_stations(rows)
    known = _known()
    pools = _pools()
    tally = Tally()
    writing = _Writing()
    for row in rows:
        _compare(row, known.get(row["statutory_id"]), pools, writing, tally)
    writing.write()
    _write_flags_and_classes(rows, writing.ids)
    return tally


def _check_codes(records: Records) -> None:
    good = []
    for number, row in records.good:
        try:
            row["code"] = code_of_kind(row["code_kind"], row["code"])
        except Unreadable as error:
            records.refuse(number, "代码", row["code"], error.problem)
            continue
        site = row.get("site")
        row["statutory_id"] = f"{row['code_kind']}:{row['code']}" + (f"#{site}" if site else "")
        good.append((number, row))
    records.good = good


def _checked(records: Records) -> list[Row]:
    items = set(db.session.scalars(select(InspectionItem.code)))
    rows: list[Row] = []
    for number, row in unique(records, "code", "statutory_id"):
        unknown = [code for code in row["items"] if code not in items]
        if unknown:
            records.refuse(number, "抽查事项编码", "、".join(unknown), Problem("item_unknown"))
        elif ("lat" in row) != ("lng" in row):
            records.refuse(number, "纬度", row.get("lat", ""), Problem("position_half"))
        else:
            rows.append(row)
    return rows


def _give_stations(rows: list[Row]) -> None:
    """Turn station names into units; a station that is not known yet is made."""
    query = select(Unit).where(Unit.kind == UnitKind.STATION)
    stations = {unit.name: unit for unit in db.session.scalars(query)}
    division = installation().division_code
    root = db.session.scalar(select(Unit.id).where(Unit.kind == UnitKind.BUREAU))
    for name in dict.fromkeys(row["station"] for row in rows if "station" in row):
        if name not in stations:
            code = f"{division}-s{len(stations) + 1:02d}-{new_id()[-4:]}"
            stations[name] = Unit(
                code=code, name=name, short=name[:1], kind=UnitKind.STATION, division_code=division, parent_id=root
            )
            db.session.add(stations[name])
    db.session.flush()
    for row in rows:
        row["station_id"] = stations[row["station"]].id if "station" in row else None


def _known() -> dict[str, Row]:
    table = Subject.__table__
    columns = [table.c[name] for name in ("id", *COLUMNS)]
    return {row["statutory_id"]: dict(row) for row in db.session.execute(select(*columns)).mappings()}


def _pools() -> dict[str, set[str]]:
    pools: dict[str, set[str]] = {}
    for subject_id, code in db.session.execute(select(SubjectItem.subject_id, SubjectItem.item_code)):
        pools.setdefault(subject_id, set()).add(code)
    return pools


class _Writing:
    """What will be written, gathered, then sent in as few statements as there are kinds."""

    def __init__(self) -> None:
        self.at, self.day = now(), today()
        self.ids: dict[str, str] = {}
        self.new: list[Row] = []
        self.changed: list[Row] = []
        self.left: list[str] = []
        self.pools: list[Row] = []

    def enter(self, subject_id: str, codes: list[str]) -> None:
        self.pools += [{"subject_id": subject_id, "item_code": code, "since": self.day} for code in codes]

    def write(self) -> None:
        subject, pool = cast(Table, Subject.__table__), cast(Table, SubjectItem.__table__)
        work: list[tuple[Executable, list[Row]]] = [
            (insert(subject), self.new),
            (update(subject).where(subject.c.id == bindparam("key")), self.changed),
            (delete(pool).where(pool.c.subject_id == bindparam("key")), [{"key": key} for key in self.left]),
            (insert(pool), self.pools),
        ]
        for statement, rows in work:
            if rows:
                db.session.connection().execute(statement, rows)


def _compare(row: Row, known: Row | None, pools: Mapping[str, set[str]], writing: _Writing, tally: Tally) -> None:
    stored = {name: row.get(name) for name in COLUMNS}
    stored["attributes"] = {name: _plain(row[name]) for name in ATTRIBUTES if name in row}
    stored["status"] = row.get("status", SubjectStatus.OPEN).value
    if known is None:
        subject_id = new_id()
        writing.new.append(stored | {"id": subject_id, "created_at": writing.at, "changed_at": writing.at})
        writing.enter(subject_id, row["items"])
        tally.made += 1
    else:
        subject_id = known["id"]
        same = all(known[name] == value for name, value in stored.items())
        moved = pools.get(subject_id, set()) != set(row["items"])
        if not same:
            writing.changed.append(stored | {"key": subject_id, "changed_at": writing.at})
        if moved:
            writing.left.append(subject_id)
            writing.enter(subject_id, row["items"])
        tally.same += same and not moved
        tally.changed += not same or moved
    writing.ids[row["statutory_id"]] = subject_id


def _plain(value: Any) -> Any:
    """An attribute as JSON has it: dates as text."""
    return value.isoformat() if isinstance(value, date) else value


def _write_flags_and_classes(rows: list[Row], ids: Mapping[str, str]) -> None:
    have = set(db.session.execute(select(SubjectFlag.subject_id, SubjectFlag.kind, SubjectFlag.since)).all())
    classes = dict(db.session.execute(select(SubjectRating.subject_id, SubjectRating.credit_class)).all())
    for row in rows:
        subject_id = ids[row["statutory_id"]]
        for column, kind in FLAG_COLUMNS.items():
            since: date | None = row.get(column)
            if since and (subject_id, kind.value, since) not in have:
                db.session.add(SubjectFlag(subject_id=subject_id, kind=kind, source=FLAG_SOURCE, since=since))
        told = row.get("credit_class")
        if told and classes.get(subject_id) != told:
            _rate(subject_id, told, known=subject_id in classes)
    db.session.flush()


def _rate(subject_id: str, credit_class: str, *, known: bool) -> None:
    if known:
        rating = db.session.get_one(SubjectRating, subject_id)
        rating.credit_class, rating.classed_on = credit_class, today()
        return
    db.session.add(
        SubjectRating(subject_id=subject_id, credit_class=credit_class, classed_on=today(), internal_flags=[])
    )
