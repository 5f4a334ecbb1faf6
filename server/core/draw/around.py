"""What stands around a result: the annex and the amendments (specification sections 8.4 and 9)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.core.canonical import digest
from server.core.draw.amendment import Standing
from server.core.draw.hashing import SPEC, is_hex
from server.core.draw.roster import Line, pseudonym, salt_commitment
from server.core.draw.words import Finding, say, short

Rows = Mapping[str, Sequence[Line]]


def annex_findings(certificate: Mapping[str, Any], annex: Any) -> Iterator[Finding]:
    """Check the annex of a full certificate; nothing to check where it is kept back."""
    if annex is None:
        return
    found = digest(annex)
    if found != certificate["annex"]:
        yield say("annex_digest", "annex", found=found, stated=short(certificate["annex"]))
    plan = certificate["plan"]
    salt = annex["salt"]
    if not is_hex(salt) or salt_commitment(plan["draw"], salt) != plan["salt"]:
        yield say("annex_salt", "annex.salt")
        return
    for name, kind, field in (("inspectors", "i", "badge_no"), ("premises", "p", "statutory")):
        for row in annex[name]:
            right = pseudonym(kind, salt, row[field])
            if row["id"] != right:
                yield say("annex_pseudonym", f"annex.{name}", identity=row[field], found=right, stated=row["id"])


def amendment_findings(certificate: Mapping[str, Any], rosters: Rows, rows: list[Any]) -> Iterator[Finding]:
    """Check every amendment against where the draw stood before it."""
    standing: Standing | None = None
    for sequence, row in enumerate(rows, 1):
        where = f"amendments.{sequence}"
        record = row["record"]
        found = digest(record)
        if set(row) != {"digest", "record"} or found != row["digest"]:
            yield say("amendment_digest", where, sequence=sequence, found=found, stated=short(row["digest"]))
        standing = standing or Standing(certificate, rosters)
        for field, expected in _amended(standing, record, sequence).items():
            if record.get(field) != expected:
                facts = {"sequence": sequence, "expected": short(expected), "stated": short(record.get(field))}
                yield say("amendment", f"{where}.{field}", **facts)
        standing.apply(record)


def _amended(standing: Standing, record: Mapping[str, Any], sequence: int) -> dict[str, Any]:
    """Return the fields of an amendment that a calculation decides, as it decides them."""
    fixed: dict[str, Any] = {
        "spec": SPEC,
        "kind": "amendment",
        "draw": standing.plan["draw"],
        "certificate": standing.certificate_digest,
        "sequence": sequence,
    }
    if record["change"] == "inspector":
        away = [row["id"] for row in record["unavailable"]]
        answer = standing.next_inspector(record["task"], record["pool"], record["removed"], away)
        return {**fixed, "replacement": answer[0], "report": answer[1]}
    return {**fixed, "change": "premises", "result": standing.next_premises(record["removed"])}
