"""Notice and approval form as PDF."""

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from server.documents.press import Press
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_journal import make_task

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(app: Flask, warm_press: Press) -> Flask:
    app.extensions["press"] = warm_press
    return app


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_the_notice_says_who_comes_when_why_and_what_the_premises_may_demand(
    house: Flask, bureau: Bureau, browser: Browser
) -> None:
    task = make_task(bureau)
    path = f"/api/documents/tasks/{task.id}/notice.pdf"
    text = text_of(browser.of(bureau.people["first"]).get(path))
    for words in ("行政检查通知书", task.notice.number, "昆阳宾馆", "张建国（执法证号：", "李卫东（执法证号："):
        assert words in text
    assert "2026年11月16日至2026年11月30日" in text and "本年度第1次检查（年度检查频次上限2次）" in text
    assert "叶公（治）检审字〔2026〕1号" in text and "陈述和申辩" in text and "申请其回避" in text and "12389" in text
    assert text.count("严禁") == 5


def test_only_those_who_may_see_the_task_get_its_notice(house: Flask, bureau: Bureau, browser: Browser) -> None:
    task = make_task(bureau)
    path = f"/api/documents/tasks/{task.id}/notice.pdf"
    assert browser.of(bureau.people["stranger"]).get(path).status_code == 404
    assert browser.of(bureau.people["other_lead"]).get(path).status_code == 404
    assert browser.of(bureau.people["admin"]).get(path).status_code == 403


def test_the_approval_form_names_the_leader_and_the_premises(house: Flask, bureau: Bureau, browser: Browser) -> None:
    task = make_task(bureau)
    approval = task.items[0].approval
    _join_line(task)
    path = f"/api/documents/approvals/{approval.id}/approval.pdf"
    text = text_of(browser.of(bureau.people["leader"]).get(path))
    for words in (
        "行政检查审批表",
        approval.number,
        approval.approved_by.name,
        "2026年11月10日",
        "昆阳宾馆",
        "张建国、李卫东",
    ):
        assert words in text
    assert browser.of(bureau.people["first"]).get(path).status_code == 403
    missing = "/api/documents/approvals/0192f0c1-5f3e-7abc-8def-001122334455/approval.pdf"
    assert browser.of(bureau.people["leader"]).get(missing).status_code == 404


def _join_line(task: Any) -> None:
    """The batch of the approval draws the task's item."""
    from server.planning.models import PlanLine
    from server.platform.db import db

    row = task.items[0]
    plan = row.approval.batch.plan
    line = PlanLine(
        plan_id=plan.id,
        position=1,
        item_id=row.item.id,
        unit_id=row.item.unit_id,
        ratio_num=5,
        ratio_den=100,
        frequency=1,
        months=[11],
    )
    db.session.add(line)
    row.approval.batch.lines.append(line)
    db.session.commit()
