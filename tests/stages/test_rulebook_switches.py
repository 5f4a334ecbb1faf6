"""Items beyond the core: switched by the office within the published list, and law text that somebody checked."""

from datetime import date
from json import loads
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.platform.db import db
from server.platform.trail import TrailRow
from server.registry.models import InspectionItem
from server.rulebook.models import ChecklistSwitch
from server.rulebook.pinning import pin
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_registry import make_item
from tests.factories_rulebook import HOTEL_CONTENTS, hotel_text

BASE = "/api/rulebook"
DAY = date(2026, 11, 22)
TEXT = {
    "law": "penalties",
    "version": "2025",
    "provision": "lodging-registration",
    "text": "第六十七条　（试验文本）",
    "source": "全国人大常委会公报（试验）",
    "checker": "法制室 张某",
    "date": "2026-01-05",
}


def switch(office: Tab, *codes: str, on: bool = True, item: str = "ZA-01") -> Any:
    body = {"codes": list(codes), "on": on, "reason": "近期投诉较多，按公布清单增加检查"}
    return office.post(f"{BASE}/items/{item}/switches", body)


def code_of(answer: Any) -> str:
    return f"{answer.status_code} {answer.json['code']}"


def pinned(item: InspectionItem) -> tuple[str, set[str]]:
    version = pin(item, DAY)
    db.session.commit()
    codes = {entry["code"] for section in loads(version.body)["sections"] for entry in section["items"]}
    return version.hash, codes


def test_a_switch_changes_what_later_tasks_pin_and_is_written_down(
    hotel: InspectionItem, office: Tab, bureau: Bureau
) -> None:
    core, codes = pinned(hotel)
    assert "HT501" not in codes
    answer = switch(office, "HT501")
    assert answer.status_code == 200 and answer.json["on"] == ["HT501"]
    more, codes = pinned(hotel)
    assert more != core and "HT501" in codes
    assert switch(office, "HT501", on=False).json["on"] == []
    assert pinned(hotel)[0] == core, "off again, the same checklist as before to the byte"
    acts = answer.json["history"] + office.get(f"{BASE}/items/ZA-01/switches").json["history"]
    assert [(act["code"], act["on"], act["by"]) for act in acts] == [
        ("HT501", True, "office"),
        ("HT501", False, "office"),
        ("HT501", True, "office"),
    ]
    trail = db.session.scalars(select(TrailRow).where(TrailRow.action == "checklist.switched")).all()
    assert [row.detail for row in trail] == [
        {"item": "ZA-01", "codes": ["HT501"], "on": True},
        {"item": "ZA-01", "codes": ["HT501"], "on": False},
    ]
    assert {row.actor_id for row in trail} == {bureau.people["office"].id}


def test_what_the_published_list_does_not_cover_stays_off(bureau: Bureau, office: Tab) -> None:
    make_item("ZA-01", bureau.units["zhian"], name="对旅馆业的抽查", contents=HOTEL_CONTENTS)
    db.session.commit()
    answer = switch(office, "HT501")
    assert code_of(answer) == "409 switch_not_published" and "请先修订并公布清单" in answer.json["title"]
    assert switch(office, "HT401").status_code == 200, "实名登记 is published, so the minors' items are covered"
    rows = {row["code"]: row for row in office.get(f"{BASE}/items/ZA-01/switches").json["rows"]}
    assert (rows["HT501"]["published"], rows["HT401"]["published"], rows["CM03"]["published"]) == (False, True, True)
    assert office.get(f"{BASE}/items/ZA-01/switches").json["beyond"] == ["HT101", "HT104"]


def test_core_items_unknown_ones_and_no_change_are_refused(hotel: InspectionItem, office: Tab) -> None:
    assert code_of(switch(office, "HT301")) == "409 switch_core"
    assert code_of(switch(office, "HT999")) == "404 switch_unknown"
    assert code_of(switch(office, "HT501", on=False)) == "409 switch_same"
    assert code_of(switch(office, "HT501", item="ZA-99")) == "409 item_not_in_force"
    assert (
        office.post(f"{BASE}/items/ZA-01/switches", {"codes": ["HT501"], "on": True, "reason": " "}).status_code == 422
    )
    assert db.session.scalars(select(ChecklistSwitch)).all() == []


