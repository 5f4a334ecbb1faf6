"""The 现场检查笔录: the text that is read to the party, signed, hashed and printed.

Every line comes from the sentences of the checklist and from what was answered; nothing is composed
freely, so phone and server write the same bytes. Restricted items go to a list of their own, which is
never on the party's copy.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from server.core.checklist import sentences, times
from server.core.checklist.words import one_line, trimmed, width

if TYPE_CHECKING:
    from server.core.checklist.run import Run

LINES_PER_PAGE = 19
COLUMNS = 56
INDENT = 4
_NUMERALS = "一二三四五六七八九十"
_END = "。！？"
PAPER_CLOSING = "以上内容根据检查时填写的纸质检查表录入。被检查单位在场人员的意见和签名见纸质检查表。"
CLOSING = "以上为本次检查的全部记录。被检查单位在场人员核对无误后，签署意见并逐页签名；拒绝签名的，由检查人员注明情况。"
_METHODS = {"on_site": "实地检查", "desk": "书面检查", "remote": "网络监测"}


def narrate(run: "Run") -> dict[str, Any]:
    """Return the `Narrative` of types.ts for a finished run."""
    body = list(_body(run))
    headings = sum(line["kind"] == "heading" for line in body)
    lines = [
        *_head(run),
        *body,
        *_problems(run, headings + 1),
        _line("closing", PAPER_CLOSING if run.typed_at else CLOSING),
    ]
    return {
        "pages": _pages(lines),
        "text": "\n".join(line["text"] for line in lines),
        "restricted": _restricted(run),
    }


def _line(kind: str, text: str, code: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "text": text, "code": code}


def numeral(number: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[ones - 1]
    head = "" if tens == 1 else _NUMERALS[tens - 1]
    return f"{head}十{_NUMERALS[ones - 1] if ones else ''}"


def _head(run: "Run") -> Iterator[dict[str, Any]]:
    context, subject = run.context, run.context["subject"]
    yield _line("organ", one_line(context["organ"]))
    yield _line("title", "现场检查笔录" if run.method == "on_site" else "检查笔录")
    yield _line("field", f"编号：{one_line(context['inspection']['number'])}")
    yield _line("field", f"检查时间：{_span(run)}")
    yield _line("field", f"检查地点：{_fact(subject, 'address')}")
    yield _line("field", f"被检查单位：{_fact(subject, 'name')}（{_code(subject)}）")
    yield _line("field", f"法定代表人（负责人）：{_fact(subject, 'legal_rep')}")
    yield _line("field", f"检查机关：{one_line(context['organ'])}")
    yield _line("field", f"检查人员：{_inspectors(context)}")
    yield _line("field", f"记录人：{_recorder(context)}")
    matters = "、".join(matter["zh"] for matter in run.checklist.definition["matters"])
    yield _line("field", f"抽查事项：{matters}")
    yield _line("field", f"检查方式：{_METHODS[run.method]}")
    if run.typed_at:
        since, pictures = _moment(run.typed_at), run.forms
        yield _line(
            "field", f"补录说明：检查时使用纸质检查表，{since}起由检查人员录入；纸质检查表照片{pictures}张附卷。"
        )


def _span(run: "Run") -> str:
    """From … to …; a visit that was interrupted, with every stay."""
    presence = run.state.get("presence") or {}
    stays = presence.get("stays") or []
    ended = run.context.get("record_at") or presence.get("ended_at")
    if len(stays) < 2:
        return f"{_moment(run.context['visit_started_at'])}至{_moment(ended)}"
    spans = [f"{_moment(stay['arrived_at'])}至{_moment(stay['left_at'])}" for stay in stays[:-1]]
    return "；".join([*spans, f"{_moment(stays[-1]['arrived_at'])}至{_moment(ended)}"])


def _moment(at: str | None) -> str:
    return times.zh_moment(times.moment(at)) if at else sentences.EMPTY


def _fact(subject: Mapping[str, Any], key: str) -> str:
    value = subject.get(key)
    return one_line(value) if isinstance(value, str) and trimmed(value) else sentences.EMPTY


def _code(subject: Mapping[str, Any]) -> str:
    """The bare code: without the kind before it and the site behind it, which are ours."""
    code = _fact(subject, "statutory_id").split(":")[-1].split("#")[0]
    return f"统一社会信用代码：{code}"


def _inspectors(context: Mapping[str, Any]) -> str:
    people = context["inspectors"]
    return "、".join(f"{one_line(p['name'])}（执法证号：{one_line(p['cert_no'])}）" for p in people) or sentences.EMPTY


def _recorder(context: Mapping[str, Any]) -> str:
    named = context.get("recorder")
    if isinstance(named, str) and trimmed(named):
        return one_line(named)
    people = context["inspectors"]
    return one_line(people[-1]["name"]) if people else sentences.EMPTY


def _body(run: "Run") -> Iterator[dict[str, Any]]:
    shown = set(run.visible)
    number = 0
    for section, _ in run.checklist.sections:
        texts = [
            (item["code"], text)
            for item in section["items"]
            if item["code"] in shown and item["visibility"] == "all" and (text := _told(run, item))
        ]
        if not texts:
            continue
        number += 1
        yield _line("heading", f"{numeral(number)}、{section['title']['zh']}")
        for index, (code, text) in enumerate(texts, 1):
            yield _line("item", f"{index}. {text}", code)


def _told(run: "Run", item: Mapping[str, Any]) -> str:
    """What the record says on an item: its sentence, the officer's words, the correction, the pictures."""
    code = item["code"]
    verdict = run.verdicts[code]
    if verdict == "open":
        return "" if not item["required"] else f"{item['title']['zh']}：{sentences.EMPTY}。"
    text = sentences.of_item(run, item, verdict)
    finding = next((found for found in run.findings if found["code"] == code), None)
    if finding is not None:
        slots = sentences.slots_of(item["sentences"]["fail"])
        if "finding" not in slots and run.texts.get(code):
            text = _with(text, ended(finding["text"]))
        if finding["corrected"] and "correction" not in slots:
            text += f"上述问题已当场改正：{ended(finding['correction'] or sentences.EMPTY)}"
    if text and "redraw_reason" not in sentences.slots_of(item["sentences"].get(verdict, "")):
        text += _redrawn(run, code)
    photos = run.pictures(code)
    if text and photos:
        text += f"（附照片或附件{photos}份）"
    return text


