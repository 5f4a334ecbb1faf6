"""What changed between two editions, as a person of the legal office reads it: the item, what of it, before, after."""

from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any

from server.core.checklist.compare import Difference, differences

_KINDS = {
    "added": ("增加", "added"),
    "removed": ("删除", "removed"),
    "moved": ("移动", "moved"),
    "changed": ("修改", "changed"),
}
_PARTS = {
    "checklist": ("检查表", "Checklist"),
    "facts": ("名录信息", "Facts of the registry"),
    "settings": ("标准数值", "Settings"),
    "sections": ("章节", "Section"),
    "laws": ("法律依据", "Law"),
    "lists": ("目录", "Catalogue"),
    "holidays": ("节假日安排", "Holiday plan"),
    "results": ("检查结果代码", "Result code"),
}
_NAMES = {
    "title": ("名称", "title"),
    "help": ("提示", "help"),
    "type": ("填写方式", "kind of answer"),
    "core": ("是否核心项", "core"),
    "required": ("是否必填", "required"),
    "content": ("对应的抽查内容", "published content"),
    "contents": ("公布的抽查内容", "published contents"),
    "basis": ("依据", "basis"),
    "methods": ("检查方式", "methods"),
    "class": ("不合格时的处置", "class"),
    "grades": ("处置分档", "grades"),
    "when": ("出现条件", "condition"),
    "fails_when": ("不合格规则", "rule of failure"),
    "row_fails_when": ("行不合格规则", "rule of a row"),
    "evidence": ("照片要求", "evidence"),
    "sentences": ("笔录用语", "sentence"),
    "row_sentence": ("行的笔录用语", "sentence of a row"),
    "options": ("选项", "option"),
    "columns": ("列", "column"),
    "values": ("计算值", "value"),
    "computed": ("计算值", "value"),
    "table": ("表格", "table"),
    "draw": ("随机抽取规则", "draw"),
    "visibility": ("是否内部掌握", "visibility"),
    "refer_to": ("移送部门", "referred to"),
    "self_check": ("自查问题", "self-check question"),
    "expr": ("表达式", "expression"),
    "needs": ("所用数据", "names used"),
    "pass": ("合格", "pass"),
    "fail": ("不合格", "fail"),
    "na": ("不适用", "not applicable"),
    "unchecked": ("未检查", "not checked"),
    "zh": ("中文", "Chinese"),
    "en": ("英文", "English"),
    "effective_from": ("生效日期", "in force from"),
    "effective_to": ("失效日期", "in force until"),
    "version": ("版本号", "version"),
    "matters": ("抽查事项名称", "matters"),
    "value": ("数值", "value"),
    "source": ("出处", "source"),
    "min": ("下限", "least"),
    "max": ("上限", "most"),
    "on": ("时机", "when"),
    "privacy": ("隐私要求", "privacy"),
    "article": ("条文", "article"),
    "summary": ("内容概要", "summary"),
    "text": ("官方原文", "official text"),
    "checked": ("核对情况", "checked"),
    "versions": ("版本", "versions"),
    "provisions": ("条款", "provision"),
    "section": ("所在章节", "section"),
    "entries": ("条目", "entries"),
}
_CLASSES = {
    "W": ("提示", "advice"),
    "R0": ("当场改正", "corrected on site"),
    "R": ("责令限期改正", "ordered to rectify"),
    "C": ("建议立案", "case proposed"),
    "X": ("移送其他部门", "referred"),
    "K": ("涉嫌犯罪移交", "suspected crime"),
    "U": ("不配合检查", "uncooperative"),
}
_LONGEST = 600


def told(old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> list[dict[str, str | None]]:
    """Every change in words: where, what, kind, before and after."""
    at = 1 if language == "en" else 0
    titles = _titles(old) | _titles(new)
    return [_row(change, titles, old, new, at) for change in differences(old, new)]


def _row(
    change: Difference, titles: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any], at: int
) -> dict[str, str | None]:
    part, _, key = change.where.partition(".")
    if change.where in titles:
        where = f"{change.where} {_text(titles[change.where], at)}"
    else:
        where = " ".join(filter(None, (_PARTS.get(part, (part, part))[at], _keyed(part, key, old, new, at))))
    steps = change.path.split(".") if change.path else []
    last = steps[-1] if steps else ""
    return {
        "where": where,
        "what": "：".join(_NAMES.get(step, (step, step))[at] for step in steps) if at == 0 else _english(steps),
        "kind": _KINDS[change.kind][at],
        "before": _shown(change.before, last, at),
        "after": _shown(change.after, last, at),
    }


def _english(steps: list[str]) -> str:
    return ", ".join(_NAMES.get(step, (step, step))[1] for step in steps)


def _keyed(part: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any], at: int) -> str:
    """The name of a setting, fact, section or law by its key."""
    for definition in (new, old):
        things = definition["catalogues"].get(part, definition.get(part, ()))
        for thing in things.values() if isinstance(things, Mapping) else things:
            if isinstance(thing, Mapping) and key in (thing.get("key"), thing.get("id")) and "title" in thing:
                return _text(thing["title"], at)
    return key


def _titles(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {item["code"]: item["title"] for section in definition["sections"] for item in section["items"]}


def _text(title: Mapping[str, str], at: int) -> str:
    return title["en" if at else "zh"]


def _shown(value: Any, last: str, at: int) -> str | None:
    if value is None:
        return None
    shown = _CLASSES[value][at] if last == "class" and value in _CLASSES else "".join(_said(value, at))
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _said(value: Any, at: int) -> Iterator[str]:
    if isinstance(value, bool):
        yield (("否", "no"), ("是", "yes"))[value][at]
    elif isinstance(value, Mapping) and set(value) == {"zh", "en"}:
        yield _text(value, at)
    elif isinstance(value, Mapping) and set(value) == {"expr", "needs"}:
        yield value["expr"]
    elif isinstance(value, list):
        yield ("、", ", ")[at].join("".join(_said(member, at)) for member in value)
    elif isinstance(value, Mapping):
        named = ((_NAMES.get(key, (key, key))[at], "".join(_said(member, at))) for key, member in value.items())
        yield ("；", "; ")[at].join(f"{name}：{said}" if at == 0 else f"{name}: {said}" for name, said in named)
    else:
        yield value if isinstance(value, str) else dumps(value, ensure_ascii=False)
