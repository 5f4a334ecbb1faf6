"""The next card: what happens when a drawn inspector or premises falls out (specification section 9).

An amendment never touches the certificate. It is a record of its own in the chain, with the reason and
who approved it, and is as repeatable as the draw: the same deck, with the loads as they now stand.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.core.canonical import digest
from server.core.draw.certificate import Certificate, deck_of, heading
from server.core.draw.hashing import DrawRefused, is_clean
from server.core.draw.plan import Plan
from server.core.draw.premises import Rosters, smallest, visit
from server.core.pairing import Seating, seat

INSPECTOR_REASONS = ("recusal", "illness", "leave", "duty", "certificate", "other")
PREMISES_REASONS = ("closed", "moved", "suspended", "not_found", "other")


class Standing:
    """Where a draw stands after its certificate and the amendments so far: who is on which task, the
    loads, and which premises were drawn or used up as alternates in each stratum."""

    def __init__(self, certificate: Certificate, rosters: Rosters) -> None:
        self.plan: Plan = certificate["plan"]
        self.seed: str = certificate["seed"]
        self.certificate_digest = digest(certificate)
        self.amendments = 0
        self._rosters = rosters
        self.loads = {row["id"]: row["after"] for row in certificate["loads"]}
        self.teams = {row["task"]: _teams(row["groups"]) for row in certificate["tasks"]}
        self.strata = {row["task"]: list(row["strata"]) for row in certificate["tasks"]}
        self.used = {row["stratum"]: [one["id"] for one in row["drawn"]] for row in certificate["strata"]}

    def next_inspector(
        self, task: str, pool: str, removed: str, unavailable: Iterable[str] = ()
    ) -> tuple[str | None, dict[str, Any] | None]:
        """Return the replacement for `removed` and None, or None and the report when there is none.

        Raises `DrawRefused` with `amendment_task` or `amendment_inspector` when there is no such task,
        or the person is not on it. Does not change this object; `apply` does.
        """
        groups = self._groups(task)
        if removed not in groups.get(pool, []):
            raise DrawRefused("amendment_inspector", removed)
        kept = tuple(id_ for id_ in groups[pool] if id_ != removed)
        taken = tuple(id_ for name, team in groups.items() if name != pool for id_ in team)
        away = frozenset({removed, *unavailable})
        deck = deck_of(self.plan, self.seed, {**self.loads, removed: self.loads[removed] - 1})
        seating = Seating(taken=taken, kept=kept, unavailable=away)
        district = self._district(task)
        team, report = deck.deal(task, district, pool, len(groups[pool]), seating)
        return (team[0], None) if team else (None, report)

    def next_premises(self, removed: str) -> dict[str, Any]:
        """Return what comes in for a drawn premises that is no longer there:

            {"strata": [{"stratum", "replacement": id | null, "ticket": hex | null}],
             "tasks": [{"task", "strata", "groups"}], "released": [id]}

        In every stratum the next alternate; cards are dealt for the brigades that are not on that visit
        yet. Raises `DrawRefused("amendment_task")`.
        """
        loads = dict(self.loads)
        released = [id_ for team in self._groups(removed).values() for id_ in team]
        for id_ in released:
            loads[id_] -= 1
        rows = [self._next_alternate(stratum) for stratum in self.strata[removed]]
        incoming: dict[str, list[str]] = {}
        for row in rows:
            if row["replacement"] is not None:
                incoming.setdefault(row["replacement"], []).append(row["stratum"])
        deck = deck_of(self.plan, self.seed, loads)
        tasks = [self._extended(deck, id_, incoming[id_]) for id_ in sorted(incoming)]
        return {"strata": rows, "tasks": tasks, "released": sorted(released)}

    def apply(self, record: Mapping[str, Any]) -> None:
        """Take one amendment into account. The record is taken as right; `verify` compares it first."""
        self.amendments += 1
        if record["change"] == "inspector":
            self._replace(record["task"], record["pool"], record["removed"], record["replacement"])
            return
        for id_ in record["result"]["released"]:
            self.loads[id_] -= 1
        del self.teams[record["removed"]], self.strata[record["removed"]]
        for row in record["result"]["strata"]:
            if row["replacement"] is not None:
                self.used[row["stratum"]].append(row["replacement"])
        for row in record["result"]["tasks"]:
            self.strata.setdefault(row["task"], []).extend(row["strata"])
            teams = _teams(row["groups"])
            self.teams.setdefault(row["task"], {}).update(teams)
            for id_ in (id_ for team in teams.values() for id_ in team):
                self.loads[id_] += 1

    def _replace(self, task: str, pool: str, removed: str, replacement: str | None) -> None:
        team = self.teams[task][pool]
        team[:] = [id_ for id_ in team if id_ != removed]
        self.loads[removed] -= 1
        if replacement is not None:
            team.append(replacement)
            self.loads[replacement] += 1

    def _groups(self, task: str) -> dict[str, list[str]]:
        if task not in self.teams:
            raise DrawRefused("amendment_task", task)
        return self.teams[task]

    def _district(self, task: str) -> str | None:
        if not self.plan["rules"]["district"]:
            return None
        found = (line.district for lines in self._rosters.values() for line in lines if line.id == task)
        return next(found, None)

    def _next_alternate(self, stratum: str) -> dict[str, Any]:
        row = next(row for row in self.plan["strata"] if row["id"] == stratum)
        excluded = {one["id"] for one in self.plan["exclusions"] if one["item"] == row["item"]}
        ids = [line.id for line in self._rosters[row["item"]] if line.stratum == stratum and line.id not in excluded]
        used = set(self.used[stratum])
        order = smallest(self.seed, ids, len(used) + 1)
        number, id_ = next(((number, id_) for number, id_ in order if id_ not in used), (b"", None))
        return {"stratum": stratum, "replacement": id_, "ticket": number.hex() if id_ is not None else None}

    def _extended(self, deck: Any, task: str, strata: list[str]) -> dict[str, Any]:
        present = self.teams.get(task, {})
        coming = visit(self.plan, task, strata, self._district(task))
        coming["slots"] = [slot for slot in coming["slots"] if not present.get(slot["pool"])]
        taken = [id_ for team in present.values() for id_ in team]
        return {"task": task, "strata": coming["strata"], "groups": seat(deck, coming, taken)}


def _teams(groups: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    return {group["pool"]: list(group["inspectors"]) for group in groups}


def amend_inspector(
    standing: Standing,
    task: str,
    pool: str,
    removed: str,
    *,
    reason: str,
    note: str,
    approved_by: str,
    unavailable: Mapping[str, str] | None = None,
    number: int,
    previous: str,
    at: str,
) -> dict[str, Any]:
    """Return the record that replaces one inspector by the next card.

    `unavailable`: others who cannot come now → reason. `approved_by` is a post, never a name. Raises
    `DrawRefused` as `next_inspector`, and `amendment_reason` or `text_unclean`.
    """
    away = dict(unavailable or {})
    if any(value not in INSPECTOR_REASONS for value in (reason, *away.values())):
        raise DrawRefused("amendment_reason", reason)
    replacement, report = standing.next_inspector(task, pool, removed, away)
    return {
        **_amendment(standing, number, previous, at, note, approved_by),
        "change": "inspector",
        "task": task,
        "pool": pool,
        "removed": removed,
        "reason": reason,
        "unavailable": [{"id": id_, "reason": away[id_]} for id_ in sorted(away)],
        "replacement": replacement,
        "report": report,
    }


def amend_premises(
    standing: Standing,
    removed: str,
    *,
    reason: str,
    note: str,
    approved_by: str,
    number: int,
    previous: str,
    at: str,
) -> dict[str, Any]:
    """Return the record that replaces one drawn premises by the next alternates; raises as above."""
    if reason not in PREMISES_REASONS:
        raise DrawRefused("amendment_reason", reason)
    return {
        **_amendment(standing, number, previous, at, note, approved_by),
        "change": "premises",
        "removed": removed,
        "reason": reason,
        "result": standing.next_premises(removed),
    }


def _amendment(standing: Standing, number: int, previous: str, at: str, note: str, approved_by: str) -> dict[str, Any]:
    if not is_clean(note) or not is_clean(approved_by):
        raise DrawRefused("text_unclean", "note")
    return {
        **heading("amendment", number, previous, at),
        "draw": standing.plan["draw"],
        "certificate": standing.certificate_digest,
        "sequence": standing.amendments + 1,
        "note": note,
        "approved_by": approved_by,
    }


def replay(certificate: Certificate, rosters: Rosters, amendments: Sequence[Mapping[str, Any]]) -> Standing:
    """Return where a draw stands after its amendments, in their order."""
    standing = Standing(certificate, rosters)
    for record in amendments:
        standing.apply(record)
    return standing
