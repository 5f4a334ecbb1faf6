"""A body camera's recording stays on its disc; its hash comes to the record when somebody imports it at a desk."""

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from server.documents.issuing import issue
from server.documents.models import Copy, IssuedPaper
from server.inspection.service import state_of
from server.platform.blobs import blobs
from server.platform.clock import SetClock
from server.platform.db import db, transaction
from server.platform.jobs import deliver_offered
from server.platform.trail import TrailRow
from tests import record_cases as cases
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_review import Told, submitted

RECORDING: dict[str, Any] = {"sha256": cases.sha(b"a recording"), "size": 6_442_450_944}


@pytest.fixture
def told(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> Told:
    return submitted(app, bureau, browser, clock)


def camera(told: Told) -> str:
    return next(e["id"] for e in told.entries.values() if _purpose(e) == "held_elsewhere")


def _purpose(entry: object) -> str:
    value = entry["value"]  # type: ignore[index]
    return str(value.get("purpose", "")) if isinstance(value, dict) else ""


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def address(told: Told) -> str:
    return f"/api/review/inspections/{told.inspection}/seals"


def test_the_inspector_states_the_hash_at_a_desk_and_the_lead_reads_it(told: Told) -> None:
    inspector = told.browser.of(told.bureau.people["second"])
    before = state_of(told.inspection)
    answer = inspector.post(address(told), {"entry": camera(told)} | RECORDING)
    assert answer.status_code == 200, answer.text
    assert state_of(told.inspection) == before, "the journal is not touched"
    [seal] = told.read().json["seals"]
    assert seal == inspector.get(address(told)).json[0]
    assert (seal["entry"], seal["sha256"], seal["size"]) == (camera(told), *RECORDING.values())
    assert seal["by"] == "李卫东"
    trail = db.session.query(TrailRow).filter_by(action="evidence.sealed").one()
    assert trail.subject_id == told.inspection and trail.detail["size"] == RECORDING["size"]


def test_the_same_file_again_is_the_same_seal_and_a_second_file_is_one_more(told: Told) -> None:
    for _ in range(2):
        told.office.post(address(told), {"entry": camera(told)} | RECORDING)
    second = {"sha256": cases.sha(b"the next clip"), "size": 1}
    assert len(told.office.post(address(told), {"entry": camera(told)} | second).json) == 2


def test_only_evidence_that_was_registered_as_held_elsewhere_is_sealed(told: Told) -> None:
    photo = next(key for key, entry in told.entries.items() if _purpose(entry) == "photo")
    for entry in (photo, "0" * 64):
        answer = told.office.post(address(told), {"entry": entry} | RECORDING)
        assert code_of(answer) == (409, "held_not_registered")


def test_what_was_withdrawn_is_not_sealed(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> None:
    told = Told(app, bureau, browser, clock)
    cases.fill(told)
    cases.six_photos(told)
    held = told.entries[camera(told)]
    told.say(cases.LI, "withdraw", held["path"], {"reason": "编号写错"}, [held["id"]])
    told.push()
    answer = told.office.post(address(told), {"entry": held["id"]} | RECORDING)
    assert code_of(answer) == (409, "held_not_registered")


def test_another_hash_than_the_registered_one_is_refused(
    app: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(app, bureau, browser, clock)
    value: dict[str, Any] = {"purpose": "held_elsewhere", "carrier": "disc", "number": "D-1", "held_by": "李卫东"}
    value |= {"from": None, "to": None, "sha256": RECORDING["sha256"]}
    disc = told.say(cases.LI, "evidence", "VISIT", value)
    told.push()
    other = {"entry": disc["id"], "sha256": cases.sha(b"another"), "size": 7}
    assert code_of(told.office.post(address(told), other)) == (409, "held_hash_differs")
    assert told.office.post(address(told), {"entry": disc["id"]} | RECORDING).status_code == 200


def test_who_does_not_see_the_inspection_neither_seals_nor_reads(told: Told) -> None:
    stranger = told.browser.of(told.bureau.people["other_lead"])
    assert stranger.get(address(told)).status_code == 404
    assert stranger.post(address(told), {"entry": camera(told)} | RECORDING).status_code == 404


@pytest.mark.parametrize("wrong", [{"size": 0}, {"size": "7"}, {"sha256": "ABC"}, {"entry": "x"}, {"more": 1}])
def test_a_seal_says_what_it_has_to(told: Told, wrong: dict[str, object]) -> None:
    assert told.office.post(address(told), {"entry": camera(told)} | RECORDING | wrong).status_code in (400, 422)


def test_after_sign_off_the_next_version_of_the_record_names_the_hash(told: Told) -> None:
    assert told.decide("sign-off", text="情况属实。").status_code == 200
    deliver_offered()
    assert told.office.post(address(told), {"entry": camera(told)} | RECORDING).status_code == 200
    deliver_offered()
    with transaction():
        paper = issue(told.inspection, Copy.FULL)
        page = PdfReader(io.BytesIO(blobs().path(paper.sha256).read_bytes()))
        text = "".join("".join(sheet.extract_text().split()) for sheet in page.pages)
        assert RECORDING["sha256"] in text and "校验：6442450944字节" in text
        assert (paper.version, db.session.query(IssuedPaper).filter_by(copy=Copy.FULL).count()) == (2, 2)
