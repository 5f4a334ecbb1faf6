"""What the record's annexes show of the checklist: results item by item, tables row by row, findings.

Everything is put into words here, by the same functions that write the narrative, so that text and annex cannot
disagree. Restricted items and columns appear on the full copy only.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from server.core.checklist import sentences, times
from server.core.checklist.outcome import basis_texts
from server.core.checklist.run import Run
from server.core.checklist.tables import Row
from server.core.checklist.words import one_line, width
from server.core.identifiers import mask_name

STRUCK = "／"
MARKS = {"pass": "√", "fail": "×", "na": STRUCK, "unchecked": "○", "open": "—"}
TRADE_WORDS = {"pass": "合格", "fail": "不合格", "na": "不适用", "unchecked": "未检查", "open": "未填"}
STEP_WORDS = {"pass": "已办", "fail": "有问题", "na": "不适用", "unchecked": "未核实", "open": "未填"}
CLASS_WORDS = {
    "W": "提示",
    "R0": "已当场改正",
    "R": "责令限期改正",
    "C": "建议立案",
    "X": "移送其他部门",
    "K": "涉嫌犯罪，移送办理",
    "U": "不配合检查",
}
NARROWEST, WIDEST, COLUMNS_SHARE, MOST_UPRIGHT = 6, 30, 84, 8
COUNTED = (("合格", "pass"), ("不合格", "fail"), ("不适用", "na"), ("未检查或无法核实", "unchecked"))


class Laws:
    """The laws that a record names, numbered in the order of their first use: ①第六条 instead of the whole title."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.titles: list[str] = []

    def words(self, refs: list[str]) -> str:
        """①第六条、第十条；②第二条, as the law stood on the day of the visit."""
        articles: dict[str, list[str]] = {}
        for basis in basis_texts(self.run.checklist.definition["catalogues"]["laws"], refs, self.run.date):
            articles.setdefault(basis["law"], []).append(basis["article"])
        return "；".join(self.mark(law) + "、".join(named) for law, named in articles.items())

    def mark(self, law: str) -> str:
        if law not in self.titles:
            self.titles.append(law)
        place = self.titles.index(law)
        return chr(0x2460 + place) if place < 20 else f"（{place + 1}）"

    def listed(self) -> list[str]:
        """①《law》 of every law named so far."""
        return [f"{self.mark(law)}《{law}》" for law in self.titles]


def sections(run: Run, laws: Laws, *, full: bool) -> list[dict[str, Any]]:
    """The visible items by section, each under its number in the checklist: on phone and paper form it is the same."""
    shown = {item["code"] for item in run.items if full or item["visibility"] == "all"}
    listed = []
    for section, _ in run.checklist.sections:
        asked = [item for item in section["items"] if item["code"] in shown]
        rows = [_item_row(run, laws, item, trade=section["place"] == "trade") for item in asked]
        if rows:
            listed.append({"title": section["title"]["zh"], "rows": rows})
    return listed


def _item_row(run: Run, laws: Laws, item: Mapping[str, Any], *, trade: bool) -> dict[str, Any]:
    verdict = run.verdicts[item["code"]]
    words = (TRADE_WORDS if trade else STEP_WORDS)[verdict]
    return {
        "code": item["code"],
        "title": item["title"]["zh"],
        "verdict": verdict,
        "result": f"{MARKS[verdict]} {words}",
        "said": "；".join(_said(run, item, verdict)) or STRUCK,
        "basis": laws.words(item["basis"]) or STRUCK,
    }


def _said(run: Run, item: Mapping[str, Any], verdict: str) -> Iterator[str]:
    """The answer in few words, what was computed from it, what the officers found."""
    code = item["code"]
    if verdict == "unchecked":
        reading = run.readings.get(code)
        yield one_line(reading.detail) if reading and reading.detail else "部分未核实，见明细表"
    elif item["type"] == "table":
        yield f"{len(run.rows.get(code, []))}行，见明细表"
    elif item["type"] != "choice" or "options" in item or "catalogue" in item:
        yield from filter(None, (answer_words(run, item),))
    yield from (f"{sum_['title']}：{sum_['words']}" for sum_ in sums(run, item))
    # What somebody wrote at an item that did not fail in the end is not what was found.
    for finding in run.texts.get(code, []) if verdict == "fail" else []:
        yield one_line(finding["text"]).rstrip("。")
    if photos := run.pictures(code):
        yield f"照片或附件{photos}份"


def answer_words(run: Run, item: Mapping[str, Any]) -> str:
    """A scalar answer as the record says it; "" where there is none to say."""
    code, kind = item["code"], item["type"]
    if kind == "person":
        values = run.scope.values
        if f"{code}_name" not in values:
            return ""
        number = values.get(f"{code}_id_number") or ""
        return sentences.masked_person(values[f"{code}_name"], number)
    if kind == "position":
        raw = run.answers.get(code, {}).get("value")
        return f"北纬{raw['lat']}°，东经{raw['lng']}°" if isinstance(raw, Mapping) and "lat" in raw else ""
    words = sentences.of_variable(run, code)
    return words + item["unit"]["zh"] if words and kind in ("integer", "score") and "unit" in item else words


def sums(run: Run, item: Mapping[str, Any]) -> list[dict[str, str]]:
    """The computed values of an item that are known, in words."""
    found = []
    for value in item["computed"]:
        words = sentences.of_variable(run, f"{item['code']}_{value['key']}")
        if words:
            found.append({"title": value["title"]["zh"], "words": words + value.get("unit", {}).get("zh", "")})
    return found


