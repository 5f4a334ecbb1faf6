"""Reading checklists: YAML → checked definition, with file and line for every fault.

A wrong file stops the start. What comes out is complete (all defaults filled in, catalogues inside,
common sections included) and ready for `core.checklist.build.switched_on`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from json import loads
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from server.core.checklist.check import check
from server.platform.catalogues import catalogues_of, read_located
from server.platform.cel import compile_cel
from server.platform.form_faults import Fault, WrongDefinition, fault_at, form_faults
from server.platform.located import Located, line_of, plain

__all__ = ["ROOT", "Fault", "WrongDefinition", "load_all", "load_definition", "load_file", "load_text", "trades"]

ROOT = Path(__file__).resolve().parents[2] / "checklists"


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
    return _checked(read_located(file.read_text("utf-8"), file.name), root, None if any_name else file.stem)


def load_text(text: str, name: str, root: Path = ROOT) -> dict[str, Any]:
    """Return the checked definition of a text that somebody brings; `name` stands in the faults.

    It uses the catalogues and common parts of `root`. Raises `WrongDefinition`.
    """
    return _checked(read_located(text, name), root, None)


def _checked(document: Located, root: Path, stem: str | None) -> dict[str, Any]:
    faults = list(form_faults(document, _validator(root)))
    if stem is not None and document.get("id") not in (None, stem):
        faults.append(fault_at(document, ("id",), "id_file", name=document["id"], file=stem))
    parts = []
    for name in document["include"] if isinstance(document.get("include"), list) and not faults else ():
        part = root / f"{name}.yaml"
        if not part.exists():
            faults.append(fault_at(document, ("include",), "include_missing", name=name))
            continue
        parts.append(read_located(part.read_text("utf-8"), part.name))
        faults += form_faults(parts[-1], _validator(root))
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
        # A fault in a common part or a catalogue is every checklist's: it is told once.
        raise WrongDefinition(list(dict.fromkeys(faults)))
    return found


@cache
def _validator(root: Path) -> Draft202012Validator:
    schema = root / "schema.json"
    return Draft202012Validator(loads((schema if schema.exists() else ROOT / "schema.json").read_text("utf-8")))


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
    document["catalogues"] = catalogues_of(root / "catalogues")
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
