"""A year of draws: nobody twice, loads level out, sealed and targeted results stay in, the next card follows."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from server.core import draw as rules
from server.drawing import results, service
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.errors import Problem
from server.registry.models import SubjectFlag, SubjectRating
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_drawing import Room, make_room
from tests.factories_registry import make_subject

K = "9a" * 32


@pytest.fixture
def room(browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    return make_room(browser, bureau, clock)


def drawn_names(answer: Any) -> set[str]:
    return {task["subject"]["name"] for task in answer["tasks"]}


def next_room(room: Room) -> Room:
    return Room(room.office, room.county, room.clock)


def later(**changes: Any) -> dict[str, Any]:
    return {"source": {"name": "福彩3D下一期", "moment": "2026-11-22T09:00:00.000Z"}, **changes}


def second_draw(room: Room, **changes: Any) -> Any:
    again = next_room(room)
    again.announce(**later(**changes))
    again.witness_types()
    again.reveal()
    room.clock.advance(hours=2)
    again.act("source", text="9 9 9", again="9 9 9")
    return again.act("execution")


def test_what_was_drawn_this_year_is_not_drawn_again_but_still_counts(room: Room) -> None:
    room.announce()
    first = room.finish()
    second = second_draw(room)
    assert not drawn_names(first) & drawn_names(second)
    hotels = next(row for row in second["strata"] if row["item"] == "ZA-01")["result"]
    assert hotels["n_base"] == 21 and hotels["excluded"][0]["text"] == "本年度已抽查"
    assert hotels["available"] == 21 - hotels["excluded"][0]["count"]


def test_an_override_with_its_reason_puts_one_back(room: Room) -> None:
    room.announce()
    task = next(task for task in room.finish()["tasks"] if task["items"] == ["ZA-01"])
    row = {"item": "ZA-01", "subject_id": task["subject"]["id"], "note": "局长批准复抽"}
    second_draw(room, overrides=[row])
    plan = service.draws()[0].plan
    assert [one["note"] for one in plan["overrides"]] == ["局长批准复抽"]
    assert task["task"] not in [one["id"] for one in plan["exclusions"] if one["item"] == "ZA-01"]


def test_the_second_deck_begins_with_the_loads_of_the_first(room: Room) -> None:
    room.announce()
    room.finish()
    second_draw(room)
    first, second = (service.draw_by_id(draw.id) for draw in reversed(service.draws()))
    dealt = [
        str(person.person.badge_no) for task in results.tasks_of(first) for _, person in task.cards
    ]  # fmt: skip
    loads = {row["id"]: row["load"] for row in second.plan["inspectors"]}
    for badge in second.people:
        assert loads[rules.pseudonym("i", second.salt, badge)] == dealt.count(badge)


def test_a_public_flag_raises_the_ratio_in_a_stratum_of_its_own(room: Room) -> None:
    for name in ("hotel5", "hotel6"):
        flag = SubjectFlag(kind="abnormal_operation_list", source="公示系统", since=date(2026, 3, 1))
        flag.subject_id = room.county.subjects[name].id
        db.session.add(flag)
    room.announce(raised={"abnormal_operation_list": {"num": 1, "den": 2}})
    strata = {row["id"]: row for row in room.finish()["strata"]}
    assert strata["ZA-01/B"]["raised_by"] == "abnormal_operation_list"
    assert (strata["ZA-01/B"]["result"]["n_base"], strata["ZA-01/B"]["result"]["n"]) == (2, 1)
    assert strata["ZA-01/A"]["result"]["n_base"] == 19


def test_a_targeted_draw_takes_its_classes_and_its_certificate_stays_in_the_house(app: Flask, room: Room) -> None:
    for name in ("hotel7", "hotel8", "hotel9"):
        db.session.add(SubjectRating(subject_id=room.county.subjects[name].id, credit_class="D", internal_flags=[]))
    target = {"classes": ["D"], "ratio": {"num": 1, "den": 2}}
    room.announce(targeted=target, items=["ZA-01"])
    drawn = room.finish()
    assert drawn["strata"][0]["result"]["n_base"] == 3 and len(drawn["tasks"]) == 2
    assert [row["code"] for row in drawn["face"]] == ["witness_at_desk", "targeted"]
    stranger = app.test_client()
    assert stranger.get(f"/api/drawing/certificates/{drawn['certificate']['number']}").json["code"] == "draw_restricted"
    chain = stranger.get("/api/drawing/chain").json
    assert chain[1]["record"] is None and chain[1]["digest"] == drawn["certificate"]["digest"]
    assert rules.verify_chain(chain) == []


def test_a_sealed_result_is_only_a_digest_until_its_day(
    browser: Browser, bureau: Bureau, app: Flask, room: Room
) -> None:
    commitment = rules.commitment(room.draw_id, rules.SEALED_SHARE, K)
    sealed = {"commitment": commitment, "holders": ["法制室", "督察大队"], "release_on": "2026-12-31"}
    room.announce(sealed=sealed)
    room.witness_types()
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    assert room.act("execution")["code"] == "draw_sealed_lost"
    assert room.act("execution", k="9b" * 32)["code"] == "draw_sealed_malformed"
    drawn = room.act("execution", k=K)
    number = drawn["certificate"]["number"]
    supervisor = browser.of(bureau.people["supervisor"])
    assert supervisor.get(f"/api/drawing/draws/{room.draw_id}").json["tasks"] == []
    sealed_answer = supervisor.get(f"/api/drawing/draws/{room.draw_id}/certificate")
    assert sealed_answer.json["code"] == "draw_sealed_until"
    assert app.test_client().get(f"/api/drawing/certificates/{number}").json["code"] == "draw_sealed_until"
    assert app.test_client().get("/api/drawing/chain").json[1]["record"] is None
    room.clock.advance(days=45)
    released = app.test_client().get(f"/api/drawing/certificates/{number}")
    assert rules.verify_bytes(released.data) == []
    assert released.json["digest"] == drawn["certificate"]["digest"]


def test_pseudonymous_rosters_name_no_premises_to_a_stranger(app: Flask, room: Room) -> None:
    room.announce(pseudonyms=True)
    drawn = room.finish()
    assert all(task["subject"]["name"] for task in drawn["tasks"])
    public = app.test_client().get(f"/api/drawing/certificates/{drawn['certificate']['number']}")
    assert "91410422MA40A" not in public.data.decode()
    full = room.office.get(f"/api/drawing/draws/{room.draw_id}/certificate?full=1")
    assert rules.verify_bytes(full.data) == []
    assert "91410422MA40A" in full.data.decode()


def test_a_premises_whose_licence_has_chinese_characters_can_be_drawn(room: Room) -> None:
    licensed = make_subject("老街旅社", "ZA-01", code="豫公特〔2019〕12号", code_kind="licence")
    others = [
        {"item": "ZA-01", "subject_id": subject.id, "reason": "suspended", "note": "停业"}
        for name, subject in room.county.subjects.items()
        if name.startswith("hotel")
    ]
    room.announce(items=["ZA-01"], exclusions=others)
    drawn = room.finish()
    assert [task["subject"]["name"] for task in drawn["tasks"]] == ["老街旅社"]
    assert drawn["tasks"][0]["task"] == rules.statutory_id("licence", licensed.code)
    assert [task.subject.id for task in results.tasks_of(service.draw_by_id(room.draw_id))] == [licensed.id]


def test_the_next_card_follows_one_who_recuses_himself(bureau: Bureau, room: Room) -> None:
    room.announce()
    room.finish()
    draw = service.draw_by_id(room.draw_id)
    task = next(task for task in results.tasks_of(draw) if task.items == ["ZA-01"])
    pool, leaving = task.cards[0]
    incoming = results.replace_inspector(
        bureau.people["leader"], draw, task.subject, leaving, reason="recusal", note="与经营者有亲属关系",
        approved_by="治安大队大队长",
    )  # fmt: skip
    db.session.commit()
    cards = next(row.cards for row in results.tasks_of(draw) if row.ticket_id == task.ticket_id)
    assert {person.id for _, person in cards} == {task.cards[1][1].id, incoming.id}
    full = room.office.get(f"/api/drawing/draws/{room.draw_id}/certificate?full=1")
    assert rules.verify_bytes(full.data) == [] and len(full.json["amendments"]) == 1
    assert rules.verify_chain(room.office.get("/api/drawing/chain").json) == []


def test_when_no_card_is_left_the_report_says_how_many_each_rule_removed(bureau: Bureau, room: Room) -> None:
    room.announce()
    room.finish()
    draw = service.draw_by_id(room.draw_id)
    task = next(task for task in results.tasks_of(draw) if task.items == ["ZA-01"])
    leaving = task.cards[0][1]
    brigade = [row for login, row in room.county.inspectors.items() if login.startswith("zhian")]
    away = {row.id: "duty" for row in brigade if row.id not in {card.id for _, card in task.cards}}
    with pytest.raises(Problem) as refusal:
        results.replace_inspector(
            bureau.people["leader"], draw, task.subject, leaving, reason="illness", note="病假",
            approved_by="治安大队大队长", unavailable=away,
        )  # fmt: skip
    assert refusal.value.code == "draw_no_card_left"
    assert refusal.value.sentence("zh") == (
        "没有可以接替的人员：本队共 4 人，3 人临时不能参加，1 人已在本次检查中：余 0 人，需要 1 人。"
    )


def test_the_next_alternate_follows_a_hotel_that_has_closed(bureau: Bureau, room: Room) -> None:
    room.announce()
    drawn = room.finish()
    draw = service.draw_by_id(room.draw_id)
    hotels = next(row for row in drawn["strata"] if row["item"] == "ZA-01")["result"]
    task = next(task for task in results.tasks_of(draw) if task.ticket_id == hotels["drawn"][0]["id"])
    incoming = results.replace_premises(
        bureau.people["leader"], draw, task.subject, reason="closed", note="现场已停业注销", approved_by="局长"
    )
    db.session.commit()
    assert hotels["alternates"][0]["subject"]["id"] in [subject.id for subject in incoming]
    now = results.tasks_of(draw)
    assert task.ticket_id not in [row.ticket_id for row in now]
    assert all(row.cards for row in now)
    full = room.office.get(f"/api/drawing/draws/{room.draw_id}/certificate?full=1")
    assert rules.verify_bytes(full.data) == []


def test_joint_inspections_are_one_task_with_both_brigades(room: Room) -> None:
    both = {room.county.subjects[name].id for name in ("hotel0", "hotel1")}
    others = [
        {"item": item, "subject_id": subject.id, "reason": "suspended", "note": "停业"}
        for name, subject in room.county.subjects.items()
        for item in ("ZA-01", "WA-01")
        if subject.id not in both and item in [row.item_code for row in subject.items]
    ]
    room.announce(exclusions=others)
    drawn = room.finish()
    joint = [task for task in drawn["tasks"] if task["joint"]]
    assert len(joint) == 1 and joint[0]["items"] == ["WA-01", "ZA-01"]
    assert sorted(group["unit"] for group in joint[0]["groups"]) == ["治安大队", "网安大队"]
    assert len({person["id"] for group in joint[0]["groups"] for person in group["inspectors"]}) == 4
