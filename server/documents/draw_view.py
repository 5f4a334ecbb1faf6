"""随机抽取记录表: what was drawn, from what, by which numbers, on one page that people sign.

Pure: a draw in words (shape of `drawing.view.whole`) in, one dictionary out. Where there is more than a page holds, the
page says how many there are, shows the first lines and the digest of the whole list, and annex pages have all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.core.checklist.times import moment, zh_date, zh_moment

Row = Mapping[str, Any]
KINDS = {"untargeted": "双随机抽查", "targeted": "定向抽查", "external": "外部抽取"}
CHANNELS = {"own_device": "本人设备", "desk": "现场录入"}
RAISED = {"abnormal_operation_list": "经营异常名录", "serious_violation_list": "严重违法失信名单", "internal": "定向"}
SHORT = 12
"""How many characters of a ticket stand in a list: enough to find it, the certificate has all 64."""


@dataclass(frozen=True)
class Room:
    """How many lines of each list the one page holds."""

    tasks: int
    strata: int


@dataclass(frozen=True)
class Around:
    """What the draw in words does not say: where it can be checked, and the digests around it.

    `share` is the sealed share (hex) of a draw that has one.
    """

    organ: str
    printed_at: str
    address: str
    thumbprint: str
    list_digest: str
    items: Mapping[str, str]
    rosters: Sequence[Row] = ()
    share: str | None = None
    external: Row | None = None


def draw_view(draw: Row, around: Around, room: Room) -> dict[str, Any]:
    """The view of `draw.html`."""
    tasks, strata = _tasks(draw), _strata(draw)
    return {
        "at": around.printed_at,
        "organ": around.organ,
        "title": "随机抽取记录表",
        "number": f"抽取编号：{draw['number']}　记录链第{draw['certificate']['number']}号",
        "external": draw["kind"] == "external",
        "facts": _facts(draw, around),
        "remarks": _remarks(draw),
        "parties": [_party(row) for row in draw["parties"]],
        "source": _source(draw),
        "share": around.share,
        "digests": _digests(draw, around),
        "strata": strata[: room.strata],
        "strata_total": len(strata),
        "tasks": tasks[: room.tasks],
        "total": len(tasks),
        "inspectors": sum(len(task["people"]) for task in tasks),
        "list_digest": around.list_digest,
        "legend": [] if strata else [f"{code} {name}" for code, name in around.items.items()],
        "annex": tasks if len(tasks) > room.tasks else [],
        "annex_strata": strata if len(strata) > room.strata else [],
        "signs": _signs(draw),
        "address": around.address,
        "thumbprint": around.thumbprint,
        "amendments": [row for row in draw["records"] if row["kind"] == "amendment"],
    }


def _facts(draw: Row, around: Around) -> list[tuple[str, str]]:
    window = f"{_day(draw['window']['from'])}至{_day(draw['window']['to'])}"
    facts = [("抽取名称", draw["title"]), ("抽取方式", KINDS[draw["kind"]]), ("检查时段", window)]
    if around.external is not None:
        organiser = ("组织抽取单位", f"{around.external['organiser']}（{around.external['note']}）")
        return [*facts, organiser, ("登记时间", zh_moment(draw["certificate"]["at"]))]
    announced, executed = zh_moment(draw["announced_at"]), zh_moment(draw["certificate"]["at"])
    return [*facts, ("主持人", draw["announced_by"]), ("公告方案", announced), ("执行抽取", executed)]


def _remarks(draw: Row) -> list[str]:
    said = [row["text"] for row in draw["face"]]
    if draw["kind"] == "external":
        return ["外部抽取：本次抽取不在本系统进行，随机过程以组织单位的证明文件为准，本表只登记其结果"]
    return said


def _party(row: Row) -> dict[str, str]:
    said = row["reveal"] if row["reveal"] is not None else "缺席"
    committed = f"承诺 {row['commitment'][:8]}…" if row["commitment"] else "当场报数"
    return {
        "label": row["label"],
        "said": said,
        "how": "—" if row["channel"] is None else f"{committed}，{CHANNELS[row['channel']]}",
        "at": zh_moment(row["revealed_at"]) if row["revealed_at"] else "—",
    }


def _source(draw: Row) -> dict[str, str] | None:
    source = draw["source"]
    if source is None:
        return None
    return {"name": source["name"], "text": source["text"] or "—", "moment": zh_moment(moment(source["moment"]))}


def _digests(draw: Row, around: Around) -> list[tuple[str, str]]:
    if around.external is not None:
        files = [(f"证明文件 {file['name']}", file["sha256"]) for file in around.external["files"]]
        return [*files, ("结果名单", around.external["result"]), ("登记记录", draw["certificate"]["digest"])]
    rosters = [(f"名单 {row['item']}（{row['lines']}家）", row["digest"]) for row in around.rosters]
    ends = [("种子", draw["seed"]), ("证书", draw["certificate"]["digest"])]
    return [("抽取方案", draw["plan_digest"]), *rosters, *ends]


def _strata(draw: Row) -> list[dict[str, Any]]:
    return [_stratum(row, row["result"]) for row in draw["strata"] if row["result"] is not None]


def _stratum(row: Row, result: Row) -> dict[str, Any]:
    excluded = "、".join(f"{one['text']}{one['count']}" for one in result["excluded"])
    return {
        "item": f"{row['item']} {row['item_name']}",
        "label": row["label"] + (f"（{RAISED[row['raised_by']]}）" if row["raised_by"] else ""),
        "base": result["n_base"],
        "excluded": excluded or "无",
        "ratio": row["ratio"],
        "n": result["n"],
        "line": f"{result['line'][:SHORT]}…" if result["line"] else "—",
        "note": result["note"] or "",
    }


def _tasks(draw: Row) -> list[dict[str, Any]]:
    tickets = {one["id"]: one["ticket"] for row in draw["strata"] if row["result"] for one in row["result"]["drawn"]}
    return [
        {
            "at": at,
            "subject": task["subject"]["name"] if task["subject"] else task["task"],
            "address": task["subject"]["address"] if task["subject"] else "",
            "id": task["task"],
            "items": "、".join(task["items"]),
            "ticket": tickets[task["task"]][:SHORT] + "…" if task["task"] in tickets else "—",
            "people": [
                f"{one['name']}（{one['badge_no']}）" for group in task["groups"] for one in group["inspectors"]
            ],
            "reports": [f"{group['unit']}：{group['report']}" for group in task["groups"] if group["report"]],
        }
        for at, task in enumerate(draw["tasks"], 1)
    ]


def _signs(draw: Row) -> list[dict[str, str]]:
    """A line for everybody who took part; where nobody else did, a line for whoever looks on now."""
    if draw["kind"] == "external":
        return [{"role": "登记人", "name": draw["announced_by"]}, {"role": "审核人", "name": ""}]
    others = [{"role": row["label"], "name": row["name"] or ""} for row in draw["parties"][1:] if not row["absent"]]
    host = {"role": "主持人", "name": draw["announced_by"]}
    return [host, *(others or [{"role": "监督人", "name": ""}]), {"role": "记录人", "name": ""}]


def _day(text: str) -> str:
    return zh_date(date.fromisoformat(text))
