"""The catalogues beside the checklists: laws, results, holidays and dated lists, with a fault's file and line.

`catalogues/schema.json` says their form; what it cannot say of one file (the order of the results, days that belong to
their year) is said here. Dates, overlaps and check digits are checked with the definition (`core.checklist.check`).
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from json import loads
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from server.core.calendar import is_date
from server.core.results import PRECEDENCE
from server.platform.form_faults import Fault, WrongDefinition, form_faults
from server.platform.located import BadYaml, Located, line_of, read_yaml

ROOT = Path(__file__).resolve().parents[2] / "checklists" / "catalogues"
KINDS = ("laws", "results", "holidays")
Found = tuple[tuple[str | int, ...], str, str, str]
"""Path, code, and the sentence in Chinese and in English."""


def read_located(text: str, name: str) -> Located:
    """The mapping that a YAML text holds, with its lines. Raises `WrongDefinition`."""
    try:
        document = read_yaml(text, name)
    except BadYaml as fault:
        raise WrongDefinition([Fault(name, fault.line, fault.code, fault.zh, fault.en)]) from fault
    if not isinstance(document, Located):
        raise WrongDefinition([Fault(name, 1, "empty", "文件不是一份检查表", "this file is not a checklist")])
    return document


@cache
def catalogues_of(folder: Path) -> dict[str, Any]:
    """The checked catalogues of a folder (ours where it has none); read once, never changed.

    Raises `WrongDefinition` with the faults of every catalogue.
    """
    folder = folder if folder.exists() else ROOT
    documents: dict[str, Located] = {}
    faults: list[Fault] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            documents[file.stem] = load_catalogue(file.read_text("utf-8"), file.name)
        except WrongDefinition as wrong:
            faults += wrong.faults
    for kind in KINDS:
        if kind not in documents and not any(fault.file == f"{kind}.yaml" for fault in faults):
            zh, en = f"缺少 catalogues/{kind}.yaml，请补上", f"catalogues/{kind}.yaml is missing, add it"
            faults.append(Fault(f"{kind}.yaml", 1, "catalogue_missing", zh, en))
    if faults:
        raise WrongDefinition(faults)
    lists = {documents[stem].pop("id"): documents[stem] for stem in documents if stem not in KINDS}
    return {kind: documents[kind][kind] for kind in KINDS} | {"lists": lists}


def load_catalogue(text: str, name: str) -> Located:
    """One checked catalogue, defaults filled in; `name` tells its kind. Raises `WrongDefinition`."""
    document = read_located(text, name)
    kind = name.removesuffix(".yaml")
    faults = list(form_faults(document, _validator(kind if kind in KINDS else "list")))
    if not faults:
        look = {"laws": _laws, "results": _results, "holidays": _holidays}.get(kind, _entries)
        faults = [Fault(*line_of(document, path), code, zh, en) for path, code, zh, en in look(document)]
    if faults:
        raise WrongDefinition(faults)
    for entry in document.get("entries", ()):
        entry.setdefault("effective_to", None)
        entry.setdefault("attributes", {})
    return document


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = loads((ROOT / "schema.json").read_text("utf-8"))
    return Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{kind}"})


def _laws(document: Located) -> Iterator[Found]:
    seen: set[str] = set()
    for at, law in enumerate(document["laws"]):
        path: tuple[str | int, ...] = ("laws", at)
        if law["id"] in seen:
            yield (*path, "id"), "id_twice", f"法规 {law['id']} 登记了两次，请合并", f"the law {law['id']} stands twice"
        seen.add(law["id"])
        for number, version in enumerate(law["versions"]):
            for key, provision in version["provisions"].items():
                if ("text" in provision) != ("checked" in provision):
                    yield (
                        (*path, "versions", number, "provisions", key),
                        "text_unchecked",
                        f"{law['id']}/{key}：官方原文和核对人、来源、日期（checked）必须同时写",
                        f"{law['id']}/{key}: official text and who checked it (checked) go together",
                    )


def _results(document: Located) -> Iterator[Found]:
    keys = [entry["key"] for entry in document["results"]]
    if keys != list(PRECEDENCE):
        order = "、".join(PRECEDENCE)
        yield ("results",), "results_order", f"结果须按此顺序全部列出：{order}", f"list all results in order: {order}"


def _holidays(document: Located) -> Iterator[Found]:
    for year, plan in document["holidays"].items():
        for kind in ("holidays", "make_up_days"):
            for at, day in enumerate(plan[kind]):
                path = ("holidays", year, kind, at)
                if not is_date(day):
                    yield path, "not_a_date", f"{day} 不是存在的日期", f"{day} is not a day of the calendar"
                elif not day.startswith(year):
                    yield path, "day_of_other_year", f"{day} 不在 {year} 年", f"{day} is not in {year}"
                elif kind == "make_up_days" and date.fromisoformat(day).weekday() < 5:
                    zh, en = f"{day} 不是周末，不会是调休上班日", f"{day} is no weekend, so no make-up working day"
                    yield path, "make_up_on_weekday", zh, en
                elif kind == "make_up_days" and day in plan["holidays"]:
                    zh, en = f"{day} 既是假日又是上班日，请删去一处", f"{day} is both a holiday and a working day"
                    yield path, "day_twice", zh, en


def _entries(document: Located) -> Iterator[Found]:
    for at, entry in enumerate(document["entries"]):
        if set(entry.get("attributes", {})) != set(document["attributes"]):
            want = "、".join(document["attributes"]) or "（无）"
            zh = f"{entry['key']} 的 attributes 应为：{want}"
            en = f"the attributes of {entry['key']} should be: {want}"
            yield ("entries", at, "key"), "attributes_wrong", zh, en
