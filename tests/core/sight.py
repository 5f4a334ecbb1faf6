"""What one phone knows, seen in the plainest way: the round, what came late, what stands where.

The stories are told with it, so that telling one costs little; the model holds it against the fold.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from server.core.journal.chain import covered
from server.core.journal.evidence import evidence_of
from server.core.journal.statement import oldest_first
from server.core.journal.types import Entry

BELOW = {"answer": {"answer", "row"}, "finding": {"finding", "row"}, "row": {"row"}}
"""Family → the kinds of statement that may stand in for one of it."""
ABOUT_THE_VISIT = {"answer", "row", "finding", "evidence", "mark", "withdraw", "presence"}
"""What comes late once the round is closed."""


class Sight:
    """Of a set of statements; everything is found when asked for."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.by_id = {e["id"]: e for e in entries}

    @cached_property
    def round(self) -> int:
        return max((e["value"]["round"] for e in self._all("return")), default=1)

    @cached_property
    def closings(self) -> list[Entry]:
        return [e for e in self._all("received") if e["value"]["round"] == self.round]

    @cached_property
    def late(self) -> list[str]:
        """Statements that no closing covers and nobody admitted, sorted."""
        if not self.closings:
            return []
        taken = {key for e in self._all("admit") for key in e["value"]["ids"]}
        taken.update(*(covered(e["value"], self.by_id) for e in self.closings))
        return sorted(key for key, e in self.by_id.items() if e["kind"] in ABOUT_THE_VISIT and key not in taken)

    @cached_property
    def evidence(self) -> list[dict[str, Any]]:
        """What is shown, as the fold lists it."""
        late = set(self.late)
        live = sorted((e for key, e in self.by_id.items() if key not in late), key=oldest_first)
        return [listed for shown in evidence_of(live)[0].values() for listed in shown]

    @cached_property
    def heads(self) -> dict[tuple[str, str], list[str]]:
        """Kind and path → ids of the statements there in whose stead nothing stands, sorted."""
        late = set(self.late)
        live = {key: e for key, e in self.by_id.items() if e["kind"] in BELOW and key not in late}
        over = {key for e in live.values() for key in e["replaces"] if key in live and stands_in(e, live[key])}
        heads = defaultdict(list)
        for key in sorted(live.keys() - over):
            heads[live[key]["kind"], live[key]["path"]].append(key)
        return heads

    def heads_at(self, kind: str, path: str) -> list[str]:
        return self.heads.get((kind, path), [])

    def heads_of_row(self, path: str) -> list[str]:
        """Of the row, its cells and its findings."""
        below = (found for (kind, at), found in self.heads.items() if kind != "row" and f"{at}/".startswith(f"{path}/"))
        return sorted({*self.heads_at("row", path), *(key for found in below for key in found)})

    def _all(self, kind: str) -> list[Entry]:
        return [e for e in self.by_id.values() if e["kind"] == kind]


def stands_in(later: Entry, entry: Entry) -> bool:
    """Whether the later statement takes the place of the other, which it may name or not."""
    above = later["path"] == entry["path"] or entry["path"].startswith(later["path"] + "/")
    return entry["id"] in later["replaces"] and later["kind"] in BELOW[entry["kind"]] and above
