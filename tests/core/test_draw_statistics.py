"""Is the draw fair? 20,000 draws from fixed seeds; `SUICHA_DRAW_SEED=anything` takes fresh ones.

The tests are two-sided and strict enough to catch a bias of a few per cent; a negative control (exponential tickets,
which weighted sampling schemes use) has to fail the very same test. Limits are set for one false alarm in 10^4 runs;
with the fixed seeds there is none.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import combinations
from math import erfc, log, sqrt

import pytest

from server.core import draw
from server.core.pairing import Deck, pair
from tests.core.draw_cases import badge, county, inspector, pool

PREFIX = os.environ.get("SUICHA_DRAW_SEED", "fixed")
DRAWS = 20_000
ALARM = 1e-4
RULES = {"senior": False, "household": False, "district": False}


def seeds(name: str, count: int = DRAWS) -> Iterator[str]:
    for number in range(count):
        yield sha256(f"{PREFIX}|{name}|{number}".encode()).hexdigest()


def two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def chi_square_tail(value: float, freedom: int) -> float:
    """The probability of a larger value, by Wilson and Hilferty's cube root."""
    z = ((value / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom))
    return erfc(z / sqrt(2)) / 2


def z_scores(counts: Sequence[int], chances: Sequence[float], draws: int) -> list[float]:
    return [
        (count - draws * chance) / sqrt(draws * chance * (1 - chance))
        for count, chance in zip(counts, chances, strict=True)
    ]


def smallest_chance(counts: Sequence[int], chances: Sequence[float], draws: int) -> float:
    """The Bonferroni-corrected probability of the most extreme single count."""
    return min(1.0, len(counts) * min(two_sided(z) for z in z_scores(counts, chances, draws)))


def inclusion(select: Callable[[str], Sequence[str]], ids: Sequence[str], name: str) -> list[int]:
    counts: Counter[str] = Counter()
    for seed in seeds(name):
        counts.update(select(seed))
    return [counts[id_] for id_ in ids]


IDS = [f"uscc:91410422MA40A{number:04d}X" for number in range(20)]


def test_every_premises_has_the_same_chance() -> None:
    chance = 3 / len(IDS)
    counts = inclusion(lambda seed: [id_ for _, id_ in draw.smallest(seed, IDS, 3)], IDS, "inclusion")
    assert smallest_chance(counts, [chance] * len(IDS), DRAWS) > ALARM
    total = sum(z * z for z in z_scores(counts, [chance] * len(IDS), DRAWS)) * (len(IDS) - 1) / len(IDS)
    assert ALARM < chi_square_tail(total, len(IDS) - 1) < 1 - ALARM


def test_every_two_premises_have_the_same_chance_to_be_drawn_together() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for seed in seeds("together"):
        counts.update(combinations(sorted(id_ for _, id_ in draw.smallest(seed, IDS[:12], 4)), 2))
    pairs = list(combinations(sorted(IDS[:12]), 2))
    chance = 4 * 3 / (12 * 11)
    assert smallest_chance([counts[two] for two in pairs], [chance] * len(pairs), DRAWS) > ALARM


def test_raised_strata_are_drawn_exactly_at_their_ratio_and_fairly_inside() -> None:
    heavy, light = IDS[:5], IDS[5:]

    def stratified(seed: str) -> list[str]:
        return [id_ for ids, n in ((heavy, 2), (light, 1)) for _, id_ in draw.smallest(seed, ids, n)]

    counts = inclusion(stratified, IDS, "strata")
    assert sum(counts[:5]) == 2 * DRAWS
    chances = [2 / 5] * 5 + [1 / 15] * 15
    assert smallest_chance(counts, chances, DRAWS) > ALARM


def test_negative_control_exponential_tickets_fail_the_same_test() -> None:
    """Tickets u^(1/w) promise chances in proportion to the weights and under-draw the heavy class."""
    weights = [6.0] * 5 + [1.0] * 15
    promised = [3 * weight / sum(weights) for weight in weights]

    def exponential(seed: str) -> list[str]:
        key = {}
        for id_, weight in zip(IDS, weights, strict=True):
            u = (int(draw.ticket(seed, id_), 16) + 0.5) / 2**256
            key[id_] = -log(u) / weight
        return sorted(IDS, key=key.__getitem__)[:3]

    counts = inclusion(exponential, IDS, "exponential")
    assert smallest_chance(counts, promised, DRAWS) < ALARM / 1000
    # With these weights the heavy class loses 4.6 %; the limit is five standard deviations from that.
    assert sum(counts[:5]) < 0.97 * sum(promised[:5]) * DRAWS


