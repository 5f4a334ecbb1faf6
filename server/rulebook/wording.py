"""What changed between two editions, as a person of the legal office reads it: the item, what of it, before, after."""

from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any

from server.core.checklist.compare import Difference, differences
from server.rulebook.terms import KINDS, NAMES, PARTS, VALUES, Words

_LONGEST = 600
_SILENT = ("key", "id", "needs")
"""What says nothing to a reader beside a title or a formula."""


def told(old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> list[dict[str, str | None]]:
    """Every change in words: where, what, kind, before and after."""
    at = 1 if language == "en" else 0
    before, after = _Edition(old, at), _Edition(new, at)
    return [_row(change, before, after, at) for change in differences(old, new)]


def _row(change: Difference, old: "_Edition", new: "_Edition", at: int) -> dict[str, str | None]:
    part, _, key = change.where.partition(".")
    named = new.title(change.where) or old.title(change.where) or key
    head = PARTS[part][at] if part in PARTS else change.where
    steps = change.path.split(".") if change.path else []
    names = [
        mine or its or _word(NAMES.get(step), step, at)
        for step, mine, its in zip(steps, new.step_titles(change), old.step_titles(change), strict=True)
    ]
    return {
        "where": " ".join(filter(None, (head, named))),
        "what": (", " if at else "：").join(names),
        "kind": KINDS[change.kind][at],
        "before": old.shown(change, change.before),
        "after": new.shown(change, change.after),
    }


def _word(words: Words | None, otherwise: str, at: int) -> str:
    return otherwise if words is None else words[at]


class _Edition:
    """One of the two editions, from which titles are taken; `at`: 0 Chinese, 1 English."""

    def __init__(self, definition: Mapping[str, Any], at: int) -> None:
        self._definition, self._at = definition, at
        self._items = {item["code"]: item for section in definition["sections"] for item in section["items"]}

    def _thing(self, where: str) -> Any:
        """What a difference is about: an item, or a part of the checklist by its key."""
        part, _, key = where.partition(".")
        if not key:
            return self._items.get(part, self._definition)
        return _member(self._definition["catalogues"].get(part, self._definition.get(part)), key)

    def title(self, where: str) -> str | None:
        """The name of an item or of a part."""
        return self._title_of(self._thing(where)) if where != "checklist" else None

    def _title_of(self, thing: Any) -> str | None:
        if not isinstance(thing, Mapping):
            return None
        title = thing if set(thing) == {"zh", "en"} else thing.get("title", thing.get("article"))
        return _in_language(title, self._at) if isinstance(title, Mapping) else title

    def step_titles(self, change: Difference) -> Iterator[str | None]:
        """For every step of the path the title of what has one of its own: a column, an option, a provision."""
        thing = self._thing(change.where)
        for step in change.path.split(".") if change.path else ():
            own = isinstance(thing, list) or step not in NAMES
            thing = _member(thing, step)
            yield self._title_of(thing) if own else None

    def shown(self, change: Difference, value: Any) -> str | None:
        if value is None:
            return None
        shown = self._moved(change, value) if change.kind == "moved" else self._said(change.path.split(".")[-1], value)
        return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"

    def _moved(self, change: Difference, value: Any) -> str:
        if change.path == "section":
            return self._title_of(_member(self._definition["sections"], value)) or value
        among = self._thing(change.where)
        for step in change.path.split("."):
            among = _member(among, step)
        return self._listed(self._title_of(_member(among, key)) or key for key in value)

    def _said(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return (("否", "no"), ("是", "yes"))[value][self._at]
        if isinstance(value, str):
            return self._meant(name, value)
        if isinstance(value, list):
            return self._listed(self._said(name, member) for member in value)
        if not isinstance(value, Mapping):
            return dumps(value, ensure_ascii=False)
        if set(value) == {"zh", "en"}:
            return _in_language(value, self._at)
        if set(value) == {"expr", "needs"}:
            return str(value["expr"])
        shown = [(key, member) for key, member in value.items() if key not in _SILENT]
        parts = ((self._named(key, member), self._said(key, member)) for key, member in shown)
        return ("; " if self._at else "；").join(f"{key}{': ' if self._at else '：'}{said}" for key, said in parts)

    def _named(self, key: str, member: Any) -> str:
        words = NAMES.get(key)
        return words[self._at] if words else self._title_of(member) or key

    def _meant(self, name: str, value: str) -> str:
        """The words behind a key that stands for something else: a closed list, a provision, a published content."""
        words = VALUES.get(name, {}).get(value)
        if words is not None:
            return words[self._at]
        if name == "basis":
            return self._provision(value)
        if name == "content" and value in self._definition["contents"]:
            return _in_language(self._definition["contents"][value], self._at)
        if name == "needs" or name in ("among", "chosen"):
            return self._read(value)
        things = {"catalogue": "lists", "result": "results"}
        found = _member(self._definition["catalogues"][things[name]], value) if name in things else None
        return self._title_of(found) or value

    def _provision(self, ref: str) -> str:
        """《law》 with the article of its newest version."""
        law, _, provision = ref.partition("/")
        found = _member(self._definition["catalogues"]["laws"], law)
        articles = [one["provisions"].get(provision) for one in found["versions"]] if found else []
        article = next((one["article"] for one in reversed(articles) if one), None)
        return f"《{self._title_of(found)}》{article}" if article else ref

    def _read(self, name: str) -> str:
        """What a name of an expression stands for, where it has a title of its own."""
        code = name.partition("_")[0]
        if name in self._items:
            return f"{name} {self._title_of(self._items[name])}"
        if code in self._items:
            value = _member(self._items[code]["computed"], name.partition("_")[2])
            return f"{code} {self._title_of(value)}" if value else name
        other = _member(self._definition["facts"], name) or _member(self._definition["settings"], name)
        return self._title_of(other) or name

    def _listed(self, words: Iterator[str]) -> str:
        return (", " if self._at else "、").join(words)


def _member(things: Any, key: str) -> Any:
    """A member of a mapping by its name, or of a list by its key or id; None where there is none."""
    if isinstance(things, Mapping):
        return things.get(key)
    if not isinstance(things, list):
        return None
    named = (thing for thing in things if isinstance(thing, Mapping))
    return next((thing for thing in named if key in (thing.get("key"), thing.get("id"))), None)


def _in_language(title: Mapping[str, str], at: int) -> str:
    return title["en" if at else "zh"]
