"""Where the seed comes from: commitments, reveals, a public number, a sealed share (specification
section 5). A ceremony is a record of what happened:

    {"contributions": [{"party", "commitment", "committed_at", "reveal", "revealed_at", "channel"}],
     "source": {"text", "at"} | null, "k": hex | null}

with one contribution per party of the plan, in the plan's order. `reveal` is null for an absent party;
`channel` says whether the party used a device of its own or the desk of the office.
"""

from collections.abc import Mapping
from typing import Any

from server.core.draw.hashing import DrawRefused, is_clean, is_hex, tagged
from server.core.draw.plan import ABSENT, Plan, is_moment

Ceremony = Mapping[str, Any]
CHANNELS = ("own_device", "desk")
SEALED_SHARE = "sealed-share"
_FIELDS = {"party", "commitment", "committed_at", "reveal", "revealed_at", "channel"}


def commitment(draw: str, party: str, r: str) -> str:
    """Return what a party publishes before the draw: `SHA-256("DSS1|commit|"+draw+"|"+party+"|"+r)`.

    `r` is 32 random bytes in hex, made in the party's own browser. The sealed share `k` is committed to
    in the same way under the name `sealed-share`: without that its holder could choose k last.
    Raises `DrawRefused("reveal_malformed")`.
    """
    if not is_hex(r):
        raise DrawRefused("reveal_malformed", party)
    return tagged("commit", draw, party, r)


def check_reveal(draw: str, party: str, published: str | None, r: str) -> None:
    """Raise `DrawRefused` with `reveal_malformed`, `reveal_uncommitted` or `reveal_mismatch`."""
    opened = commitment(draw, party, r)
    if published is None:
        raise DrawRefused("reveal_uncommitted", party)
    if opened != published:
        raise DrawRefused("reveal_mismatch", party)


def check_open(text: str) -> None:
    """Raise `DrawRefused("text_unclean")` when what a witness typed cannot be hashed as it stands.

    `absent` is refused as well: it is the word that stands in the seed for a party who did not come.
    """
    if not is_clean(text) or text == ABSENT:
        raise DrawRefused("text_unclean")


def check_ceremony(plan: Plan, ceremony: Ceremony) -> None:
    """Raise `DrawRefused` when the record of the ceremony breaks a rule of specification section 5.

    Codes: `ceremony_field`, `ceremony_parties`, `reveal_malformed`, `reveal_uncommitted`,
    `reveal_mismatch`, `text_unclean`, `commitment_changed` (not the one in the plan),
    `ceremony_order` (a commitment after a reveal, a witness after the office, a source before both),
    `source_missing`, `source_unplanned`, `source_early`, `sealed_malformed`, and those of `must_void`.
    """
    check_record(plan, ceremony)
    for party, row in zip(plan["parties"], ceremony["contributions"], strict=True):
        check_contribution(plan["draw"], party, row)
    check_order(ceremony)
    _check_source(plan, ceremony)
    _check_sealed(plan, ceremony["k"])
    reason = must_void(plan, ceremony)
    if reason is not None:
        raise DrawRefused(reason)


def check_record(plan: Plan, ceremony: Ceremony) -> None:
    """Raise `ceremony_field` or `ceremony_parties` when the record does not have its shape."""
    if set(ceremony) != {"contributions", "source", "k"}:
        raise DrawRefused("ceremony_field", "ceremony")
    rows = ceremony["contributions"]
    if not isinstance(rows, list) or any(not isinstance(row, Mapping) or set(row) != _FIELDS for row in rows):
        raise DrawRefused("ceremony_field", "contributions")
    if [row["party"] for row in rows] != [party["party"] for party in plan["parties"]]:
        raise DrawRefused("ceremony_parties")
    for row in rows:
        times_fit = (row["commitment"] is None) == (row["committed_at"] is None) and (row["reveal"] is None) == (
            row["revealed_at"] is None
        )
        moments = (row["committed_at"], row["revealed_at"])
        if not times_fit or not all(moment is None or is_moment(moment) for moment in moments):
            raise DrawRefused("ceremony_field", f"contributions.{row['party']}")
        if row["channel"] not in CHANNELS:
            raise DrawRefused("ceremony_field", f"contributions.{row['party']}.channel")
    source = ceremony["source"]
    if source is not None and (
        not isinstance(source, Mapping) or set(source) != {"text", "at"} or not is_moment(source["at"])
    ):
        raise DrawRefused("ceremony_field", "source")


