"""What the wall of the meeting room shows, to whom, and when a sealed result comes out."""

from hashlib import sha256
from typing import Any

import pytest
from flask import Flask

from server.core import draw as rules
from server.drawing import room as wall
from server.drawing.models import ChainRecord
from server.platform.clock import SetClock
from server.platform.db import db
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_drawing import Room, make_room

K = "c3" * 32
HOLDERS = ["县公安局政工室", "县司法局执法监督股"]
REASON = "全部检查已于11月25日完成"


@pytest.fixture
def room(browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    return make_room(browser, bureau, clock)


def seal(room: Room) -> dict[str, Any]:
    commitment = rules.commitment(room.draw_id, rules.SEALED_SHARE, K)
    return {"commitment": commitment, "holders": HOLDERS, "release_on": "2026-12-20"}


def finish_sealed(room: Room) -> Any:
    """A whole ceremony with a sealed share, to its certificate."""
    room.announce(sealed=seal(room))
    room.witness_types()
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    return room.act("execution", k=K)


def release(room: Room, **changes: Any) -> Any:
    return room.act("release", **{"holder": HOLDERS[0], "k": K, "reason": REASON, **changes})


def stranger(app: Flask, path: str) -> Any:
    return app.test_client().get(f"/api/drawing/{path}")


def proceedings(room: Room) -> Any:
    return room.office.get(f"/api/drawing/draws/{room.draw_id}/proceedings").json


def test_the_wall_and_the_witness_phone_show_the_same_and_name_nobody(app: Flask, room: Room) -> None:
    link = room.announce()["parties"][1]["link"].rpartition("/")[2]
    room.witness_types()
    on_the_wall, on_the_phone = proceedings(room), stranger(app, f"witnessing/{link}").json
    assert on_the_phone.pop("you")["name"] == "李见证"
    assert {**on_the_phone, "now": None} == {**on_the_wall, "now": None}
    assert "李见证" not in str(on_the_wall) and link not in str(on_the_wall)
    assert [(row["name"], row["lines"]) for row in on_the_wall["items"]][0][1] == 6
    assert (on_the_wall["next"], on_the_wall["result"]) == ("reveals", "none")


def test_the_record_on_the_wall_has_the_digest_that_was_published(app: Flask, room: Room) -> None:
    room.announce()
    certificate = room.finish()["certificate"]
    assert proceedings(room)["result"] == "open"
    record = stranger(app, f"records/{certificate['number']}")
    assert sha256(record.data).hexdigest() == certificate["digest"]
    assert record.json["kind"] == "certificate"
    assert stranger(app, "records/1").json["kind"] == "announcement"
    assert stranger(app, "records/99").status_code == 404


def test_a_voided_draw_says_on_the_wall_why_it_ended(room: Room) -> None:
    room.announce()
    room.act("voiding", reason="roster_wrong", note="名录有误，重新公告")
    shown = proceedings(room)
    assert (shown["state"], shown["voided"]["reason"]) == ("voided", "roster_wrong")
    assert shown["voided"]["note"] == "名录有误，重新公告"


def test_a_targeted_draw_shows_neither_its_result_nor_how_many_it_drew_from(app: Flask, room: Room) -> None:
    link = room.announce(targeted={"classes": ["D"], "ratio": {"num": 1, "den": 2}})["parties"][1]["link"]
    room.finish()
    shown = stranger(app, f"witnessing/{link.rpartition('/')[2]}").json
    assert shown["result"] == "restricted"
    assert {row["lines"] for row in shown["items"]} == {None}
    assert stranger(app, f"records/{shown['certificate']['number']}").json["code"] == "draw_restricted"


def test_the_witness_link_is_a_picture_for_his_phone(room: Room) -> None:
    link = room.announce()["parties"][1]["link"]
    picture = room.office.get(f"/api/drawing/draws/{room.draw_id}/parties/witness/code")
    assert picture.mimetype == "image/svg+xml"
    assert picture.data == wall.link_picture(f"http://localhost{link}")
    assert room.office.get(f"/api/drawing/draws/{room.draw_id}/parties/nobody/code").status_code == 404


def test_a_sealed_draw_publishes_its_digest_at_once_and_nothing_else(
    app: Flask, browser: Browser, bureau: Bureau, room: Room
) -> None:
    drawn = finish_sealed(room)
    certificate = drawn["certificate"]
    assert drawn["sealed"]["open"] is False and drawn["tasks"]
    shown = proceedings(room)
    assert (shown["result"], shown["certificate"]["digest"]) == ("sealed", certificate["digest"])
    for path in (f"records/{certificate['number']}", f"certificates/{certificate['number']}"):
        assert stranger(app, path).json["code"] == "draw_sealed_until"
    chained = stranger(app, "chain").json[-1]
    assert (chained["digest"], chained["record"]) == (certificate["digest"], None)
    legal = browser.of(bureau.people["legal"]).get(f"/api/drawing/draws/{room.draw_id}").json
    assert (legal["tasks"], legal["seed"]) == ([], None)


@pytest.mark.parametrize("holder", HOLDERS)
def test_either_holder_alone_opens_the_seal_before_its_date_with_a_reason(app: Flask, room: Room, holder: str) -> None:
    certificate = finish_sealed(room)["certificate"]
    opened = release(room, holder=holder)["sealed"]
    assert opened["open"] and opened["released"] | {"at": ""} == {"at": "", "holder": holder, "reason": REASON}
    assert proceedings(room)["result"] == "open"
    record = stranger(app, f"records/{certificate['number']}")
    assert sha256(record.data).hexdigest() == certificate["digest"]
    assert record.json["ceremony"]["k"] == K
    bundle = stranger(app, f"certificates/{certificate['number']}")
    assert rules.verify_bytes(bundle.data) == []


def test_on_its_date_the_seal_opens_without_anybody(app: Flask, room: Room) -> None:
    drawn = finish_sealed(room)
    phone = "witnessing/" + drawn["parties"][1]["link"].rpartition("/")[2]
    room.clock.advance(days=27)
    assert stranger(app, phone).json["result"] == "sealed"
    room.clock.advance(days=1)
    shown = stranger(app, phone).json
    assert (shown["result"], shown["sealed"]["open"], shown["sealed"]["released"]) == ("open", True, None)
    assert stranger(app, f"records/{drawn['certificate']['number']}").status_code == 200


def test_the_seal_stays_shut_without_the_share_a_holder_and_a_reason(app: Flask, room: Room) -> None:
    room.announce(sealed=seal(room))
    assert release(room)["code"] == "draw_not_executed"
    room.witness_types()
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    assert room.act("execution")["code"] == "draw_sealed_lost"
    assert room.act("execution", k="00" * 32)["code"] == "draw_sealed_malformed"
    number = room.act("execution", k=K)["certificate"]["number"]
    assert release(room, k="00" * 32)["code"] == "draw_sealed_malformed"
    assert release(room, holder="某人")["code"] == "draw_holder_unknown"
    assert release(room, reason=" ")["code"] == "invalid_input"
    assert release(room, reason="a|b")["code"] == "draw_text_unclean"
    assert stranger(app, f"records/{number}").json["code"] == "draw_sealed_until"


def test_nobody_but_those_who_oversee_draws_opens_a_seal(browser: Browser, bureau: Bureau, room: Room) -> None:
    finish_sealed(room)
    path = f"/api/drawing/draws/{room.draw_id}/release"
    body = {"holder": HOLDERS[0], "k": K, "reason": REASON}
    assert browser.of(bureau.people["first"]).post(path, body).json["code"] == "not_allowed"
    assert browser.of(bureau.people["supervisor"]).post(path, body).json["sealed"]["open"] is True


def test_the_first_release_stands_and_a_second_changes_nothing(room: Room) -> None:
    finish_sealed(room)
    first = release(room)["sealed"]
    assert release(room, holder=HOLDERS[1], reason="再次公开")["sealed"] == first


def test_a_draw_without_a_share_has_nothing_to_release(room: Room) -> None:
    room.announce()
    room.finish()
    assert release(room)["code"] == "draw_not_sealed"


def test_a_certificate_that_was_changed_after_its_digest_was_published_is_not_released(room: Room) -> None:
    number = finish_sealed(room)["certificate"]["number"]
    row = db.session.get_one(ChainRecord, number)
    row.record = row.record | {"seed": "00" * 32}
    db.session.commit()
    assert release(room)["code"] == "draw_record_changed"


def test_a_later_draw_of_the_year_stays_sealed_with_the_earlier_one_and_says_until_when(app: Flask, room: Room) -> None:
    finish_sealed(room)
    later = Room(room.office, room.county, room.clock)
    source = {"name": "福彩3D第2026313期", "moment": "2026-11-22T07:30:00.000Z"}
    link = later.announce(source=source)["parties"][1]["link"].rpartition("/")[2]
    later.witness_types()
    later.reveal()
    room.clock.advance(minutes=30)
    later.act("source", text="4 4 1", again="4 4 1")
    later.act("execution")
    shown = stranger(app, f"witnessing/{link}").json
    assert (shown["result"], shown["sealed"], shown["sealed_until"]) == ("sealed", None, "2026-12-20")
    release(room)
    opened = stranger(app, f"witnessing/{link}").json
    assert (opened["result"], opened["sealed_until"]) == ("open", None)
