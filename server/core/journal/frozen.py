"""The lists of drawn samples: each that was ever frozen counts, whatever became of it afterwards."""

from collections.abc import Sequence
from typing import Any

from server.core.canonical import canonical
from server.core.journal.types import Entry, Frozen


def frozen_of(stated: Sequence[Entry]) -> dict[str, Frozen]:
    """By item: how many different lists its answers froze, and the reasons given, oldest first.

    The same list draws the same sample, so two phones that froze it (or one that froze it again) drew once.
    """
    lists: dict[str, set[bytes]] = {}
    reasons: dict[str, list[str]] = {}
    for entry in stated:
        listed = _list(entry)
        if listed is None:
            continue
        lists.setdefault(entry["path"], set()).add(canonical(listed))
        reason, given = entry["value"].get("reason"), reasons.setdefault(entry["path"], [])
        if isinstance(reason, str) and reason and reason not in given:
            given.append(reason)
    return {path: {"lists": len(found), "reasons": reasons[path]} for path, found in lists.items()}


def _list(entry: Entry) -> Any:
    """What an answer freezes: the names, or how many there are. None: it freezes nothing."""
    value = entry["value"]
    if entry["kind"] != "answer" or not isinstance(value, dict) or "round" not in value:
        return None
    return value.get("frame", value.get("count"))
