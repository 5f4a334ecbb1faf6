"""The pile of cards against the plainest thing that does the same: a sorted list."""

from hypothesis import given
from hypothesis import strategies as st

from server.core.pairing.pile import Pile, index_of, load_of, make_card

CARDS = st.lists(
    st.tuples(st.integers(0, 3), st.binary(min_size=32, max_size=32)), max_size=12, unique_by=lambda c: c[1]
)
ACTS = st.lists(st.tuples(st.sampled_from(["take", "skip", "deal", "remove"]), st.integers(0, 11)), max_size=30)


@given(CARDS, ACTS)
def test_a_pile_is_a_sorted_list_whatever_is_done_to_it(
    cards: list[tuple[int, bytes]], acts: list[tuple[str, int]]
) -> None:
    pile, plain = Pile(), dict(enumerate(cards))
    for index, (load, digest) in plain.items():
        pile.add(make_card(load, digest, index), load)
    for act, number in acts:
        order = sorted(plain, key=lambda at: plain[at])
        top = pile.top()
        assert (top is None) == (not order)
        if act == "remove" and number in plain:
            del plain[number]
            pile.remove(number)
        elif not order:
            continue
        elif act == "skip":
            taken = []
            for expected in order[: 1 + number % 3]:
                pile.top()
                taken.append(pile.take())
                assert index_of(taken[-1]) == expected
            pile.put_back(taken)
        else:
            card = pile.take()
            index = index_of(card)
            assert index == order[0] and load_of(card) == plain[index][0]
            load, digest = plain.pop(index)
            if act == "deal":
                plain[index] = (load + 1, bytes(reversed(digest)))
                pile.add(make_card(*plain[index], index), load + 1)
