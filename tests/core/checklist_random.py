"""Random answers and random definitions for the checklist engine; every choice comes from one seed."""

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from server.core.checklist.sample import row_id

Rng = random.Random
INSPECTION = "0192f0c0-0000-7000-8000-000000000001"
TEXTS = (
    "甲",
    "  ",
    "前台李某\n说明情况",
    "302",
    "110",
    "A-1、B-2",
    "𠮷野家",
    "[x]{y}",
    "0010",
    "说“是”；",
    "1\u2028２",
    "91410422MA40A1B28W",
)
REASONS = ("设备停用", "", " \u3000", "当事人\r\n离开")
GARBAGE: tuple[Any, ...] = (
    True,
    3,
    -7,
    "x",
    [],
    ["b", "a"],
    {"unchecked": 5},
    {"number": "1e3", "unit": "kg"},
    {},
    2**53 - 1,
)


def text(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": f"en {zh}"}


def day(rng: Rng) -> str:
    if rng.random() < 0.1:
        return rng.choice(("2024-02-29", "2026-02-30", "2008-11-22", "1799-12-31", "20261122"))
    return f"{rng.randint(2006, 2027):04d}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def moment(rng: Rng) -> str:
    if rng.random() < 0.05:
        return "2026-11-22T25:00:00.000Z"
    return (
        f"2026-11-{rng.randint(20, 23)}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:30.{rng.randint(0, 999):03d}Z"
    )


def number(rng: Rng) -> str:
    whole = rng.choice((0, 1, 7, 40, 12345, 10**6, 10**9, 10**14))
    return f"{whole}{rng.choice(('', '.5', '.35', '.123456', '.1234567', '.10'))}"


def keys(field: Mapping[str, Any], lists: Mapping[str, Any]) -> list[str]:
    if "catalogue" in field:
        return [entry["key"] for entry in lists[field["catalogue"]]["entries"]]
    return [option["key"] for option in field.get("options", [{"key": key} for key in ("pass", "fail", "na")])]


def answer(rng: Rng, field: Mapping[str, Any], lists: Mapping[str, Any]) -> Any:
    """A raw answer for a field, mostly of its type, sometimes left unchecked, sometimes nonsense."""
    luck = rng.random()
    if luck < 0.04:
        return {"unchecked": rng.choice(REASONS)}
    if luck < 0.08:
        return rng.choice(GARBAGE)
    kind = field["type"]
    if kind == "choice":
        return rng.choice(keys(field, lists))
    if kind == "multi":
        every = keys(field, lists)
        return sorted(rng.sample(every, rng.randint(0, min(5, len(every)))))
    if kind in ("integer", "score"):
        return rng.choice((0, 1, 2, 3, 5, 17, 18, 60, 100))
    if kind == "quantity":
        return {"number": number(rng), "unit": rng.choice(field["units"])}
    if kind == "date":
        return day(rng)
    if kind == "datetime":
        return moment(rng)
    if kind == "position":
        return {"lat": "33.62700", "lng": rng.choice(("113.35100", "x")), "accuracy_m": 12, "age_s": 3}
    if kind == "person":
        return rng.choice(
            (
                {"name": "李某某", "id_number": "41042219800229005X"},
                {"name": "王𠮷", "id_number": "410422199003070010", "phone": "13800005678"},
                {"name": "赵六", "id_number": "410422199003071234"},
                {"name": "", "id_number": ""},
            )
        )
    return rng.choice(TEXTS)


def table_answers(rng: Rng, item: Mapping[str, Any], lists: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Answers of a table's rows and the ids of its rows."""
    table, code = item["table"], item["code"]
    answers: dict[str, Any] = {}
    made: list[str] = [row["key"] for row in table.get("fixed", ())]
    if table["source"] == "drawn" and rng.random() < 0.9:
        rooms = [f"{floor}{room:02d}" for floor in range(1, 5) for room in range(1, rng.randint(1, 14))]
        rng.shuffle(rooms)
        round_ = rng.choice((1, 1, 1, 2))
        frame: dict[str, Any] = {"round": round_, "reason": rng.choice(("", "漏录一间")) if round_ > 1 else ""}
        if table["draw"]["frame"] == "list":
            frame["frame"] = rooms if rng.random() < 0.95 else [*rooms, "!"]
        else:
            frame["count"] = len(rooms)
        answers[code] = {"value": frame}
        made = rooms if "frame" in frame else [str(n + 1) for n in range(len(rooms))]
    elif rng.random() < 0.1:
        answers[code] = {"value": rng.choice(("na", {"unchecked": rng.choice(REASONS)}))}
    if table["source"] in ("catalogue", "chosen"):
        made = keys({"catalogue": table["catalogue"]}, lists)
    rows = [row_id(INSPECTION, code, key) for key in made]
    rows += [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(rng.choice((0, 1, 1, 2, 4)))]
    for row in rows:
        for column in table["columns"]:
            if rng.random() < 0.93:
                answers[f"{code}/{row}/{column['key']}"] = {"value": answer(rng, column, lists)}
    return answers, rows


def state_and_context(rng: Rng, definition: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A random state and context for a definition."""
    lists = definition["catalogues"]["lists"]
    answers: dict[str, Any] = {}
    rows: dict[str, list[str]] = {}
    evidence: dict[str, Any] = {}
    findings: dict[str, Any] = {}
    conflicts: dict[str, Any] = {}
    for section in definition["sections"]:
        for item in section["items"]:
            code = item["code"]
            if "table" in item:
                found, rows[code] = table_answers(rng, item, lists)
                answers |= found
            elif rng.random() < 0.93 or code == "CM08":
                answers[code] = {"value": "open" if code == "CM08" and rng.random() < 0.9 else answer(rng, item, lists)}
            if rng.random() < 0.6:
                path = f"{code}/{rows[code][0]}" if rows.get(code) and rng.random() < 0.5 else code
                purposes = ("photo", "photo", "file", "held_elsewhere", "signature", "record_text")
                evidence[path] = [{"value": {"purpose": rng.choice(purposes)}} for _ in range(rng.randint(1, 3))]
            if rng.random() < 0.5:
                findings[code] = {"value": finding(rng)}
            if rng.random() < 0.03:
                conflicts[f"{rng.choice(('answer', 'finding'))}:{code}"] = []
    state: dict[str, Any] = {
        "answers": answers,
        "conflicts": conflicts,
        "rows": rows,
        "evidence": evidence,
        "findings": findings,
    }
    if rng.random() < 0.5:
        lists_frozen = {"lists": rng.choice((1, 1, 2, 3)), "reasons": rng.choice(([], ["漏录一间"], ["甲", "乙\n丙"]))}
        state["frozen"] = dict.fromkeys(rows, lists_frozen)
    if rng.random() < 0.7:
        state["presence"] = {
            "started_at": None,
            "ended_at": rng.choice((None, "2026-11-22T08:30:00.000Z")),
            "stays": [stay(rng) for _ in range(rng.choice((0, 1, 2, 3)))],
        } | rng.choice(({}, {}, {"typed_at": "2026-11-23T01:10:00.000Z"}))
        evidence["VISIT"] = [{"value": {"purpose": "photo"}}] * rng.choice((0, 1, 2))
    return state, context(rng)


def stay(rng: Rng) -> dict[str, Any]:
    left = rng.choice((None, "2026-11-22T16:40:00.000Z"))
    return {"arrived_at": f"2026-11-{rng.randint(20, 22)}T15:50:00.000Z", "left_at": left, "people": ["li"]}


def edited(rng: Rng, state: Mapping[str, Any]) -> dict[str, Any]:
    """The state after a few more keystrokes: answers taken from other places, taken back, left unchecked."""
    answers = dict(state["answers"])
    for path in rng.sample(sorted(answers), min(3, len(answers))):
        like = [
            one for one in answers if one.count("/") == path.count("/") and one.split("/")[-1] == path.split("/")[-1]
        ]
        answers[path] = rng.choice(({"value": None}, {"value": {"unchecked": "停电"}}, answers[rng.choice(like)]))
    return {**state, "answers": answers}


def finding(rng: Rng) -> dict[str, Any] | None:
    if rng.random() < 0.1:
        return None
    value: dict[str, Any] = {"text": rng.choice(TEXTS), "corrected_on_site": rng.random() < 0.4}
    if rng.random() < 0.5:
        value["correction_text"] = rng.choice(TEXTS)
    return value


def context(rng: Rng) -> dict[str, Any]:
    started = rng.choice(
        (
            None,
            moment(random.Random(1)),
            "2026-11-22T06:05:00.000Z",
            "2025-12-31T15:59:00.000Z",
            "2026-03-31T16:30:00.000Z",
        )
    )
    attributes = {
        "key_target": rng.choice((True, False, "x", 1)),
        "opened_on": rng.choice((day(rng), None, 5)),
        "front_desk_failed": True,
    }
    found: dict[str, Any] = {
        "visit_started_at": started,
        "today": "2026-11-22",
        "subject": {
            "name": rng.choice(TEXTS),
            "address": "昆阳镇健康路1号",
            "statutory_id": "91410422MA40A1B28W",
            "attributes": attributes,
        },
        "visit_number": rng.randint(1, 3),
        "visit_cap": rng.choice((None, 1, 2)),
        "inspection": {"id": INSPECTION, "number": "叶公（治）检笔字〔2026〕1号"},
        "inspectors": [{"name": "张三", "cert_no": "16040100001"}, {"name": "李四", "cert_no": "16040100002"}][
            : rng.randint(0, 2)
        ],
        "organ": "叶县公安局",
        "source": rng.choice(("random", "complaint")),
        "method": rng.choice(("on_site", "on_site", "on_site", "desk", "remote")),
        "record_at": rng.choice((None, "2026-11-22T07:20:00.000Z")),
    }
    if rng.random() < 0.7:
        found["approval"] = {"number": "叶公（治）检审字〔2026〕1号", "approved_by": "赵局长"}
        found["window"] = {"from": day(rng), "to": "2026-12-31"}
    return found


class Definitions:
    """Makes random definitions: items of every type, tables of every source, typed expressions."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.names: dict[str, str] = {"visit_number": "int", "visit_date": "timestamp", "limit": "int", "flag": "bool"}
        self.multis: list[str] = []

    def make(self) -> dict[str, Any]:
        sections = []
        number_ = 0
        for index in range(self.rng.randint(1, 3)):
            condition = self.expression("bool", self.names) if self.rng.random() < 0.3 else None
            items = []
            for _ in range(self.rng.randint(1, 5)):
                number_ += 1
                items.append(self.item(f"QA{number_:03d}"))
            section: dict[str, Any] = {
                "id": f"s{index}",
                "title": text(f"第{index}节"),
                "place": "trade",
                "items": items,
            }
            if condition is not None:
                section["when"] = condition
            sections.append(section)
        return {
            "format": 1,
            "id": "random",
            "trade": "random",
            "version": "1",
            "effective_from": "2020-01-01",
            "effective_to": None,
            "title": text("随机"),
            "matters": [text("随机事项")],
            "contents": {"visit": text("程序")},
            "facts": [
                {
                    "key": "flag",
                    "title": text("标志"),
                    "type": "boolean",
                    "path": "subject.attributes.key_target",
                    "default": False,
                }
            ],
            "settings": [{"key": "limit", "title": text("限值"), "type": "integer", "value": 30, "source": "建议值"}],
            "sections": sections,
            "catalogues": {"laws": [], "results": [], "holidays": {}, "lists": {"things": THINGS}},
        }

    def item(self, code: str) -> dict[str, Any]:
        rng = self.rng
        kind = rng.choice(
            (
                "choice",
                "choice",
                "multi",
                "integer",
                "quantity",
                "text",
                "date",
                "datetime",
                "score",
                "photo",
                "scan",
                "person",
                "position",
                "signature",
                "table",
                "table",
                "table",
                "auto",
            )
        )
        item: dict[str, Any] = {
            "code": code,
            "type": kind,
            "title": text(f"项目{code}"),
            "core": True,
            "required": rng.random() < 0.85,
            "content": "visit",
            "basis": [],
            "methods": ["on_site", "desk"],
            "class": rng.choice(("W", "R0", "R", "C", None)),
            "visibility": rng.choice(("all", "all", "all", "restricted")),
            "finding": rng.random() < 0.8,
            "computed": [],
        }
        if rng.random() < 0.3:
            item["when"] = self.expression("bool", self.names)
        if rng.random() < 0.4:
            item["evidence"] = {"min": rng.randint(1, 2), "on": rng.choice(("always", "fail"))}
        if kind == "table":
            self.table(item)
        else:
            item |= self.field(kind)
            self.own(code, item, self.names)
            for key in ("x", "y")[: rng.randint(0, 2)]:
                item["computed"].append(self.value(key, self.names))
                self.names[f"{code}_{key}"] = CEL[item["computed"][-1]["type"]]
        if rng.random() < 0.5 or kind == "auto":
            item["fails_when"] = [self.expression("bool", self.names) for _ in range(rng.randint(1, 2))]
        if rng.random() < 0.3:
            item["grades"] = [{"class": rng.choice(("K", "C", "R0")), **self.expression("bool", self.names)}]
        slots = rng.sample(sorted(self.names), min(3, len(self.names)))
        item["sentences"] = {
            "pass": f"{code}合格，{{answer}}[，另有{{{slots[0]}}}]。",
            "fail": f"{code}不合格{{{slots[-1]}}}[（{{failed_rows}}）][{{finding}}]。",
        }
        if kind == "multi" and item.get("catalogue"):
            self.multis.append(code)
        return item

    def own(self, name: str, field: Mapping[str, Any], names: dict[str, str]) -> None:
        from server.core.checklist.values import cel_types

        names |= cel_types(field, name, lambda _: THINGS["attributes"])

    def field(self, kind: str) -> dict[str, Any]:
        rng = self.rng
        field: dict[str, Any] = {"type": kind}
        if kind == "multi" or (kind == "choice" and rng.random() < 0.5):
            if rng.random() < 0.4:
                field["catalogue"] = "things"
            else:
                field["options"] = [
                    {"key": key, "title": text(f"选{key}"), **rng.choice(OPTION_EXTRAS)} for key in ("a", "b", "c")
                ]
        if kind == "quantity":
            field |= {"units": rng.choice((["kg", "g"], ["mL", "L"], ["bottle"])), "scale": rng.choice((0, 3, 6))}
        if kind == "text" and rng.random() < 0.3:
            field["format"] = rng.choice(("last4", "initials", "uscc", "phone", "digits"))
        if kind == "integer" and rng.random() < 0.4:
            field |= {"min": 1, "max": 60}
        return field

    def table(self, item: dict[str, Any]) -> None:
        rng = self.rng
        code = item["code"]
        sources = ["hand", "fixed", "drawn", "catalogue"] + (["chosen"] if self.multis else [])
        source = rng.choice(sources)
        row: dict[str, str] = {"row_key": "string"}
        columns = []
        for key in ("a", "b", "c", "d")[: rng.randint(1, 4)]:
            column = {
                "key": key,
                "title": text(key),
                "required": rng.random() < 0.8,
                **self.field(rng.choice(("choice", "integer", "quantity", "text", "date", "datetime", "multi"))),
            }
            if rng.random() < 0.25:
                column["when"] = self.expression("bool", row)
            self.own(key, column, row)
            columns.append(column)
        values = []
        if rng.random() < 0.4:
            columns += self.weighed(row)
            values.append({**columns[-1], "key": "r", "expr": "q + q", "needs": ["q"]})
            row["r"] = "int"
        for key in ("m", "n")[: rng.randint(0, 2)]:
            values.append(self.value(key, {**row, "limit": "int"}))
            row[key] = CEL[values[-1]["type"]]
        shown = rng.choice(sorted(row))
        table: dict[str, Any] = {
            "source": source,
            "hand_rows": rng.random() < 0.5,
            "min_rows": rng.choice((0, 0, 1)),
            "max_rows": 60,
            "row_title": text("行"),
            "columns": columns,
            "values": values,
            "row_sentence": f"{{row}}[为{{{shown}}}]",
        }
        if source == "fixed":
            table["fixed"] = [{"key": "k1", "title": text("甲")}, {"key": "k2", "title": text("乙")}]
        if source in ("catalogue", "chosen"):
            table["catalogue"] = "things"
        if source == "chosen":
            table["chosen"] = rng.choice(self.multis)
        if source == "drawn":
            table["draw"] = {
                "frame": rng.choice(("list", "count")),
                "min": rng.randint(1, 5),
                "percent": rng.choice((0, 10, 20)),
                "thing": text("房"),
            }
        if rng.random() < 0.7:
            table["row_fails_when"] = [self.expression("bool", {**row, **self.names})]
        item["table"] = table
        self.names |= {f"{code}_rows": "int", f"{code}_failed": "int"}
        if source == "drawn":
            self.names |= {f"{code}_total": "int", f"{code}_drawn": "int"}
        lists = {name: f"list<{kind}>" for name, kind in row.items() if not kind.startswith("list")}
        for key in ("s", "t")[: rng.randint(0, 2)]:
            item["computed"].append(self.value(key, {**lists, "limit": "int"}))
            self.names[f"{code}_{key}"] = CEL[item["computed"][-1]["type"]]

    def weighed(self, row: dict[str, str]) -> list[dict[str, Any]]:
        """A unit per row, and a quantity that is calculated in it."""
        options = [{"key": key, "title": text(key)} for key in ("kg", "g", "L", "bottle")]
        unit = {"key": "u", "title": text("单位"), "required": True, "type": "choice", "options": options}
        units = {"units": ["kg", "g", "mg", "L", "mL", "bottle"], "unit_column": "u", "scale": self.rng.choice((3, 6))}
        amount = {"key": "q", "title": text("数量"), "required": True, "type": "quantity", **units}
        for column in (unit, amount):
            self.own(str(column["key"]), column, row)
        return [unit, amount]

    def value(self, key: str, names: Mapping[str, str]) -> dict[str, Any]:
        kind = self.rng.choice(("integer", "boolean", "text", "date", "quantity"))
        value = {"key": key, "title": text(key), "type": kind, **self.expression(CEL[kind], names)}
        return value | ({"units": ["kg"], "scale": 3} if kind == "quantity" else {})

    def expression(self, kind: str, names: Mapping[str, str]) -> dict[str, Any]:
        needs: set[str] = set()
        expr = self.term(kind, names, needs, 3)
        return {"expr": expr, "needs": sorted(needs)}

    def term(self, kind: str, names: Mapping[str, str], needs: set[str], depth: int) -> str:
        """A random expression of a CEL type over `names`; what it reads is added to `needs`."""
        rng = self.rng
        if kind.startswith("loop over "):
            lists = [name for name, have in names.items() if have == kind.removeprefix("loop over ")]
            if not lists:
                return ""
            needs.add(name := rng.choice(lists))
            return name
        fitting = [name for name, have in names.items() if have == kind]
        if fitting and (depth == 0 or rng.random() < 0.4):
            name = rng.choice(fitting)
            needs.add(name)
            return name
        if depth == 0:
            return rng.choice(LITERALS[kind])

        def sub(want: str) -> str:
            return self.term(want, names, needs, depth - 1)

        return rng.choice(FORMS[kind])(sub)


CEL = {"integer": "int", "boolean": "bool", "text": "string", "date": "timestamp", "quantity": "int"}
THINGS: dict[str, Any] = {
    "title": text("目录"),
    "attributes": ["class"],
    "entries": [
        {
            "key": "acid",
            "title": text("盐酸"),
            "effective_from": "2005-01-01",
            "effective_to": None,
            "attributes": {"class": "III"},
        },
        {
            "key": "ether",
            "title": text("乙醚"),
            "effective_from": "2005-01-01",
            "effective_to": "2025-12-31",
            "attributes": {"class": "II"},
        },
        {
            "key": "ether",
            "title": text("乙醚（新）"),
            "effective_from": "2026-01-01",
            "effective_to": None,
            "attributes": {"class": "I"},
        },
        {"key": "new", "title": text("新品种"), "effective_from": "2026-06-01", "effective_to": None, "attributes": {}},
    ],
}
OPTION_EXTRAS: Sequence[dict[str, Any]] = (
    {},
    {},
    {"verdict": "pass"},
    {"verdict": "fail"},
    {"verdict": "na"},
    {"verdict": "fail", "class": "X"},
    {"result": "UNREACHABLE"},
    {"words": "选了此项"},
)
LITERALS: dict[str, Sequence[str]] = {
    "int": ("0", "1", "-3", "30", "9223372036854775807", "1000000"),
    "bool": ("true", "false"),
    "string": ('""', '"a"', '"甲\\n乙"', '"pass"'),
    "timestamp": ("visit_date_",),
    "list<int>": ("[]", "[1, 2]", "[limit_]"),
    "list<bool>": ("[true]", "[]"),
    "list<string>": ('["a"]', "[]"),
    "list<timestamp>": ("[]",),
}
LITERALS["list<int>"] = ("[]", "[1, 2]", "[7, -8, 3, 3]")
LITERALS["timestamp"] = ("earliest([])",)


def _any_above(sub: Any) -> str:
    name = sub("loop over list<int>")
    return f"{name}.exists(e, e > {sub('int')})" if name else "false"


def _all_true(sub: Any) -> str:
    name = sub("loop over list<bool>")
    return f"{name}.all(e, e)" if name else "true"


FORMS: dict[str, Sequence[Any]] = {
    "int": (
        lambda s: f"({s('int')} + {s('int')})",
        lambda s: f"({s('int')} - {s('int')})",
        lambda s: f"({s('int')} * {s('int')})",
        lambda s: f"({s('int')} / {s('int')})",
        lambda s: f"({s('int')} % {s('int')})",
        lambda s: f"({s('bool')} ? {s('int')} : {s('int')})",
        lambda s: f"days({s('timestamp')}, {s('timestamp')})",
        lambda s: f"minutes({s('timestamp')}, {s('timestamp')})",
        lambda s: f"age({s('timestamp')}, {s('timestamp')})",
        lambda s: f"working_days({s('timestamp')}, add_days({s('timestamp')}, 3))",
        lambda s: f"sum({s('list<int>')})",
        lambda s: f"max({s('list<int>')})",
        lambda s: f"min({s('list<int>')})",
        lambda s: f"median({s('list<int>')})",
        lambda s: f"count({s('list<bool>')})",
        lambda s: f"size({s('list<string>')})",
        lambda s: f"size({s('string')})",
        lambda s: f"distinct({s('list<string>')})",
        lambda s: f"abs({s('int')})",
        lambda s: f"percent({s('int')}, {s('int')})",
        lambda s: f"convert({s('int')}, {s('list<int>')}, {s('list<int>')})",
    ),
    "bool": (
        lambda s: f"({s('int')} > {s('int')})",
        lambda s: f"({s('int')} <= {s('int')})",
        lambda s: f"({s('string')} == {s('string')})",
        lambda s: f"({s('string')} != {s('string')})",
        lambda s: f"({s('timestamp')} < {s('timestamp')})",
        lambda s: f"({s('bool')} && {s('bool')})",
        lambda s: f"({s('bool')} || {s('bool')})",
        lambda s: f"!{s('bool')}",
        lambda s: f"({s('string')} in {s('list<string>')})",
        lambda s: f"({s('int')} in {s('list<int>')})",
        _any_above,
        _all_true,
        lambda s: f"valid_uscc({s('string')})",
        lambda s: f"valid_phone({s('string')})",
        lambda s: f"valid_resident_id({s('string')})",
        lambda s: f"{s('string')}.contains({s('string')})",
        lambda s: f"{s('string')}.startsWith({s('string')})",
    ),
    "string": (
        lambda s: f"({s('string')} + {s('string')})",
        lambda s: f"({s('bool')} ? {s('string')} : {s('string')})",
    ),
    "timestamp": (
        lambda s: f"add_days({s('timestamp')}, {s('int')})",
        lambda s: f"add_months({s('timestamp')}, {s('int')})",
        lambda s: f"in_year({s('timestamp')}, 2, {s('int')})",
        lambda s: f"latest({s('list<timestamp>')})",
        lambda s: f"earliest([{s('timestamp')}, {s('timestamp')}])",
    ),
    "list<int>": (lambda s: f"[{s('int')}]", lambda s: f"[{s('int')}, {s('int')}]"),
    "list<bool>": (lambda s: f"[{s('bool')}, {s('bool')}]",),
    "list<string>": (lambda s: f"[{s('string')}]",),
    "list<timestamp>": (lambda s: f"[{s('timestamp')}]",),
}
