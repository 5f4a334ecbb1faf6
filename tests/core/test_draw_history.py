"""The mistakes of other draws, each as a test that ours does not make it (VotingWorks Arlo, the Zhejiang platform of
2017, lotteries with a last revealer)."""

from random import Random

import pytest

from server.core import draw
from server.core.canonical import digest
from server.core.draw import DrawRefused, Line
from server.core.pairing import Deck, pair
from tests.core.draw_cases import (
    EXECUTED,
    PREVIOUS,
    Case,
    badge,
    ceremony,
    contribution,
    county,
    hotel,
    inspector,
    parts,
    pool,
)

SEED = "1f" * 32


def lined(count: int) -> list[str]:
    return [hotel(number) for number in range(count)]


def test_a_seed_of_twenty_digits_is_not_rounded() -> None:
    """Arlo #208: a number on one side and a text on the other drew different ballots."""
    case = county()
    seeds = {
        draw.derive_seed("0" * 64, ceremony(case.plan, witness=number))
        for number in ("98765432109876543210", "98765432109876543211", "9.876543210987654e19")
    }
    assert len(seeds) == 3


def test_a_leading_zero_of_the_witness_counts() -> None:
    case = county()
    assert draw.derive_seed("0" * 64, ceremony(case.plan, "0381")) != draw.derive_seed(
        "0" * 64, ceremony(case.plan, "381")
    )


def test_a_database_key_never_enters_a_draw() -> None:
    """Arlo hashed the primary keys of its database: nobody else could run the draw again."""
    for key in ("17", "0195d0a0-0000-7000-8000-000000000001", "subject/17"):
        with pytest.raises(DrawRefused) as refusal:
            draw.roster_lines([Line(key, "HOTEL-A")])
        assert refusal.value.code == "id_malformed"


def test_any_input_order_gives_the_same_draw() -> None:
    """Arlo: an unordered set decided who was drawn."""
    case = county()
    expected = case.certificate()
    for seed in range(20):
        random = Random(seed)
        shuffled = {item: random.sample(lines, len(lines)) for item, lines in case.rosters.items()}
        listed = {
            name: random.sample(value, len(value)) if isinstance(value, list) and name != "parties" else value
            for name, value in case.plan.items()
            if name != "spec"
        }
        listed["pools"] = [
            {**one, "members": random.sample(one["members"], len(one["members"]))} for one in listed["pools"]
        ]
        again = Case(draw.build_plan(listed), shuffled, case.ceremony, case.annex)
        assert again.certificate() == expected


def test_a_later_batch_is_not_predictable_from_the_first_seed() -> None:
    """Arlo #1812: whoever knew the first seed knew every later round. Here a batch is another announced plan, and its
    seed takes numbers that did not exist before."""
    first = county()
    second = draw.build_plan(
        {name: value for name, value in first.plan.items() if name != "spec"}
        | {"draw": "second", "sequence": 2, "previous": digest(first.certificate())}
    )
    assert draw.plan_digest(second) != draw.plan_digest(first.plan)
    known = first.certificate()["seed"]
    possible = {draw.derive_seed(draw.plan_digest(second), ceremony(second, str(number))) for number in range(2000)}
    assert len(possible) == 2000 and known not in possible


def test_a_redraw_is_visible() -> None:
    """Zhejiang 2017: 'cancelling this draw empties all records', and the next one began."""
    case = county(previous=None)
    announced = draw.announcement(case.plan, 1)
    voided = draw.voiding(
        case.plan, number=2, previous=digest(announced), at=EXECUTED, reason="other", note="重抽", ceremony=None
    )
    certificate = draw.certificate(
        case.plan, case.ceremony, case.rosters, number=3, previous=digest(voided), executed_at=EXECUTED,
        annex=case.annex,
    )  # fmt: skip
    rows = [
        {"number": row["number"], "kind": row["kind"], "digest": digest(row), "record": row}
        for row in (announced, voided, certificate)
    ]
    assert [finding["code"] for finding in draw.verify_chain(rows)] == ["chain_twice"]
    hidden = [rows[0], {**rows[2], "number": 2}]
    assert {finding["code"] for finding in draw.verify_chain(hidden)} >= {"chain_previous", "value"}


