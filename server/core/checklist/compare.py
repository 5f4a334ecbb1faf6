"""What changed between two versions of a checklist, item by item, for the office and for the file of changes."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_CATALOGUES = ("laws", "lists", "holidays", "results")


class Difference(NamedTuple):
    """One change. `kind` is added, removed, moved or changed; `path` names the place under `where`.

    `where` is an item code, or the part of the checklist (facts, settings, laws …) with the key.
    """

    where: str
    kind: str
    path: str
    before: Any
    after: Any


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """All changes from `old` to `new`, in the order of the new checklist, removed things last."""
    return [*_head(old, new), *_parts(old, new), *_items(old, new), *_dated(old, new)]


def _head(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in ("version", "effective_from", "effective_to", "title", "matters", "contents"):
        yield from _inside("checklist", name, old[name], new[name])


def _parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for part in ("facts", "settings"):
        yield from _keyed(part, {v["key"]: v for v in old[part]}, {v["key"]: v for v in new[part]})
    sections = [{s["id"]: {**s, "items": None} for s in version["sections"]} for version in (old, new)]
    yield from _keyed("sections", sections[0], sections[1])


def _items(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = _by_code(old), _by_code(new)
    for code, (place, item) in after.items():
        if code not in before:
            yield Difference(code, "added", "", None, item["title"])
            continue
        was_place, was = before[code]
        if was_place != place:
            yield Difference(code, "moved", "section", was_place, place)
        yield from _inside(code, "", was, item)
    for code, (_, item) in before.items():
        if code not in after:
            yield Difference(code, "removed", "", item["title"], None)


def _by_code(definition: Mapping[str, Any]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    return {item["code"]: (section["id"], item) for section in definition["sections"] for item in section["items"]}


def _dated(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in _CATALOGUES:
        yield from _keyed(name, _named(old["catalogues"][name]), _named(new["catalogues"][name]))


def _named(catalogue: Any) -> dict[str, Any]:
    if isinstance(catalogue, Mapping):
        return dict(catalogue)
    return {entry.get("id") or entry["key"]: entry for entry in catalogue}


def _keyed(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for key, value in new.items():
        if key not in old:
            yield Difference(f"{part}.{key}", "added", "", None, _short(value))
        else:
            yield from _inside(f"{part}.{key}", "", old[key], value)
    for key, value in old.items():
        if key not in new:
            yield Difference(f"{part}.{key}", "removed", "", _short(value), None)


def _short(value: Any) -> Any:
    return value["title"] if isinstance(value, Mapping) and "title" in value else value


def _inside(where: str, path: str, old: Any, new: Any) -> Iterator[Difference]:
    """Changes below one path, as deep as both sides have the same form."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*new, *(key for key in old if key not in new)]:
            below = f"{path}.{key}" if path else str(key)
            if key not in old:
                yield Difference(where, "added", below, None, new[key])
            elif key not in new:
                yield Difference(where, "removed", below, old[key], None)
            else:
                yield from _inside(where, below, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list) and _labelled(old) and _labelled(new):
        yield from _inside(where, path, {v["key"]: v for v in old}, {v["key"]: v for v in new})
        if [v["key"] for v in old] != [v["key"] for v in new] and {v["key"] for v in old} == {v["key"] for v in new}:
            yield Difference(where, "moved", path, [v["key"] for v in old], [v["key"] for v in new])
    else:
        yield Difference(where, "changed", path, old, new)


def _labelled(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, Mapping) and "key" in value for value in values)
