#!/usr/bin/env python3
"""Check a database against an attestation that was kept outside: was anything altered, removed or slipped in?

    python3 verify_records.py suicha.db attestation.json

Reads the SQLite file only; needs verify_chain.py and verify_draw.py beside it for signatures. What happened after the
attestation is the business of the next one. The statement and its roots: server/inspection/attest.py says in words.
"""

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from verify_chain import signed
from verify_draw import canon, named

TIMES = ("at", "received_at")
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\.(\d{3})000")  # the server counts milliseconds
TRAIL = ("id", "at", "actor_id", "action", "subject_kind", "subject_id", "detail", "reference")
ENTRY = ("id", "inspection_id", "device_id", "seq", "sha256", "pushed_by", "received_at", "body")
RUN = ("id", "inspection_id", "feed", "body")
Row = dict[str, Any]


def told(name: str, value: Any) -> Any:
    """A column as it was attested: instants in UTC with milliseconds, details as what their JSON says."""
    if name in TIMES:
        instant = INSTANT.fullmatch(value)
        if instant is None:
            raise ValueError(f"{name}: {value}")
        return "{}T{}.{}Z".format(*instant.groups())
    return json.loads(value) if name == "detail" else value


def rows_of(database: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> list[Row]:
    found = database.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id")
    return [{name: told(name, value) for name, value in zip(columns, row, strict=True)} for row in found]


def merkle(leaves: list[bytes]) -> str:  # RFC 6962, 2.1
    level = [sha256(b"\0" + leaf).digest() for leaf in leaves] or [sha256(b"").digest()]
    while len(level) > 1:
        odd = level[len(level) // 2 * 2 :]
        level = [sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)] + odd
    return level[0].hex()


def recomputed(database: sqlite3.Connection, statement: Row) -> Row:
    """The roots as the database gives them now, of what the statement speaks of."""
    until, feeds = statement["until"], statement["feeds"]
    trail = [row for row in rows_of(database, "trail", TRAIL) if row["at"] <= until]
    every = rows_of(database, "journal_entry", (*ENTRY, "status", "feed"))
    taken = [r for r in every if r["status"] == "accepted" and fed(r, feeds)]
    runs = [row for row in rows_of(database, "journal_run", RUN) if fed(row, feeds)]
    parts = {
        "trail": (trail, TRAIL),
        "entries": ([row for row in every if row["received_at"] <= until], ENTRY),
        "taken": (taken, ("id", "feed")),
        "runs": (runs, RUN),
    }
    return {name: root(rows, columns) for name, (rows, columns) in parts.items()}


def fed(row: Row, feeds: dict[str, int]) -> bool:
    return bool(row["feed"]) and row["feed"] <= feeds.get(row["inspection_id"], 0)


def root(rows: list[Row], columns: tuple[str, ...]) -> Row:
    return {"rows": len(rows), "root": merkle([canon([row[name] for name in columns]) for row in rows])}


WORDS = {
    "trail": "留痕 / the trail",
    "entries": "检查日志 / the journal's entries",
    "taken": "已收入的日志 / what was taken in",
    "runs": "手机签名 / the phones' signatures",
}


def check(database: sqlite3.Connection, statement: Row) -> Iterator[str]:
    """Yield a sentence for each part that is not what was attested."""
    try:
        now = recomputed(database, statement)
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        yield f"数据库无法读取：{error} / the database cannot be read"
        return
    for name, words in WORDS.items():
        before = statement[name]
        if now[name]["rows"] != before["rows"]:
            yield f"{words}：应有 {before['rows']} 行，现有 {now[name]['rows']} 行 / rows are missing or added"
        elif now[name]["root"] != before["root"]:
            yield f"{words}：内容已被改动 / altered"


def check_signature(statement: Row) -> Iterator[str]:
    body = {name: value for name, value in statement.items() if name not in ("key", "signature")}
    if not signed(statement["key"], canon(body), statement["signature"]):
        yield "存证的签名不符 / the attestation's signature does not fit"


def main(arguments: list[str]) -> int:
    path, attestation = named(arguments, 2)
    with open(attestation, encoding="utf-8") as file:
        statement = json.load(file)
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    said = [*check_signature(statement), *check(database, statement)]
    print("\n".join(said) or f"一致（截至 {statement['until']}）。/ It holds.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
