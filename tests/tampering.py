"""Somebody with the database in his hands: edits, deletions, truncations, reorderings and forgeries, from a seed."""

import random
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "verify"))

import verify_records

COVERED = {
    "trail": ["at", "actor_id", "action", "subject_kind", "subject_id", "detail", "reference"],
    "journal_entry": ["device_id", "seq", "status", "feed", "sha256", "pushed_by", "received_at", "body"],
    "journal_run": ["inspection_id", "feed", "body"],
}


def tampered(source: sqlite3.Connection, statement: dict[str, Any], times: int, seed: int) -> dict[str, list[int]]:
    """Tamper `times` times, each time with the whole database; kind → how often it was done, and how often noticed."""
    chance = random.Random(seed)
    toll: dict[str, list[int]] = {}
    source.isolation_level = None
    while sum(done for done, _ in toll.values()) < times:
        kind, act = chance.choice(list(ACTS.items()))
        source.execute("BEGIN")
        before = source.total_changes
        try:
            act(source, chance)
            if source.total_changes == before:
                continue
            noticed = bool(list(verify_records.check(source, statement)))
        finally:
            source.execute("ROLLBACK")
        counts = toll.setdefault(kind, [0, 0])
        counts[0] += 1
        counts[1] += noticed
    return toll


def _any(db: sqlite3.Connection, chance: random.Random) -> tuple[str, int]:
    # The trail row that tells of the attestation is younger than it: the next one speaks of it.
    old = {"trail": "WHERE action <> 'records.attested'"}
    tables = {name: db.execute(f"SELECT rowid FROM {name} {old.get(name, '')}").fetchall() for name in COVERED}
    table, rows = chance.choice([(name, rows) for name, rows in tables.items() if rows])
    return table, chance.choice(rows)[0]


def edit(db: sqlite3.Connection, chance: random.Random) -> None:
    """One character of one column becomes another."""
    table, row = _any(db, chance)
    column = chance.choice(COVERED[table])
    (old,) = db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()
    _put(db, table, column, row, _other(old, column, chance))


def _other(old: Any, column: str, chance: random.Random) -> Any:
    if column == "status":
        return "held" if old == "accepted" else "accepted"
    if old is None or old == "":
        return "0" if column != "feed" else 1
    if isinstance(old, int):
        return old + chance.choice((-1, 1, 2))
    at = chance.randrange(len(old))
    letters = [letter for letter in "0123456789abcdef检查" if letter != old[at]]
    return old[:at] + chance.choice(letters) + old[at + 1 :]


def _put(db: sqlite3.Connection, table: str, column: str, row: int, value: Any) -> None:
    (old,) = db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()
    if old != value:
        db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))


def delete(db: sqlite3.Connection, chance: random.Random) -> None:
    """Some rows are gone."""
    for _ in range(chance.randint(1, 3)):
        table, row = _any(db, chance)
        db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))


def truncate(db: sqlite3.Connection, chance: random.Random) -> None:
    """The newest rows of a table are gone, down to the last one alone."""
    table, row = _any(db, chance)
    db.execute(f"DELETE FROM {table} WHERE rowid >= ?", (row,))


def reorder(db: sqlite3.Connection, chance: random.Random) -> None:
    """Two rows of a table change what they say."""
    table, one = _any(db, chance)
    (other,) = chance.choice(db.execute(f"SELECT rowid FROM {table}").fetchall())
    column = chance.choice(COVERED[table])
    read = f"SELECT {column} FROM {table} WHERE rowid = ?"
    (first,), (second,) = db.execute(read, (one,)).fetchone(), db.execute(read, (other,)).fetchone()
    _put(db, table, column, one, second)
    _put(db, table, column, other, first)


def forge(db: sqlite3.Connection, chance: random.Random) -> None:
    """A row that was never written, with a date that would suit."""
    table, row = _any(db, chance)
    names = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
    values = list(db.execute(f"SELECT {', '.join(names)} FROM {table} WHERE rowid = ?", (row,)).fetchone())
    values[names.index("id")] = chance.randbytes(32).hex()[: len(values[names.index("id")])]
    db.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", values)


ACTS: dict[str, Callable[[sqlite3.Connection, random.Random], None]] = {
    "edit": edit,
    "delete": delete,
    "truncate": truncate,
    "reorder": reorder,
    "forge": forge,
}