def _with(sentence: str, words: str) -> str:
    """The officer's words after the sentence; in its place where he began with it, as the screen offers him."""
    return words if words.startswith(sentence) else sentence + words


def _redrawn(run: "Run", code: str) -> str:
    """That the sample is not the first one, where the item's own sentence does not say it."""
    sample = run.samples.get(code)
    if sample is None or sample["round"] == 1:
        return ""
    return f"抽样底数调整后第{sample['round']}次抽取，原因：{sentences.redraw_reasons(run, code) or sentences.EMPTY}。"


def ended(text: str) -> str:
    """With a full stop, unless the sentence has its end."""
    stripped = text.rstrip("；，、;,")
    return stripped if stripped and stripped[-1] in _END else f"{stripped}。"


def _problems(run: "Run", number: int) -> Iterator[dict[str, Any]]:
    open_findings = [found for found in run.findings if not found["restricted"]]
    unchecked = [
        item["title"]["zh"]
        for item in run.items
        if run.verdicts[item["code"]] == "unchecked" and item["visibility"] == "all"
    ]
    yield _line("heading", f"{numeral(number)}、检查发现的问题")
    if not open_findings:
        yield _line("note", "本次检查在上述检查事项范围内未发现问题。")
    for index, found in enumerate(open_findings, 1):
        state = "（已当场改正）" if found["corrected"] else ""
        yield _line("note", f"（{numeral(index)}）{found['title']['zh']}{state}。", found["code"])
    if unchecked:
        yield _line("note", f"未检查或无法核实的事项：{'、'.join(unchecked)}。")


def _restricted(run: "Run") -> list[dict[str, Any]]:
    lines = []
    for item in run.items:
        if item["visibility"] == "restricted" and (text := _told(run, item)):
            lines.append(_line("item", text, item["code"]))
    return lines


def _pages(lines: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Lay the paragraphs on pages of the form; a paragraph is never split, a heading never stands last."""
    pages: list[list[dict[str, Any]]] = [[]]
    used = 0
    for index, line in enumerate(lines):
        need = _height(line)
        if line["kind"] == "heading" and index + 1 < len(lines):
            need += _height(lines[index + 1])
        if pages[-1] and used + need > LINES_PER_PAGE:
            pages.append([])
            used = 0
        pages[-1].append(line)
        used += _height(line)
    return pages


def _height(line: Mapping[str, Any]) -> int:
    return max(1, -(-(width(line["text"]) + INDENT) // COLUMNS))
