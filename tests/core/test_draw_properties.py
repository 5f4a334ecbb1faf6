"""What holds for every draw, tried by hypothesis on any roster, plan and deck it can think of."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.core import draw
from server.core.draw import DrawRefused, Line
from server.core.pairing import Deck
from tests.core.draw_cases import badge, inspector, pool, random_case

CODE = st.text("ABCDEFGHJKLMNPQRTUWXY0123456789", min_size=1, max_size=18)
IDS = st.sets(CODE.map(lambda code: f"uscc:{code}"), max_size=60)
SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
CASES = st.integers(0, 2**32).map(lambda seed: random_case(Random(seed)))


@given(IDS, SEEDS, st.integers(0, 70))
def test_the_shortcut_finds_what_sorting_everything_finds(ids: set[str], seed: str, wanted: int) -> None:
    plain = sorted((bytes.fromhex(draw.ticket(seed, id_)), id_) for id_ in ids)[:wanted]
    assert draw.smallest(seed, ids, wanted) == plain


@given(IDS, SEEDS, st.integers(0, 20), st.integers(0, 20))
def test_a_larger_quota_keeps_everybody_who_was_drawn(ids: set[str], seed: str, few: int, more: int) -> None:
    few, more = sorted((few, more))
    assert draw.smallest(seed, ids, more)[:few] == draw.smallest(seed, ids, few)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_quota_is_the_rounded_up_ratio_at_least_one_and_never_more_than_there_are(
    base: int, num: int, den: int, left: int
) -> None:
    num, left = min(num, den), min(left, base)
    n = draw.quota(base, num, den, left)
    assert 0 <= n <= left
    if left and n < left:
        assert n >= 1 and (n - 1) * den < base * num <= n * den or n == 1


@given(IDS)
def test_a_roster_reads_back_as_it_was_written(ids: set[str]) -> None:
    lines = [Line(id_, "A/1", "s1" if len(id_) % 2 else None) for id_ in sorted(ids)]
    assert draw.parse_roster(draw.roster_lines(reversed(lines))) == lines


@given(st.text(max_size=60))
def test_what_is_cleaned_is_clean_and_cleaning_again_changes_nothing(text: str) -> None:
    try:
        tidy = draw.clean(text)
    except DrawRefused as refusal:
        assert refusal.code == "text_unclean"
    else:
        assert draw.is_clean(tidy) and draw.clean(tidy) == tidy and "|" not in tidy


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_every_certificate_holds_and_respects_every_rule(case: Any) -> None:
    certificate = case.certificate()
    assert draw.verify(draw.bundle(certificate, case.rosters, case.annex)) == []
    plan = case.plan
    excluded = {(row["item"], row["id"]) for row in plan["exclusions"]}
    items = {row["id"]: row["item"] for row in plan["strata"]}
    for row in certificate["strata"]:
        assert not [one for one in row["drawn"] if (items[row["stratum"]], one["id"]) in excluded]
        assert row["line"] is None or all(one["ticket"] <= row["line"] for one in row["drawn"])
        assert all(one["ticket"] > row["line"] for one in row["alternates"] if row["line"] is not None)
    _check_teams(plan, certificate)


def _check_teams(plan: Any, certificate: Any) -> None:
    people = {row["id"]: row for row in plan["inspectors"]}
    able = {(pool["id"], row["id"]) for pool in plan["pools"] for row in pool["members"] if row["out"] is None}
    interests = {(row["inspector"], row["premises"]) for row in plan["interests"]}
    for task in certificate["tasks"]:
        present = [id_ for group in task["groups"] for id_ in group["inspectors"]]
        assert len(set(present)) == len(present)
        homes = [people[id_]["household"] for id_ in present if people[id_]["household"]]
        assert not plan["rules"]["household"] or len(set(homes)) == len(homes)
        for group in task["groups"]:
            assert (group["report"] is None) == bool(group["inspectors"])
            assert all(
                (group["pool"], id_) in able and (id_, task["task"]) not in interests for id_ in group["inspectors"]
            )
            if plan["rules"]["senior"] and group["inspectors"]:
                assert any(people[id_]["senior"] for id_ in group["inspectors"])


@given(SEEDS, st.lists(st.tuples(st.booleans(), st.sampled_from([None, "h1", "h2", "h3"])), min_size=1, max_size=8))
def test_a_pair_is_found_whenever_there_is_one(seed: str, people: list[tuple[bool, str | None]]) -> None:
    """Skipping cards must not run into a dead end: if any two satisfy the rules, two are dealt."""
    rows = [inspector(number, senior=senior, household=home) for number, (senior, home) in enumerate(people)]
    rules = {"senior": True, "household": True, "district": False}
    deck = Deck(rows, [pool("p", dict.fromkeys(range(len(rows))))], [], rules, seed)
    team, report = deck.deal("uscc:A", None, "p", 2)
    possible = any(
        (one["senior"] or other["senior"]) and (one["household"] is None or one["household"] != other["household"])
        for at, one in enumerate(rows)
        for other in rows[at + 1 :]
    )
    assert bool(team) == possible == (report is None)


@given(SEEDS, st.integers(2, 6), st.integers(1, 12))
def test_a_card_that_was_dealt_in_one_pool_counts_in_the_other(seed: str, people: int, tasks: int) -> None:
    rows = [inspector(number) for number in range(people)]
    both = [pool(name, dict.fromkeys(range(people))) for name in ("p", "q")]
    deck = Deck(rows, both, [], {"senior": False, "household": False, "district": False}, seed)
    for number in range(tasks):
        deck.deal(f"uscc:{number}", None, "pq"[number % 2], 2)
    loads = deck.loads()
    assert max(loads.values()) - min(loads.values()) <= 1 and badge(0) in loads
