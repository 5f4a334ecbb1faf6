"""Running a certificate again and saying what is wrong, in words (specification section 10).

Every step starts from what the certificate states, not from what the step before computed: so one
altered byte gives one finding that names it, and not a cascade in which the cause is lost.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from server.core.canonical import canonical, digest
from server.core.draw.around import Rows, amendment_findings, annex_findings
from server.core.draw.ceremony import check_ceremony, check_record, derive_seed, face
from server.core.draw.certificate import draw, pair_tasks
from server.core.draw.hashing import SPEC, is_hex
from server.core.draw.plan import check_plan, is_moment, plan_digest
from server.core.draw.premises import check_rosters
from server.core.draw.roster import Line
from server.core.draw.words import Finding, explain_face, explain_report, say, short
from server.core.refusal import Refused

BUNDLE_FIELDS = {"spec", "certificate", "digest", "rosters", "amendments", "annex"}
CERTIFICATE_FIELDS = {
    "spec", "kind", "number", "previous", "at", "draw", "plan", "plan_digest", "ceremony", "seed", "face",
    "strata", "tasks", "loads", "annex",
}  # fmt: skip


def verify_bytes(data: bytes) -> list[Finding]:
    """Return the findings on a bundle file; an empty list means that it holds in every byte."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError) as error:
        return [say("not_json", "file", detail=str(error)[:80])]
    try:
        same = canonical(value) + b"\n" == data
    except Refused:
        same = False
    found = [] if same else [say("not_canonical", "file")]
    return found + verify(value)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


