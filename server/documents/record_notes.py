"""What the record says about its own making: rounds, changes after a signature, late entries, erased pictures.

Nothing that changed after somebody signed is left unsaid; what only the bureau needs to know is on the full copy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from server.core.checklist.run import Run
from server.core.checklist.words import one_line
from server.core.journal.types import State
from server.documents.record_people import ROLE_WORDS, SignedText, current, zh_time
from server.documents.record_photos import VISIT_ITEMS, restricted_codes

FLAG_WORDS = {
    "gap": "条目链中有缺号",
    "fork": "同一序号出现两条条目（设备曾恢复备份）",
    "chain": "条目链序号与链接不一致",
    "skew": "设备时钟与服务器相差超过五分钟",
    "clock": "设备时钟曾回拨",
}


def stale_titles(run: Run, paths: Sequence[str], *, full: bool) -> list[str]:
    """The items behind paths, each once; restricted ones on the full copy only."""
    titles = {item["code"]: item["title"]["zh"] for s, _ in run.checklist.sections for item in s["items"]}
    hidden = set() if full else restricted_codes(run)
    codes = dict.fromkeys(path.split("/")[0] for path in paths)
    return [str(titles.get(code, VISIT_ITEMS.get(code, code))) for code in codes if code not in hidden]


def stale_words(run: Run, sign: Mapping[str, Any], *, full: bool) -> list[str]:
    """What to print below a signature when something it covers says something else now."""
    titles = stale_titles(run, sign["stale"], full=full)
    return [f"本签名之后，下列事项有变更，不在本签名范围内：{'、'.join(titles)}。"] if titles else []


def notes(
    run: Run,
    state: State,
    texts: Mapping[str, SignedText],
    order: Sequence[str],
    people: Mapping[str, str],
    *,
    full: bool,
) -> list[str]:
    """The numbered notes before the verification strip."""
    said = [_text_note(texts[sha], place, len(order)) for place, sha in enumerate(order, 1)]
    if state["returned"]:
        back = state["returned"]
        reason = f"，要求：{one_line(back['value']['text'])}" if full and back["value"]["text"] else ""
        who = people.get(back["author"], "") if full else "复核人"
        said.append(f"{zh_time(back['at'])}{who}将本笔录退回更正{reason}；本件为第{state['round']}轮提交的内容。")
    again = [s for s in state["signatures"] if s["superseded"]]
    if again:
        names = "、".join(
            dict.fromkeys(f"{ROLE_WORDS[s['value']['role']]}{s['value']['signer']['name']}" for s in again)
        )
        said.append(f"因退回更正重新签名的有：{names}；原签名保存于记录条目。")
    for sign in current(state["signatures"]):
        if titles := stale_titles(run, sign["stale"], full=full):
            role, name = ROLE_WORDS[sign["value"]["role"]], sign["value"]["signer"]["name"]
            said.append(f"{role}{name}{zh_time(sign['at'])}签名后有变更的事项：{'、'.join(titles)}。")
    if state["late"]:
        said.append(f"提交截止后收到且未采纳的条目{len(state['late'])}条，未计入本件。")
    return said


def _text_note(signed: SignedText, place: int, many: int) -> str:
    name = f"签名文本{place}" if many > 1 else "签名文本"
    kept = f"{name}为签名人当面阅读的原文，原文文件附在本件之内；"
    if signed.confirmed:
        return kept + "服务器按签名所涵盖的条目重新生成，与原文逐字相同。"
    return kept + "与服务器按签名所涵盖的条目重新生成的文本不一致，以签名原文为准。"


def internal(
    run: Run, state: State, restricted: Sequence[Mapping[str, Any]], people: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The annex that stays with the bureau: restricted items, comments, withdrawals, flags, the review."""
    blocks = [
        ("内部检查事项", [line["text"] for line in restricted]),
        ("复核意见", [_comment(run, c, people) for c in state["comments"]]),
        ("撤回的证据", [_withdrawn(w, people) for listed in state["withdrawn"].values() for w in listed]),
        ("条目链提示", list(dict.fromkeys(FLAG_WORDS[flag["code"]] for flag in state["flags"]))),
        ("审签", [_review(sign) for sign in state["signatures"] if sign["value"]["role"] == "lead"]),
    ]
    return [{"title": title, "lines": lines} for title, lines in blocks if lines]


def _comment(run: Run, comment: Mapping[str, Any], people: Mapping[str, str]) -> str:
    about = "、".join(stale_titles(run, [comment["path"]], full=True)) if comment["path"] else "全部内容"
    return f"{zh_time(comment['at'])}　{people.get(comment['author'], '')}（{about}）：{one_line(comment['text'])}"


def _withdrawn(listed: Mapping[str, Any], people: Mapping[str, str]) -> str:
    act = listed["withdrawal"]
    sha = listed["value"].get("sha256") or ""
    return f"{zh_time(act['at'])}　{people.get(act['author'], '')}撤回证据 {sha[:16]}，理由：{one_line(act['reason'])}"


def _review(sign: Mapping[str, Any]) -> str:
    value = sign["value"]
    words = f"：{one_line(value['remarks'])}" if value["remarks"] else ""
    return f"{zh_time(sign['at'])}　{value['signer'].get('post', '')}{value['signer']['name']}复核同意{words}"
