"""The certificate: everything a stranger needs to run the draw again (specification section 8).

Every announcement, certificate, voiding, amendment and draw made elsewhere is one record of the bureau's
chain: a number without gaps and the digest of the record before. So a redraw cannot be hidden: the first
announcement stays, and has to end in a certificate or in a voiding with its reason.

What must not be public (names, badges, the meaning of labels, the salt) stands in an annex; the
certificate carries the annex's digest, so the public and the full certificate are one document of
which one page can be kept back.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.core.canonical import digest
from server.core.draw.ceremony import Ceremony, check_ceremony, derive_seed, face, pair_seed
from server.core.draw.hashing import SPEC, DrawRefused, is_clean, is_hex
from server.core.draw.plan import Plan, check_plan, is_moment, plan_digest
from server.core.draw.premises import Rosters, check_rosters, draw_strata, visits
from server.core.draw.roster import pseudonym, roster_rows, salt_commitment
from server.core.pairing import Deck, pair

Certificate = Mapping[str, Any]
VOIDING_REASONS = (
    "nobody_revealed",
    "absent_without_later_source",
    "sealed_lost",
    "source_never_published",
    "roster_wrong",
    "plan_wrong",
    "other",
)


def draw(plan: Plan, rosters: Rosters, seed: str) -> dict[str, Any]:
    """Return `{"strata": …, "tasks": …}`: shapes of `premises.draw_strata` and `premises.visits`."""
    strata = draw_strata(plan, rosters, seed)
    return {"strata": strata, "tasks": visits(plan, strata, rosters)}


def deck_of(plan: Plan, seed: str, loads: Mapping[str, int] | None = None) -> Deck:
    """Return the deck of a plan: its starting loads, or `loads` after the draw."""
    return Deck(plan["inspectors"], plan["pools"], plan["interests"], plan["rules"], pair_seed(seed), loads)


def pair_tasks(plan: Plan, tasks: Iterable[Mapping[str, Any]], seed: str) -> dict[str, Any]:
    """Return `{"tasks": …, "loads": [{"id", "before", "after"}]}`: shape of `pairing.pair`."""
    deck = deck_of(plan, seed)
    dealt = pair(tasks, deck, pair_seed(seed))
    after = deck.loads()
    loads = [{"id": row["id"], "before": row["load"], "after": after[row["id"]]} for row in plan["inspectors"]]
    return {"tasks": dealt, "loads": loads}


def certificate(
    plan: Plan,
    ceremony: Ceremony,
    rosters: Rosters,
    *,
    number: int,
    previous: str,
    executed_at: str,
    annex: Mapping[str, Any],
) -> dict[str, Any]:
    """Execute the draw and return the public certificate.

    Raises `DrawRefused` as `check_plan`, `check_rosters` and `check_ceremony`; with the codes of
    `must_void` the only way on is a voiding.
    """
    check_plan(plan)
    check_rosters(plan, rosters)
    check_ceremony(plan, ceremony)
    seed = derive_seed(plan_digest(plan), ceremony)
    drawn = draw(plan, rosters, seed)
    dealt = pair_tasks(plan, drawn["tasks"], seed)
    return {
        **heading("certificate", number, previous, executed_at),
        "draw": plan["draw"],
        "plan": plan,
        "plan_digest": plan_digest(plan),
        "ceremony": ceremony,
        "seed": seed,
        "face": face(plan, ceremony),
        "strata": drawn["strata"],
        "tasks": dealt["tasks"],
        "loads": dealt["loads"],
        "annex": digest(annex),
    }


def build_annex(
    plan: Plan,
    salt: str,
    *,
    inspectors: Mapping[str, str],
    premises: Iterable[str] = (),
    witnesses: Sequence[Mapping[str, Any]] = (),
    notes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the confidential annex.

    `inspectors`: badge number → name; `premises`: statutory ids behind pseudonymous rosters;
    `witnesses`: `{"party", "name", "post"}`; `notes`: whatever the bureau has to keep (meaning of labels,
    facts behind an exclusion). Raises `DrawRefused("salt_mismatch")` when the plan commits to another salt.
    """
    if salt_commitment(plan["draw"], salt) != plan["salt"]:
        raise DrawRefused("salt_mismatch")
    people = [
        {"id": pseudonym("i", salt, badge), "badge_no": badge, "name": name} for badge, name in inspectors.items()
    ]
    places = [{"id": pseudonym("p", salt, id_), "statutory": id_} for id_ in premises]
    return {
        "spec": SPEC,
        "draw": plan["draw"],
        "salt": salt,
        "inspectors": sorted(people, key=lambda row: row["id"]),
        "premises": sorted(places, key=lambda row: row["id"]),
        "witnesses": [dict(witness) for witness in witnesses],
        "notes": dict(notes or {}),
    }