def summary(listed: list[dict[str, Any]]) -> str:
    """共n项：合格a项，… over the trade's and the common items alike."""
    verdicts = [row["verdict"] for section in listed for row in section["rows"]]
    counts = [f"{words}{verdicts.count(verdict)}项" for words, verdict in COUNTED if verdict in verdicts]
    return f"共{len(verdicts)}项：{'，'.join(counts)}。"


def findings(run: Run, *, full: bool) -> list[dict[str, Any]]:
    """What was found wrong, with the law and what is to happen; proposals to a leader, never decisions."""
    return [
        {
            "title": found["title"]["zh"],
            "class_words": CLASS_WORDS[found["class"]],
            "text": found["text"] if run.texts.get(found["code"]) else "",
            "basis": [f"《{b['law']}》{b['article']}：{b['text'] or b['summary']['zh']}" for b in found["basis"]],
            "correction": found["correction"] if found["corrected"] else "",
            "refer_to": found["refer_to"]["zh"] if found["refer_to"] else "",
        }
        for found in run.findings
        if full or not found["restricted"]
    ]


def result_words(run: Run) -> str:
    """The proposed result code in words."""
    evaluation = run.result()
    code = evaluation["result_code"]
    if code is None:
        return STRUCK
    titles = {entry["key"]: entry["title"]["zh"] for entry in run.checklist.definition["catalogues"]["results"]}
    return str(titles.get(code, code))


def tables(run: Run, *, full: bool) -> list[dict[str, Any]]:
    """Every table that has rows."""
    return [
        _table(run, item, full=full)
        for item in run.items
        if "table" in item and run.rows.get(item["code"]) and (full or item["visibility"] == "all")
    ]


def _table(run: Run, item: Mapping[str, Any], *, full: bool) -> dict[str, Any]:
    table, rows = item["table"], run.rows[item["code"]]
    columns = [column for column in table["columns"] if full or not column.get("restricted")]
    # A column that was asked at no row is no gap: of a room that was drawn, say, nobody asks the number again.
    columns = [column for column in columns if any(column["key"] not in row.hidden for row in rows)]
    keyed = any(row.place.key is not None for row in rows)
    specs = (*columns, *table["values"])
    listed = table["draw"]["thing"]["zh"] if table.get("draw") else "项目"
    heads = ([listed] if keyed else []) + [spec["title"]["zh"] for spec in specs]
    lines = [
        ([row.place.title] if keyed else []) + [cell_words(run, item, row, spec["key"], full=full) for spec in specs]
        for row in rows
    ]
    empty = {place for place in range(len(heads)) if all(line[place] == STRUCK for line in lines)}
    kept = [place for place in range(len(heads)) if place not in empty]
    columns_ = _columns([heads[place] for place in kept], [[line[place] for place in kept] for line in lines])
    return {
        "title": item["title"]["zh"],
        "intro": _intro(run, item)
        + (f"各行均未填：{'、'.join(heads[place] for place in sorted(empty))}。" if empty else ""),
        "columns": columns_,
        "wide": len(kept) > MOST_UPRIGHT,
        "rows": [
            {"cells": [line[place] for place in kept], "verdict": row.verdict, "mark": MARKS[row.verdict]}
            for row, line in zip(rows, lines, strict=True)
        ],
        "sums": sums(run, item),
    }


def _columns(heads: list[str], cells: list[list[str]]) -> list[dict[str, str]]:
    """Headings with widths in per cent of the sheet: a wide text gets room, a short one keeps enough to be read."""
    need = [
        min(max(width(head) // 2, *(width(row[place]) for row in cells), NARROWEST), WIDEST)
        for place, head in enumerate(heads)
    ]
    return [
        {"title": head, "width": f"{COLUMNS_SHARE * wanted / sum(need):.2f}%"}
        for head, wanted in zip(heads, need, strict=True)
    ]


def _intro(run: Run, item: Mapping[str, Any]) -> str:
    sample = run.samples.get(item["code"])
    if sample is None:
        return ""
    thing = item["table"]["draw"]["thing"]["zh"]
    text = f"{thing}总数{sample['total']}，由系统随机抽取{len(sample['keys'])}个"
    if sample["round"] > 1:
        reason = one_line(run.answers[item["code"]]["value"]["reason"])
        text += f"；抽样底数改动过，第{sample['round']}次抽取，原因：{reason}"
    return f"{text}。底数摘要 {sample['digest'][:16]}。"


def cell_words(run: Run, item: Mapping[str, Any], row: Row, key: str, *, full: bool) -> str:
    """One cell in words; what was not asked or not filled is struck out, never blank. Guests' names are masked on the
    party's copy: it stays at the counter."""
    specs = run.checklist.row_specs(item)
    if key in row.scope.values:
        value = row.scope.values[key]
        unit = row.units.get(specs[key].get("unit_column", ""))
        return _short_moment(run, value) if specs[key]["type"] == "datetime" else _shown(specs[key], value, unit)
    if f"{key}_name" in row.scope.values:
        number = row.scope.values.get(f"{key}_id_number") or ""
        name = row.scope.values[f"{key}_name"]
        return sentences.masked_person(name if full else mask_name(name), number)
    reading = row.readings.get(key)
    if reading is not None and reading.status == "unchecked":
        return f"未核实（{one_line(reading.detail)}）"
    return STRUCK


def _shown(spec: Mapping[str, Any], value: Any, unit: str | None) -> str:
    return sentences.shown(spec, value, unit) or STRUCK


def _short_moment(run: Run, at: datetime) -> str:
    """11月22日12:10; the year where it is not that of the visit."""
    local = at.astimezone(UTC) + times.OFFSET
    year = "" if str(local.year) == run.date[:4] else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日{local:%H:%M}"
