"""Expressions of a definition: the names they may read, the parts of CEL they may use, their types."""

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from server.core.checklist.faults import Problem, problem
from server.core.checklist.functions import Function
from server.core.checklist.scope import Compile, Environment
from server.core.checklist.values import COMPUTED_CEL, cel_types
from server.core.refusal import Refused

Path = tuple[str | int, ...]
METHODS = frozenset(("exists", "all", "exists_one", "size", "contains", "startsWith", "endsWith"))
LOOPS = frozenset(("exists", "all", "exists_one"))
FORBIDDEN = frozenset(("null", "has", "double", "matches", "timestamp", "duration", "dyn"))
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>[0-9]+(?:\.[0-9]+|[eE][+-]?[0-9]+)?[uU]?)"""
    r"""|(?P<method>\.\s*[A-Za-z_]\w*)|(?P<name>[A-Za-z_]\w*)|(?P<rest>.)""",
    re.ASCII | re.DOTALL,
)
_OVERLOAD = re.compile(r"no matching overload for '(?P<sign>[^']+)' applied to '\((?P<kinds>[^)]*)\)'")
_KINDS = {
    "google.protobuf.Timestamp": ("日期时间", "a date"),
    "int": ("整数", "an integer"),
    "string": ("文字", "text"),
    "bool": ("是否", "true or false"),
}
_LOOP = re.compile(r"\.\s*(?:exists|all|exists_one)\s*\(\s*([A-Za-z_]\w*)\s*,", re.ASCII)


class ExpressionChecker:
    """Checks expressions one by one; `known` are all names of the definition, for hints."""

    def __init__(self, functions: Sequence[Function], compile_: Compile, known: frozenset[str]) -> None:
        self.functions = functions
        self.allowed = {function.name for function in functions} | {"size", "true", "false", "in"}
        self.compile = compile_
        self.known = known

    def check(
        self, path: Path, expression: Mapping[str, Any], names: Mapping[str, str], want: str
    ) -> Iterator[Problem]:
        """Problems of one expression that may read `names` and must give `want`."""
        used, faults = self._scan(path, expression["expr"])
        needs = expression["needs"]
        found = list(faults)
        for name in sorted(used - set(needs)):
            found.append(self._unknown(path, name, names) or problem((*path, "needs"), "not_in_needs", name=name))
        for index, name in enumerate(needs):
            place = (*path, "needs", index)
            fault = self._unknown(place, name, names)
            if fault is None and name not in used:
                fault = problem(place, "needs_unused", name=name)
            if fault is not None:
                found.append(fault)
        yield from found
        if not found:
            yield from self._compile(path, expression, names, want)

    def _scan(self, path: Path, text: str) -> tuple[set[str], list[Problem]]:
        loops = set(_LOOP.findall(text))
        used: set[str] = set()
        faults: list[Problem] = []
        before: str | None = ""
        for token in _TOKEN.finditer(text):
            kind, piece = token.lastgroup, token.group()
            if kind == "number" and not piece.isdigit():
                faults.append(problem((*path, "expr"), "fraction", name=piece))
            elif kind == "method" and piece.lstrip(". ") not in METHODS or kind == "name" and piece in FORBIDDEN:
                faults.append(problem((*path, "expr"), "forbidden", name=piece))
            elif kind == "method" and piece.lstrip(". ") in LOOPS and before != "name":
                # The compilers do not agree on the element type of a literal list.
                faults.append(problem((*path, "expr"), "forbidden", name=piece))
            elif kind == "name" and piece not in self.allowed and piece not in loops:
                used.add(piece)
            before = kind if piece.strip() else before
        return used, faults

    def _unknown(self, path: Path, name: str, names: Mapping[str, str]) -> Problem | None:
        if name in names:
            return None
        if name in self.known:
            return problem(path, "later_name", name=name)
        candidates = [*names, *self.allowed]
        hint = next(iter(get_close_matches(name, candidates, 1)), "")
        return problem(path, "unknown_name", name=name, hint=hint)

    def _compile(
        self, path: Path, expression: Mapping[str, Any], names: Mapping[str, str], want: str
    ) -> Iterator[Problem]:
        environment = Environment({name: names[name] for name in expression["needs"]}, self.functions)
        try:
            compiled = self.compile(expression["expr"], environment)
        except Refused as refusal:
            mismatch = _OVERLOAD.search(refusal.detail)
            if mismatch:
                yield problem((*path, "expr"), "overload", **_told(mismatch))
                return
            column = getattr(refusal, "column", 1)
            yield problem((*path, "expr"), "bad_expression", detail=refusal.detail, column=column)
            return
        if compiled.type != want:
            yield problem((*path, "expr"), "wrong_type", have=compiled.type, want=want)

    def check_table(
        self,
        path: Path,
        item: Mapping[str, Any],
        names: Mapping[str, str],
        attributes: Callable[[str], Sequence[str]],
    ) -> Generator[Problem, None, dict[str, str]]:
        """Check a table's conditions and row values; return the names its summaries may read."""
        table, base = item["table"], (*path, "table")
        row: dict[str, str] = {"row_key": "string"}
        for index, column in enumerate(table["columns"]):
            if "when" in column:
                yield from self.check((*base, "columns", index, "when"), column["when"], {**names, **row}, "bool")
            row |= cel_types(column, column["key"], attributes)
        for index, value in enumerate(table["values"]):
            kind = COMPUTED_CEL[value["type"]]
            yield from self.check((*base, "values", index), value, {**names, **row}, kind)
            row[value["key"]] = kind
        for index, rule in enumerate(table.get("row_fails_when", ())):
            yield from self.check((*base, "row_fails_when", index), rule, {**names, **row}, "bool")
        lists = {name: f"list<{kind}>" for name, kind in row.items() if not kind.startswith("list")}
        return {**names, **lists}


def _told(mismatch: re.Match[str]) -> dict[str, str]:
    """The operator and the types that it was given, as a person says them."""
    names = [name.strip() for name in mismatch["kinds"].split(",")]
    kinds = [_KINDS.get(name, (name.replace("list", "列表"), name)) for name in names]
    sign = mismatch["sign"].strip("_").replace("_", " ").replace("@", "")
    return {"sign": sign, "kinds": "和".join(kind[0] for kind in kinds), "kinds_en": " and ".join(k[1] for k in kinds)}
