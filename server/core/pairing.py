"""Who inspects: cards dealt from a levelled deck (specification section 7).

In lay words: deal the cards, and reshuffle when everybody has had one. Every inspector has a load (the
tasks of the year so far); a pool's cards lie in the order of (load, SHA-256 of pair seed, pool, load and
inspector). A task takes the first team in that order that satisfies the rules; whoever must recuse
stays on top for the next task. Within one pool of equals this gives equal chances, every pair equally
likely, and loads that differ by one at most. Between people of different eligibility equal chances are
impossible, and none are promised.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from heapq import heapify, heappop, heappush
from typing import Any

from server.core.refusal import Refused

Card = tuple[int, bytes, int]
"""(load, digest, index of the inspector): compares as the specification orders."""


class PairingRefused(Refused):
    """The cards cannot be dealt as asked: `pool_unknown`, `inspector_unknown`."""


def task_key(pair_seed: str, task: str) -> bytes:
    """Return the digest by which tasks are ordered for dealing: `DSS1|task|S_pair|task`."""
    return sha256(f"DSS1|task|{pair_seed}|{task}".encode()).digest()


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
        rows = list(inspectors)
        self._ids: list[str] = [row["id"] for row in rows]
        self._index = {id_: index for index, id_ in enumerate(self._ids)}
        self._senior: list[bool] = [row["senior"] for row in rows]
        self._household: list[str | None] = [row["household"] for row in rows]
        self._district: list[str | None] = [row["district"] for row in rows]
        self._load: list[int] = [row["load"] if loads is None else loads[row["id"]] for row in rows]
        self._rules = rules
        self._seed = pair_seed
        self._interests: dict[str, set[int]] = {}
        for row in interests:
            self._interests.setdefault(row["premises"], set()).add(self._known(row["inspector"]))
        self._members: dict[str, list[int]] = {}
        self._out: dict[str, dict[str, int]] = {}
        # Seniors have a pile of their own, so that a team that still lacks one need not turn over
        # every other card first. Both piles together are the one order of the specification.
        self._piles: dict[str, tuple[list[Card], list[Card]]] = {}
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
        members: list[int] = []
        out: dict[str, int] = {}
        piles: tuple[list[Card], list[Card]] = ([], [])
        for row in pool["members"]:
            if row["out"] is not None:
                out[row["out"]] = out.get(row["out"], 0) + 1
                continue
            index = self._known(row["id"])
            members.append(index)
            piles[self._senior[index]].append(self._card(name, index))
        heapify(piles[0])
        heapify(piles[1])
        self._members[name], self._out[name], self._piles[name] = members, out, piles

    def _card(self, pool: str, index: int) -> Card:
        load = self._load[index]
        return load, card(self._seed, pool, load, self._ids[index]), index

    def _lay_down(self, pool: str, index: int) -> None:
        heappush(self._piles[pool][self._senior[index]], self._card(pool, index))

    def _take_up(self, pool: str, seniors_only: bool) -> Card | None:
        """Take the next card of the pool. A card whose holder was dealt a task elsewhere in the meantime
        lies too high: it is replaced by the card of his present load and looked for again."""
        ordinary, seniors = self._piles[pool]
        while True:
            pile = seniors if seniors_only or (seniors and not (ordinary and ordinary[0] < seniors[0])) else ordinary
            if not pile:
                return None
            top = heappop(pile)
            if top[0] == self._load[top[2]]:
                return top
            heappush(pile, self._card(pool, top[2]))

    def _barred(self, task: str, district: str | None, seating: Seating) -> set[int]:
        barred = set(self._interests.get(task, ()))
        barred.update(self._known(id_) for id_ in (*seating.taken, *seating.kept, *seating.unavailable))
        if self._rules["district"] and district is not None:
            barred.update(index for index, own in enumerate(self._district) if own == district)
        return barred

    def _deal_in_order(
        self, pool: str, count: int, barred: Collection[int], kept: list[int], others: list[int]
    ) -> list[int] | None:
        """Deal card by card. Only households can lead into a dead end (the first card may rule out the
        only senior): then, and only then, the teams are searched in card order."""
        seats = count - len(kept)
        turned: list[Card] = []
        team: list[int] = []
        while len(team) < seats:
            top = self._take_up(pool, self._senior_needed(kept + team, count))
            if top is None:
                break
            turned.append(top)
            if top[2] not in barred and self._may_join(top[2], others + kept + team):
                team.append(top[2])
        dealt = set(team) if len(team) == seats else set()
        for load, number, index in turned:
            if index not in dealt:
                heappush(self._piles[pool][self._senior[index]], (load, number, index))
        if len(team) == seats:
            return team
        return self._search(pool, count, barred, kept, others) if self._rules["household"] else None

    def _senior_needed(self, team: list[int], count: int) -> bool:
        """Say whether only a senior may take the next seat: it is the last and there is none yet."""
        return self._rules["senior"] and len(team) == count - 1 and not any(self._senior[index] for index in team)

    def _may_join(self, index: int, team: list[int]) -> bool:
        own = self._household[index]
        return not self._rules["household"] or own is None or all(self._household[other] != own for other in team)

    def _search(
        self, pool: str, count: int, barred: Collection[int], kept: list[int], others: list[int]
    ) -> list[int] | None:
        """Return the first team in card order that satisfies the rules, and take its cards up."""
        cards = sorted(self._card(pool, index) for index in self._members[pool] if index not in barred)
        order = [index for _, _, index in cards]
        team = next(self._teams(order, 0, count, kept, others), None)
        if team is None:
            return None
        dealt = set(team)
        for pile in self._piles[pool]:
            pile[:] = [top for top in pile if top[2] not in dealt]
            heapify(pile)
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
            if self._may_join(index, others + team):
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

        same = [index for index, own in enumerate(self._district) if district is not None and own == district]
        interest = remove(self._interests.get(task, set()))
        own_district = remove(set(same) if self._rules["district"] else set())
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


def pair(tasks: Iterable[Mapping[str, Any]], deck: Deck, pair_seed: str) -> list[dict[str, Any]]:
    """Deal for all tasks (shape of `draw.visits`) in the order of their keys, and return in that order:

        {"task", "items", "strata", "groups": [{"pool", "inspectors": [id], "report": … | null}]}

    The groups of one visit are filled in the order of the pool names; nobody sits in two of them. A group
    that cannot be filled is reported and leaves the others as they are.
    """
    keyed = sorted((task_key(pair_seed, task["task"]), task["task"], task) for task in tasks)
    return [{**_heading(task), "groups": seat(deck, task)} for _, _, task in keyed]


def _heading(task: Mapping[str, Any]) -> dict[str, Any]:
    return {"task": task["task"], "items": task["items"], "strata": task["strata"]}


def seat(deck: Deck, task: Mapping[str, Any], taken: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Fill the slots of one task; `taken` are people who are on the visit already."""
    groups: list[dict[str, Any]] = []
    present = list(taken)
    for slot in task["slots"]:
        seating = Seating(taken=tuple(present))
        team, report = deck.deal(task["task"], task["district"], slot["pool"], slot["count"], seating)
        present += team
        groups.append({"pool": slot["pool"], "inspectors": team, "report": report})
    return groups
