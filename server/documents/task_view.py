"""The papers before a visit: 行政检查通知书 (D6) for the premises, 行政检查审批表 (D5) for the file.

Pure: facts in, one dictionary per page out. The numbers were given when the task was dispatched and the item approved;
the same facts give the same page, so nothing has to be kept.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from server.core.checklist.times import zh_date

STRUCK = "／"
SOURCES = {"random": "年度计划，双随机抽查"}
PAPERS = {
    "hotel": ("营业执照", "特种行业许可证", "治安管理制度和治安保卫人员名册", "旅馆业治安管理信息系统登记记录"),
    "precursor": ("营业执照", "购买、运输许可证或者备案证明", "购销合同", "销售、使用台账和出入库凭证"),
    "cafe": ("营业执照", "网络文化经营许可证", "上网消费者登记记录", "信息网络安全管理制度和技术措施材料"),
}
RIGHTS = (
    "对检查人员提出的事实和意见，你单位有权陈述和申辩。",
    "检查人员与你单位有直接利害关系的，你单位有权申请其回避。",
    "检查人员不出示执法证件的，你单位有权拒绝检查。",
    "检查人员有违法违纪行为的，可以拨打12389向公安机关举报投诉。",
)
FORBIDDEN = (
    "严禁逐利检查",
    "严禁接受被检查企业的任何馈赠、报酬、福利待遇",
    "严禁参加被检查企业提供的宴请、娱乐、旅游等活动",
    "严禁由被检查企业支付消费开支",
    "严禁将检查费用转嫁给企业",
)


def day(text: str) -> str:
    """2026年11月22日."""
    return zh_date(date.fromisoformat(text))


def times_of(task: Mapping[str, Any]) -> str:
    """本年度第1次检查（年度频次上限2次）."""
    cap = f"（年度检查频次上限{task['visit_cap']}次）" if task["visit_cap"] else ""
    return f"本年度第{task['visit_number']}次检查{cap}"


def notice_view(
    task: Mapping[str, Any], items: Sequence[Mapping[str, str]], organ: str, issued_on: str
) -> dict[str, Any]:
    """The notice for one premises. `task` is the payload of dispatch; each item has name, basis, methods,
    trade and the number of its approval."""
    papers = dict.fromkeys(paper for item in items for paper in PAPERS.get(item["trade"], ("营业执照",)))
    return {
        "at": f"{issued_on}T00:00:00.000Z",
        "organ": organ,
        "title": "行政检查通知书",
        "number": task["notice"]["number"],
        "subject": task["subject"]["name"],
        "statutory_id": task["subject"]["statutory_id"].partition(":")[2].partition("#")[0] or STRUCK,
        "task_number": task["number"],
        "basis": "、".join(dict.fromkeys(item["basis"] for item in items)),
        "items": [f"{item['name']}（{item['methods']}）" for item in items],
        "window": f"{day(task['window']['from'])}至{day(task['window']['to'])}",
        "times": times_of(task),
        "approval": "、".join(dict.fromkeys(item["approval"] for item in items)),
        "papers": list(papers),
        "inspectors": [f"{i['name']}（执法证号：{i['cert_no']}）" for i in task["inspectors"]],
        "rights": list(RIGHTS),
        "forbidden": "；".join(FORBIDDEN) + "。",
        "issued_on": day(issued_on),
    }


def approval_view(
    approval: Mapping[str, str],
    item: Mapping[str, str],
    batch: Mapping[str, str],
    tasks: Sequence[Mapping[str, Any]],
    organ: str,
) -> dict[str, Any]:
    """The approval of one item in one batch, with the premises that were dispatched under it so far."""
    return {
        "at": f"{approval['approved_on']}T00:00:00.000Z",
        "organ": organ,
        "title": "行政检查审批表",
        "number": approval["number"],
        "facts": [
            ("任务来源", f"{SOURCES['random']}（{batch['title']}）"),
            ("抽查事项", item["name"]),
            ("检查依据", item["basis"]),
            (
                "检查对象",
                f"{item['subjects']}，随机抽取{len(tasks)}家，名单附后" if tasks else f"{item['subjects']}，待随机抽取",
            ),
            ("检查方式", item["methods"]),
            ("检查时间", f"{day(batch['from'])}至{day(batch['to'])}"),
            ("承办单位", item["unit"]),
            ("检查人员", f"每家不少于{item['inspectors_needed']}名持证民警，随机选派"),
            ("辅助人员", STRUCK),
            ("超频次或紧急检查理由", STRUCK),
        ],
        "approved": f"同意。{approval['approved_by']}　{day(approval['approved_on'])}",
        "tasks": [
            {
                "number": task["number"],
                "subject": task["subject"]["name"],
                "address": task["subject"]["address"],
                "inspectors": "、".join(i["name"] for i in task["inspectors"]),
                "times": f"第{task['visit_number']}次",
                "notice": task["notice"]["number"],
            }
            for task in tasks
        ],
    }
