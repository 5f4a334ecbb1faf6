"""随机抽取记录表: one page that people sign, whatever was drawn."""

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from server.core import draw as rules
from server.documents.press import Press
from server.platform.clock import SetClock
from server.platform.db import db
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_drawing import Room, make_room
from tests.stages.test_drawing_external import take_over
from tests.stages.test_drawing_published import K, finish_sealed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def room(app: Flask, warm_press: Press, browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    app.extensions["press"] = warm_press
    return make_room(browser, bureau, clock)


def printed(room: Room, draw_id: str | None = None) -> list[str]:
    """The words of every page of the record."""
    answer = room.office.get(f"/api/documents/draws/{draw_id or room.draw_id}/record.pdf")
    assert answer.status_code == 200, answer.text
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.data)).pages]


def test_the_record_of_a_draw_is_one_page_with_all_that_a_signature_stands_for(room: Room) -> None:
    room.announce()
    drawn = room.finish()
    (page,) = printed(room)
    assert "随机抽取记录表" in page and "抽取编号：2026-01" in page and "记录链第2号" in page
    for words in (drawn["plan_digest"], drawn["seed"], drawn["certificate"]["digest"], "20261122", "381", "福彩3D"):
        assert words in page
    for task in drawn["tasks"]:
        assert task["subject"]["name"] in page
    # A premises of two trades may be drawn for both: four visits by eight, or three of which one is joint.
    sent = [one["name"] for task in drawn["tasks"] for group in task["groups"] for one in group["inspectors"]]
    assert len(sent) == 8 and all(name in page for name in sent)
    assert f"共{len(drawn['tasks'])}处，检查人员8人次" in page
    for sign in ("主持人（签名）", "县司法局执法监督股（签名）", "李见证", "记录人（签名）"):
        assert sign in page
    assert f"/verify/{drawn['certificate']['number']}" in page
    assert room.office.get("/api/drawing/key").json["thumbprint"] in page


def test_a_draw_by_one_person_says_so_on_its_paper_and_leaves_a_line_for_whoever_looks_on(room: Room) -> None:
    room.announce(witness=None, source=None)
    room.reveal()
    room.act("execution")
    (page,) = printed(room)
    assert "本次抽取由一人单独完成，没有见证人，也没有公开随机数" in page and "监督人（签名）" in page


def test_when_many_are_drawn_the_page_counts_them_and_annex_pages_have_them_all(room: Room) -> None:
    for line in room.county.plan.lines:
        line.ratio_num, line.ratio_den = 1, 1
    db.session.commit()
    room.announce()
    drawn = room.finish()
    assert len(drawn["tasks"]) == 35
    pages = printed(room)
    assert "（共35处，" in pages[0] and "见附页" in pages[0] and "（签名）" in pages[0]
    tasks = room.office.get(f"/api/drawing/draws/{room.draw_id}/certificate").json["certificate"]["tasks"]
    assert rules.plan_digest(tasks) in pages[0]
    assert len(pages) >= 2 and not [page for page in pages[1:] if "（签名）" in page]
    annex = "".join(pages[1:])
    assert [task["subject"]["name"] for task in drawn["tasks"] if task["subject"]["name"] not in annex] == []


def test_a_draw_made_elsewhere_is_marked_as_such(room: Room) -> None:
    inspectors = [room.county.inspectors[name].person.badge_no for name in ("zhian0", "zhian1")]
    row = ("91410422MA40A00003", "", "ZA-01", "、".join(map(str, inspectors)))
    draw = take_over(room, row)
    (page,) = printed(room, draw["id"])
    for words in ("外部抽取", "省双随机监管平台", "宾馆3", "抽取公证书.pdf", "登记人（签名）"):
        assert words in page
    assert "种子" not in page


def test_a_draw_that_has_no_result_yet_has_no_record(room: Room) -> None:
    room.announce()
    answer = room.office.get(f"/api/documents/draws/{room.draw_id}/record.pdf")
    assert answer.json["code"] == "draw_not_executed"


def test_a_sealed_result_is_printed_for_those_alone_who_may_see_it(
    browser: Browser, bureau: Bureau, room: Room
) -> None:
    drawn = finish_sealed(room)
    (page,) = printed(room)
    assert f"保密份额{K}" in page, "without the share nobody could run the paper's numbers again"
    path = f"/api/documents/draws/{drawn['id']}/record.pdf"
    assert browser.of(bureau.people["leader"]).get(path).status_code == 200
    for role in ("supervisor", "legal", "lead"):
        assert browser.of(bureau.people[role]).get(path).json["code"] == "draw_sealed_until"
    assert browser.of(bureau.people["first"]).get(path).status_code == 403


def test_the_same_draw_gives_the_same_page(room: Room) -> None:
    room.announce()
    room.finish()
    pages: list[Any] = [room.office.get(f"/api/documents/draws/{room.draw_id}/record.pdf").data for _ in range(2)]
    assert pages[0] == pages[1]
