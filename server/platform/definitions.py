"""Reading checklists: YAML → checked definition, with file and line for every fault.

A wrong file stops the start. What comes out is complete (all defaults filled in, catalogues inside,
common sections included) and ready for `core.checklist.build.switched_on`.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from json import loads
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from server.core.checklist.check import check
from server.platform.cel import compile_cel
from server.platform.located import BadYaml, Located, line_of, plain, read_yaml

ROOT = Path(__file__).resolve().parents[2] / "checklists"


class Fault(NamedTuple):
    """A fault at a line of a file, with what to do about it."""

    file: str
    line: int
    code: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.zh} [{self.en}]"


class WrongDefinition(Exception):
    """A checklist cannot be used; `faults` says where and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


def trades(root: Path = ROOT) -> list[str]:
    """The ids of all checklists of a folder: every file that is not a common part."""
    return sorted(file.stem for file in root.glob("*.yaml") if file.stem != "common")


def load_definition(name: str, root: Path = ROOT) -> dict[str, Any]:
    """Return the checked definition `name`, with all its items. Raises `WrongDefinition`."""
    return load_file(root / f"{name}.yaml", root)


def load_file(file: Path, root: Path = ROOT, *, any_name: bool = False) -> dict[str, Any]:
    """Return the checked definition of a file that uses the catalogues and common parts of `root`.

    `any_name` lets an old version lie under another file name, for comparing.

    Raises `WrongDefinition` with every fault found, the form first: a file that is wrong in form is not
    looked at further.
    """
    document = _read(file)
    faults = list(_form_faults(document, _validator(root)))
    if not any_name and document.get("id") not in (None, file.stem):
        faults.append(_fault(document, ("id",), "id_file", name=document["id"], file=file.stem))
    parts = []
    for name in document.get("include", ()):
        part = root / f"{name}.yaml"
        if not part.exists():
            faults.append(_fault(document, ("include",), "include_missing", name=name))
            continue
        parts.append(_read(part))
        faults += _form_faults(parts[-1], _validator(root))
    if faults:
        raise WrongDefinition(faults)
    definition = _assembled(document, parts, root)
    problems = check(definition, compile_cel)
    if problems:
        raise WrongDefinition(
            [Fault(*line_of(definition, found.path), found.code, found.zh, found.en) for found in problems]
        )
    definition_as_written: dict[str, Any] = plain(definition)
    return definition_as_written


