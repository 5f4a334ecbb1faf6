"""Official law text: entered with source, checker and date, shown and printed only then; our own summary otherwise.

A text becomes part of what a task pins. So a phone shows, offline, what was checked when the task was dispatched, and
a record printed years later shows the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from server.core.calendar import is_date, parse_date
from server.platform.catalogues import read_located
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.form_faults import Fault, WrongDefinition
from server.platform.located import Located
from server.platform.trail import record
from server.rulebook import editions
from server.rulebook.models import LawText

FIELDS = ("law", "version", "provision", "text", "source", "checker", "date")
LONGEST = {"text": 20_000, "source": 200, "checker": 60}
Key = tuple[str, str, str]


class Provision(NamedTuple):
    """One provision that some checklist cites, with the text that was entered for it, if any."""

    law: Mapping[str, Any]
    version: Mapping[str, Any]
    key: str
    text: LawText | None

    @property
    def words(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.version["provisions"][self.key]
        return found


def latest() -> dict[Key, LawText]:
    """The text that counts of every provision, by (law, version, provision); a text taken back is not there."""
    entered = db.session.scalars(select(LawText).order_by(LawText.id))
    rows = {(row.law, row.version, row.provision): row for row in entered}
    return {key: row for key, row in rows.items() if row.text}


def with_texts(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with the checked texts in its laws; what a file says itself stays where nothing was entered."""
    texts = latest()
    laws = [
        law | {"versions": [version | {"provisions": _told(law, version, texts)} for version in law["versions"]]}
        for law in definition["catalogues"]["laws"]
    ]
    return definition | {"catalogues": definition["catalogues"] | {"laws": laws}}


def _told(law: Mapping[str, Any], version: Mapping[str, Any], texts: Mapping[Key, LawText]) -> dict[str, Any]:
    told = {}
    for key, provision in version["provisions"].items():
        row = texts.get((law["id"], version["version"], key))
        if row is not None:
            checked = {"source": row.source, "checker": row.checker, "date": row.checked_on.isoformat()}
            provision = {**provision, "text": row.text, "checked": checked}
        told[key] = provision
    return told


def provisions() -> list[Provision]:
    """Every provision of the checklists in force today, in the order of the laws, each once."""
    texts = latest()
    found: dict[Key, Provision] = {}
    for law in _laws():
        for version in law["versions"]:
            for key in version["provisions"]:
                place = (law["id"], version["version"], key)
                found.setdefault(place, Provision(law, version, key, texts.get(place)))
    return list(found.values())


def _laws() -> Iterator[Mapping[str, Any]]:
    for definition_id in editions.definition_ids():
        held = editions.in_force(definition_id, today())
        if held is not None:
            yield from editions.body_of(held.edition)["catalogues"]["laws"]


def enter(actor_id: str | None, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep checked texts; returns how many are new. Raises `law_text_unknown` (no checklist cites the provision),
    `law_text_future` (checked on a day to come)."""
    known = {(found.law["id"], found.version["version"], found.key) for found in provisions()}
    present = latest()
    made = 0
    for row in rows:
        key = (row["law"], row["version"], row["provision"])
        if key not in known:
            raise Problem("law_text_unknown", provision=f"{key[0]} {key[1]} {key[2]}")
        if row["date"] > today():
            raise Problem("law_text_future")
        before = present.get(key)
        if (before.text if before else "") == row["text"]:
            continue
        kept = {name: row[name] for name in ("law", "version", "provision", "text", "source", "checker")}
        db.session.add(LawText(**kept, checked_on=row["date"], entered_by_id=actor_id, entered_at=now()))
        record("law_text.entered", "law", row["law"], actor_id=actor_id, version=key[1], provision=key[2])
        made += 1
    db.session.flush()
    return made


def read_texts(text: str, name: str) -> list[dict[str, Any]]:
    """The texts of a file, each with law, version, provision, text, source, checker and date.

    Raises `WrongDefinition` with file and line.
    """
    document = read_located(text, name)
    faults = list(_faults(document, name))
    if faults:
        raise WrongDefinition(faults)
    return [{**row, "text": row["text"].strip(), "date": parse_date(row["date"])} for row in document["texts"]]


def _faults(document: Located, name: str) -> Iterator[Fault]:
    texts = document.get("texts")
    if set(document) != {"texts"} or not isinstance(texts, list) or not texts:
        zh = "文件应只有 texts 一项，下面逐条列出原文"
        yield Fault(name, document.line, "texts_missing", zh, "the file holds texts, a list, and nothing else")
        return
    for at, row in enumerate(texts):
        if not isinstance(row, Located) or set(row) != set(FIELDS):
            line = document["texts"].lines[at]
            want = "、".join(FIELDS)
            yield Fault(name, line, "text_fields", f"每条原文须写且只写：{want}", f"a text has exactly: {want}")
            continue
        for field in FIELDS:
            value = row[field]
            if not isinstance(value, str) or not value.strip() or len(value) > LONGEST.get(field, 80):
                zh = f"{field} 应为文字，不能为空，不超过{LONGEST.get(field, 80)}字（日期、版本请加引号）"
                yield Fault(name, row.lines[field], "text_field", zh, f"{field} is text, not empty, not too long")
        if isinstance(row["date"], str) and not is_date(row["date"]):
            zh, en = '日期写作 "2026-01-05"', 'write the date as "2026-01-05"'
            yield Fault(name, row.lines["date"], "not_a_date", zh, en)
