"""The deck of one draw: whose card comes next, and which team satisfies the rules (specification section 7)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from server.core.pairing.pile import Card, Pile, index_of, load_of, make_card
from server.core.refusal import Refused

if TYPE_CHECKING:
    from hashlib import _Hash as Hash


class PairingRefused(Refused):
    """The cards cannot be dealt as asked: `pool_unknown`, `inspector_unknown`."""


def card(pair_seed: str, pool: str, load: int, inspector: str) -> bytes:
    """Return the digest of one card: `DSS1|card|S_pair|pool|load|inspector`, the load in decimal."""
    return sha256(f"DSS1|card|{pair_seed}|{pool}|{load}|{inspector}".encode()).digest()


@dataclass(frozen=True)
class Seating:
    """What is fixed before a slot is filled: people already on this visit in other slots (`taken`), in
    this very slot (`kept`), and those who cannot come although the plan has them (`unavailable`)."""

    taken: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unavailable: frozenset[str] = frozenset()


ALONE = Seating()
_NOBODY: frozenset[int] = frozenset()


class Deck:
    """The cards of all pools during one draw. `inspectors`, `pools`, `interests` and `rules` have the
    shapes of the plan (specification section 4); `loads` replaces the starting loads for an amendment.
    """

    def __init__(
        self,
        inspectors: Iterable[Mapping[str, Any]],
        pools: Iterable[Mapping[str, Any]],
        interests: Iterable[Mapping[str, Any]],
        rules: Mapping[str, bool],
        pair_seed: str,
        loads: Mapping[str, int] | None = None,
    ) -> None:
        self._ids: list[str] = []
        self._senior: list[bool] = []
        self._household: list[str | None] = []
        self._district: list[str | None] = []
        self._load: list[int] = []
        for row in inspectors:
            self._ids.append(row["id"])
            self._senior.append(row["senior"])
            self._household.append(row["household"] if rules["household"] else None)
            self._district.append(row["district"])
            self._load.append(row["load"] if loads is None else loads[row["id"]])
        self._index = {id_: index for index, id_ in enumerate(self._ids)}
        self._rules = rules
        self._seed = pair_seed
        self._in_district: dict[str, set[int]] = {}
        for index, own in enumerate(self._district):
            if own is not None:
                self._in_district.setdefault(own, set()).add(index)
        self._interests: dict[str, set[int]] = {}
        for row in interests:
            self._interests.setdefault(row["premises"], set()).add(self._known(row["inspector"]))
        self._members: dict[str, list[int]] = {}
        self._out: dict[str, dict[str, int]] = {}
        # Seniors have a pile of their own, so that a team that still lacks one need not turn over
        # every other card first. Both piles together are the one order of the specification.
        self._piles: dict[str, tuple[Pile, Pile]] = {}
        self._pools_of = [0] * len(self._ids)
        self._beginning: dict[str, Hash] = {}
        for pool in pools:
            self._lay_out(pool)

    def loads(self) -> dict[str, int]:
        """Return the load of every inspector after what was dealt so far."""
        return dict(zip(self._ids, self._load, strict=True))

    def deal(
        self, task: str, district: str | None, pool: str, count: int, seating: Seating = ALONE
    ) -> tuple[list[str], dict[str, Any] | None]:
        """Fill one slot: return the team in the order of its cards and None, or [] and the report of
        `_report` when no team satisfies the rules. Loads of the dealt rise by one; a slot that cannot be
        filled whole takes nobody. With `seating.kept`, only the missing seats are dealt."""
        if pool not in self._piles:
            raise PairingRefused("pool_unknown", pool)
        barred = self._barred(task, district, seating)
        kept = [self._known(id_) for id_ in seating.kept]
        others = [self._known(id_) for id_ in seating.taken]
        team = self._deal_in_order(pool, count, barred, kept, others)
        if team is None:
            return [], self._report(pool, count, task, district, seating)
        for index in team:
            self._load[index] += 1
            self._lay_down(pool, index)
        return [self._ids[index] for index in team], None

    def _known(self, id_: str) -> int:
        if id_ not in self._index:
            raise PairingRefused("inspector_unknown", id_)
        return self._index[id_]

    def _lay_out(self, pool: Mapping[str, Any]) -> None:
        name = pool["id"]
        # The beginning of a card's text is longer than one block of SHA-256: hashed once, copied for each.
        self._beginning[name] = sha256(f"DSS1|card|{self._seed}|{name}|".encode())
        members: list[int] = []
        out: dict[str, int] = {}
        self._piles[name] = (Pile(), Pile())
        for row in pool["members"]:
            if row["out"] is not None:
                out[row["out"]] = out.get(row["out"], 0) + 1
                continue
            index = self._known(row["id"])
            members.append(index)
            self._pools_of[index] += 1
            self._lay_down(name, index)
        self._members[name], self._out[name] = members, out

    def _card(self, pool: str, index: int) -> Card:
        load = self._load[index]
        text = self._beginning[pool].copy()
        text.update(f"{load}|{self._ids[index]}".encode())
        return make_card(load, text.digest(), index)

    def _lay_down(self, pool: str, index: int) -> None:
        self._piles[pool][self._senior[index]].add(self._card(pool, index), self._load[index])

    def _take_up(self, pool: str, seniors_only: bool) -> tuple[Card, int] | None:
        """Take the next card of the pool, and say whose it is. A card whose holder was dealt a task in another pool
        meanwhile lies too high: it is replaced by the card of his present load and looked for again."""
        ordinary, seniors = self._piles[pool]
        while True:
            senior, plain = seniors.top(), None if seniors_only else ordinary.top()
            if senior is None and plain is None:
                return None
            # Cards are inverted: the larger bytes come first.
            pile = ordinary if senior is None or (plain is not None and plain > senior) else seniors
            first = pile.take()
            index = index_of(first)
            if self._pools_of[index] == 1 or load_of(first) == self._load[index]:
                return first, index
            self._lay_down(pool, index)

    def _barred(self, task: str, district: str | None, seating: Seating) -> Collection[int]:
        near = self._rules["district"] and district is not None
        if seating is ALONE and not near:
            return self._interests.get(task, _NOBODY)
        barred = set(self._interests.get(task, ()))
        barred.update(self._known(id_) for id_ in (*seating.taken, *seating.kept, *seating.unavailable))
        if near:
            barred.update(self._in_district.get(str(district), ()))
        return barred

    def _deal_in_order(
        self, pool: str, count: int, barred: Collection[int], kept: list[int], others: list[int]
    ) -> list[int] | None:
        """Deal card by card. Only households can lead into a dead end (the first card may rule out the
        only senior): then, and only then, the teams are searched in card order."""
        seats, homes = count - len(kept), self._household
        senior_missing = self._rules["senior"] and not any(self._senior[index] for index in kept)
        left: tuple[list[Card], list[Card]] = ([], [])
        turned: list[Card] = []
        team: list[int] = []
        while len(team) < seats:
            found = self._take_up(pool, senior_missing and len(team) == seats - 1)
            if found is None:
                break
            first, index = found
            if index in barred or (homes[index] is not None and not self._may_join(index, others, kept, team)):
                left[self._senior[index]].append(first)
                continue
            team.append(index)
            turned.append(first)
            senior_missing = senior_missing and not self._senior[index]
        if len(team) == seats:
            if left[0] or left[1]:
                self._put_back(pool, left)
            return team
        for first in turned:
            left[self._senior[index_of(first)]].append(first)
        for cards in left:
            cards.sort(reverse=True)
        self._put_back(pool, left)
        return self._search(pool, count, barred, kept, others) if self._rules["household"] else None

    def _put_back(self, pool: str, left: tuple[list[Card], list[Card]]) -> None:
        for pile, cards in zip(self._piles[pool], left, strict=True):
            if cards:
                pile.put_back(cards)

    def _senior_needed(self, team: list[int], count: int) -> bool:
        """Say whether only a senior may take the next seat: it is the last and there is none yet."""
        return self._rules["senior"] and len(team) == count - 1 and not any(self._senior[index] for index in team)

    def _may_join(self, index: int, *present: list[int]) -> bool:
        own = self._household[index]
        return own is None or all(self._household[other] != own for people in present for other in people)

    def _search(
        self, pool: str, count: int, barred: Collection[int], kept: list[int], others: list[int]
    ) -> list[int] | None:
        """Return the first team in card order that satisfies the rules, and take its cards up."""
        cards = sorted(self._card(pool, index) for index in self._members[pool] if index not in barred)
        order = [index_of(one) for one in reversed(cards)]
        team = next(self._teams(order, 0, count, kept, others), None)
        if team is None:
            return None
        for index in team:
            self._piles[pool][self._senior[index]].remove(index)
        return team

    def _teams(
        self, order: list[int], start: int, count: int, team: list[int], others: list[int]
    ) -> Iterator[list[int]]:
        if len(team) == count:
            yield []
            return
        for at in range(start, len(order)):
            index = order[at]
            if self._senior_needed(team, count) and not self._senior[index]:
                continue
            if self._may_join(index, others, team):
                for rest in self._teams(order, at + 1, count, [*team, index], others):
                    yield [index, *rest]

    def _report(self, pool: str, count: int, task: str, district: str | None, seating: Seating) -> dict[str, Any]:
        """Say how many each rule removed, in the order in which a person would explain it:

            {"in_pool", "out": {reason: count}, "interest", "district", "unavailable", "taken", "left",
             "needed", "rule": "too_few" | "senior" | "household"}

        `rule` is what makes it fail: too few left, no senior among them, or only members of one household.
        """
        left = list(self._members[pool])
        in_pool = len(left) + sum(self._out[pool].values())

        def remove(unfit: Collection[int]) -> int:
            before = len(left)
            left[:] = [index for index in left if index not in unfit]
            return before - len(left)

        interest = remove(self._interests.get(task, set()))
        own_district = remove(self._in_district.get(district or "", set()) if self._rules["district"] else set())
        unavailable = remove({self._known(id_) for id_ in seating.unavailable})
        taken = remove({self._known(id_) for id_ in (*seating.taken, *seating.kept)})
        needed = count - len(seating.kept)
        kept = [self._known(id_) for id_ in seating.kept]
        senior = not self._rules["senior"] or any(self._senior[index] for index in left + kept)
        return {
            "in_pool": in_pool,
            "out": dict(sorted(self._out[pool].items())),
            "interest": interest,
            "district": own_district,
            "unavailable": unavailable,
            "taken": taken,
            "left": len(left),
            "needed": needed,
            "rule": "too_few" if len(left) < needed else "household" if senior else "senior",
        }
