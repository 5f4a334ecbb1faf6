"""Statements of the hot paths: compiled once per dialect, then handed straight to the driver.

A push runs a dozen. What SQLAlchemy does around each execution (cache key, context, the result's metadata) costs
several times what SQLite needs for the statement itself. Values and rows still go through the types of their columns;
transaction, listeners and errors are the session's, as everywhere.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError

from server.platform.db import db, is_reading

Statement = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any]
Values = Mapping[str, Any]


class Prepared:
    """A statement whose parameters are named `bindparam`s, or a function that makes it for a dialect's name.

    An insert without `values` takes all columns of its table. No lists in it (`IN`): they have no fixed text.
    """

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def all(self, values: Values) -> list[Any]:
        """The rows that it gives, as named tuples.

        While `reading()`, and before the session has begun, it is a glance: a transaction of the session's around one
        statement costs several times the statement.
        """
        if is_reading() and not db.session().in_transaction():
            with db.engine.connect() as connection:
                return self._rows(connection, values)
        return self._rows(_held_connection(), values)

    def first(self, values: Values) -> Any:
        """The first row, or None."""
        rows = self.all(values)
        return rows[0] if rows else None

    def run(self, values: Values) -> None:
        """For a statement that gives no rows."""
        connection = _held_connection()
        form = self._form(connection.dialect)
        _drive(connection, form.text, form.parameters(values))

    def run_many(self, rows: Iterable[Values], shared: Values | None = None) -> None:
        """The same once for each row; no rows, no statement. `shared` are values that all of them have."""
        connection = _held_connection()
        form = self._form(connection.dialect)
        if shared:
            form = form.given(shared)
        parameters = [form.parameters(values) for values in rows]
        if parameters:
            _drive(connection, form.text, parameters, many=True)

    def _rows(self, connection: Connection, values: Values) -> list[Any]:
        form = self._form(connection.dialect)
        return form.rows(_drive(connection, form.text, form.parameters(values), gives_rows=True))

    def _form(self, dialect: Dialect) -> "_Form":
        form = self._forms.get(dialect.name)
        if form is None:
            statement = self._statement(dialect.name) if callable(self._statement) else self._statement
            form = self._forms[dialect.name] = _form_of(statement, dialect)
        return form


@dataclass(frozen=True)
class _Form:
    """A statement in one dialect: its text, its parameters in order, how its rows become ours."""

    text: str
    by_name: bool
    constants: Values
    slots: Sequence[tuple[str, Convert | None]]
    row: Callable[[Iterable[Any]], Any]
    conversions: Sequence[tuple[int, Convert]]

    def parameters(self, values: Values) -> Any:
        given = {**self.constants, **values} if self.constants else values
        if self.by_name:
            return {name: convert(given[name]) if convert else given[name] for name, convert in self.slots}
        return [convert(given[name]) if convert else given[name] for name, convert in self.slots]

    def given(self, values: Values) -> "_Form":
        """The same with some parameters that are known, and converted, before."""
        known = {
            name: convert(values[name]) if convert else values[name] for name, convert in self.slots if name in values
        }
        slots = [(name, None if name in known else convert) for name, convert in self.slots]
        return replace(self, constants={**self.constants, **known}, slots=slots)

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        rows = []
        for values in found:
            row = list(values)
            for place, convert in self.conversions:
                row[place] = convert(row[place])
            rows.append(self.row(row))
        return rows


def _form_of(statement: Statement, dialect: Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect)
    names = list(compiled.binds) if compiled.positiontup is None else compiled.positiontup
    columns = statement.exported_columns
    types = [column.type.dialect_impl(dialect) for column in columns]
    conversions = [(place, kind.result_processor(dialect, None)) for place, kind in enumerate(types)]
    row: Any = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]
    return _Form(
        str(compiled),
        compiled.positiontup is None,
        {name: bind.value for name, bind in compiled.binds.items() if not bind.required},
        [(name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names],
        row._make,
        [(place, convert) for place, convert in conversions if convert],
    )


def _held_connection() -> Connection:
    """The connection of the session's transaction; what the session holds is written first, as by its own queries."""
    session = db.session()
    session.flush()
    return session.connection()


def _drive(
    connection: Connection, text: str, parameters: Any, *, many: bool = False, gives_rows: bool = False
) -> Sequence[Any]:
    cursor = connection.connection.cursor()
    for listener in connection.engine.dispatch.before_cursor_execute:
        listener(connection, cursor, text, parameters, None, many)
    driver_error = connection.dialect.loaded_dbapi.Error
    try:
        (cursor.executemany if many else cursor.execute)(text, parameters)
        return cursor.fetchall() if gives_rows else ()
    except driver_error as error:
        # What it was given stays out of every log, as in `platform.db`.
        raise DBAPIError.instance(text, None, error, driver_error, hide_parameters=True) from error
    finally:
        cursor.close()