def test_neighbours_in_the_list_are_not_paired_more_often_than_others() -> None:
    """Zhejiang 2017 took inspectors in list order from one random start: every pair were neighbours."""
    people = [inspector(number) for number in range(8)]
    names = [row["id"] for row in people]
    pools = [pool("p", dict.fromkeys(range(8)))]
    rules = {"senior": False, "household": False, "district": False}
    neighbours = total = 0
    for number in range(3000):
        seed = f"{number:064x}"
        task = {"task": "uscc:A", "items": [], "strata": [], "district": None, "slots": [{"pool": "p", "count": 2}]}
        team = pair([task], Deck(people, pools, [], rules, seed), seed)[0]["groups"][0]["inspectors"]
        gap = abs(names.index(team[0]) - names.index(team[1]))
        neighbours += gap in (1, 7)
        total += 1
    # 8 of the 28 pairs are neighbours in the circle; five standard deviations around that.
    expected = total * 8 / 28
    assert abs(neighbours - expected) < 5 * (expected * 20 / 28) ** 0.5


def test_the_last_revealer_cannot_choose_between_two_results_unseen() -> None:
    """Whoever reveals last could stay away when the result displeases him: then a number must come after him."""
    plan = county(source=None).plan
    withheld = ceremony(plan)
    withheld["source"] = None
    withheld["contributions"][1] = contribution("witness")
    assert draw.must_void(plan, withheld) == "absent_without_later_source"
    with pytest.raises(DrawRefused) as refusal:
        draw.check_ceremony(plan, withheld)
    assert refusal.value.code == "absent_without_later_source"


def test_an_absent_party_with_a_number_that_existed_before_the_deadline_is_voided_too() -> None:
    plan = county(deadline="2026-03-02T08:00:00.000Z").plan
    withheld = ceremony(plan)
    withheld["contributions"][1] = contribution("witness")
    assert draw.must_void(plan, withheld) == "absent_without_later_source"


def test_the_digest_of_a_sealed_result_cannot_be_guessed() -> None:
    """3,654 results of 27 hotels by 4: a digest of the names alone is guessed in a second. With k in the certificate
    the same result has another digest for every k."""
    digests = set()
    for number in range(50):
        k = f"{number:064x}"
        case = county()
        sealed = {
            "commitment": draw.commitment(case.plan["draw"], draw.SEALED_SHARE, k),
            "holders": ["法制室", "督察大队"],
            "release_on": "2026-05-01",
        }
        plan = draw.build_plan({**{n: v for n, v in case.plan.items() if n != "spec"}, "sealed": sealed})
        held = {**case.ceremony, "k": k}
        certificate = Case(plan, case.rosters, held, case.annex).certificate()
        digests.add(digest(certificate))
        names = [[one["id"] for one in row["drawn"]] for row in certificate["strata"]]
        assert digest(names) not in digests
    assert len(digests) == 50


def test_the_holder_of_the_sealed_share_cannot_choose_it_last() -> None:
    case = county()
    sealed = {
        "commitment": draw.commitment(case.plan["draw"], draw.SEALED_SHARE, "77" * 32),
        "holders": ["法制室", "督察大队"],
        "release_on": "2026-05-01",
    }
    plan = draw.build_plan({**{n: v for n, v in case.plan.items() if n != "spec"}, "sealed": sealed})
    with pytest.raises(DrawRefused) as refusal:
        Case(plan, case.rosters, {**case.ceremony, "k": "78" * 32}, case.annex).certificate()
    assert refusal.value.code == "sealed_malformed"


