"""A checklist on paper and on a small screen: the blank form, the 自查表, and the preview for its writer.

All three are one HTML file each, without scripts and without anything fetched from elsewhere.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from server.core.checklist.messages import CLASSES
from server.core.checklist.outcome import basis_texts
from server.core.checklist.quantities import UNITS

_STANDARD = ("合格", "不合格", "不适用")
_TYPES = {
    "integer": "整数",
    "score": "得分",
    "quantity": "数量",
    "text": "文字",
    "scan": "扫码",
    "date": "日期",
    "datetime": "日期时间",
    "person": "姓名、证件号码、电话",
    "photo": "照片",
    "signature": "签名",
    "position": "定位",
    "auto": "系统自动核对",
}
_BLANK_ROWS = 8
_pages = Environment(
    loader=PackageLoader("server.platform", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def preview(definition: Mapping[str, Any], on: str) -> str:
    """The checklist as cards of a phone, every item shown, with its conditions and basis. `on` is an ISO date."""
    return _page("checklist_preview.html", definition, on, paper=False, trade_only=False)


def blank_form(definition: Mapping[str, Any], on: str, organ: str = "") -> str:
    """The form for paper: what is switched on, to be typed in later; signs of crime are not on it.

    `organ` is the name of who inspects; a writer who tries out a file has none.
    """
    return _page("checklist_blank.html", definition, on, organ=organ, paper=True, trade_only=False)


def self_check(definition: Mapping[str, Any], on: str) -> str:
    """The 自查表 that a business fills in before the visit: what is asked (switched on), and the duty behind it."""
    asking = [
        {**section, "items": [item for item in section["items"] if "self_check" in item]}
        for section in definition["sections"]
    ]
    return _page("checklist_self_check.html", {**definition, "sections": asking}, on, paper=True, trade_only=True)


def _page(
    template: str, definition: Mapping[str, Any], on: str, *, paper: bool, trade_only: bool, organ: str = ""
) -> str:
    sections = [
        {"title": section["title"], "items": items}
        for section in definition["sections"]
        if not (trade_only and section["place"] != "trade")
        and (items := list(_items(definition, section, on, paper=paper)))
    ]
    return _pages.get_template(template).render(
        definition=definition, sections=sections, on=on, organ=organ, rows=_BLANK_ROWS
    )


def _items(
    definition: Mapping[str, Any], section: Mapping[str, Any], on: str, *, paper: bool
) -> Iterator[dict[str, Any]]:
    for item in section["items"]:
        if paper and (item["visibility"] == "restricted" or item["type"] == "auto"):
            continue
        basis = basis_texts(definition["catalogues"]["laws"], item["basis"], on)
        yield {
            "code": item["code"],
            "title": item["title"],
            "question": item.get("self_check", item["title"])["zh"],
            "help": item.get("help", {}).get("zh", ""),
            "core": item["core"],
            "restricted": item["visibility"] == "restricted",
            "answer": _answer(definition, item),
            "choices": _choices(definition, item),
            "columns": _columns(definition, item),
            "matrix": _matrix(item),
            "values": [value["title"]["zh"] for value in item.get("table", {}).get("values", ())],
            "photos": _photos(item),
            "when": item.get("when", {}).get("expr", ""),
            "rules": [rule["expr"] for rule in item.get("fails_when", ())],
            "failure": CLASSES[item["class"]][0] if item["class"] else "",
            "basis": [f"《{found['law']}》{found['article']}：{found['summary']['zh']}" for found in basis],
            "short_basis": [f"《{found['law']}》{found['article']}" for found in basis],
        }


def _answer(definition: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    words = _TYPES.get(item["type"], "")
    if item["type"] == "quantity":
        words += "（" + "、".join(UNITS[unit].zh for unit in item["units"]) + "）"
    return f"{words}（{item['unit']['zh']}）" if "unit" in item and words else words


def _choices(definition: Mapping[str, Any], field: Mapping[str, Any]) -> list[str]:
    if field["type"] not in ("choice", "multi"):
        return []
    if "catalogue" in field:
        return [f"按“{definition['catalogues']['lists'][field['catalogue']]['title']['zh']}”填写"]
    if "options" in field:
        return [option["title"]["zh"] for option in field["options"]]
    return list(_STANDARD)


def _columns(definition: Mapping[str, Any], item: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title": column["title"]["zh"],
            "choices": _choices(definition, column),
            "unit": column.get("unit", {}).get("zh", ""),
            "group": column.get("group", {}).get("zh", ""),
        }
        for column in item.get("table", {}).get("columns", ())
    ]


def _matrix(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Grouped columns as rows of a small table: 经办人 × 许可证、合同、运单、台账."""
    groups: dict[str, list[str]] = {}
    for column in item.get("table", {}).get("columns", ()):
        if "group" in column:
            name = column["group"]["zh"]
            groups.setdefault(name, []).append(column["title"]["zh"].removeprefix(f"{name}—"))
    return [{"group": name, "titles": titles} for name, titles in groups.items()]


def _photos(item: Mapping[str, Any]) -> str:
    rule = item.get("evidence")
    if rule is None:
        return ""
    always = "须拍照" if rule["on"] == "always" else "不合格时须拍照"
    return f"{always}{rule['min']}张以上"
