"""A new edition of a checklist: brought without a shell, compared, scheduled, approved, and then pinned by its day."""

from datetime import date
from json import loads
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.models import Person
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.trail import TrailRow
from server.registry.models import InspectionItem
from server.rulebook import editions
from server.rulebook.models import ChecklistEdition, ChecklistSchedule
from server.rulebook.pinning import pin
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_registry import make_item
from tests.factories_rulebook import HOTEL_CONTENTS, hotel_text

BASE = "/api/rulebook"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
EDIT = ("店内系统", "酒店系统")


@pytest.fixture
def legal(browser: Browser, bureau: Bureau) -> Tab:
    return browser.of(bureau.people["legal"])


def bring(office: Tab, text: str) -> dict[str, Any]:
    answer = office.post(f"{BASE}/editions", {"text": text})
    assert answer.status_code == 200, answer.text
    brought: dict[str, Any] = answer.json
    return brought


def schedule(office: Tab, hash_: str, day: str) -> dict[str, Any]:
    answer = office.post(
        f"{BASE}/editions/{hash_}/schedules", {"effective_from": day, "reason": "按新条文修改第三节用语"}
    )
    assert answer.status_code == 200, answer.text
    proposed: dict[str, Any] = answer.json
    return proposed


def decide(legal: Tab, schedule_id: str, approved: bool = True) -> Any:
    return legal.post(
        f"{BASE}/schedules/{schedule_id}/decision", {"approved": approved, "words": "与公布的清单核对一致"}
    )


def code_of(answer: Any) -> str:
    return f"{answer.status_code} {answer.json['code']}"


def test_an_edition_holds_from_its_day_and_old_pins_stay(
    hotel: InspectionItem, office: Tab, legal: Tab, clock: SetClock
) -> None:
    old = pin(hotel, date(2026, 11, 22))
    old_hash, old_body = old.hash, old.body
    db.session.commit()
    brought = bring(office, hotel_text("2027.1", "2026-01-01", EDIT))
    proposed = schedule(office, brought["hash"], "2027-01-01")
    assert proposed["state"] == "proposed"
    assert pin(hotel, date(2027, 1, 1)).hash == old_hash, "what is only proposed decides nothing"
    db.session.commit()
    approved = decide(legal, proposed["id"])
    assert approved.status_code == 200 and approved.json["decided_by"] == "legal"
    assert pin(hotel, date(2026, 12, 31)).hash == old_hash
    new = pin(hotel, date(2027, 1, 1))
    assert new.hash != old_hash and "酒店系统" in new.body and loads(new.body)["version"] == "2027.1"
    db.session.commit()
    assert pin(hotel, date(2026, 12, 31)).body == old_body, "old tasks keep what they pinned"
    acts = [row.action for row in db.session.scalars(select(TrailRow).where(TrailRow.subject_kind == "checklist"))]
    assert acts == ["checklist.put_into_use", "checklist.brought", "checklist.scheduled", "checklist.approved"]


def test_a_file_that_changed_with_the_software_waits_until_it_is_scheduled(
    hotel: InspectionItem, office: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pin(hotel, date(2026, 11, 22)).hash
    db.session.commit()
    definition, faults = editions.check_text(hotel_text("2026.1", "2026-01-01", EDIT))
    assert definition and faults == []
    row = editions.made(definition, "", editions.Origin.SHIPPED, None)
    changed = {"hotel-real-name": editions.Whole(row.hash, definition, row.body, "")}
    monkeypatch.setattr(editions, "shipped", lambda: changed)
    assert pin(hotel, date(2026, 11, 22)).hash == first
    shown = office.get(f"{BASE}/checklists/hotel-real-name").json
    assert [(one["hash"] == row.hash, one["in_force"]) for one in shown["editions"]] == [(True, False), (False, True)]
    assert schedule(office, row.hash, "2026-12-01")["state"] == "proposed", "published under its own hash"


def test_a_wrong_text_is_refused_with_line_and_sentence_and_nothing_is_kept(office: Tab) -> None:
    text = hotel_text("2027.1", "2026-01-01", ("penalties/unlicensed-trade", "penalties/unlicenced-trade"))
    line = text[: text.index("penalties/unlicenced-trade")].count("\n") + 1
    checked = office.post(f"{BASE}/editions/check", {"text": text}).json
    assert [(fault["line"], fault["code"]) for fault in checked["faults"]] == [(line, "unknown_law")]
    assert "是否想写 penalties/unlicensed-trade" in checked["faults"][0]["text"] and checked["edition"] is None
    answer = office.post(f"{BASE}/editions", {"text": text})
    assert code_of(answer) == "422 checklist_wrong" and answer.json["errors"]["faults"] == checked["faults"]
    assert db.session.scalars(select(ChecklistEdition)).all() == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_input"),
        ("a" * 300_001, "invalid_input"),
        ("just words", "checklist_wrong"),
        ("a: !!python/object/apply:os.system [ls]", "checklist_wrong"),
        (LAUGHS, "checklist_wrong"),
        ("[" * 5000, "checklist_wrong"),
        ("? [a, b]\n: c", "checklist_wrong"),
        ("id: x\ninclude: [../../secret]", "checklist_wrong"),
    ],
    ids=["empty", "too long", "no mapping", "a tag", "a thousand laughs", "too deep", "odd key", "outside"],
)
def test_what_is_no_checklist_is_refused_quickly(office: Tab, text: str, code: str) -> None:
    answer = office.post(f"{BASE}/editions", {"text": text})
    assert answer.json["code"] == code and answer.status_code == 422


