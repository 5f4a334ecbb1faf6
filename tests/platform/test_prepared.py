"""A prepared statement says the same as SQLAlchemy's own execution of it, on both databases."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import Table, bindparam, event, select, update
from sqlalchemy.exc import IntegrityError

from server.accounts.models import Device, Unit, UnitKind
from server.platform.db import db, reading
from server.platform.errors import trace_of
from server.platform.prepared import Prepared
from tests.factories import Bureau

DEVICES, UNITS = cast(Table, Device.__table__), cast(Table, Unit.__table__)
AT = datetime(2026, 11, 22, 6, 5, 0, 123000, tzinfo=UTC)
WRITING = Prepared(DEVICES.insert())
FINDING = Prepared(select(*DEVICES.c).where(DEVICES.c.person_id == bindparam("person")).order_by(DEVICES.c.id))


def devices_of(bureau: Bureau, count: int) -> list[dict[str, Any]]:
    """Rows with a moment, JSON and nulls in them."""
    given: dict[str, Any] = dict.fromkeys(DEVICES.c.keys())
    given |= {"person_id": bureau.people["first"].id, "label": "一号手机", "public_key": {"kty": "EC", "x": "é"}}
    given |= {"alg": "ES256", "wrapped_key": "k", "enrolled_at": AT}
    return [given | {"id": f"00000000-0000-7000-8000-{number:012}"} for number in range(count)]


def test_what_goes_in_comes_out_in_the_types_of_the_columns(bureau: Bureau) -> None:
    rows = devices_of(bureau, 3)
    WRITING.run(rows[0])
    WRITING.run_many(rows[1:])
    WRITING.run_many([])
    person = bureau.people["first"].id
    found = FINDING.all({"person": person})
    assert [row._asdict() for row in found] == rows
    assert [tuple(row) for row in found] == [tuple(row) for row in db.session.execute(select(*DEVICES.c)).all()]
    assert FINDING.first({"person": person}).public_key == {"kty": "EC", "x": "é"}
    assert FINDING.first({"person": "nobody"}) is None


def test_it_sees_what_the_session_still_holds(bureau: Bureau) -> None:
    bureau.people["first"].unit.name = "城关派出所"
    finding = Prepared(select(UNITS.c.name).where(UNITS.c.id == bindparam("key")))
    assert finding.first({"key": bureau.people["first"].unit_id}).name == "城关派出所"


def test_it_belongs_to_the_transaction_of_the_session(bureau: Bureau) -> None:
    person = bureau.people["first"].id
    db.session.commit()
    WRITING.run_many(devices_of(bureau, 2))
    db.session.rollback()
    assert FINDING.all({"person": person}) == []


def test_a_value_that_stands_in_the_statement_stays_and_a_forgotten_one_is_an_error(bureau: Bureau) -> None:
    ended = Prepared(update(UNITS).where(UNITS.c.id == bindparam("key")).values(kind=UnitKind.STATION, name="改名"))
    key = bureau.units["office"].id
    ended.run({"key": key})
    assert db.session.execute(select(UNITS.c.kind, UNITS.c.name).where(UNITS.c.id == key)).one() == ("station", "改名")
    with pytest.raises(KeyError, match="key"):
        ended.run({})


def test_a_refusal_of_the_database_is_an_error_of_sqlalchemy_that_names_no_value(bureau: Bureau) -> None:
    row = devices_of(bureau, 1)[0] | {"label": "金丝雀某"}
    WRITING.run(row)
    with pytest.raises(IntegrityError) as failed:
        WRITING.run_many([row])
    db.session.rollback()
    assert "金丝雀某" not in str(failed.value) and "金丝雀某" not in trace_of(failed.value)


def test_who_listens_to_statements_hears_of_it(bureau: Bureau) -> None:
    rows, heard = devices_of(bureau, 2), list[tuple[str, bool]]()

    def hear(_connection: object, _cursor: object, text: str, _values: object, _context: object, many: bool) -> None:
        heard.append((text.split()[0], many))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        WRITING.run_many(rows)
        FINDING.all({"person": ""})
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert heard == [("INSERT", True), ("SELECT", False)]


def test_a_glance_opens_no_transaction_and_what_was_read_before_is_read_in_one(bureau: Bureau) -> None:
    row = devices_of(bureau, 1)[0]
    WRITING.run(row)
    db.session.commit()
    with reading():
        assert FINDING.first({"person": row["person_id"]}).id == row["id"]
        assert not db.session().in_transaction()
        assert db.session.get(Device, row["id"]) is not None
        assert FINDING.first({"person": row["person_id"]}).id == row["id"]
        assert db.session().in_transaction()


def test_values_that_all_rows_share_are_told_once(bureau: Bureau) -> None:
    rows = devices_of(bureau, 2)
    shared = {"enrolled_at": AT, "public_key": {"kty": "EC"}}
    WRITING.run_many(({name: row[name] for name in row.keys() - shared.keys()} for row in rows), shared)
    assert [row._asdict() for row in FINDING.all({"person": rows[0]["person_id"]})] == [row | shared for row in rows]