def bundle(
    record: Certificate,
    rosters: Rosters,
    annex: Mapping[str, Any] | None = None,
    amendments: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the file that is handed out: the certificate, its digest, the rosters and the amendments;
    with the annex it is the full certificate. Written as canonical JSON and one LF."""
    return {
        "spec": SPEC,
        "certificate": dict(record),
        "digest": digest(record),
        "rosters": {item: roster_rows(lines) for item, lines in rosters.items()},
        "amendments": [{"digest": digest(row), "record": dict(row)} for row in amendments],
        "annex": None if annex is None else dict(annex),
    }


def announcement(plan: Plan, number: int) -> dict[str, Any]:
    """Return the record that announces a draw: from now on it can end in two ways only."""
    check_plan(plan)
    return {
        **heading("announcement", number, plan["previous"], plan["announced_at"]),
        "draw": plan["draw"],
        "plan_digest": plan_digest(plan),
    }


def voiding(
    plan: Plan, *, number: int, previous: str, at: str, reason: str, note: str, ceremony: Ceremony | None
) -> dict[str, Any]:
    """Return the record that ends an announced draw without a result. `ceremony` is what had happened by
    then. Raises `DrawRefused` with `voiding_reason` or `text_unclean`."""
    if reason not in VOIDING_REASONS:
        raise DrawRefused("voiding_reason", reason)
    if not is_clean(note):
        raise DrawRefused("text_unclean", note[:40])
    return {
        **heading("voiding", number, previous, at),
        "draw": plan["draw"],
        "plan_digest": plan_digest(plan),
        "reason": reason,
        "note": note,
        "ceremony": ceremony,
    }


def external(
    *, number: int, previous: str | None, at: str, draw: str, organiser: str, note: str, files: Mapping[str, str],
    result: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the record of a draw made elsewhere (外部抽取): who made it, the proof files (name → SHA-256)
    and the digest of the list of tasks taken over. It proves what came in, not how it was drawn."""
    if not (is_clean(organiser) and is_clean(note) and is_hex(result)):
        raise DrawRefused("external_field")
    if not files or not all(is_clean(name) and is_hex(value) for name, value in files.items()):
        raise DrawRefused("external_proof_missing")
    return {
        **heading("external", number, previous, at),
        "draw": draw,
        "organiser": organiser,
        "note": note,
        "files": [{"name": name, "sha256": files[name]} for name in sorted(files)],
        "result": result,
    }


def heading(kind: str, number: int, previous: str | None, at: str) -> dict[str, Any]:
    """Return the fields that every record of the chain begins with; raises `DrawRefused` with
    `record_number` or `record_field`."""
    if type(number) is not int or number < 1 or (number == 1) != (previous is None):
        raise DrawRefused("record_number", str(number))
    if (previous is not None and not is_hex(previous)) or not is_moment(at):
        raise DrawRefused("record_field", kind)
    return {"spec": SPEC, "kind": kind, "number": number, "previous": previous, "at": at}
