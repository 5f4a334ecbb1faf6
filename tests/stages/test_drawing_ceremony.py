"""The draw as the people in the room live it: announced, contributed to, executed or voided."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask import Flask

from server.core import draw as rules
from server.platform.clock import SetClock
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_drawing import R, Room, announcement, close, make_room
from tests.factories_registry import declare_interest, make_leave


@pytest.fixture
def room(browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    return make_room(browser, bureau, clock)


def bundle(room: Room, full: bool = False) -> Any:
    answer = room.office.get(f"/api/drawing/draws/{room.draw_id}/certificate?full={full}")
    assert answer.status_code == 200, answer.text
    assert rules.verify_bytes(answer.data) == []
    return answer.json


def test_the_short_ceremony_takes_five_acts_and_ends_in_a_certificate_that_verifies(room: Room) -> None:
    announced = room.announce()
    assert (announced["state"], announced["next"]) == ("announced", "numbers")
    assert room.witness_types()["next"] == "reveals"
    assert room.reveal()["next"] == "source"
    room.wait_for_the_number()
    assert room.act("source", text="3 8 1", again=" 3 8 1 ")["next"] == "execution"
    drawn = room.act("execution")
    assert (drawn["state"], drawn["next"]) == ("executed", None)
    assert [face["text"] for face in drawn["face"]] == ["见证人的数字是在主办方的设备上输入的"]
    assert {row["id"]: row["result"]["n"] for row in drawn["strata"]} == {"JD-01/A": 1, "WA-01/A": 1, "ZA-01/A": 2}
    certificate = bundle(room)["certificate"]
    assert certificate["plan_digest"] == announced["plan_digest"]
    assert certificate["seed"] == drawn["seed"]


def test_every_task_has_two_inspectors_of_the_right_brigade_one_of_them_senior(room: Room) -> None:
    room.announce()
    drawn = room.finish()
    units = {"ZA-01": "治安大队", "JD-01": "禁毒大队", "WA-01": "网安大队"}
    for task in drawn["tasks"]:
        assert {group["unit"] for group in task["groups"]} == {units[item] for item in task["items"]}
        for group in task["groups"]:
            assert len(group["inspectors"]) == 2
            assert any(person["senior"] for person in group["inspectors"])


def test_a_witness_types_his_number_on_his_own_phone_without_an_account(app: Flask, room: Room) -> None:
    link = room.announce()["parties"][1]["link"]
    phone = app.test_client()
    path = "/api/drawing/witnessing/" + link.rpartition("/")[2]
    shown = phone.get(path).json
    assert shown["parties"][0]["commitment"] == rules.commitment(room.draw_id, "office", R)
    assert shown["you"]["name"] == "李见证" and shown["next"] == "numbers"
    assert phone.post(path + "/number", json={"reveal": " 00381 "}).json["you"]["reveal"] == "00381"
    assert phone.post(path + "/number", json={"reveal": "7"}).json["code"] == "draw_party_done"
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    assert room.act("execution")["face"] == []
    assert phone.get(path).json["certificate"]["number"] == 2


def test_a_witness_with_an_account_uses_it_on_a_device_of_his_own(browser: Browser, bureau: Bureau, room: Room) -> None:
    supervisor = bureau.people["supervisor"]
    room.announce(witness={"name": "监督员", "post": "县司法局", "person_id": supervisor.id})
    path = f"/api/drawing/draws/{room.draw_id}/reveals"
    legal = browser.of(bureau.people["legal"]).post(path, {"party": "witness", "reveal": "8"})
    assert legal.json["code"] == "not_yours"
    own = browser.of(supervisor).post(path, {"party": "witness", "reveal": "8"}).json
    assert own["parties"][1]["channel"] == "own_device"


def test_the_office_cannot_reveal_before_the_witness_has_typed(room: Room) -> None:
    room.announce()
    assert room.reveal()["code"] == "draw_commitments_first"


def test_the_witness_cannot_change_his_number_after_the_office_has_revealed(room: Room) -> None:
    room.announce(parties=[{"party": "press", "label": "县融媒体中心", "kind": "open"}])
    room.witness_types()
    room.act("absences", party="press")
    room.reveal()
    assert room.act("reveals", party="press", reveal="9")["code"] == "draw_party_absent"


def test_the_office_cannot_open_anything_but_what_it_committed_to(room: Room) -> None:
    room.announce()
    room.witness_types()
    assert room.act("reveals", party="office", reveal="ff" * 32)["code"] == "draw_reveal_mismatch"


def test_the_public_number_waits_for_its_moment_and_for_everybody_and_is_typed_twice_alike(room: Room) -> None:
    room.announce()
    room.witness_types()
    assert room.act("source", text="3 8 1", again="3 8 1")["code"] == "draw_source_early"
    room.reveal()
    room.wait_for_the_number()
    assert room.act("source", text="3 8 1", again="3 8 2")["code"] == "draw_source_differs"
    assert room.act("source", text="3 8 1", again="3 8 1")["next"] == "execution"
    assert room.act("source", text="3 8 2", again="3 8 2")["code"] == "draw_party_done"


def test_an_absent_witness_is_said_on_the_face_where_a_later_number_protects_the_draw(room: Room) -> None:
    room.announce()
    assert room.act("absences", party="witness")["next"] == "reveals"
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    assert [row["code"] for row in room.act("execution")["face"]] == ["no_witness", "absent"]
    assert bundle(room)["certificate"]["ceremony"]["contributions"][1]["reveal"] is None


def test_an_absent_witness_without_a_later_number_can_only_be_voided_in_public(room: Room) -> None:
    room.announce(source=None)
    room.act("absences", party="witness")
    answer = room.reveal()
    assert (answer["next"], answer["void_reason"]) == ("voiding", "absent_without_later_source")
    assert room.act("execution")["code"] == "draw_absent_without_later_source"
    voided = room.act("voiding", reason="absent_without_later_source", note="见证人未到场")
    assert voided["state"] == "voided"
    assert room.act("execution")["code"] == "draw_closed"


def test_one_person_alone_can_draw_and_the_certificate_says_so_plainly(room: Room) -> None:
    room.announce(witness=None, source=None)
    room.reveal()
    drawn = room.act("execution")
    assert drawn["face"][0]["text"] == "本次抽取由一人单独完成，没有见证人，也没有公开随机数"
    assert bundle(room)["certificate"]["face"] == ["one_person", "no_public_source"]


def test_a_full_ceremony_is_the_same_with_more_rows(room: Room) -> None:
    other = rules.commitment(room.draw_id, "discipline", "77" * 32)
    parties = [
        {"party": "discipline", "label": "县纪委监委派驻组", "kind": "committed"},
        {"party": "press", "label": "县融媒体中心", "kind": "open"},
    ]
    assert room.announce(parties=parties)["next"] == "commitments"
    room.act("commitments", party="discipline", commitment=other)
    room.witness_types()
    assert room.reveal()["code"] == "draw_commitments_first"
    room.act("reveals", party="press", reveal="一二三")
    room.reveal()
    room.act("reveals", party="discipline", reveal="77" * 32)
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    assert room.act("execution")["state"] == "executed"
    assert len(bundle(room)["certificate"]["ceremony"]["contributions"]) == 4


def test_announcing_twice_with_the_same_id_is_one_announcement(room: Room) -> None:
    first = room.announce()
    assert room.announce()["records"] == first["records"]
    body = announcement(room.county, room.draw_id, commitment="ff" * 32)
    assert room.office.post("/api/drawing/draws", body).json["code"] == "draw_id_taken"


def test_executing_twice_gives_the_same_certificate(room: Room) -> None:
    room.announce()
    assert room.finish()["certificate"] == room.act("execution")["certificate"]


def test_two_who_press_the_button_at_once_get_one_certificate(browser: Browser, bureau: Bureau, room: Room) -> None:
    room.announce()
    room.witness_types()
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    tabs = [Tab(browser.app, bureau.people["office"]) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        path = f"/api/drawing/draws/{room.draw_id}/execution"
        answers = list(pool.map(lambda tab: tab.post(path).json, tabs))
    assert {answer["certificate"]["digest"] for answer in answers} == {answers[0]["certificate"]["digest"]}
    assert [row["kind"] for row in room.office.get("/api/drawing/chain").json] == ["announcement", "certificate"]


def test_a_redraw_stays_visible_for_ever(app: Flask, room: Room) -> None:
    room.announce()
    room.act("voiding", reason="roster_wrong", note="名录有误，重新公告")
    again = Room(room.office, room.county, room.clock)
    again.announce()
    again.finish()
    chain = app.test_client().get("/api/drawing/chain").json
    assert [row["kind"] for row in chain] == ["announcement", "voiding", "announcement", "certificate"]
    assert chain[1]["record"]["note"] == "名录有误，重新公告"
    assert rules.verify_chain(chain) == []
    assert rules.verify_chain(chain[:1] + chain[2:])[0]["code"] == "chain_number"


def test_what_the_announcement_froze_cannot_be_changed_by_the_registry_afterwards(room: Room) -> None:
    digest = room.announce()["plan_digest"]
    close(room.county.subjects["hotel3"], date(2026, 11, 22))
    room.county.inspectors["zhian0"].senior = False
    room.finish()
    certificate = bundle(room)["certificate"]
    assert certificate["plan_digest"] == digest
    assert certificate["plan"]["exclusions"] == []


def test_a_closed_premises_an_interest_and_a_leave_stand_in_the_plan_with_their_reasons(room: Room) -> None:
    close(room.county.subjects["hotel3"], date(2026, 11, 2))
    declare_interest(room.county.inspectors["zhian0"], room.county.subjects["hotel4"])
    make_leave(room.county.inspectors["jindu1"], date(2026, 6, 1), date(2026, 12, 31))
    room.county.inspectors["wangan2"].cert_expires_on = date(2026, 6, 30)
    pools = {pool["name"]: pool for pool in room.announce()["pools"]}
    assert [out["text"] for out in pools["禁毒大队"]["out"]] == ["请假"]
    assert [out["text"] for out in pools["网安大队"]["out"]] == ["执法证无效或过期"]
    drawn = room.finish()
    hotels = next(row for row in drawn["strata"] if row["item"] == "ZA-01")["result"]
    assert [(row["text"], row["count"]) for row in hotels["excluded"]] == [("已注销或吊销", 1)]
    assert hotels["n_base"] == 20 and hotels["n"] == 1
    assert len(bundle(room)["certificate"]["plan"]["interests"]) == 1


def test_the_public_file_names_nobody_and_no_credit_class_and_the_full_one_names_all(app: Flask, room: Room) -> None:
    room.announce()
    number = room.finish()["certificate"]["number"]
    public = app.test_client().get(f"/api/drawing/certificates/{number}")
    assert rules.verify_bytes(public.data) == []
    text = public.data.decode()
    names = [person.person.name for person in room.county.inspectors.values()]
    badges = [str(person.person.badge_no) for person in room.county.inspectors.values()]
    # A badge has six digits: in a digest they stand by chance.
    readable = re.sub(r"[0-9a-f]{32,}", "", text)
    assert not [word for word in (*names, *badges, "李见证", "credit") if word in readable]
    full = bundle(room, full=True)
    assert full["certificate"] == json.loads(text)["certificate"]
    assert {row["badge_no"] for row in full["annex"]["inspectors"]} == set(badges)
    assert full["annex"]["witnesses"][1]["name"] == "李见证"


def test_the_verifier_lies_beside_every_certificate(app: Flask, room: Room) -> None:
    script = app.test_client().get("/api/drawing/verifier/verify_draw.py")
    assert script.data.startswith(b"#!/usr/bin/env python3")
    assert app.test_client().get("/api/drawing/verifier/../service.py").status_code == 404


def test_a_roster_file_has_the_digest_that_the_plan_publishes(room: Room) -> None:
    room.announce()
    room.finish()
    text = room.office.get(f"/api/drawing/draws/{room.draw_id}/rosters/ZA-01").data
    planned = {row["item"]: row["digest"] for row in bundle(room)["certificate"]["plan"]["rosters"]}
    assert rules.roster_digest(text) == planned["ZA-01"]


def test_the_office_sees_before_announcing_what_a_draw_would_start_from(room: Room) -> None:
    close(room.county.subjects["hotel3"], date(2026, 11, 2))
    room.county.inspectors["wangan2"].cert_expires_on = date(2026, 6, 30)
    answer = room.office.get(f"/api/drawing/preparation?batch_id={room.county.batch_id}").json
    strata = {row["item"]: row for row in answer["strata"]}
    assert (strata["ZA-01"]["n_base"], strata["ZA-01"]["n"]) == (20, 1)
    assert strata["ZA-01"]["excluded"][0]["text"] == "已注销或吊销"
    assert {pool["name"]: pool["eligible"] for pool in answer["pools"]} == {"治安大队": 4, "禁毒大队": 4, "网安大队": 3}


@pytest.mark.parametrize(
    "path",
    ["draws/%00", "draws/no-such-draw", "witnessing/%00", "witnessing/guess", "certificates/99999999999999999999"],
)
def test_what_is_not_there_is_said_so_whatever_is_asked_for(room: Room, path: str) -> None:
    assert room.office.get(f"/api/drawing/{path}").status_code == 404


def test_a_moment_outside_this_century_and_a_name_with_control_characters_are_refused(room: Room) -> None:
    assert room.announce(source={"name": "x", "moment": "0001-01-01T00:00:00+14:00"})["code"] == "invalid_input"
    assert room.announce(witness={"name": "a\u0000b", "post": "县司法局"})["code"] == "draw_text_unclean"
