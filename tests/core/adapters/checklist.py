"""Vectors of the checklist engine: functions, quantities, samples, whole evaluations, combining."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.core.checklist import combine, compile_checklist, evaluate
from server.core.checklist.build import switched_on
from server.core.checklist.functions import functions
from server.core.checklist.outcome import basis_texts
from server.core.checklist.quantities import plain, scaled
from server.core.checklist.sample import draw, frame_of, row_id, size_of
from server.core.checklist.times import iso_moment, moment, start_of_day
from server.platform.cel import compile_cel

ITEM = {
    "core": True,
    "required": True,
    "content": "visit",
    "basis": [],
    "methods": ["on_site", "desk", "remote"],
    "class": "R",
    "visibility": "all",
    "finding": True,
    "computed": [],
    "sentences": {"pass": "{title}合格。", "fail": "{title}不合格。"},
}
TABLE = {"hand_rows": False, "min_rows": 0, "max_rows": 200, "values": []}
EMPTY_STATE: dict[str, Any] = {"answers": {}, "conflicts": {}, "rows": {}, "evidence": {}, "findings": {}}
CONTEXT = {
    "visit_started_at": "2026-11-22T06:05:00.000Z",
    "today": "2026-11-22",
    "subject": {},
    "visit_number": 1,
    "visit_cap": None,
    "inspection": {"id": "0192f0c0-0000-7000-8000-000000000001", "number": "叶公（治）检笔字〔2026〕1号"},
    "inspectors": [],
    "organ": "叶县公安局",
}


def titled(thing: Mapping[str, Any]) -> dict[str, Any]:
    """A thing with a title where the vector leaves it out."""
    name = str(thing.get("code", thing.get("key", "")))
    return {"title": {"zh": name, "en": name}, **thing}


def whole_item(short: Mapping[str, Any]) -> dict[str, Any]:
    item = titled({**ITEM, **short})
    item["computed"] = [titled(value) for value in item["computed"]]
    if "options" in item:
        item["options"] = [titled(option) for option in item["options"]]
    if "table" in item:
        item["table"] = whole_table(item["table"])
    return item


def whole_table(short: Mapping[str, Any]) -> dict[str, Any]:
    table = {**TABLE, "row_title": {"zh": "行", "en": "row"}, **short}
    table["columns"] = [titled({"required": True, **column, **options_of(column)}) for column in table["columns"]]
    table["values"] = [titled(value) for value in table["values"]]
    if "fixed" in table:
        table["fixed"] = [titled(row) for row in table["fixed"]]
    return table


def options_of(column: Mapping[str, Any]) -> dict[str, Any]:
    return {"options": [titled(option) for option in column["options"]]} if "options" in column else {}


def whole(short: Mapping[str, Any]) -> dict[str, Any]:
    """A definition from the few things a vector says."""
    sections = short.get("sections", [{"id": "all", "place": "trade", "items": short.get("items", [])}])
    lists = {
        name: {
            "title": {"zh": name, "en": name},
            "attributes": sorted({key for entry in entries for key in entry.get("attributes", {})}),
            "entries": [titled({"effective_to": None, "attributes": {}, **entry}) for entry in entries],
        }
        for name, entries in short.get("lists", {}).items()
    }
    return {
        "format": 1,
        "id": short.get("id", "vector"),
        "trade": short.get("id", "vector"),
        "version": "1",
        "effective_from": "2020-01-01",
        "effective_to": None,
        "title": {"zh": "试", "en": "test"},
        "matters": [{"zh": "抽查事项甲", "en": "matter"}],
        "contents": {"visit": {"zh": "程序", "en": "procedure"}},
        "facts": [titled(fact) for fact in short.get("facts", [])],
        "settings": [titled({"source": "建议值", **spec}) for spec in short.get("settings", [])],
        "sections": [
            {
                "title": {"zh": section["id"], "en": section["id"]},
                **section,
                "items": [whole_item(item) for item in section["items"]],
            }
            for section in sections
        ],
        "catalogues": {
            "laws": short.get("laws", []),
            "results": [],
            "holidays": short.get("holidays", {}),
            "lists": lists,
        },
    }


def whole_state(short: Mapping[str, Any]) -> dict[str, Any]:
    """A state: answers, findings by bare value; photos as a count per path."""
    return {
        **EMPTY_STATE,
        "answers": {path: {"value": value} for path, value in short.get("answers", {}).items()},
        "conflicts": {key: [] for key in short.get("conflicts", [])},
        "rows": short.get("rows", {}),
        "evidence": {
            path: [{"value": {"purpose": purpose}} for purpose in purposes]
            for path, purposes in short.get("evidence", {}).items()
        },
        "findings": {path: {"value": value} for path, value in short.get("findings", {}).items()},
        "frozen": short.get("frozen", {}),
        "presence": {"started_at": None, "ended_at": None, **short.get("presence", {})},
    }


def given_value(value: Any) -> Any:
    """{"date"}, {"moment"} and {"int": "…"} stand for what JSON cannot say."""
    if isinstance(value, list):
        return [given_value(member) for member in value]
    if not isinstance(value, dict):
        return value
    if "date" in value:
        return start_of_day(value["date"])
    return moment(value["moment"]) if "moment" in value else int(value["int"])


def shown_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_moment(value)
    if type(value) is int and abs(value) > 2**53 - 1:
        return {"int": str(value)}
    return value


def run(given: dict[str, Any]) -> Any:
    if "call" in given:
        table = {function.name: function for function in functions(given.get("holidays", {}))}
        arguments = [given_value(value) for value in given["arguments"]]
        return shown_value(table[given["call"]].run(*arguments))
    if "scaled" in given:
        value = scaled(given["scaled"]["number"], given["scaled"]["unit"], given["base"], given["scale"])
        return {"scaled": str(value), "plain": plain(value, given["scale"])}
    if "sample" in given:
        return sampled(given["sample"])
    if "combine" in given:
        joined = combine([whole(short) for short in given["combine"]])
        places = [[section["id"], [item["code"] for item in section["items"]]] for section in joined["sections"]]
        return {"id": joined["id"], "version": joined["version"], "sections": places}
    if "switch_on" in given:
        kept = switched_on(whole(given["definition"]), given["switch_on"])
        return [item["code"] for section in kept["sections"] for item in section["items"]]
    if "basis" in given:
        return basis_texts(given["laws"], given["basis"], given["on"])
    checklist = compile_checklist(whole(given["definition"]), compile_cel)
    result = evaluate(checklist, whole_state(given["state"]), {**CONTEXT, **given.get("context", {})})
    return {name: result[name] for name in given["show"]}


def sampled(given: dict[str, Any]) -> Any:
    things = frame_of(given["answer"], given["rule"]["frame"])
    keys = draw(given["inspection"], given["item"], things, size_of(len(things), given["rule"]))
    return {"keys": keys, "rows": [row_id(given["inspection"], given["item"], key) for key in keys]}