def test_stuffing_a_roster_after_the_announcement_fails() -> None:
    case = county()
    for changed in (
        [*case.rosters["HOTEL"], Line("uscc:FRIEND", "HOTEL-A")],
        case.rosters["HOTEL"][1:],
        [Line(case.rosters["HOTEL"][0].id, "HOTEL-B"), *case.rosters["HOTEL"][1:]],
    ):
        with pytest.raises(DrawRefused) as refusal:
            Case(case.plan, {**case.rosters, "HOTEL": changed}, case.ceremony, case.annex).certificate()
        assert refusal.value.code == "roster_changed"


def test_tampering_with_a_stratum_breaks_the_announcement_even_when_all_else_is_made_to_fit() -> None:
    """A friend's stratum gets a smaller ratio, and the whole certificate is calculated anew: in itself it holds. But
    its plan was never announced."""
    case = county(previous=None)
    announced = draw.announcement(case.plan, 1)
    items = [{**row, "num": 6, "den": 100} if row["code"] == "HOTEL" else row for row in case.plan["items"]]
    strata = [{**row, "num": 6, "den": 100} if row["id"] == "HOTEL-A" else row for row in case.plan["strata"]]
    other = county(previous=None, strata=strata, items=items)
    forged = draw.certificate(
        other.plan, other.ceremony, other.rosters, number=2, previous=digest(announced), executed_at=EXECUTED,
        annex=other.annex,
    )  # fmt: skip
    assert draw.verify(draw.bundle(forged, other.rosters)) == []
    rows = [
        {"number": row["number"], "kind": row["kind"], "digest": digest(row), "record": row}
        for row in (announced, forged)
    ]
    assert [finding["code"] for finding in draw.verify_chain(rows)] == ["chain_unannounced"]


def test_stuffing_a_roster_with_the_same_premises_twice_fails() -> None:
    with pytest.raises(DrawRefused) as refusal:
        draw.roster_lines([Line(hotel(1), "HOTEL-A"), Line(hotel(1), "HOTEL-B")])
    assert refusal.value.code == "roster_duplicate"


def test_the_office_cannot_grind_seeds_because_every_plan_is_announced_before_the_public_number() -> None:
    early = parts("grind", county().rosters, source={"name": "昨日开奖", "moment": "2026-03-01T07:00:00.000Z"})
    with pytest.raises(DrawRefused) as refusal:
        county(source=early["source"])
    assert refusal.value.code == "plan_source_early"


def test_a_credit_class_cannot_be_the_reason_of_a_stratum_in_a_public_draw() -> None:
    strata = [dict(row) for row in county().plan["strata"]]
    strata[-1]["raised_by"] = "internal"
    with pytest.raises(DrawRefused) as refusal:
        county(strata=strata)
    assert refusal.value.code == "plan_ratio_internal"


def test_one_premises_with_two_sites_has_two_tickets() -> None:
    assert draw.ticket(SEED, hotel(1)) != draw.ticket(SEED, hotel(1) + "#2")


def test_items_that_coincide_touch_fewer_premises_than_separate_tickets_would() -> None:
    """Three items at 5, 10 and 10 %: one ticket touches 10 % of the premises, three tickets would touch 23 %."""
    ids = [f"uscc:{number:06d}" for number in range(2000)]
    one = {id_ for part in (100, 200, 200) for _, id_ in draw.smallest(SEED, ids, part)}
    assert len(one) == 200
    apart = {
        id_ for at, part in enumerate((100, 200, 200)) for _, id_ in draw.smallest(f"{at:064x}", ids, part)
    }  # fmt: skip
    assert 430 < len(apart) < 490


def test_a_pseudonym_cannot_be_found_by_trying_all_badges() -> None:
    public = county().bundle()
    pseudonyms = {row["id"] for row in public["certificate"]["plan"]["inspectors"]}
    guessed = {draw.pseudonym("i", "0" * 64, f"{number:06d}") for number in range(2000)}
    assert badge(3) in pseudonyms and not pseudonyms & guessed
    assert PREVIOUS not in pseudonyms
