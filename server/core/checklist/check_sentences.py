"""Sentences of a definition: their brackets, their slots, and that nothing restricted is read out."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from server.core.checklist.faults import Problem, problem
from server.core.checklist.sentences import FILTERS, ITEM_SLOTS, BadTemplate, slots_of

Path = tuple[str | int, ...]
_ROW_LISTS = ("rows", "failed_rows", "unchecked_rows")


def check_sentences(path: Path, item: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Problem]:
    """Problems of the sentences of an item and of its rows; `names` are the variables up to this item."""
    for verdict, template in item["sentences"].items():
        yield from _sentence((*path, "sentences", verdict), template, {*names, *ITEM_SLOTS, "title"})
    table = item.get("table")
    if table is None:
        return
    place = (*path, "table", "row_sentence")
    keys = {column["key"] for column in (*table["columns"], *table["values"])}
    template = table.get("row_sentence", "{row}")
    yield from _sentence(place, template, {*names, *keys, "row", "row_key"})
    if item["visibility"] == "restricted":
        return
    secret = {column["key"] for column in table["columns"] if column.get("restricted")}
    try:
        shown = slots_of(template)
    except BadTemplate:
        return
    for name in shown:
        if name in secret:
            yield problem(place, "restricted_slot", name=name)


def _sentence(path: Path, template: str, known: set[str]) -> Iterator[Problem]:
    try:
        slots = slots_of(template)
    except BadTemplate as fault:
        yield problem(path, "template", detail=fault.detail, filters="、".join(FILTERS))
        return
    for name in slots:
        if name not in known:
            hint = next(iter(get_close_matches(name, known, 1)), "")
            yield problem(path, "unknown_slot", name=name, hint=hint)
