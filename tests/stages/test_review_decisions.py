"""The lead reads, returns, takes in what came late, signs off; and what he is refused."""

import pytest
from flask import Flask

from server.dispatch.models import TaskState
from server.dispatch.service import task_by_id
from server.inspection.service import state_of
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.trail import TrailRow
from server.review.models import SignOff
from tests import record_cases as cases
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_review import Told, submitted


@pytest.fixture
def told(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> Told:
    return submitted(app, bureau, browser, clock)


def code_of(answer: object) -> str:
    return str(answer.json["code"])  # type: ignore[attr-defined]


def test_the_lead_finds_the_submitted_inspection_in_his_queue(told: Told) -> None:
    rows = told.lead.get("/api/review/queue").json
    assert [row["id"] for row in rows] == [told.inspection]
    assert rows[0]["phase"] == "submitted" and rows[0]["outstanding"] == 0
    assert rows[0]["inspectors"] == ["张建国", "李卫东"] and rows[0]["may_decide"]


def test_he_reads_everything_that_was_said(told: Told) -> None:
    whole = told.read().json
    assert whole["state"]["answers"]["HT302"]["value"] == {"unchecked": "当日无钟点房入住"}
    assert whole["evaluation"]["result_code"] == "PENDING"
    assert {device["person_name"] for device in whole["devices"]} == {"张建国", "李卫东"}
    assert whole["outstanding"] == [] and whole["definitions"][0]["id"] == "hotel-small"
    assert "可疑卡片" in whole["restricted"][0]["text"]


def test_another_brigades_lead_learns_nothing(told: Told, bureau: Bureau, browser: Browser) -> None:
    stranger = browser.of(bureau.people["other_lead"])
    assert stranger.get("/api/review/queue").json == []
    assert told.read(stranger).status_code == 404
    for what in ("return", "sign-off"):
        assert told.decide(what, stranger, text="退回").status_code == 404
    assert told.decide("admit", stranger, ids=["0" * 64], reason="补").status_code == 404


def test_signing_off_finishes_the_inspection(told: Told) -> None:
    answer = told.decide("sign-off", text="情况属实。")
    assert answer.status_code == 200, answer.text
    assert answer.json["result_code"] == "PENDING"
    state = state_of(told.inspection)
    assert state["phase"] == "signed_off"
    assert state["signatures"][-1]["value"]["signer"]["post"] == "治安大队负责人"
    assert task_by_id(told.inspection).state == TaskState.SIGNED_OFF
    actions = [row.action for row in db.session.query(TrailRow).order_by(TrailRow.id)]
    assert "inspection.signed_off" in actions


def test_a_second_sign_off_changes_nothing(told: Told) -> None:
    assert told.decide("sign-off").status_code == 200
    entries = len(told.read().json["entries"])
    answer = told.decide("sign-off", text="再签一次")
    assert (answer.status_code, code_of(answer)) == (409, "review_wrong_phase")
    assert len(told.read().json["entries"]) == entries


def test_a_signed_record_cannot_be_changed_in_silence(told: Told) -> None:
    told.decide("sign-off")
    told.answer(cases.LI, "HT302", "pass", [_head(told, "HT302")])
    told.push()
    state = told.read().json["state"]
    assert state["answers"]["HT302"]["value"] == {"unchecked": "当日无钟点房入住"}
    assert len(state["late"]) == 1 and state["phase"] == "signed_off"
    answer = told.decide("return", text="改")
    assert (answer.status_code, code_of(answer)) == (409, "review_wrong_phase")


def _head(told: Told, path: str) -> str:
    heads: list[str] = told.read().json["state"]["answers"][path]["heads"]
    return heads[0]


def test_what_came_late_is_taken_in_only_with_a_reason(told: Told) -> None:
    told.decide("sign-off")
    late = told.answer(cases.LI, "HT302", "pass", [_head(told, "HT302")])
    told.push()
    assert told.decide("admit", ids=[late["id"]], reason=" ").status_code == 422
    answer = told.decide("admit", ids=[late["id"]], reason="离线期间填写，经核实。")
    assert answer.status_code == 200, answer.text
    assert answer.json["state"]["answers"]["HT302"]["value"] == "pass"
    stale = [s["stale"] for s in answer.json["state"]["signatures"] if s["value"]["role"] == "party"]
    assert stale == [["HT302"]]
    again = told.decide("admit", ids=[late["id"]], reason="再次")
    assert code_of(again) == "review_nothing_late"


def test_a_returned_record_comes_back_with_its_comments(told: Told) -> None:
    answer = told.decide(
        "return",
        text="请补充核对钟点房。",
        comments=[{"path": "HT302", "text": "钟点房应核对前一日。"}],
        signatures=["inspector"],
    )
    assert answer.status_code == 200, answer.text
    state = answer.json["state"]
    assert (state["phase"], state["round"]) == ("returned", 2)
    assert [(c["path"], c["text"]) for c in state["comments"]] == [("HT302", "钟点房应核对前一日。")]
    assert task_by_id(told.inspection).state == TaskState.RETURNED
    pulled = told.browser.of(told.bureau.people["second"]).get("/api/sync/pull?cursor=").json
    said = {entry["kind"]: entry["value"] for j in pulled["inspections"] for entry in j["entries"]}
    assert said["return"] == {"round": 2, "signatures": ["inspector"], "text": "请补充核对钟点房。"}
    assert said["comment"] == {"text": "钟点房应核对前一日。"}


def correct_and_submit(told: Told) -> None:
    told.decide("return", text="请补充核对钟点房。", signatures=["inspector"])
    told.hear()
    told.answer(cases.LI, "HT302", "pass", [_head(told, "HT302")])
    text = told.text()
    told.sign(cases.ZHANG, "inspector", "张建国", text)
    told.sign(cases.LI, "inspector", "李卫东", text)
    told.upload_all()
    told.submit(round_=2)


def test_the_second_round_needs_a_word_where_the_partys_signature_does_not_reach(told: Told) -> None:
    correct_and_submit(told)
    answer = told.decide("sign-off")
    assert (answer.status_code, code_of(answer)) == (409, "review_reason_needed")
    assert "钟点房登记" in answer.json["title"]
    done = told.decide("sign-off", text="更正内容系当日无钟点房，不影响当事人权益。")
    assert done.status_code == 200, done.text
    assert done.json["round"] == 2


def test_roles_asked_to_sign_again_have_to(told: Told) -> None:
    told.decide("return", text="检查人员请重新签名。", signatures=["inspector"])
    told.submit(round_=2)
    answer = told.decide("sign-off")
    assert code_of(answer) == "review_signatures_missing"
    assert "检查人员张建国" in answer.json["title"] and "当事人" not in answer.json["title"]


def test_a_return_needs_words(told: Told) -> None:
    assert code_of(told.decide("return", text="  ")) == "review_words_needed"
    assert told.decide("return", comments=[{"path": "HT302", "text": "请补照片"}]).status_code == 200


def test_a_comment_at_a_place_that_is_none_is_refused_and_nothing_is_kept(told: Told) -> None:
    answer = told.decide("return", comments=[{"path": "../etc", "text": "请补照片"}])
    assert (answer.status_code, code_of(answer)) == (422, "invalid_input")
    assert state_of(told.inspection)["comments"] == []


def test_a_decision_on_what_has_changed_meanwhile_is_refused(told: Told) -> None:
    seen = told.read().json["feed"]
    told.say(cases.LI, "comment", "", {"text": "补充说明：房号以门牌为准。"})
    told.push()
    for what in ("return", "sign-off"):
        assert code_of(told.decide(what, text="退回", seen=seen)) == "changed_meanwhile"
    assert told.decide("sign-off", seen=told.read().json["feed"]).status_code == 200


def test_missing_photos_stop_the_sign_off_and_say_whose(
    app: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(app, bureau, browser, clock)
    cases.fill(told)
    cases.all_sign(told)
    told.upload_all()
    told.photo(cases.LI, "HT201", 9)
    told.submit()
    answer = told.decide("sign-off")
    assert (answer.status_code, code_of(answer)) == (409, "review_evidence_missing")
    assert "1份" in answer.json["title"] and "李卫东" in answer.json["title"]
    row = told.read().json["outstanding"][0]
    assert row["person_name"] == "李卫东" and len(row["evidence"]) == 1
    told.upload_all()
    assert told.decide("sign-off", text="照片为签名后补传。").status_code == 200


def test_what_was_in_a_lost_vault_is_told_and_answered_for_in_words(
    app: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(app, bureau, browser, clock)
    cases.fill(told)
    cases.all_sign(told)
    told.upload_all()
    told.photo(cases.LI, "HT201", 9)
    told.submit()
    lis = told.phones[cases.LI]
    assert told.read().json["lost"] == []
    assert lis.tab and lis.tab.post(f"/api/devices/{lis.id}/loss").status_code == 200
    (row,) = told.read().json["lost"]
    assert (row["device"], row["person_name"]) == (lis.id, "李卫东")
    assert (row["last_seq"], row["missing"]) == (lis.entries[-1]["seq"], 0)
    assert code_of(told.decide("sign-off")) == "review_loss_needs_words"
    assert told.decide("sign-off", text="李卫东手机数据丢失，其照片无法补传，其余证据足以认定。").status_code == 200


def test_what_others_saw_of_a_lost_vault_is_counted(
    app: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(app, bureau, browser, clock)
    cases.fill(told)
    told.push()
    zhang, li = told.phones[cases.ZHANG], told.phones[cases.LI]
    here = len(li.entries)
    unseen = [li.answer("HT101", {"unchecked": f"第{n}次改"}) for n in range(3)]
    zhang.submit(*told.entries.values(), unseen[-1])
    zhang.push()
    assert zhang.tab and zhang.tab.post(f"/api/devices/{li.id}/loss").status_code == 200
    (row,) = told.read().json["lost"]
    assert (row["last_seq"], row["missing"]) == (here, 3)


def test_an_open_conflict_stops_the_sign_off(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> None:
    told = Told(app, bureau, browser, clock)
    cases.fill(told)
    told.answer(cases.ZHANG, "HT205", "fail")
    cases.all_sign(told)
    told.upload_all()
    told.submit()
    answer = told.decide("sign-off")
    assert code_of(answer) == "review_conflicts_open"
    assert "前台应知应会" in answer.json["title"]


def test_without_the_partys_signature_there_must_be_its_refusal(
    app: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(app, bureau, browser, clock)
    cases.fill(told)
    text = told.text()
    for who, name in ((cases.ZHANG, "张建国"), (cases.LI, "李卫东")):
        told.sign(who, "inspector", name, text)
    told.upload_all()
    told.submit()
    answer = told.decide("sign-off")
    assert code_of(answer) == "review_signatures_missing" and "当事人" in answer.json["title"]


def test_what_is_not_submitted_cannot_be_decided(app: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> None:
    told = Told(app, bureau, browser, clock)
    cases.fill(told)
    told.push()
    assert code_of(told.decide("sign-off")) == "review_wrong_phase"
    assert code_of(told.decide("return", text="退回")) == "review_wrong_phase"
    assert told.lead.get("/api/review/queue").json[0]["phase"] == "open"


def test_nobody_signs_off_his_own_inspection(told: Told) -> None:
    inspector = told.bureau.people["first"]
    inspector.roles = ["inspector", "lead"]
    db.session.commit()
    answer = told.decide("sign-off", told.browser.of(inspector))
    assert (answer.status_code, code_of(answer)) == (403, "review_own_inspection")
    assert not told.read(told.browser.of(inspector)).json["may_decide"]
    assert db.session.get(SignOff, told.inspection) is None


def test_an_inspector_may_read_and_not_decide(told: Told) -> None:
    inspector = told.browser.of(told.bureau.people["second"])
    assert told.read(inspector).status_code == 200
    assert told.decide("sign-off", inspector).status_code == 403
    stranger = told.browser.of(told.bureau.people["stranger"])
    assert told.read(stranger).status_code == 404
