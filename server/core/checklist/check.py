"""Is a definition right? Everything that the form (schema.json) cannot say.

`check` reads a definition with its defaults filled in and returns all problems, each with the path of
the place. It compiles every expression with exactly the names that may be read there, so that a wrong
name, a date compared with a number, or an item read before it is asked never reaches a phone.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from server.core.calendar import is_date
from server.core.checklist.check_expressions import ExpressionChecker
from server.core.checklist.check_fields import check_field, check_table
from server.core.checklist.check_sentences import check_sentences
from server.core.checklist.compiled import FACT_CEL, VISIT, own_names
from server.core.checklist.faults import Problem, problem
from server.core.checklist.functions import functions
from server.core.checklist.scope import Compile
from server.core.checklist.validators import valid_cas
from server.core.checklist.values import COMPUTED_CEL

MAX_CORE = 15
RESERVED = frozenset(
    ("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if")
    + ("import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "size", "has")
    + ("all", "exists", "exists_one", "map", "filter", "dyn", "int", "uint", "double", "bool", "string")
    + ("bytes", "list", "type", "timestamp", "duration")
)
Path = tuple[str | int, ...]


def check(definition: Mapping[str, Any], compile_: Compile) -> list[Problem]:
    """Return every problem of a definition that is complete in form; none means it may be used."""
    return list(_Check(definition, compile_).problems())


class _Check:
    def __init__(self, definition: Mapping[str, Any], compile_: Compile) -> None:
        self.definition = definition
        self.functions = functions(definition["catalogues"]["holidays"])
        self.reserved = RESERVED | {function.name for function in self.functions} | set(VISIT)
        self.lists = definition["catalogues"]["lists"]
        self.all_names = self._all_names()
        self.expressions = ExpressionChecker(self.functions, compile_, self.all_names)
        self.names: dict[str, str] = dict(VISIT)
        self.items: dict[str, Mapping[str, Any]] = {}

    def _attributes(self, catalogue: str) -> Sequence[str]:
        found: Sequence[str] = self.lists.get(catalogue, {}).get("attributes", ())
        return found

    def _all_names(self) -> frozenset[str]:
        names = set(VISIT)
        names |= {spec["key"] for part in ("facts", "settings") for spec in self.definition[part]}
        for section in self.definition["sections"]:
            for item in section["items"]:
                names |= set(self._own(item))
                names |= {f"{item['code']}_{value['key']}" for value in item["computed"]}
        return frozenset(names)

    def _own(self, item: Mapping[str, Any]) -> dict[str, str]:
        if item["type"] == "table" and "table" not in item:
            return {}
        return own_names(item, self._attributes)

    def problems(self) -> Iterator[Problem]:
        yield from self._dates((), self.definition)
        yield from self._inputs()
        yield from self._catalogues()
        seen: set[str] = set()
        core = 0
        for index, section in enumerate(self.definition["sections"]):
            path: Path = ("sections", index)
            if section["id"] in seen:
                yield problem((*path, "id"), "section_twice", name=section["id"])
            seen.add(section["id"])
            if "when" in section:
                yield from self.expressions.check((*path, "when"), section["when"], self.names, "bool")
            for number, item in enumerate(section["items"]):
                yield from self._item((*path, "items", number), item, section["place"])
                core += bool(item["core"]) and section["place"] == "trade"
        if core > MAX_CORE:
            yield problem(("sections",), "core_too_many", count=core)

    def _inputs(self) -> Iterator[Problem]:
        kinds: dict[str, tuple[str, str]] = {}
        for part, zh, en in (("facts", "已有的登记信息", "a fact"), ("settings", "已有的参数", "a setting")):
            for index, spec in enumerate(self.definition[part]):
                path: Path = (part, index, "key")
                name = spec["key"]
                if name in self.reserved:
                    yield problem(path, "name_reserved", name=name)
                if name in kinds:
                    yield problem(path, "name_taken", name=name, other_zh=kinds[name][0], other_en=kinds[name][1])
                kinds[name] = (zh, en)
                self.names[name] = FACT_CEL[spec["type"]] if part == "facts" else "int"
                if part == "facts":
                    yield from _fact_default((part, index, "default"), spec)
                else:
                    yield from check_field((part, index), {**spec, "min": spec["value"]}, self.lists, {}, {})

    def _dates(self, path: Path, entry: Mapping[str, Any]) -> Iterator[Problem]:
        first, last = entry["effective_from"], entry["effective_to"]
        for name, text in (("effective_from", first), ("effective_to", last)):
            if text is not None and not is_date(text):
                yield problem((*path, name), "not_a_date", name=text)
        if last is not None and last < first:
            yield problem((*path, "effective_to"), "dates_order")

    def _catalogues(self) -> Iterator[Problem]:
        for index, law in enumerate(self.definition["catalogues"]["laws"]):
            path: Path = ("catalogues", "laws", index)
            yield from self._periods((*path, "versions"), law["versions"], law["id"])
        for name, catalogue in self.lists.items():
            by_key: dict[str, list[Mapping[str, Any]]] = {}
            for index, entry in enumerate(catalogue["entries"]):
                path = ("catalogues", "lists", name, "entries", index)
                yield from self._dates(path, entry)
                by_key.setdefault(entry["key"], []).append(entry)
                yield from _cas(path, entry)
                if _overlaps(by_key[entry["key"]]):
                    yield problem(path, "versions_overlap", name=entry["key"])

    def _periods(self, path: Path, versions: Sequence[Mapping[str, Any]], name: str) -> Iterator[Problem]:
        for index, version in enumerate(versions):
            yield from self._dates((*path, index), version)
            if _overlaps(versions[: index + 1]):
                yield problem((*path, index), "versions_overlap", name=name)

    def _item(self, path: Path, item: Mapping[str, Any], place: str) -> Iterator[Problem]:
        code = item["code"]
        if code in self.items:
            yield problem((*path, "code"), "code_twice", name=code)
        yield from self._references(path, item)
        if "when" in item:
            yield from self.expressions.check((*path, "when"), item["when"], self.names, "bool")
        found = list(check_field(path, item, self.lists, self.items, {}))
        found += check_table(path, item, self.lists, self.items, self.reserved)
        yield from found
        if found:
            # The names of a broken item cannot be relied on; its own expressions would only echo the fault.
            self.items[code] = item
            self.names |= self._own(item)
            return
        yield from self._expressions(path, item)
        self.items[code] = item
        yield from _judgement(path, item, place)
        yield from check_sentences(path, item, self.names)

    def _expressions(self, path: Path, item: Mapping[str, Any]) -> Iterator[Problem]:
        code = item["code"]
        self.names |= self._own(item)
        outer = dict(self.names)
        if "table" in item:
            outer = yield from self.expressions.check_table(path, item, self.names, self._attributes)
        keys: set[str] = set()
        for index, value in enumerate(item["computed"]):
            place = (*path, "computed", index)
            if value["key"] in keys or f"{code}_{value['key']}" in self._own(item):
                yield problem((*place, "key"), "key_twice", name=value["key"])
            keys.add(value["key"])
            yield from check_field(place, value, self.lists, self.items, {})
            yield from self.expressions.check(place, value, outer, COMPUTED_CEL[value["type"]])
            name = f"{code}_{value['key']}"
            outer[name] = self.names[name] = COMPUTED_CEL[value["type"]]
        for part in ("fails_when", "grades"):
            for index, rule in enumerate(item.get(part, ())):
                yield from self.expressions.check((*path, part, index), rule, self.names, "bool")

    def _references(self, path: Path, item: Mapping[str, Any]) -> Iterator[Problem]:
        if item["content"] not in self.definition["contents"]:
            yield problem((*path, "content"), "unknown_content", name=item["content"])
        known = {
            f"{law['id']}/{provision}"
            for law in self.definition["catalogues"]["laws"]
            for version in law["versions"]
            for provision in version["provisions"]
        }
        for index, ref in enumerate(item["basis"]):
            if ref not in known:
                hint = next(iter(get_close_matches(ref, known, 1)), "")
                yield problem((*path, "basis", index), "unknown_law", name=ref, hint=hint)


def _overlaps(entries: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the last entry shares a day with one before it."""
    first, last = entries[-1]["effective_from"], entries[-1]["effective_to"] or "9999"
    return any(entry["effective_from"] <= last and first <= (entry["effective_to"] or "9999") for entry in entries[:-1])


