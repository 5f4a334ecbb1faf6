"""The definition that a phone gets: only what is switched on, and only the catalogues it needs."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from server.core.refusal import Refused


class CannotSwitch(Refused):
    """unknown_item: no such code. needs_item: an item reads one that is off; `detail` is "A needs B"."""


def switched_on(definition: Mapping[str, Any], codes: Collection[str] = ()) -> dict[str, Any]:
    """Return the definition with its core items and those of `codes`, without the laws and lists no longer used.

    Raises `CannotSwitch`. The result is what gets canonical JSON and a hash.
    """
    every = {item["code"]: item for item in _items(definition)}
    for code in codes:
        if code not in every:
            raise CannotSwitch("unknown_item", code)
    kept = {code for code, item in every.items() if item["core"] or code in codes}
    off = set(every) - kept
    sections = []
    for section in definition["sections"]:
        items = [item for item in section["items"] if item["code"] in kept]
        if not items:
            continue
        _refuse_reading(section, off)
        for item in items:
            _refuse_reading(item, off)
        sections.append({**section, "items": items})
    result = {**definition, "sections": sections}
    names = {name for thing in (*sections, *_items(result)) for name in reads(thing)}
    result["facts"] = [fact for fact in definition["facts"] if fact["key"] in names | _said(result)]
    result["settings"] = [spec for spec in definition["settings"] if spec["key"] in names | _said(result)]
    result["contents"] = {
        key: text for key, text in definition["contents"].items() if any(i["content"] == key for i in _items(result))
    }
    result["catalogues"] = _used(result)
    return result


def _items(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in definition["sections"]:
        yield from section["items"]


def reads(thing: Any) -> Iterator[str]:
    """Every name that the expressions inside a section's head or an item read, and the items it refers to."""
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            if key == "needs":
                yield from value
            elif key in ("among", "chosen"):
                yield value
            elif key != "items":
                yield from reads(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from reads(value)


def _refuse_reading(thing: Mapping[str, Any], off: Collection[str]) -> None:
    for name in reads(thing):
        owner = name.split("_")[0]
        if owner in off:
            raise CannotSwitch("needs_item", f"{thing.get('code', thing.get('id'))} needs {owner}")


def _said(definition: Mapping[str, Any]) -> set[str]:
    """Names in the sentences: a fact may be read out without any expression reading it."""
    text = "".join(
        sentence
        for item in _items(definition)
        for sentence in (*item["sentences"].values(), item.get("table", {}).get("row_sentence", ""))
    )
    return {piece.split("}")[0].split("|")[0] for piece in text.split("{")[1:]}


def _used(definition: Mapping[str, Any]) -> dict[str, Any]:
    catalogues = definition["catalogues"]
    refs = {ref for item in _items(definition) for ref in item["basis"]}
    lists = {name for thing in _items(definition) for name in _lists(thing)}
    uses_days = "working_days(" in str(definition["sections"])
    return {
        "laws": [law for law in (_cut(law, refs) for law in catalogues["laws"]) if law["versions"]],
        "results": catalogues["results"],
        "holidays": catalogues["holidays"] if uses_days else {},
        "lists": {name: value for name, value in catalogues["lists"].items() if name in lists},
    }


def _lists(item: Mapping[str, Any]) -> Iterator[str]:
    table = item.get("table", {})
    for field in (item, table, *table.get("columns", ())):
        if "catalogue" in field:
            yield field["catalogue"]


def _cut(law: Mapping[str, Any], refs: Collection[str]) -> dict[str, Any]:
    versions = []
    for version in law["versions"]:
        provisions = {key: value for key, value in version["provisions"].items() if f"{law['id']}/{key}" in refs}
        if provisions:
            versions.append({**version, "provisions": provisions})
    return {**law, "versions": versions}
