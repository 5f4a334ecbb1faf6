"""A pile of cards in the order of (load, digest), cheap to take from: the deck of a million tasks is dealt from it.

Cards of one load are sorted once, when their load is reached; before that they only wait. So taking a card costs next
to nothing, where a heap would compare it some fifteen times.
"""

from bisect import insort

# A card is one bytes object: load, digest, index of the inspector, each bit inverted. Inverted, the first
# card is the largest, so that it stands at the end of an ascending list, where it can be popped.
_INVERT = bytes(range(255, -1, -1))
_WHOLE = 2**32 - 1
Card = bytes


def make_card(load: int, digest: bytes, index: int) -> Card:
    """One card of the inspector `index` at his present load."""
    return (load.to_bytes(4, "big") + digest + index.to_bytes(4, "big")).translate(_INVERT)


def load_of(card: Card) -> int:
    """The load that a card was made for."""
    return _WHOLE - int.from_bytes(card[:4], "big")


def index_of(card: Card) -> int:
    """Whose card it is."""
    return _WHOLE - int.from_bytes(card[-4:], "big")


class Pile:
    """Cards of one pool: those in hand, sorted, and those of higher loads, waiting."""

    def __init__(self) -> None:
        self._hand: list[Card] = []
        self._waiting: dict[int, list[Card]] = {}
        self._reached = -1

    def add(self, card: Card, load: int) -> None:
        """Lay a card, made for `load`, into its place."""
        if load <= self._reached:
            insort(self._hand, card)
        elif load in self._waiting:
            self._waiting[load].append(card)
        else:
            self._waiting[load] = [card]

    def top(self) -> Card | None:
        """The first card, which stays; None when the pile is empty."""
        while not self._hand:
            if not self._waiting:
                return None
            self._reached = min(self._waiting)
            self._hand = sorted(self._waiting.pop(self._reached))
        return self._hand[-1]

    def take(self) -> Card:
        """Take the card that `top` showed."""
        return self._hand.pop()

    def put_back(self, cards: list[Card]) -> None:
        """Return the cards that were taken last, in the order in which they were taken."""
        self._hand.extend(reversed(cards))

    def remove(self, index: int) -> None:
        """Take the card of one inspector out of the pile, wherever it lies."""
        for cards in (self._hand, *self._waiting.values()):
            for at, card in enumerate(cards):
                if index_of(card) == index:
                    del cards[at]
                    return
