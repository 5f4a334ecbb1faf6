"""The bureau's chain: numbers without gaps, taken in the transaction of the act that makes the record."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from server.core.canonical import digest
from server.core.draw import signed_text
from server.drawing.models import EXTERNAL, ChainRecord, Draw, DrawState
from server.platform.clock import now, today
from server.platform.db import db
from server.platform.keys import ALG, bureau_keys

_CHAIN_LOCK = 0x44535331
"""The letters DSS1: the advisory lock under which PostgreSQL hands out the chain's numbers."""

_DRAW_IN_SHORT = joinedload(ChainRecord.draw).load_only(Draw.kind, Draw.year, Draw.sequence, Draw.title)
"""Plans and annexes are documents of their own: a list reads none of them."""


def head() -> tuple[int, str | None]:
    """The next number and the digest of the last record. Nobody else gets the same until this transaction ends."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    last = db.session.scalar(select(ChainRecord).order_by(ChainRecord.number.desc()).limit(1))
    return (1, None) if last is None else (last.number + 1, last.digest)


def append(record: dict[str, Any], draw: Draw | None) -> ChainRecord:
    """Append a record that was made with `head()`, and sign it (specification section 8.6)."""
    row = ChainRecord(
        number=record["number"], kind=record["kind"], digest=digest(record), record=record, draw=draw, at=now()
    )
    row.signature = _signed(row)
    db.session.add(row)
    db.session.flush()
    return row


def _signed(row: ChainRecord) -> dict[str, Any]:
    keys = bureau_keys()
    value = keys.sign(signed_text(row.number, row.kind, row.digest))
    return {"alg": ALG, "key": keys.signing_jwk, "value": value}


class Seals:
    """The seals that still hold on a day, read once: a draw's own, and those of earlier draws of the year, for whom
    they drew stands among a later one's exclusions."""

    def __init__(self, day: date) -> None:
        held = select(Draw.year, Draw.sequence, Draw.release_on)
        held = held.where(Draw.state == DrawState.EXECUTED, Draw.release_on > day, ~Draw.release.has())
        self._held = db.session.execute(held).all()

    def until(self, draw: Draw) -> date | None:
        """Until when a draw's records stay back, None if they need not."""
        earlier = (on for year, sequence, on in self._held if year == draw.year and sequence <= draw.sequence)
        return max((on for on in earlier if on is not None), default=None)

    def is_open(self, row: ChainRecord) -> bool:
        """Whether a stranger may read the record: neither of a targeted draw nor still sealed."""
        draw = row.draw
        if draw is None or row.kind in ("announcement", "voiding"):
            return True
        return draw.kind != "targeted" and self.until(draw) is None


def sealed_until(draw: Draw, day: date) -> date | None:
    """Until when one draw's records stay back, None if they need not."""
    return Seals(day).until(draw)


def is_open(row: ChainRecord, day: date) -> bool:
    """Whether a stranger may read one record."""
    return Seals(day).is_open(row)


def certificates() -> Sequence[ChainRecord]:
    """All certificates, the newest first, without their contents."""
    query = select(ChainRecord).where(ChainRecord.kind == "certificate").order_by(ChainRecord.number.desc())
    return db.session.scalars(query.options(defer(ChainRecord.record), _DRAW_IN_SHORT)).unique().all()


def public_chain() -> list[dict[str, Any]]:
    """The chain as anybody may read it: shape of `core.draw.verify_chain`."""
    query = select(ChainRecord).order_by(ChainRecord.number).options(_DRAW_IN_SHORT)
    seals = Seals(today())
    return [
        {
            "number": row.number,
            "kind": row.kind,
            "digest": row.digest,
            "record": row.record if seals.is_open(row) else None,
            "signature": row.signature,
        }
        for row in db.session.scalars(query).unique()
    ]


def certificate_of(draw: Draw) -> ChainRecord | None:
    """The record that closes a draw: its certificate, or what was taken over from elsewhere."""
    if draw.state != DrawState.EXECUTED:
        return None
    return next(row for row in draw.records if row.kind in ("certificate", EXTERNAL))


def amendments_of(draw: Draw) -> list[dict[str, Any]]:
    """The amendments of a draw, in their order."""
    return [row.record for row in draw.records if row.kind == "amendment"]
