"""From a certificate to two people on their way: approvals, tasks, who sees them, the next card, the next alternate."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.accounts.models import Person
from server.core.canonical import canonical, digest
from server.dispatch import approvals, service
from server.dispatch.models import Task, TaskInspector
from server.drawing.models import DrawnPremises
from server.platform.clock import SetClock
from server.platform.db import db, transaction
from server.platform.errors import Problem
from server.platform.trail import TrailRow
from server.registry.models import InspectionItem
from server.rulebook.pinning import checklist_bodies
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_drawing import Room, make_room
from tests.stages.test_sync_race import Held, held

__all__ = ["held"]


def approve_all(bureau: Bureau, room: Room) -> None:
    for code in ("ZA-01", "JD-01", "WA-01"):
        approvals.approve(bureau.people["leader"], room.county.batch_id, code)
    db.session.commit()


@pytest.fixture
def room(browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    """An executed draw of all three items with its approvals, not dispatched yet."""
    room = make_room(browser, bureau, clock)
    approve_all(bureau, room)
    room.announce()
    room.finish()
    return room


def dispatch(room: Room) -> Any:
    answer = room.office.post(f"/api/dispatch/draws/{room.draw_id}/dispatch")
    assert answer.status_code == 200, answer.text
    return answer.json


def tasks() -> list[Task]:
    return list(db.session.scalars(select(Task).order_by(Task.number)))


def test_every_drawn_premises_becomes_one_task_with_two_people_per_brigade(room: Room) -> None:
    answer = dispatch(room)
    drawn = {row.subject.name for row in db.session.scalars(select(DrawnPremises))}
    assert {row["subject"]["name"] for row in answer["tasks"]} == drawn and answer["held"] == []
    for row in answer["tasks"]:
        assert len(row["inspectors"]) == 2 * len({item["unit"] for item in row["items"]})
        assert row["joint"] is (len(row["items"]) > 1)
        assert [card["slot"] for card in row["inspectors"]] == list(range(1, len(row["inspectors"]) + 1))
        brigade = row["items"][0]["unit"]
        first = [card["person_id"] for card in row["inspectors"]][:2]
        assert all(db.session.get_one(Person, person_id).unit.name == brigade for person_id in first)
        assert row["draw"]["number"] == "2026-01" and len(row["draw"]["certificate_digest"]) == 64
        assert (row["window"]["from"], row["window"]["to"]) == ("2026-07-01", "2026-12-31")
        assert (row["visit_number"], row["visit_cap"], row["state"]) == (1, 2, "dispatched")


def test_numbers_are_per_brigade_and_have_no_gaps(room: Room) -> None:
    answer = dispatch(room)
    by_unit: dict[str, list[str]] = {}
    for row in answer["tasks"]:
        by_unit.setdefault(row["number"][5], []).append(row["number"])
    for word, numbers in by_unit.items():
        assert sorted(numbers) == [f"2026-{word}-{at:04d}" for at in range(1, len(numbers) + 1)]
        notices = {r["notice"]["number"] for r in answer["tasks"] if r["number"][5] == word}
        assert notices == {f"叶公（{word}）检通字〔2026〕{at}号" for at in range(1, len(numbers) + 1)}


def test_no_task_starts_without_approval(browser: Browser, bureau: Bureau, clock: SetClock) -> None:
    room = make_room(browser, bureau, clock)
    room.announce()
    room.finish()
    refused = room.office.post(f"/api/dispatch/draws/{room.draw_id}/dispatch")
    assert (refused.status_code, refused.json["code"]) == (409, "approval_missing")
    assert "JD-01、WA-01、ZA-01" in refused.json["title"]
    leader = browser.of(bureau.people["leader"])
    for code in ("ZA-01", "JD-01", "WA-01"):
        body = {"batch_id": room.county.batch_id, "item_code": code}
        row = leader.post("/api/dispatch/approvals", body).json
        assert row["approval"]["approved_by"] == "leader"
        assert leader.post("/api/dispatch/approvals", body).json == row, "approved twice is approved once"
    rows = room.office.get(f"/api/dispatch/approvals?batch_id={room.county.batch_id}").json
    assert [row["approval"]["number"] for row in rows] == [f"叶公（{w}）检批字〔2026〕1号" for w in "治禁网"]
    assert dispatch(room)["tasks"]


def test_a_draw_that_is_not_executed_cannot_be_dispatched(browser: Browser, bureau: Bureau, clock: SetClock) -> None:
    room = make_room(browser, bureau, clock)
    approve_all(bureau, room)
    room.announce()
    refused = room.office.post(f"/api/dispatch/draws/{room.draw_id}/dispatch")
    assert refused.json["code"] == "draw_not_executed"


def test_dispatching_twice_makes_nothing_twice(room: Room) -> None:
    first, second = dispatch(room), dispatch(room)
    assert first == second
    assert len(tasks()) == len(first["tasks"])
    sent = db.session.scalars(select(TrailRow).where(TrailRow.action == "task.dispatched")).all()
    assert len(sent) == len(first["tasks"])


def test_a_task_pins_the_checklist_of_each_item_by_its_hash(room: Room) -> None:
    answer = dispatch(room)
    hashes = {hash_ for row in answer["tasks"] for hash_ in row["checklists"]}
    bodies = checklist_bodies(hashes)
    assert set(bodies) == hashes
    for hash_, body in bodies.items():
        assert digest(json.loads(body)) == hash_ and canonical(json.loads(body)).decode() == body


def test_an_item_without_a_checklist_in_force_is_not_dispatched(room: Room) -> None:
    db.session.execute(update(InspectionItem).values(checklist_id="dancing-hall"))
    refused = room.office.post(f"/api/dispatch/draws/{room.draw_id}/dispatch")
    assert refused.json["code"] == "checklist_missing"
    assert tasks() == []


def test_each_person_gets_his_own_tasks_and_nobody_elses(room: Room, browser: Browser, bureau: Bureau) -> None:
    dispatch(room)
    for login, inspector in room.county.inspectors.items():
        mine = service.tasks_of(inspector.person_id)
        assert service.person_feed(inspector.person_id) == len(mine), login
        assert all(service.assigned(inspector.person_id, task.id) for task in mine)
        others = [task for task in tasks() if task not in mine]
        assert not any(service.assigned(inspector.person_id, task.id) for task in others)
        listed = browser.of(inspector.person).get("/api/dispatch/tasks").json
        assert {row["id"] for row in listed["rows"]} == {task.id for task in mine}
    assert service.person_feed(bureau.people["stranger"].id) == 0


def test_ones_own_card_comes_first_on_ones_phone(room: Room) -> None:
    dispatch(room)
    task = tasks()[0]
    for card in service.present_cards(task):
        payload = service.task_payload(task, card.inspector.person)
        assert payload["inspectors"][0]["person_id"] == card.inspector.person_id
        assert len(payload["inspectors"]) == len(service.present_cards(task))


def test_nothing_internal_reaches_the_phone(room: Room) -> None:
    dispatch(room)
    text = str([service.task_payload(task) for task in tasks()])
    assert "credit" not in text and "rating" not in text and "flags" not in text


def test_leads_see_their_brigades_tasks(room: Room, browser: Browser, bureau: Bureau) -> None:
    dispatch(room)
    rows = browser.of(bureau.people["lead"]).get("/api/dispatch/tasks").json["rows"]
    assert rows and all("治安大队" in [item["unit"] for item in row["items"]] for row in rows)
    foreign = next(task for task in tasks() if all(row.item.unit.short == "禁" for row in task.items))
    assert browser.of(bureau.people["lead"]).get(f"/api/dispatch/tasks/{foreign.id}").status_code == 404
    detail = browser.of(bureau.people["other_lead"]).get(f"/api/dispatch/tasks/{foreign.id}").json
    assert detail["draw_id"] == room.draw_id
    assert [row["item_code"] for row in detail["approvals"]] == ["JD-01"]
    assert len(detail["cards"]) == 2
    assert browser.of(bureau.people["first"]).get(f"/api/dispatch/tasks/{foreign.id}").status_code == 403
    assert service.led_by(bureau.people["other_lead"], foreign)
    assert not service.led_by(bureau.people["lead"], foreign)


def test_a_station_learns_of_a_visit_only_afterwards(room: Room, browser: Browser, bureau: Bureau) -> None:
    dispatch(room)
    task = tasks()[0]
    task.subject.station_id = bureau.units["station"].id
    station = browser.of(bureau.people["station"])
    assert station.get("/api/dispatch/tasks").json["total"] == 0
    service.set_state(task.id, "submitted")
    assert [row["number"] for row in station.get("/api/dispatch/tasks").json["rows"]] == [task.number]


def test_the_office_finds_tasks_by_state_item_and_words(room: Room) -> None:
    dispatch(room)
    one = tasks()[0]
    service.set_state(one.id, "submitted")
    rows = room.office.get("/api/dispatch/tasks?state=submitted").json["rows"]
    assert [row["number"] for row in rows] == [one.number]
    assert room.office.get(f"/api/dispatch/tasks?search={one.number}").json["total"] == 1
    hotels = room.office.get("/api/dispatch/tasks?item=ZA-01").json["total"]
    assert hotels == len([task for task in tasks() if "ZA-01" in [row.item.code for row in task.items]])
    assert room.office.get(f"/api/dispatch/tasks?draw={room.draw_id}&year=2026").json["total"] == len(tasks())


def test_a_new_state_is_a_change_for_everybody_on_the_task(room: Room) -> None:
    dispatch(room)
    task = tasks()[0]
    card = service.present_cards(task)[0]
    before = service.person_feed(card.inspector.person_id)
    service.set_state(task.id, "open")
    service.set_state(task.id, "open")
    changes = service.changes_since(card.inspector.person_id, before)
    assert (changes.count, changes.changed, changes.removed) == (before + 1, {task.id: before + 1}, [])


def replace(room: Room, task: Task, person_id: str, **body: str) -> Any:
    asked = {"person_id": person_id, "reason": "recusal", "note": "与经营者系同学", "approved_by": "分管副局长"} | body
    return room.office.post(f"/api/dispatch/tasks/{task.id}/replacement", asked)


def test_who_recuses_himself_is_followed_by_the_next_card(room: Room) -> None:
    dispatch(room)
    task = tasks()[0]
    gone = service.present_cards(task)[0]
    person_id, count = gone.inspector.person_id, service.person_feed(gone.inspector.person_id)
    before = {card.inspector.person_id for card in service.present_cards(task)}
    answer = replace(room, task, person_id)
    assert answer.status_code == 200, answer.text
    after = {card["person_id"] for card in answer.json["inspectors"]}
    assert len(after) == len(before) and person_id not in after and len(after & before) == len(before) - 1
    (incoming,) = after - before
    assert not service.assigned(person_id, task.id) and service.assigned(incoming, task.id)
    assert service.changes_since(person_id, count).removed == [task.id]
    assert task.id in service.changes_since(incoming, 0).changed
    card = db.session.get_one(TaskInspector, gone.id)
    assert (card.removed_reason, card.replaced_by_id is not None) == ("recusal", True)
    kept = room.office.get(f"/api/dispatch/tasks/{task.id}").json["cards"]
    assert len(kept) == len(before) + 1, "the card that went stays in the record"


def test_when_no_card_is_left_it_says_why_and_changes_nothing(
    browser: Browser, bureau: Bureau, clock: SetClock
) -> None:
    room = make_room(browser, bureau, clock)
    approve_all(bureau, room)
    for at in (2, 3):
        room.county.inspectors[f"jindu{at}"].status = "suspended"
    db.session.commit()
    room.announce()
    room.finish()
    dispatch(room)
    task = next(task for task in tasks() if task.unit.short == "禁")
    before = [card.inspector.person_id for card in service.present_cards(task)]
    answer = replace(room, task, before[0])
    assert (answer.status_code, answer.json["code"]) == (409, "draw_no_card_left")
    assert "余 0 人" in answer.json["title"]
    db.session.expire_all()
    assert [card.inspector.person_id for card in service.present_cards(task)] == before


def test_a_replacement_needs_somebody_who_is_on_the_task(room: Room, bureau: Bureau) -> None:
    dispatch(room)
    assert replace(room, tasks()[0], bureau.people["stranger"].id).json["code"] == "not_on_this_task"
    assert replace(room, tasks()[0], bureau.people["stranger"].id, reason="mood").status_code == 422


def test_after_submission_nobody_is_replaced_any_more(room: Room) -> None:
    dispatch(room)
    task = tasks()[0]
    service.set_state(task.id, "submitted")
    person_id = service.present_cards(task)[0].inspector.person_id
    assert replace(room, task, person_id).json["code"] == "task_not_changeable"


def test_a_premises_that_closed_gives_its_place_to_the_next_alternate(room: Room) -> None:
    dispatch(room)
    task = next(task for task in tasks() if not task.joint)
    people = [card.inspector.person_id for card in service.present_cards(task)]
    body = {"reason": "closed", "note": "已注销", "approved_by": "分管副局长"}
    answer = room.office.post(f"/api/dispatch/tasks/{task.id}/withdrawal", body).json
    numbers = {row["number"] for row in answer["tasks"]}
    assert task.number not in numbers and len(numbers) == len(tasks()) - 1
    assert room.office.get("/api/dispatch/tasks?state=withdrawn").json["rows"][0]["number"] == task.number
    for person_id in people:
        assert not service.assigned(person_id, task.id)
        assert task.id in service.changes_since(person_id, 0).removed
    with pytest.raises(Problem, match="dispatch_withdrawn"):
        service.set_state(task.id, "open")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestAtOnce:
    def test_what_a_phone_submits_just_now_is_not_withdrawn(self, room: Room, held: Held, app: Flask) -> None:
        dispatch(room)
        key = next(task.id for task in tasks() if not task.joint)

        def submit() -> None:
            with app.app_context(), transaction():
                service.set_state(key, "submitted")

        held.start(submit)
        body = {"reason": "closed", "note": "已注销", "approved_by": "分管副局长"}
        answer = held.behind(lambda: room.office.post(f"/api/dispatch/tasks/{key}/withdrawal", body))
        assert answer.json["code"] == "task_not_changeable", answer.text

    def test_a_draw_that_is_dispatched_twice_has_each_task_once(self, room: Room, held: Held) -> None:
        held.start(lambda: dispatch(room))
        again = held.behind(lambda: dispatch(room))
        assert {row["id"] for row in again["tasks"]} == {task.id for task in tasks()}


def test_a_slot_that_stayed_empty_holds_its_premises_back_with_the_reason(
    browser: Browser, bureau: Bureau, clock: SetClock
) -> None:
    room = make_room(browser, bureau, clock)
    approve_all(bureau, room)
    for at in range(3):
        room.county.inspectors[f"jindu{at}"].status = "suspended"
    db.session.commit()
    room.announce()
    room.finish()
    answer = dispatch(room)
    assert {row["code"] for row in answer["held"]} == {"task_without_team"}
    assert "余 1 人" in answer["held"][0]["reports"][0]
    assert all("禁毒大队" not in [item["unit"] for item in row["items"]] for row in answer["tasks"])


def test_the_years_cap_is_kept_even_between_draw_and_dispatch(room: Room) -> None:
    room.county.plan.visit_cap = 0
    db.session.commit()
    answer = dispatch(room)
    assert answer["tasks"] == [] and {row["code"] for row in answer["held"]} == {"task_over_cap"}
