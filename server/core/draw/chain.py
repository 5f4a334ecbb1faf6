"""The bureau's chain: no gap, no second result for one announcement (specification section 8.1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.core.canonical import digest
from server.core.draw.hashing import SPEC
from server.core.draw.words import Finding, say, short


def signed_text(number: int, kind: str, found: str) -> bytes:
    """Return the bytes that the bureau signs for a record: number, kind and digest (specification section 8.6)."""
    return f"{SPEC}|record|{number}|{kind}|{found}".encode()


def verify_chain(records: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Return the findings on a bureau's chain: rows `{"number", "kind", "digest", "record" | null}` in
    order, the record null while it is sealed or restricted.

    Numbers without gaps, every record naming the digest of the one before, every content matching its
    published digest, every certificate and voiding closing one announcement with the same plan digest.
    """
    found: list[Finding] = []
    before: str | None = None
    open_draws: dict[str, str] = {}
    closed: set[str] = set()
    expected = 1
    for row in records:
        found += _link_findings(row, expected, before)
        # One missing record is one finding, not one for every number after it.
        before, expected = row["digest"], row["number"] + 1
        if row["record"] is not None:
            found += _closing_findings(row["record"], row["number"], open_draws, closed)
    return found


def _link_findings(row: Mapping[str, Any], expected: int, before: str | None) -> Iterator[Finding]:
    where = f"chain.{expected}"
    if row["number"] != expected:
        yield say("chain_number", where, expected=expected, stated=row["number"])
    record = row["record"]
    if record is None:
        return
    found = digest(record)
    if found != row["digest"]:
        yield say("chain_digest", where, number=expected, found=found, stated=row["digest"])
    if record["number"] != row["number"] or record["kind"] != row["kind"]:
        yield say("value", where, expected=f"{row['number']} {row['kind']}", stated=short(record["number"]))
    if record["previous"] != before:
        yield say("chain_previous", where, number=expected, expected=short(before), stated=short(record["previous"]))


def _closing_findings(
    record: Mapping[str, Any], number: int, open_draws: dict[str, str], closed: set[str]
) -> Iterator[Finding]:
    draw_id, where = record["draw"], f"chain.{number}"
    if record["kind"] == "announcement":
        if draw_id in open_draws:
            yield say("chain_twice", where, draw=draw_id, number=number)
        open_draws[draw_id] = record["plan_digest"]
    elif record["kind"] in ("certificate", "voiding"):
        if draw_id in closed:
            yield say("chain_twice", where, draw=draw_id, number=number)
        elif open_draws.get(draw_id) != record["plan_digest"]:
            yield say("chain_unannounced", where, draw=draw_id, number=number)
        closed.add(draw_id)
