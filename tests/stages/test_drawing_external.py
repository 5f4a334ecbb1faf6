"""Draws made elsewhere come in by file with their proof and go on like ours; our pools go out as Excel."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook

from server.core import draw as rules
from server.core.canonical import digest
from server.drawing import results, service
from server.drawing.models import InspectorLoad
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.ids import new_id
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_drawing import Room, make_room

HEADINGS = ("统一社会信用代码", "场所序号", "抽查事项编码", "检查人员警号")


@pytest.fixture
def room(browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    return make_room(browser, bureau, clock)


def sheet(*rows: tuple[str, ...]) -> BytesIO:
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    data = BytesIO()
    book.save(data)
    data.seek(0)
    return data


def take_over(room: Room, *rows: tuple[str, ...], draw_id: str | None = None) -> Any:
    form = {
        "id": draw_id or new_id(),
        "batch_id": room.county.batch_id,
        "organiser": "省双随机监管平台",
        "note": "部门联合抽查",
        "proof_name": "抽取公证书.pdf",
    }
    files = {
        "result": (sheet(*rows), "结果.xlsx"),
        "proof": (BytesIO(b"%PDF-1.7 proof"), "proof.pdf"),
    }
    return room.office.post("/api/drawing/external", data=files, query_string=form).json


def row_for(room: Room, name: str, items: str, *people: str) -> tuple[str, ...]:
    subject = room.county.subjects[name]
    badges = "、".join(str(room.county.inspectors[login].person.badge_no) for login in people)
    return (subject.code, subject.site or "", items, badges)


def test_a_draw_made_elsewhere_becomes_tasks_and_a_record_with_the_digests_of_its_proof(app: Flask, room: Room) -> None:
    answer = take_over(
        room,
        row_for(room, "hotel0", "ZA-01、WA-01", "zhian0", "zhian1", "wangan0", "wangan1"),
        row_for(room, "firm2", "JD-01", "jindu0", "jindu1"),
    )
    assert (answer["kind"], answer["state"], answer["drawn"]) == ("external", "executed", 2)
    names = {item["code"]: item["name"] for item in answer["items"]}
    assert {names[code] for task in answer["tasks"] for code in task["items"]} == set(names.values())
    wall = room.office.get(f"/api/drawing/draws/{answer['id']}/proceedings")
    assert wall.json["code"] == "draw_made_elsewhere", "there was no ceremony here to be shown"
    joint = next(task for task in answer["tasks"] if task["joint"])
    assert [group["unit"] for group in joint["groups"]] == ["治安大队", "网安大队"]
    tasks = results.tasks_of(service.draw_by_id(answer["id"]))
    assert {task.subject.name for task in tasks} == {"宾馆0", "firm2"}
    chain = app.test_client().get("/api/drawing/chain").json
    assert chain[0]["kind"] == "external" and rules.verify_chain(chain) == []
    proofs = {file["name"]: file["sha256"] for file in chain[0]["record"]["files"]}
    assert set(proofs) == {"抽取公证书.pdf", "result.xlsx"}
    with app.extensions["blobs"].open(proofs["抽取公证书.pdf"]) as kept:
        assert kept.read() == b"%PDF-1.7 proof"
    assert chain[0]["record"]["result"] == digest(service.draw_by_id(answer["id"]).annex["tasks"])


def test_it_counts_for_the_year_like_ours(room: Room) -> None:
    answer = take_over(room, row_for(room, "hotel0", "ZA-01", "zhian0", "zhian1"))
    room.announce()
    drawn = room.finish()
    hotels = next(row for row in drawn["strata"] if row["item"] == "ZA-01")["result"]
    assert [(row["text"], row["count"]) for row in hotels["excluded"]] == [("本年度已抽查", 1)]
    plan = service.draw_by_id(room.draw_id).plan
    assert sorted(row["load"] for row in plan["inspectors"]) == [0] * 10 + [1, 1]
    assert answer["number"] != drawn["number"]
    held = db.session.get(InspectorLoad, (2026, room.county.inspectors["zhian0"].id))
    assert held is not None and held.tasks >= 1


def test_a_row_that_cannot_be_taken_is_named_and_nothing_is_taken(room: Room) -> None:
    answer = take_over(
        room,
        row_for(room, "hotel0", "ZA-01", "zhian0", "zhian1"),
        ("91410422MA40A99999", "", "ZA-01", "052000、052001"),
        row_for(room, "hotel1", "XX-99", "zhian0", "zhian1"),
        row_for(room, "hotel2", "ZA-01", "zhian0"),
    )
    assert answer["code"] == "draw_result_refused"
    assert set(answer["errors"]) == {"3", "4", "5"}
    assert service.draws() == []


def test_taking_over_twice_is_once(room: Room) -> None:
    row, draw_id = row_for(room, "hotel0", "ZA-01", "zhian0", "zhian1"), new_id()
    first = take_over(room, row, draw_id=draw_id)
    assert take_over(room, row, draw_id=draw_id)["records"] == first["records"]
    assert len(service.draws()) == 1


def test_what_was_drawn_elsewhere_cannot_be_run_again_here(room: Room) -> None:
    answer = take_over(room, row_for(room, "hotel0", "ZA-01", "zhian0", "zhian1"))
    file = room.office.get(f"/api/drawing/draws/{answer['id']}/certificate")
    assert file.json["code"] == "draw_made_elsewhere"


@pytest.mark.parametrize(("kind", "first"), [("subjects", "统一社会信用代码"), ("inspectors", "姓名")])
def test_our_pools_go_out_in_the_form_other_platforms_take(room: Room, tmp_path: Path, kind: str, first: str) -> None:
    answer = room.office.get(f"/api/drawing/pools/{kind}?batch_id={room.county.batch_id}")
    assert answer.status_code == 200
    path = tmp_path / "pool.xlsx"
    path.write_bytes(answer.data)
    book = load_workbook(path, read_only=True)
    rows = list(book.active.iter_rows(values_only=True))
    book.close()
    assert rows[0][0] == first
    assert len(rows) == 1 + (35 if kind == "subjects" else 12)