def verify(bundle: Any) -> list[Finding]:
    """Return the findings on a bundle (shape of `certificate.bundle`), in the order of the draw.

    Never raises: what cannot be read is a finding as well.
    """
    try:
        return list(_verify(bundle))
    except (Refused, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return [say("shape", "bundle", detail=f"{type(error).__name__}: {error}"[:120])]


def _verify(bundle: Any) -> Iterator[Finding]:
    fault = _shape_fault(bundle)
    if fault is not None:
        yield fault
        return
    certificate = bundle["certificate"]
    found = digest(certificate)
    if found != bundle["digest"]:
        yield say("certificate_digest", "digest", found=found, stated=bundle["digest"])
    plan_findings = list(_plan_findings(certificate))
    yield from plan_findings
    if any(row["code"] == "plan_rule" for row in plan_findings):
        yield say("unrepeatable", "strata", detail="plan")
        return
    rosters = {
        item: [Line(row["id"], row["stratum"], row.get("district")) for row in rows]
        for item, rows in bundle["rosters"].items()
    }
    roster_findings = list(_roster_findings(certificate, rosters, bundle["rosters"]))
    yield from roster_findings
    yield from _ceremony_findings(certificate)
    if any(row["code"] == "unrepeatable" for row in roster_findings):
        return
    yield from _result_findings(certificate, rosters)
    yield from annex_findings(certificate, bundle["annex"])
    yield from amendment_findings(certificate, rosters, bundle["amendments"])


def _shape_fault(bundle: Any) -> Finding | None:
    if not isinstance(bundle, dict) or set(bundle) != BUNDLE_FIELDS or bundle["spec"] != SPEC:
        return say("shape", "bundle", detail="fields")
    certificate = bundle["certificate"]
    if not isinstance(certificate, dict) or set(certificate) != CERTIFICATE_FIELDS:
        return say("shape", "certificate", detail="fields")
    if certificate["spec"] != SPEC or certificate["kind"] != "certificate":
        return say("shape", "certificate", detail="spec")
    if not is_hex(certificate["seed"]) or not is_hex(certificate["plan_digest"]):
        return say("shape", "certificate", detail="seed, plan_digest")
    number, previous = certificate["number"], certificate["previous"]
    if type(number) is not int or number < 2 or not is_hex(previous) or not is_moment(certificate["at"]):
        return say("shape", "certificate", detail="number, previous, at")
    if not isinstance(bundle["rosters"], dict) or not isinstance(bundle["amendments"], list):
        return say("shape", "bundle", detail="rosters, amendments")
    return None


def _plan_findings(certificate: Mapping[str, Any]) -> Iterator[Finding]:
    plan, stated = certificate["plan"], certificate["plan_digest"]
    try:
        check_plan(plan)
    except Refused as refusal:
        yield say("plan_rule", "plan", rule=refusal.code, detail=refusal.detail or "plan")
    found = plan_digest(plan)
    if found != stated:
        yield say("plan_digest", "plan_digest", found=found, stated=stated)
    if isinstance(plan, dict) and plan.get("draw") != certificate["draw"]:
        yield say("value", "draw", expected=str(plan.get("draw")), stated=str(certificate["draw"]))


def _roster_findings(certificate: Mapping[str, Any], rosters: Rows, rows: Any) -> Iterator[Finding]:
    for item in rows:
        if any(set(row) - {"id", "stratum", "district"} or row.get("district", "") is None for row in rows[item]):
            yield say("roster_rule", f"rosters.{item}", rule="roster_field", detail=item)
        if [row["id"] for row in rows[item]] != sorted(row["id"] for row in rows[item]):
            yield say("roster_rule", f"rosters.{item}", rule="roster_order", detail=item)
    try:
        check_rosters(certificate["plan"], rosters)
    except Refused as refusal:
        yield say("roster_rule", "rosters", rule=refusal.code, detail=refusal.detail)
        if refusal.code != "roster_changed":
            yield say("unrepeatable", "strata", detail="rosters")


def _ceremony_findings(certificate: Mapping[str, Any]) -> Iterator[Finding]:
    plan, ceremony = certificate["plan"], certificate["ceremony"]
    try:
        check_record(plan, ceremony)
    except Refused as refusal:
        yield say("ceremony_rule", "ceremony", rule=refusal.code, detail=refusal.detail or "ceremony")
        return
    try:
        check_ceremony(plan, ceremony)
    except Refused as refusal:
        yield say("ceremony_rule", "ceremony", rule=refusal.code, detail=refusal.detail or "ceremony")
    # An altered plan, or an altered digest of it, has its own finding: here either may stand for P.
    seeds = [derive_seed(p, ceremony) for p in (certificate["plan_digest"], plan_digest(plan))]
    if certificate["seed"] not in seeds:
        yield say("seed", "seed", found=seeds[0], stated=certificate["seed"])
    expected = face(plan, ceremony)
    if certificate["face"] != expected:
        zh, _ = explain_face(expected)
        finding = say("face", "face", expected=" ".join(expected) or "-", stated=short(certificate["face"]))
        yield {**finding, "zh": finding["zh"] + f"（{zh}）"}


def _result_findings(certificate: Mapping[str, Any], rosters: Rows) -> Iterator[Finding]:
    plan = certificate["plan"]
    seed = _repeating_seed(certificate, rosters)
    drawn = draw(plan, rosters, seed)
    yield from _rows(certificate["strata"], drawn["strata"], "stratum", "strata", _stratum_findings)
    dealt = pair_tasks(plan, drawn["tasks"], seed)
    yield from _rows(certificate["tasks"], dealt["tasks"], "task", "tasks", _task_findings)
    yield from _rows(certificate["loads"], dealt["loads"], "id", "loads", _load_findings)


def _repeating_seed(certificate: Mapping[str, Any], rosters: Rows) -> str:
    """Return the stated seed, unless the one that the ceremony gives is the one that repeats the draw:
    then only the stated seed was altered, and its finding is enough."""
    stated: str = certificate["seed"]
    try:
        derived = derive_seed(certificate["plan_digest"], certificate["ceremony"])
    except (Refused, KeyError, TypeError, AttributeError):
        return stated
    for seed in (stated, derived):
        if draw(certificate["plan"], rosters, seed)["strata"] == certificate["strata"]:
            return seed
    return stated


Explain = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Iterator[Finding]]