def _cas(path: Path, entry: Mapping[str, Any]) -> Iterator[Problem]:
    number = entry["attributes"].get("cas", "")
    if number and not valid_cas(number):
        yield problem((*path, "attributes", "cas"), "cas_wrong", name=number)


def _fact_default(path: Path, fact: Mapping[str, Any]) -> Iterator[Problem]:
    default, kind = fact["default"], fact["type"]
    fits = {
        "integer": type(default) is int,
        "boolean": isinstance(default, bool),
        "text": isinstance(default, str),
        "date": is_date(default),
    }
    if default is not None and not fits[kind]:
        yield problem(path, "fact_default", type=kind)


def can_fail(item: Mapping[str, Any]) -> bool:
    """Whether an answer to the item can be judged 不合格."""
    if "fails_when" in item or "row_fails_when" in item.get("table", {}):
        return True
    if item["type"] != "choice" or "catalogue" in item:
        return False
    return "options" not in item or any(option.get("verdict") == "fail" for option in item["options"])


def _judgement(path: Path, item: Mapping[str, Any], place: str) -> Iterator[Problem]:
    classes = {item["class"]} | {grade["class"] for grade in item.get("grades", ())}
    classes |= {option.get("class") for option in item.get("options", ())}
    if item["type"] == "auto" and "fails_when" not in item:
        yield problem(path, "rule_missing")
    elif can_fail(item):
        if "fail" not in item["sentences"]:
            yield problem((*path, "sentences"), "fail_sentence")
        if item["class"] is None and place == "trade" and item["type"] != "auto":
            yield problem(path, "class_missing")
    else:
        if "fail" in item["sentences"]:
            yield problem((*path, "sentences", "fail"), "fail_sentence_unwanted")
        if item["class"] is not None or "grades" in item:
            yield problem((*path, "class"), "class_unwanted")
    if "X" in classes and "refer_to" not in item:
        yield problem((*path, "class"), "refer_missing")
    if item["class"] == "K" and item["visibility"] != "restricted":
        yield problem((*path, "class"), "restricted_class")