def test_two_batches_at_a_tenth_reach_a_fifth_of_the_premises() -> None:
    ids = [f"uscc:{number:05d}" for number in range(1000)]
    first, second = "11" * 32, "22" * 32
    drawn = {id_ for _, id_ in draw.smallest(first, ids, draw.quota(1000, 1, 10, 1000))}
    left = [id_ for id_ in ids if id_ not in drawn]
    again = {id_ for _, id_ in draw.smallest(second, left, draw.quota(1000, 1, 10, len(left)))}
    assert len(drawn | again) == 200


def dealt(people: int, tasks: int, seed: str) -> tuple[list[list[str]], dict[str, int]]:
    """Deal `tasks` pairs from one symmetric pool."""
    rows = [inspector(number) for number in range(people)]
    deck = Deck(rows, [pool("p", dict.fromkeys(range(people)))], [], RULES, seed)
    slots = [{"pool": "p", "count": 2}]
    visits = [
        {"task": f"uscc:{number}", "items": [], "strata": [], "district": None, "slots": slots}
        for number in range(tasks)
    ]
    return [task["groups"][0]["inspectors"] for task in pair(visits, deck, seed)], deck.loads()


@pytest.mark.parametrize("place", [0, 2])
def test_every_pair_of_a_symmetric_pool_is_equally_likely_also_across_a_reshuffle(place: int) -> None:
    """Five people, three tasks: the third team takes the last card and the first of the next round."""
    names = [badge(number) for number in range(5)]
    counts: Counter[tuple[str, ...]] = Counter()
    for seed in seeds(f"pairs{place}"):
        counts[tuple(sorted(dealt(5, place + 1, seed)[0][place]))] += 1
    pairs = list(combinations(sorted(names), 2))
    expected = DRAWS / len(pairs)
    value = sum((counts[two] - expected) ** 2 / expected for two in pairs)
    assert ALARM < chi_square_tail(value, len(pairs) - 1) < 1 - ALARM


def test_every_inspector_of_a_symmetric_pool_has_the_same_chance_of_the_first_task() -> None:
    names = [badge(number) for number in range(7)]
    counts: Counter[str] = Counter()
    for seed in seeds("marginals"):
        counts.update(dealt(7, 1, seed)[0][0])
    assert smallest_chance([counts[name] for name in names], [2 / 7] * 7, DRAWS) > ALARM


def test_loads_never_differ_by_more_than_one_in_a_symmetric_pool() -> None:
    for people in range(2, 9):
        for tasks in range(1, 13):
            for seed in seeds(f"spread{people}-{tasks}", 5):
                loads = dealt(people, tasks, seed)[1].values()
                assert max(loads) - min(loads) <= 1


def test_starting_loads_level_out_before_anybody_gets_more() -> None:
    rows = [inspector(number, load=number % 3) for number in range(6)]
    deck = Deck(rows, [pool("p", dict.fromkeys(range(6)))], [], RULES, "11" * 32)
    for number in range(3):
        deck.deal(f"uscc:{number}", None, "p", 2)
    assert set(deck.loads().values()) == {2}


def test_a_county_of_one_premises_draws_it_and_its_second_batch_is_empty_with_the_reason() -> None:
    case = county()
    one = {**case.rosters, "DRUG": case.rosters["DRUG"][:1]}
    planned = {name: value for name, value in case.plan.items() if name != "spec"}

    def drawn(exclusions: list[dict[str, object]]) -> dict[str, object]:
        digest = draw.roster_digest(draw.roster_lines(one["DRUG"]))
        frozen = [
            {**row, "digest": digest, "lines": 1} if row["item"] == "DRUG" else row for row in case.plan["rosters"]
        ]
        plan = draw.build_plan({**planned, "rosters": frozen, "exclusions": [*case.plan["exclusions"], *exclusions]})
        strata = draw.draw(plan, one, "11" * 32)["strata"]
        return next(row for row in strata if row["stratum"] == "DRUG-A")

    first = drawn([])
    assert (first["n"], first["note"]) == (1, None)
    gone = {"item": "DRUG", "id": one["DRUG"][0].id, "reason": "inspected_this_year", "note": None}
    second = drawn([gone])
    assert (second["n"], second["n_base"], second["note"], second["line"]) == (0, 1, "none_left", None)


def test_when_all_recuse_themselves_the_report_says_so() -> None:
    rows = [inspector(number) for number in range(3)]
    interests = [{"inspector": row["id"], "premises": "uscc:A"} for row in rows]
    deck = Deck(rows, [pool("p", dict.fromkeys(range(3)))], interests, RULES, "11" * 32)
    team, report = deck.deal("uscc:A", None, "p", 2)
    assert team == [] and report is not None
    assert draw.explain_report(report)[0] == "本队共 3 人，3 人申报利害关系：余 0 人，需要 2 人"
    assert set(deck.loads().values()) == {0}