def test_one_version_number_names_one_content_once_it_is_scheduled(hotel: InspectionItem, office: Tab) -> None:
    first = bring(office, hotel_text("2027.1"))
    assert bring(office, hotel_text("2027.1", "2026-01-01", EDIT))["hash"] != first["hash"], "a draft may be corrected"
    schedule(office, first["hash"], "2027-01-01")
    answer = office.post(f"{BASE}/editions", {"text": hotel_text("2027.1", "2026-01-01", ("店内系统", "住店系统"))})
    assert code_of(answer) == "409 edition_version_taken"
    assert bring(office, hotel_text("2027.1"))["hash"] == first["hash"], "the same text again is the same edition"


def later(browser: Browser, person: Person, clock: SetClock, days: int) -> Tab:
    """The person's browser some days later: signed in anew."""
    clock.advance(days=days)
    browser.tabs.pop(person.id, None)
    return browser.of(person)


def test_days_that_cannot_be_are_refused(
    hotel: InspectionItem, office: Tab, browser: Browser, bureau: Bureau, clock: SetClock
) -> None:
    brought = bring(office, hotel_text("2027.1", "2027-01-01"))

    def propose(day: str) -> Any:
        return office.post(f"{BASE}/editions/{brought['hash']}/schedules", {"effective_from": day, "reason": "修订"})

    assert code_of(propose("2026-11-21")) == "409 schedule_past"
    assert code_of(propose("2026-12-31")) == "409 schedule_before_edition"
    proposed = propose("2027-01-01").json
    assert code_of(propose("2027-01-01")) == "409 schedule_day_taken"
    legal = later(browser, bureau.people["legal"], clock, days=60)
    assert code_of(decide(legal, proposed["id"])) == "409 schedule_past"


def test_only_the_legal_office_decides_and_only_once(
    hotel: InspectionItem, office: Tab, legal: Tab, bureau: Bureau, browser: Browser
) -> None:
    proposed = schedule(office, bring(office, hotel_text())["hash"], "2027-01-01")
    assert decide(office, proposed["id"]).status_code == 403
    assert decide(legal, proposed["id"], approved=False).json["state"] == "refused"
    assert code_of(decide(legal, proposed["id"])) == "409 schedule_decided"
    again = schedule(office, proposed_hash(proposed), "2027-01-01")
    row = db.session.get_one(ChecklistSchedule, again["id"])
    row.proposed_by_id = bureau.people["legal"].id
    db.session.commit()
    assert code_of(decide(legal, again["id"])) == "409 own_proposal"


def proposed_hash(proposed: dict[str, Any]) -> str:
    return db.session.get_one(ChecklistSchedule, proposed["id"]).edition_hash


