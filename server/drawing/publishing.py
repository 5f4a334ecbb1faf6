"""What leaves the house of a draw: the public and the full certificate, the chain and its records, our pools."""

from typing import Any

from sqlalchemy import select

from server.accounts.models import Person
from server.core import draw as rules
from server.core.canonical import digest
from server.drawing import chain, view
from server.drawing.models import EXTERNAL, ChainRecord, Draw
from server.drawing.service import rosters_of
from server.planning.models import Batch
from server.platform.auth import Actor
from server.platform.clock import today
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.keys import ALG, bureau_keys
from server.registry.columns import STATUSES
from server.registry.models import Inspector, Subject
from server.registry.subjects import in_item

MOST = 2**31 - 1
"""The largest number that a column of the chain can hold."""
SUBJECT_COLUMNS = ("统一社会信用代码", "场所序号", "名称", "地址", "乡镇街道", "抽查事项编码", "状态")
INSPECTOR_COLUMNS = ("姓名", "警号", "所属单位", "执法证号", "执法证有效期至", "可检查事项编码")


def bundle_for(actor: Actor, draw: Draw, full: bool) -> dict[str, Any]:
    """The bundle of an executed draw for somebody in the house. Raises `draw_not_executed`, `draw_sealed_until`."""
    row = chain.certificate_of(draw)
    if row is None:
        raise Problem("draw_not_executed")
    if draw.kind == EXTERNAL:
        raise Problem("draw_made_elsewhere")
    until = chain.sealed_until(draw, today())
    if until is not None and not actor.role_set & view.SEES_SEALED:
        raise Problem("draw_sealed_until", date=until)
    return _bundle(draw, row, full)


def public_bundle(number: int) -> dict[str, Any]:
    """The public bundle behind a certificate's number, for anybody. Raises `not_found`, `draw_restricted`,
    `draw_sealed_until`."""
    row = _record(number)
    if row.kind != "certificate" or row.draw is None:
        raise Problem("not_found")
    if not chain.is_open(row, today()):
        raise _kept_back(row)
    return _bundle(row.draw, row, full=False)


def published() -> list[dict[str, Any]]:
    """Every certificate of the chain, the newest first: shape of `answers.PublishedAnswer`."""
    seals = chain.Seals(today())
    return [_published(row, seals) for row in chain.certificates()]


def _published(row: ChainRecord, seals: chain.Seals) -> dict[str, Any]:
    fixed = {"number": row.number, "digest": row.digest, "at": row.at}
    draw = row.draw
    if draw is None or draw.kind == "targeted":
        return fixed | {"access": "restricted", "draw": None, "title": None, "release_on": None}
    until = seals.until(draw)
    return fixed | {
        "access": "sealed" if until else "open",
        "draw": draw.number,
        "title": draw.title,
        "release_on": until,
    }


def signature_of(number: int) -> dict[str, Any]:
    """The bureau's signature over a certificate, with what it covers. Raises `not_found`."""
    row = _record(number)
    if row.kind != "certificate":
        raise Problem("not_found")
    return {"number": row.number, "kind": row.kind, "digest": row.digest, "signature": row.signature}


def signing_key() -> dict[str, Any]:
    """The key that signs now: shape of `answers.KeyAnswer`. Its thumbprint is printed on every draw's paper."""
    key = bureau_keys().signing_jwk
    return {"alg": ALG, "key": key, "thumbprint": digest(key)}


def _bundle(draw: Draw, row: ChainRecord, full: bool) -> dict[str, Any]:
    annex = draw.annex if full else None
    return rules.bundle(row.record, rosters_of(draw), annex, chain.amendments_of(draw))


def public_record(number: int) -> dict[str, Any]:
    """One record of the chain for anybody. Raises `not_found`, `draw_restricted`, `draw_sealed_until`."""
    row = _record(number)
    if not chain.is_open(row, today()):
        raise _kept_back(row)
    return row.record


def _record(number: int) -> ChainRecord:
    row = db.session.get(ChainRecord, number) if number <= MOST else None
    if row is None:
        raise Problem("not_found")
    return row


def _kept_back(row: ChainRecord) -> Problem:
    """Why a stranger cannot read a record."""
    draw = row.draw
    if draw is None or draw.kind == "targeted":
        return Problem("draw_restricted")
    return Problem("draw_sealed_until", date=chain.sealed_until(draw, today()))


def pool_table(kind: str, batch: Batch) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Headings and rows of our pools as other platforms take them: `subjects` or `inspectors` of a batch's items."""
    codes = {line.item.code for line in batch.lines}
    if kind == "subjects":
        found = db.session.scalars(select(Subject).where(in_item(*codes)).order_by(Subject.statutory_id)).unique()
        return SUBJECT_COLUMNS, [_subject_row(subject, codes) for subject in found]
    people = db.session.scalars(select(Inspector).join(Person).order_by(Person.badge_no)).unique()
    return INSPECTOR_COLUMNS, [_inspector_row(one) for one in people if codes & set(one.competences)]


def _subject_row(subject: Subject, codes: set[str]) -> tuple[object, ...]:
    items = "、".join(row.item_code for row in subject.items if row.item_code in codes)
    place = (subject.code, subject.site or "", subject.name, subject.address, subject.township)
    return (*place, items, next(word for word, status in STATUSES.items() if status == subject.status))


def _inspector_row(one: Inspector) -> tuple[object, ...]:
    person = one.person
    dated = (one.cert_no, one.cert_expires_on.isoformat())
    return (person.name, person.badge_no or "", person.unit.name, *dated, "、".join(one.competences))