def check_contribution(draw: str, party: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    """Check what one party did against what the plan says it would do; raises as `check_ceremony`."""
    name = party["party"]
    if party["kind"] == "open":
        if row["commitment"] is not None:
            raise DrawRefused("commitment_changed", name)
        if row["reveal"] is not None:
            check_open(row["reveal"])
        return
    if party["commitment"] is not None and row["commitment"] != party["commitment"]:
        raise DrawRefused("commitment_changed", name)
    if row["reveal"] is not None:
        check_reveal(draw, name, row["commitment"], row["reveal"])


def check_order(ceremony: Ceremony) -> None:
    """Raise `ceremony_order` unless every commitment, then every open number, came before the first
    committed party revealed: whoever speaks after a reveal could choose what to say."""
    rows = ceremony["contributions"]
    reveals = [row["revealed_at"] for row in rows if row["commitment"] and row["revealed_at"]]
    if not reveals:
        return
    first = min(reveals)
    for row in rows:
        spoken = row["committed_at"] if row["commitment"] else row["revealed_at"]
        if spoken is not None and spoken > first:
            raise DrawRefused("ceremony_order", row["party"])
    source = ceremony["source"]
    if source is not None and source["at"] < max(reveals):
        raise DrawRefused("ceremony_order", "source")


def _check_source(plan: Plan, ceremony: Ceremony) -> None:
    source = ceremony["source"]
    if plan["source"] is None:
        if source is not None:
            raise DrawRefused("source_unplanned")
        return
    if source is None:
        raise DrawRefused("source_missing")
    check_open(source["text"])
    if source["at"] < plan["source"]["moment"]:
        raise DrawRefused("source_early")


def _check_sealed(plan: Plan, k: str | None) -> None:
    sealed = plan["sealed"]
    if sealed is None:
        if k is not None:
            raise DrawRefused("sealed_malformed", "no share was planned")
        return
    if k is None:
        raise DrawRefused("sealed_lost")
    if not is_hex(k) or commitment(plan["draw"], SEALED_SHARE, k) != sealed["commitment"]:
        raise DrawRefused("sealed_malformed", "not the share that was committed to")


def must_void(plan: Plan, ceremony: Ceremony) -> str | None:
    """Return why this ceremony can only end in a published voiding, or None.

    `nobody_revealed`: there is nothing to make a seed of. `absent_without_later_source`: a party stayed
    away and no public number comes after the deadline, so whoever spoke last could have chosen between
    two results by staying away, or by calling somebody absent.
    """
    rows = ceremony["contributions"]
    if all(row["reveal"] is None for row in rows):
        return "nobody_revealed"
    if any(row["reveal"] is None for row in rows) and not has_later_source(plan):
        return "absent_without_later_source"
    return None


def has_later_source(plan: Plan) -> bool:
    """Say whether the public number comes into being only when nobody can change his mind any more."""
    return plan["source"] is not None and plan["source"]["moment"] >= plan["deadline"]


def derive_seed(plan_digest: str, ceremony: Ceremony) -> str:
    """Return `S` = SHA-256 of `DSS1|seed|P|reveal|…|source|k` (specification section 5.4).

    One reveal per party in the plan's order, `absent` for the missing; an empty field where the plan
    names no source or no sealed share.
    """
    reveals = [row["reveal"] if row["reveal"] is not None else ABSENT for row in ceremony["contributions"]]
    source = ceremony["source"]["text"] if ceremony["source"] is not None else ""
    return tagged("seed", plan_digest, *reveals, source, ceremony["k"] or "")


def pair_seed(seed: str) -> str:
    """Return the seed of the deck, `SHA-256("DSS1|pair|"+S)`."""
    return tagged("pair", seed)


def face(plan: Plan, ceremony: Ceremony) -> list[str]:
    """Return what the certificate has to say on its face, as codes in a fixed order.

    `one_person`: a single contribution and no public number. `no_witness`: a single contribution with a
    public number. `witness_at_desk`: a party other than the first, which is the one that runs the draw,
    typed its number at that one's desk.
    `no_public_source`, `early_source`, `absent`, `targeted`, `sealed` say what they say.
    """
    rows = ceremony["contributions"]
    spoke = [row for row in rows if row["reveal"] is not None]
    alone, sourced = len(spoke) <= 1, ceremony["source"] is not None
    said = {
        "one_person": alone and not sourced,
        "no_witness": alone and sourced,
        "witness_at_desk": any(row["channel"] == "desk" for row in rows[1:] if row["reveal"] is not None),
        "no_public_source": not sourced,
        "early_source": sourced and not has_later_source(plan),
        "absent": len(spoke) < len(rows),
        "targeted": plan["kind"] == "targeted",
        "sealed": plan["sealed"] is not None,
    }
    return [code for code, true in said.items() if true]
