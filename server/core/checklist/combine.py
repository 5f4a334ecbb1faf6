"""One checklist out of several, for a joint inspection: one visit, one record."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.core.refusal import Refused

_PLACES = ("opening", "trade", "closing")


class CannotCombine(Refused):
    """Two checklists give the same name to different things; `detail` says which name."""


def combine(definitions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge definitions: common sections once, trades in the order of their ids, closings last.

    A single definition comes back as it is. Raises `CannotCombine` (conflict, empty).
    """
    if not definitions:
        raise CannotCombine("empty")
    ordered = sorted(definitions, key=lambda definition: str(definition["id"]))
    if len(ordered) == 1:
        return dict(ordered[0])
    return {
        "format": 1,
        "id": "+".join(definition["id"] for definition in ordered),
        "trade": "+".join(definition["trade"] for definition in ordered),
        "version": "+".join(definition["version"] for definition in ordered),
        "effective_from": max(definition["effective_from"] for definition in ordered),
        "effective_to": min((d["effective_to"] for d in ordered if d["effective_to"]), default=None),
        "title": {
            "zh": "、".join(definition["title"]["zh"] for definition in ordered),
            "en": ", ".join(definition["title"]["en"] for definition in ordered),
        },
        "matters": _unique([matter for definition in ordered for matter in definition["matters"]]),
        "contents": _merged(ordered, "contents"),
        "facts": _by_key(ordered, "facts"),
        "settings": _by_key(ordered, "settings"),
        "sections": _sections(ordered),
        "catalogues": _catalogues([definition["catalogues"] for definition in ordered]),
    }


def _unique(values: Sequence[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept


def _merged(parts: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        for key, value in part[name].items():
            if merged.setdefault(key, value) != value:
                raise CannotCombine("conflict", f"{name}.{key}")
    return merged


def _by_key(parts: Sequence[Mapping[str, Any]], name: str, key: str = "key") -> list[Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        for value in part[name]:
            if merged.setdefault(value[key], value) != value:
                raise CannotCombine("conflict", f"{name}.{value[key]}")
    return list(merged.values())


def _sections(definitions: Sequence[Mapping[str, Any]]) -> list[Any]:
    merged = _by_key(definitions, "sections", "id")
    codes: dict[str, str] = {}
    for section in merged:
        for item in section["items"]:
            if codes.setdefault(item["code"], section["id"]) != section["id"]:
                raise CannotCombine("conflict", f"items.{item['code']}")
    return sorted(merged, key=lambda section: _PLACES.index(section["place"]))


def _catalogues(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "laws": _laws(parts),
        "results": _by_key(parts, "results"),
        "holidays": _merged(parts, "holidays"),
        "lists": _merged(parts, "lists"),
    }


def _laws(parts: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Laws by id; two checklists may use different provisions of the same version."""
    merged: dict[str, dict[str, Any]] = {}
    for part in parts:
        for law in part["laws"]:
            kept = merged.setdefault(law["id"], {**law, "versions": []})
            for version in law["versions"]:
                _add_version(kept["versions"], version)
    return list(merged.values())


def _add_version(versions: list[dict[str, Any]], version: Mapping[str, Any]) -> None:
    for kept in versions:
        if kept["version"] == version["version"]:
            kept["provisions"] = {**kept["provisions"], **version["provisions"]}
            return
    versions.append({**version})