def test_an_item_that_reads_another_is_switched_with_it(
    hotel: InspectionItem, office: Tab, browser: Browser, bureau: Bureau
) -> None:
    reading = ("- code: HT502\n", "- code: HT502\n        when: { expr: 'HT501 != \"na\"', needs: [HT501] }\n")
    brought = office.post(f"{BASE}/editions", {"text": hotel_text("2026.2", "2026-01-01", reading)}).json
    proposal = {"effective_from": "2026-11-22", "reason": "巡查与访客登记一并检查"}
    proposed = office.post(f"{BASE}/editions/{brought['hash']}/schedules", proposal).json
    decision = {"approved": True, "words": "同意"}
    browser.of(bureau.people["legal"]).post(f"{BASE}/schedules/{proposed['id']}/decision", decision)
    rows = {row["code"]: row for row in office.get(f"{BASE}/items/ZA-01/switches").json["rows"]}
    assert rows["HT502"]["needs"] == ["HT501"] and rows["HT501"]["needs"] == []
    answer = switch(office, "HT502")
    assert code_of(answer) == "409 switch_needs" and "HT502要用到HT501的答案" in answer.json["title"]
    assert switch(office, "HT501", "HT502").status_code == 200
    assert code_of(switch(office, "HT501", on=False)) == "409 switch_needs"


def test_checked_law_text_is_part_of_what_a_task_pins(
    hotel: InspectionItem, browser: Browser, bureau: Bureau, office: Tab
) -> None:
    before, _ = pinned(hotel)
    legal = browser.of(bureau.people["legal"])
    assert legal.post(f"{BASE}/law-texts", TEXT).json == {"made": 1}
    assert legal.post(f"{BASE}/law-texts", TEXT).json == {"made": 0}
    after = pin(hotel, DAY)
    law = next(law for law in loads(after.body)["catalogues"]["laws"] if law["id"] == "penalties")
    provision = next(v for v in law["versions"] if v["version"] == "2025")["provisions"]["lodging-registration"]
    assert after.hash != before and provision["text"] == TEXT["text"]
    assert provision["checked"] == {"source": TEXT["source"], "checker": TEXT["checker"], "date": "2026-01-05"}
    shown = {
        (row["law"], row["version"], row["provision"]): row["text"] for row in office.get(f"{BASE}/law-texts").json
    }
    assert shown["penalties", "2025", "lodging-registration"] == TEXT["text"]
    assert shown["penalties", "2012", "lodging-registration"] is None, "our own words are not official text"
    assert legal.post(f"{BASE}/law-texts", TEXT | {"text": ""}).json == {"made": 1}
    assert pinned(hotel)[0] == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"law": "penalty"}, "404 law_text_unknown"),
        ({"version": "2030"}, "404 law_text_unknown"),
        ({"date": "2026-11-23"}, "409 law_text_future"),
        ({"source": "  "}, "422 invalid_input"),
        ({"checker": ""}, "422 invalid_input"),
    ],
)
def test_text_that_nobody_can_stand_for_is_refused(
    browser: Browser, bureau: Bureau, change: dict[str, str], code: str
) -> None:
    assert code_of(browser.of(bureau.people["legal"]).post(f"{BASE}/law-texts", TEXT | change)) == code


def test_law_text_comes_from_a_file_too(app: Flask, bureau: Bureau, hotel: InspectionItem, tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    rows = "".join(f"    {key}: {value!r}\n" for key, value in TEXT.items())
    file.write_text("texts:\n  -" + rows[3:], "utf-8")
    db.session.commit()
    run = app.test_cli_runner()
    said = run.invoke(args=["checklist", "law-text", str(file)])
    assert (said.exit_code, said.output.strip()) == (0, "共1条，新登记1条"), said.output
    assert "试验文本" in pin(hotel, DAY).body
    db.session.commit()
    file.write_text(file.read_text("utf-8").replace("checker", "checked_by"), "utf-8")
    said = run.invoke(args=["checklist", "law-text", str(file)])
    assert said.exit_code == 1 and "texts.yaml:2: 每条原文须写且只写：law、version" in said.output
    file.write_text("texts: []\n", "utf-8")
    assert "下面逐条列出原文" in run.invoke(args=["checklist", "law-text", str(file)]).output
