"""What holds for every story: the fold is a function of the set, and it loses nothing."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.canonical import canonical
from server.core.journal.chain import absent, cover, covered
from server.core.journal.fold import fold, heads_at, heads_of_row
from server.core.journal.types import Entry
from tests.core.stories import Teller, story

SEEDS = st.integers(0, 2**32)
STORIES = settings(max_examples=150, deadline=None)


def bytes_of(entries: Iterable[Entry]) -> bytes:
    return canonical(fold(entries))


@STORIES
@given(SEEDS, SEEDS)
def test_order_and_repeats_do_not_matter(seed: int, order: int) -> None:
    entries = story(seed)
    shuffled = entries + random.Random(order).choices(entries, k=10)
    random.Random(order).shuffle(shuffled)
    assert bytes_of(shuffled) == bytes_of(entries)


@STORIES
@given(SEEDS, SEEDS)
def test_merging_replicas_is_commutative_associative_and_idempotent(seed: int, parts: int) -> None:
    entries = story(seed)
    chance = random.Random(parts)
    a, b, c = ([e for e in entries if chance.random() < 0.6] for _ in range(3))
    assert bytes_of(a + b) == bytes_of(b + a)
    assert bytes_of((a + b) + c) == bytes_of(a + (c + b))
    assert bytes_of(a + a) == bytes_of(a)


@STORIES
@given(SEEDS)
def test_every_statement_is_somewhere_in_the_state(seed: int) -> None:
    entries = story(seed)
    state = fold(entries)
    named = set(ids_in(state))
    live = [e for e in entries if e["id"] not in state["late"]]
    replaced = {key for e in live for key in e["replaces"]}
    for entry in entries:
        visible = entry["id"] in named or entry["id"] in replaced
        if entry["kind"] == "mark" and (not entry["value"]["marks"] or entry["value"]["photo"] in state["late"]):
            continue
        assert visible or entry["kind"] in ("withdraw", "submit", "return", "admit", "received"), entry


@STORIES
@given(SEEDS)
def test_no_value_that_nobody_replaced_is_hidden(seed: int) -> None:
    entries = story(seed)
    state = fold(entries)
    live = [e for e in entries if e["id"] not in state["late"]]
    replaced = {key for e in live for key in e["replaces"]}
    for entry in live:
        if entry["kind"] == "answer" and entry["id"] not in replaced:
            assert entry["id"] in heads_at(state, "answer", entry["path"])


@STORIES
@given(SEEDS, SEEDS)
def test_a_cover_describes_exactly_its_set(seed: int, part: int) -> None:
    entries = story(seed)
    chance = random.Random(part)
    chosen = [e for e in entries if chance.random() < 0.7]
    by_id = {e["id"]: e for e in entries}
    assert covered(cover(chosen), by_id) == {e["id"] for e in chosen}
    assert absent(cover(chosen), {e["id"]: e for e in chosen}) == []


@STORIES
@given(SEEDS)
def test_naming_the_heads_settles_any_conflict(seed: int) -> None:
    teller = Teller(seed)
    entries = teller.tell(40)
    state = fold(e for e in entries if e["kind"] not in ("received", "return"))
    for key in state["conflicts"]:
        kind, path = key.split(":")
        heads = heads_of_row(state, path) if kind == "row" else heads_at(state, kind, path)
        settled = settle(teller, entries, kind, path, heads)
        assert key not in fold(settled)["conflicts"]


def settle(teller: Teller, entries: list[Entry], kind: str, path: str, heads: list[str]) -> list[Entry]:
    last = entries[-1]
    decision: Any = {
        **last,
        "id": "f" * 64,
        "device": teller.key(),
        "kind": kind,
        "path": path,
        "value": None,
        "replaces": heads,
    }
    return [e for e in entries if e["kind"] not in ("received", "return")] + [decision]


@STORIES
@given(SEEDS)
def test_what_is_late_changes_nothing_else(seed: int) -> None:
    entries = story(seed)
    state = fold(entries)
    without = fold(e for e in entries if e["id"] not in state["late"])
    for part in ("answers", "conflicts", "cleared", "rows", "evidence", "withdrawn", "findings", "presence"):
        assert state[part] == without[part]  # type: ignore[literal-required]


@STORIES
@given(SEEDS)
def test_a_signature_over_everything_that_stands_is_not_stale(seed: int) -> None:
    teller = Teller(seed)
    entries = [e for e in teller.tell(40) if e["kind"] not in ("received", "return")]
    phone = teller.phones[0]
    teller.known[phone] = {e["id"]: e for e in entries}
    signature: Any = {
        **entries[-1],
        "id": "f" * 64,
        "kind": "sign",
        "path": "",
        "value": teller.signature("party", phone),
        "replaces": [],
    }
    (signed,) = (s for s in fold([*entries, signature])["signatures"] if s["id"] == "f" * 64)
    assert signed["stale"] == []


@pytest.mark.parametrize("seed", range(5))
def test_the_stories_have_conflicts_rows_late_entries_and_forks(seed: int) -> None:
    states = [fold(story(100 * seed + n, 60)) for n in range(30)]
    for part in ("answers", "conflicts", "cleared", "rows", "evidence", "withdrawn", "findings", "late", "flags"):
        assert any(state[part] for state in states), part  # type: ignore[literal-required]
    assert any(signature["stale"] for state in states for signature in state["signatures"])


def ids_in(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for member in value:
            yield from ids_in(member)
    elif isinstance(value, dict):
        for member in value.values():
            yield from ids_in(member)