def load_all(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """All definitions by id. Raises `WrongDefinition` with the faults of every file."""
    found, faults = {}, []
    for name in trades(root):
        try:
            found[name] = load_definition(name, root)
        except WrongDefinition as wrong:
            faults += wrong.faults
    if faults:
        raise WrongDefinition(faults)
    return found


def _read(file: Path) -> Located:
    try:
        document = read_yaml(file)
    except BadYaml as fault:
        raise WrongDefinition([Fault(file.name, fault.line, fault.code, fault.zh, fault.en)]) from fault
    if not isinstance(document, Located):
        raise WrongDefinition([Fault(file.name, 1, "empty", "文件不是一份检查表", "this file is not a checklist")])
    return document


@cache
def _validator(root: Path) -> Draft202012Validator:
    schema = root / "schema.json"
    return Draft202012Validator(loads((schema if schema.exists() else ROOT / "schema.json").read_text("utf-8")))


_FORM = {
    "unknown_key": ("这里不能写 {name}{hint_zh}", "{name} does not belong here{hint_en}"),
    "key_missing": ("缺少 {name}，请补上", "{name} is missing, add it"),
    "choice": ("{value} 不在可选值之内；可写：{known}", "{value} is not allowed; allowed: {known}"),
    "pattern": ("{value} 的写法不对：{rule_zh}", "{value} is not written right: {rule_en}"),
    "type": ("{value} 应为 {want} 类型", "{value} should be of type {want}"),
    "form": ("{detail}", "{detail}"),
    "id_file": ("id {name} 与文件名 {file} 不一致，请改成一样", "the id {name} differs from the file name {file}"),
    "include_missing": ("include 的 {name}.yaml 不存在", "{name}.yaml of include does not exist"),
}


# What a pattern of the schema means, by the key it is for.
_WRITING = {
    "code": ("两到六个大写字母加最多四位数字，如 HT101", "two to six capitals and up to four digits, such as HT101"),
    "basis": ("写作 法规id/条款名，如 hotel-measures/licence", "law/provision, such as hotel-measures/licence"),
    "effective_from": ('写作 "2026-11-22"', 'write "2026-11-22"'),
    "effective_to": ('写作 "2026-11-22"', 'write "2026-11-22"'),
    "path": ("用点分开的小写名称，如 subject.size", "small names with dots, such as subject.size"),
}
_NAMES = ("小写字母、数字和符号 _ 或 -，以小写字母开头", "small letters, digits, _ or -, beginning with a small letter")


def _fault(document: Located, path: tuple[str | int, ...], code: str, **words: Any) -> Fault:
    hint = words.pop("hint", "")
    words["hint_zh"] = f"，是否想写 {hint}" if hint else "，请删去或者改正"
    words["hint_en"] = f", perhaps {hint} is meant" if hint else ", remove or correct it"
    chinese, english = _FORM[code]
    return Fault(*line_of(document, path), code, chinese.format(**words), english.format(**words))


def _form_faults(document: Located, validator: Draft202012Validator) -> Iterator[Fault]:
    found = [fault for error in validator.iter_errors(document) for fault in _explained(document, error)]
    yield from sorted(found, key=lambda fault: (fault.line, fault.zh))


def _explained(document: Located, error: ValidationError) -> Iterator[Fault]:
    path = tuple(error.absolute_path)
    value = str(error.instance)[:60]
    rule: Any = error.validator_value
    schema: Any = error.schema
    written: Any = error.instance
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", ()))
        for name in written:
            if name not in known:
                hint = next(iter(get_close_matches(str(name), known, 1)), "")
                yield _fault(document, (*path, name), "unknown_key", name=name, hint=hint)
    elif error.validator == "required":
        for name in rule:
            if name not in written:
                yield _fault(document, path, "key_missing", name=name)
    elif error.validator == "enum":
        yield _fault(document, path, "choice", value=value, known="、".join(map(str, rule)))
    elif error.validator == "pattern":
        keys = [step for step in path if isinstance(step, str)]
        chinese, english = _WRITING.get(keys[-1] if keys else "", _NAMES)
        yield _fault(document, path, "pattern", value=value, rule_zh=chinese, rule_en=english)
    elif error.validator == "type":
        yield _fault(document, path, "type", value=value, want="、".join([rule] if isinstance(rule, str) else rule))
    else:
        yield _fault(document, path, "form", detail=error.message[:200])


def _assembled(document: Located, parts: Sequence[Located], root: Path) -> Located:
    """Fill in defaults in place (so that lines stay known), include common sections and catalogues."""
    every = [*parts, document]
    document.setdefault("effective_to", None)
    document.setdefault("trade", document["id"])
    document.setdefault("matters", [document["title"]])
    document["format"] = 1
    for name in ("facts", "settings"):
        document[name] = [value for part in every for value in part.get(name, ())]
    contents: dict[str, Any] = {}
    for part in every:
        contents |= part.get("contents", {})
    document["contents"] = contents
    sections = [section for part in every for section in part["sections"]]
    order = ("opening", "trade", "closing")
    document["sections"] = sorted(sections, key=lambda section: order.index(section["place"]))
    for section in document["sections"]:
        for item in section["items"]:
            _complete_item(item)
    document["catalogues"] = _catalogues(root / "catalogues")
    document.pop("include", None)
    return document


def _complete_item(item: Located) -> None:
    for name, value in (("core", False), ("required", True), ("visibility", "all"), ("finding", True), ("class", None)):
        item.setdefault(name, value)
    item.setdefault("computed", [])
    _as_list(item, "fails_when")
    table = item.get("table")
    if table is None:
        return
    for name, default in (("hand_rows", False), ("min_rows", 0), ("max_rows", 200), ("values", [])):
        table.setdefault(name, default)
    _as_list(table, "row_fails_when")
    for column in table["columns"]:
        column.setdefault("required", True)


def _as_list(thing: Located, name: str) -> None:
    if isinstance(thing.get(name), Mapping):
        thing[name] = [thing[name]]


@cache
def _catalogues(folder: Path) -> dict[str, Any]:
    """The catalogues of a folder (ours where it has none); read once, never changed."""
    folder = folder if folder.exists() else ROOT / "catalogues"
    lists = {}
    for file in sorted(folder.glob("*.yaml")):
        document = _read(file)
        if "entries" not in document:
            continue
        for entry in document["entries"]:
            entry.setdefault("effective_to", None)
            entry.setdefault("attributes", {})
        lists[document.pop("id")] = document
    return {
        "laws": _read(folder / "laws.yaml")["laws"],
        "results": _read(folder / "results.yaml")["results"],
        "holidays": _read(folder / "holidays.yaml")["holidays"],
        "lists": lists,
    }
