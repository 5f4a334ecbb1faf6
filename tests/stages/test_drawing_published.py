"""What leaves the house of a draw: certificates, signatures, the chain; and what must never leave it."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from server.core import draw as rules
from server.core.canonical import canonical, digest
from server.drawing import service
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.keys import verify
from server.registry.models import SubjectRating
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_drawing import Room, announcement, make_room
from tests.factories_registry import make_subject

VERIFY = Path(__file__).parents[2] / "verify"
CANARY = "涉毒前科线索"
K = "9a" * 32


@pytest.fixture
def room(browser: Browser, bureau: Bureau, clock: SetClock) -> Room:
    return make_room(browser, bureau, clock)


def next_draw(room: Room, **changes: Any) -> Any:
    """Another draw an hour later, with a number of its own."""
    again = Room(room.office, room.county, room.clock)
    again.announce(**{"source": {"name": "福彩3D下一期", "moment": "2026-11-22T09:00:00.000Z"}, **changes})
    again.witness_types()
    again.reveal()
    room.clock.advance(hours=2)
    again.act("source", text="9 9 9", again="9 9 9")
    return again.act("execution")


def sealed(room: Room, release_on: str) -> dict[str, Any]:
    commitment = rules.commitment(room.draw_id, rules.SEALED_SHARE, K)
    return {"commitment": commitment, "holders": ["法制室", "督察大队"], "release_on": release_on}


def finish_sealed(room: Room) -> Any:
    room.announce(sealed=sealed(room, "2026-12-31"))
    room.witness_types()
    room.reveal()
    room.wait_for_the_number()
    room.act("source", text="3 8 1", again="3 8 1")
    return room.act("execution", k=K)


def run(script: str, file: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, VERIFY / script, file], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_stranger_downloads_certificate_chain_and_verifier_and_all_three_agree(
    app: Flask, room: Room, tmp_path: Path
) -> None:
    room.announce()
    number = room.finish()["certificate"]["number"]
    stranger = app.test_client()
    for name, path in (("bundle.json", f"certificates/{number}"), ("chain.json", "chain")):
        (tmp_path / name).write_bytes(stranger.get(f"/api/drawing/{path}").data)
    assert run("verify_draw.py", tmp_path / "bundle.json") == (
        0,
        "一致：由本文件重算，结果完全相同。/ It holds: run again, the result is the same.\n",
    )
    assert run("verify_chain.py", tmp_path / "bundle.json")[0] == 0
    code, said = run("verify_chain.py", tmp_path / "chain.json")
    assert code == 0 and stranger.get("/api/drawing/key").json["thumbprint"] in said


def test_the_bureau_signs_every_record_and_the_signature_lies_beside_the_certificate(app: Flask, room: Room) -> None:
    room.announce()
    certificate = room.finish()["certificate"]
    stranger = app.test_client()
    told = stranger.get(f"/api/drawing/certificates/{certificate['number']}/signature").json
    key = stranger.get("/api/drawing/key").json
    assert (told["digest"], told["signature"]["key"]) == (certificate["digest"], key["key"])
    assert key["thumbprint"] == digest(key["key"])
    text = rules.signed_text(told["number"], told["kind"], told["digest"])
    assert verify(key["key"], text, told["signature"]["value"])
    assert not verify(key["key"], text.replace(b"|2|", b"|3|"), told["signature"]["value"])
    assert all(row["signature"] for row in stranger.get("/api/drawing/chain").json)


def test_the_list_of_certificates_tells_what_is_open_sealed_or_restricted_and_nothing_else(
    app: Flask, room: Room
) -> None:
    db.session.add(SubjectRating(subject_id=room.county.subjects["hotel7"].id, credit_class="D", internal_flags=[]))
    room.announce()
    room.finish()
    next_draw(room, targeted={"classes": ["D"], "ratio": {"num": 1, "den": 2}}, items=["ZA-01"], title="重点对象")
    rows = app.test_client().get("/api/drawing/certificates").json
    assert [(row["number"], row["access"], row["draw"]) for row in rows] == [
        (4, "restricted", None),
        (2, "open", "2026-01"),
    ]
    assert rows[0]["title"] is None
    assert app.test_client().get("/api/drawing/certificates/4").json["code"] == "draw_restricted"
    # A number and a digest of what is restricted are in the chain anyway, and so is the signature over them.
    assert app.test_client().get("/api/drawing/certificates/4/signature").json["digest"] == rows[0]["digest"]
    for number in (1, 3, 99):
        assert app.test_client().get(f"/api/drawing/certificates/{number}/signature").status_code == 404


def test_a_later_certificate_does_not_betray_a_sealed_result_by_its_exclusions(
    app: Flask, browser: Browser, bureau: Bureau, room: Room
) -> None:
    """Whom the sealed draw took stands in the next plan as inspected this year: that plan has to wait too."""
    first = finish_sealed(room)
    later = next_draw(room)
    names = [row["id"] for stratum in first["strata"] for row in stratum["result"]["drawn"]]
    stranger, path = app.test_client(), f"/api/drawing/certificates/{later['certificate']['number']}"
    answer = stranger.get(path)
    assert answer.json["code"] == "draw_sealed_until" and "2026-12-31" in answer.json["title"]
    assert not [name for name in names if name in stranger.get("/api/drawing/chain").text]
    supervisor = browser.of(bureau.people["supervisor"])
    assert supervisor.get(f"/api/drawing/draws/{later['id']}/certificate").json["code"] == "draw_sealed_until"
    room.clock.advance(days=45)
    released = stranger.get(path)
    assert rules.verify_bytes(released.data) == []
    assert {row["id"] for row in released.json["certificate"]["plan"]["exclusions"]} >= set(names)


def test_neither_credit_class_nor_internal_note_is_in_any_file_or_screen_of_a_draw(
    app: Flask, browser: Browser, bureau: Bureau, room: Room
) -> None:
    for subject, grade in zip(room.county.subjects.values(), "ABCD" * 20, strict=False):
        notes = [{"kind": "complaint", "note": CANARY}]
        db.session.add(SubjectRating(subject_id=subject.id, credit_class=grade, internal_flags=notes))
    db.session.commit()
    link = room.announce()["parties"][1]["link"]
    shown = room.finish()
    stranger, path = app.test_client(), f"/api/drawing/draws/{room.draw_id}"
    pages = [
        stranger.get(f"/api/drawing/{name}").text
        for name in ("chain", "certificates", f"certificates/{shown['certificate']['number']}",
                     "witnessing/" + link.rpartition("/")[2])
    ]  # fmt: skip
    for role in ("office", "leader", "lead", "legal", "supervisor"):
        pages.append(browser.of(bureau.people[role]).get(path).text)
    pages.append(room.office.get(f"{path}/certificate?full=true").text)
    pages.append(room.office.get(f"/api/drawing/preparation?batch_id={room.county.batch_id}").text)
    for kind in ("subjects", "inspectors"):
        data = room.office.get(f"/api/drawing/pools/{kind}?batch_id={room.county.batch_id}").data
        rows = load_workbook(BytesIO(data)).active.iter_rows(values_only=True)
        pages.append(str(list(rows)))
    for page in pages:
        assert len(page) > 100
        assert not [
            word for word in (CANARY, "credit", "rating", "internal_flags", "信用风险", "complaint") if word in page
        ]


def test_the_credit_class_changes_nothing_that_is_published(room: Room) -> None:
    """Also not as another name for it: with every class turned round, rosters and strata are the same."""

    def frozen(grades: str) -> Any:
        db.session.query(SubjectRating).delete()
        for subject, grade in zip(room.county.subjects.values(), grades * 20, strict=False):
            db.session.add(SubjectRating(subject_id=subject.id, credit_class=grade, internal_flags=[]))
        db.session.commit()
        again = Room(room.office, room.county, room.clock)
        again.announce()
        answer = again.act("voiding", reason="other", note="比对")
        plan = service.draw_by_id(again.draw_id).plan
        return answer["strata"], plan["strata"], [row["digest"] for row in plan["rosters"]]

    assert frozen("AAAD") == frozen("DCBA")


def test_a_public_and_a_full_certificate_are_one_document_with_a_page_kept_back(app: Flask, room: Room) -> None:
    room.announce()
    number = room.finish()["certificate"]["number"]
    public = app.test_client().get(f"/api/drawing/certificates/{number}").json
    full = room.office.get(f"/api/drawing/draws/{room.draw_id}/certificate?full=true").json
    assert public["annex"] is None and full["annex"] is not None
    assert {**full, "annex": None} == public
    assert digest(full["annex"]) == public["certificate"]["annex"]


@pytest.mark.parametrize("what", ["exclusions", "overrides"])
def test_an_exclusion_or_override_of_a_premises_outside_the_pool_is_refused_by_name(room: Room, what: str) -> None:
    cafe = room.county.subjects["cafe0"]
    row = {"item": "ZA-01", "subject_id": cafe.id, "note": "写错了事项", "reason": "suspended"}
    if what == "overrides":
        del row["reason"]
    answer = room.announce(**{what: [row]})
    assert answer["code"] == "draw_premises_not_in_pool" and cafe.name in answer["title"]
    row["subject_id"] = room.draw_id
    assert room.announce(**{what: [row]})["code"] == "draw_premises_not_in_pool"
    row["item"] = "XX-99"
    assert room.announce(**{what: [row]})["code"] == "draw_premises_not_in_pool"
    assert room.office.get("/api/drawing/draws").json == []


def test_an_override_that_would_do_nothing_is_refused(room: Room) -> None:
    row = {"item": "ZA-01", "subject_id": room.county.subjects["hotel3"].id, "note": "群众举报"}
    answer = room.announce(overrides=[row])
    assert answer["code"] == "draw_override_idle" and "宾馆3" in answer["title"]


def test_an_item_that_the_batch_does_not_have_is_refused_and_not_left_out(room: Room) -> None:
    answer = room.announce(items=["ZA-01", "XX-99"])
    assert answer["code"] == "draw_item_not_in_batch" and "XX-99" in answer["title"]


def test_a_premises_that_came_after_the_freeze_cannot_be_stuffed_into_the_draw(app: Flask, room: Room) -> None:
    room.announce()
    make_subject("朋友的店", "ZA-01", code="91410422MA40A99999")
    db.session.commit()
    number = room.finish()["certificate"]["number"]
    bundle = app.test_client().get(f"/api/drawing/certificates/{number}").json
    assert "91410422MA40A99999" not in canonical(bundle).decode()
    bundle["rosters"]["ZA-01"].append({"id": "uscc:91410422MA40A99999", "stratum": "ZA-01/A"})
    assert "roster_rule" in [row["code"] for row in rules.verify(bundle)]


def test_seeds_cannot_be_ground_by_announcing_until_one_pleases(app: Flask, room: Room) -> None:
    """Whoever announces ten plans and keeps the one he likes has nine voidings in public, with his reasons."""
    for _ in range(3):
        again = Room(room.office, room.county, room.clock)
        again.announce()
        again.act("voiding", reason="other", note="再来一次")
    room.announce()
    room.finish()
    kinds = [row["kind"] for row in app.test_client().get("/api/drawing/chain").json]
    assert kinds == ["announcement", "voiding"] * 3 + ["announcement", "certificate"]
    # And the number that decides came into being after the plan, or the plan is refused.
    early = announcement(room.county, room.draw_id, source={"name": "昨日", "moment": "2026-11-21T07:00:00.000Z"})
    early["id"] = Room(room.office, room.county, room.clock).draw_id
    early["commitment"] = rules.commitment(early["id"], "office", "5e" * 32)
    assert room.office.post("/api/drawing/draws", early).json["code"] == "draw_plan_source_early"