def _rows(stated: Any, expected: Sequence[Any], key: str, where: str, explain: Explain) -> Iterator[Finding]:
    """Compare two lists of rows that have a key, and explain every row that differs."""
    if stated == expected:
        return
    if not isinstance(stated, list) or any(not isinstance(row, dict) for row in stated):
        yield say("shape", where, detail="list")
        return
    names = [row.get(key) for row in stated]
    wanted = [row[key] for row in expected]
    if names != wanted:
        yield say("value", where, expected=short(wanted), stated=short(names))
        return
    for given, right in zip(stated, expected, strict=True):
        if given != right:
            found = list(_explained(f"{where}.{right[key]}", given, right, explain))
            # A difference that no sentence covers must still be said.
            yield from found or [say("value", f"{where}.{right[key]}", expected=short(right), stated=short(given))]


def _explained(where: str, given: Any, right: Any, explain: Explain) -> Iterator[Finding]:
    if set(given) != set(right):
        yield say("shape", where, detail="fields")
        return
    try:
        yield from explain(where, given, right)
    except (KeyError, TypeError, AttributeError) as error:
        yield say("shape", where, detail=f"{type(error).__name__}: {error}"[:80])


def _stratum_findings(where: str, given: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Finding]:
    name = right["stratum"]
    for field in ("n_base", "excluded", "available", "n", "realised", "line", "note"):
        if given[field] != right[field]:
            yield say("value", f"{where}.{field}", expected=short(right[field]), stated=short(given[field]))
    stated = {row["id"]: row["ticket"] for row in given["drawn"]}
    expected = {row["id"]: row["ticket"] for row in right["drawn"]}
    for id_, ticket in expected.items():
        if id_ not in stated:
            yield say("drawn_missing", where, stratum=name, id=id_, ticket=ticket)
        elif stated[id_] != ticket:
            yield say("ticket", where, stratum=name, id=id_, found=ticket, stated=short(stated[id_]))
    for id_ in stated:
        if id_ not in expected:
            yield say("drawn_wrongly", where, stratum=name, id=id_)
    if stated == expected and given["drawn"] != right["drawn"]:
        yield say("order", where, stratum=name, list="drawn")
    if given["alternates"] != right["alternates"]:
        wanted = [row["id"] for row in right["alternates"]]
        found = [row["id"] for row in given["alternates"]]
        if wanted == found:
            wanted, found = right["alternates"], given["alternates"]
        yield say("alternates", where, stratum=name, expected=short(wanted), stated=short(found))


def _task_findings(where: str, given: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Finding]:
    for field in ("items", "strata"):
        if given[field] != right[field]:
            yield say("value", f"{where}.{field}", expected=short(right[field]), stated=short(given[field]))
    pools = [group["pool"] for group in right["groups"]]
    if [group["pool"] for group in given["groups"]] != pools:
        yield say("value", f"{where}.groups", expected=short(pools), stated=short(given["groups"]))
        return
    for found, group in zip(given["groups"], right["groups"], strict=True):
        facts = {"task": right["task"], "pool": group["pool"]}
        if found["inspectors"] != group["inspectors"]:
            expected, stated = short(group["inspectors"]), short(found["inspectors"])
            yield say("team", where, expected=expected, stated=stated, **facts)
        if found["report"] != group["report"]:
            yield _report_finding(where, facts, group["report"], found["report"])


def _report_finding(where: str, facts: Mapping[str, str], expected: Any, stated: Any) -> Finding:
    finding = say("report", where, expected=short(expected), stated=short(stated), **facts)
    if expected is None:
        return finding
    zh, en = explain_report(expected)
    return {**finding, "zh": f"{finding['zh']}（{zh}）", "en": f"{finding['en']} ({en})"}


def _load_findings(where: str, given: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Finding]:
    expected = f"{right['before']} → {right['after']}"
    yield say("load", where, id=right["id"], expected=expected, stated=f"{given['before']} → {given['after']}")