def test_the_office_takes_back_what_is_not_in_force_yet(
    hotel: InspectionItem, office: Tab, legal: Tab, browser: Browser, bureau: Bureau, clock: SetClock
) -> None:
    hash_ = bring(office, hotel_text())["hash"]
    first = schedule(office, hash_, "2026-12-01")
    decide(legal, first["id"])
    taken = office.post(f"{BASE}/schedules/{first['id']}/withdrawal", {"words": "市局另有安排"})
    assert taken.json["state"] == "withdrawn" and editions.in_force("hotel-real-name", date(2026, 12, 1))
    second = schedule(office, hash_, "2026-12-01")
    decide(legal, second["id"])
    office = later(browser, bureau.people["office"], clock, days=10)
    refused = office.post(f"{BASE}/schedules/{second['id']}/withdrawal", {"words": "来不及了"})
    assert code_of(refused) == "409 schedule_in_force"


def test_core_items_beyond_the_published_list_are_not_approved(bureau: Bureau, office: Tab, legal: Tab) -> None:
    make_item("ZA-01", bureau.units["zhian"], contents=HOTEL_CONTENTS[:2])
    db.session.commit()
    proposed = schedule(office, bring(office, hotel_text())["hash"], "2027-01-01")
    answer = decide(legal, proposed["id"])
    assert code_of(answer) == "409 core_not_published"
    assert "HT701、HT702" in answer.json["title"] and "未公布的不得检查" in answer.json["title"]


def test_an_edition_that_no_joint_visit_could_use_is_not_approved(
    hotel: InspectionItem, office: Tab, legal: Tab
) -> None:
    # What is shared (the results, the opening, the law) changes on one day for all, or not at all.
    row = editions.made(
        editions.shipped()["hotel-real-name"].definition | {"version": "x"}, "", editions.Origin.SHIPPED, None
    )
    row.body = row.body.replace("未发现问题", "没有发现问题")
    db.session.add(row)
    db.session.commit()
    answer = decide(legal, schedule(office, row.hash, "2027-01-01")["id"])
    assert code_of(answer) == "409 schedule_joint"


def test_what_changed_is_told_in_words(hotel: InspectionItem, office: Tab, browser: Browser, bureau: Bureau) -> None:
    old = editions.shipped()["hotel-real-name"].hash
    new = bring(office, hotel_text("2027.1", "2026-01-01", EDIT, ("class: R\n", "class: C\n")))["hash"]
    lead = browser.of(bureau.people["lead"])
    rows = lead.get(f"{BASE}/differences?old={old}&new={new}").json
    version = next(row for row in rows if row["what"] == "版本号")
    assert (version["where"], version["after"]) == ("检查表", "2027.1")
    graded = next(row for row in rows if row["what"] == "不合格时的处置")
    assert (graded["kind"], graded["before"], graded["after"]) == ("修改", "责令限期改正", "建议立案")
    assert graded["where"].startswith("HT")
    english = lead.get(f"{BASE}/differences?old={old}&new={new}", headers={"Accept-Language": "en"}).json
    assert any(row["after"] == "case proposed" for row in english)


def test_whoever_brings_an_edition_can_read_how_one_is_written(
    hotel: InspectionItem, browser: Browser, bureau: Bureau
) -> None:
    office = browser.of(bureau.people["office"])
    guide = office.get(f"{BASE}/guide")
    assert guide.mimetype == "text/plain" and "检查表怎么写" in guide.text
    faults = office.post(f"{BASE}/editions/check", {"text": hotel_text("2027.1").replace("hotel-measures/", "x/")}).json
    said = "".join(fault["text"] for fault in faults["faults"])
    assert "法律依据目录" in said and ".yaml" not in said


def test_leads_read_and_inspectors_do_not(hotel: InspectionItem, browser: Browser, bureau: Bureau) -> None:
    lead = browser.of(bureau.people["lead"])
    rows = lead.get(f"{BASE}/checklists").json
    assert [row["id"] for row in rows] == ["hotel-real-name", "internet-cafe", "precursor-chemicals", "seal-engraving"]
    hash_ = rows[0]["in_force"]["hash"]
    whole = lead.get(f"{BASE}/editions/{hash_}").json
    assert whole["definition"]["sections"][0]["items"][0]["code"] == "CM01" and whole["source"].startswith("#")
    assert lead.post(f"{BASE}/editions", {"text": "x"}).status_code == 403
    assert browser.of(bureau.people["first"]).get(f"{BASE}/checklists").status_code == 403
    assert lead.get(f"{BASE}/checklists/unknown").status_code == 404
    assert lead.get(f"{BASE}/editions/{'0' * 64}").status_code == 404
