"""What a stopped phone still brings: kept apart, told to whoever decides, and no part of anything that is signed."""

import pytest
from flask import Flask

from server.inspection.service import entries_of
from server.platform.clock import SetClock
from tests import record_cases as cases
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_review import Told, submitted


@pytest.fixture
def told(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> Told:
    """The office stops the second inspector's phone while he works in a cellar; then he comes up."""
    told = Told(app, bureau, browser, clock)
    told.say(cases.ZHANG, "answer", "HT101", "pass")
    told.push()
    phone = told.phones[cases.LI]
    assert told.office.post(f"/api/devices/{phone.id}/revocation", {"reason": "报失"}).status_code == 200
    told.say(cases.LI, "answer", "HT302", {"unchecked": "当日无钟点房入住"})
    told.say(cases.LI, "finding", "HT201", {"text": "登记簿漏记两人", "corrected_on_site": False})
    assert phone.outcome() == {("held", "device_revoked")}
    return told


def test_the_lead_reads_from_whose_phone_why_and_what(told: Told) -> None:
    (group,) = told.read().json["apart"]
    assert (group["person_name"], group["code"]) == ("李卫东", "device_revoked")
    assert group["device"] == told.phones[cases.LI].id and "设备已停用" in group["detail"]
    assert [(e["kind"], e["path"]) for e in group["entries"]] == [("answer", "HT302"), ("finding", "HT201")]
    assert group["entries"][1]["value"]["text"] == "登记簿漏记两人"
    assert group["entries"][0]["author"] == told.bureau.people["second"].id


def test_his_queue_says_it_while_the_inspection_is_under_way(told: Told) -> None:
    (row,) = told.lead.get("/api/review/queue").json
    assert row["phase"] == "open" and row["apart"] == 2 and row["late"] == 0


def test_his_queue_has_it_too_when_the_stopped_phone_brings_the_visits_first_words(
    app: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(app, bureau, browser, clock)
    phone = told.phones[cases.LI]
    assert told.lead.get("/api/review/queue").json == []
    assert told.office.post(f"/api/devices/{phone.id}/revocation", {"reason": "报失"}).status_code == 200
    told.say(cases.LI, "answer", "HT101", "fail")
    assert phone.outcome() == {("held", "device_revoked")}
    (row,) = told.lead.get("/api/review/queue").json
    assert (row["id"], row["state"], row["apart"]) == (told.inspection, "dispatched", 1)
    assert browser.of(bureau.people["other_lead"]).get("/api/review/queue").json == []


def test_the_office_finds_it_among_what_waits(told: Told) -> None:
    (row,) = told.office.get("/api/review/apart").json
    assert (row["id"], row["subject_name"], row["entries"]) == (told.inspection, "锦程快捷酒店", 2)


def test_it_is_no_part_of_the_record_and_nothing_takes_it_in(told: Told) -> None:
    whole = told.read().json
    assert {entry["device"] for entry in whole["entries"]} == {told.phones[cases.ZHANG].id}
    assert "HT302" not in whole["state"]["answers"] and whole["state"]["late"] == []
    ids = [entry["id"] for entry in whole["apart"][0]["entries"]]
    assert told.decide("admit", ids=ids, reason="认可").status_code == 409
    assert len(entries_of(told.inspection)) == 1


def test_another_brigades_lead_and_the_inspectors_list_learn_nothing(
    told: Told, bureau: Bureau, browser: Browser
) -> None:
    assert browser.of(bureau.people["other_lead"]).get("/api/review/apart").json == []
    assert browser.of(bureau.people["first"]).get("/api/review/apart").status_code == 403


def test_what_lacked_only_its_signature_goes_in_by_itself(
    app: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(app, bureau, browser, clock)
    told.say(cases.ZHANG, "answer", "HT101", "pass")
    phone = told.phones[cases.ZHANG]
    assert phone.outcome(phone.entries, []) == {("held", "unsigned")}
    assert told.read().json["apart"][0]["code"] == "unsigned"
    assert phone.outcome(phone.entries) == {("accepted", None)}
    assert told.read().json["apart"] == [] and told.office.get("/api/review/apart").json == []


def test_the_papers_are_made_without_it(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> None:
    told = submitted(app, bureau, browser, clock)
    phone = told.phones[cases.LI]
    assert told.office.post(f"/api/devices/{phone.id}/revocation", {"reason": "报失"}).status_code == 200
    told.say(cases.LI, "answer", "HT101", "fail")
    assert phone.outcome() == {("held", "device_revoked")}
    assert told.decide("sign-off", text="情况属实。").status_code == 200
    assert told.pdf().status_code == 200
    assert told.office.get("/api/review/apart").json == []
    assert len(told.read().json["apart"][0]["entries"]) == 1
