"""The blank form and the 自查表 as PDF: what a task would ask today, without what the party must not see."""

import io

import pytest
from pypdf import PdfReader

from server.platform.db import db
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_registry import make_item
from tests.factories_rulebook import HOTEL_CONTENTS

# Setting type is the same on every database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def lines_of(pdf: bytes) -> list[str]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [line.strip() for page in pages for line in page.extract_text().splitlines()]


def test_a_box_to_tick_never_stands_alone_at_the_end_of_a_line(browser: Browser, bureau: Bureau) -> None:
    make_item("ZA-01", bureau.units["zhian"], contents=HOTEL_CONTENTS)
    db.session.commit()
    office = browser.of(bureau.people["office"])
    for form in ("blank", "self-check"):
        lines = lines_of(office.get(f"/api/documents/checklists/ZA-01/{form}.pdf").data)
        assert [line for line in lines if "□" in line] and [line for line in lines if line.endswith("□")] == []


def test_the_forms_follow_the_switches_and_keep_internal_items_off(browser: Browser, bureau: Bureau) -> None:
    make_item("ZA-01", bureau.units["zhian"], contents=HOTEL_CONTENTS)
    db.session.commit()
    office = browser.of(bureau.people["office"])
    body = {"codes": ["HT501", "HT803"], "on": True, "reason": "公布清单已包括"}
    assert office.post("/api/rulebook/items/ZA-01/switches", body).status_code == 200
    blank = office.get("/api/documents/checklists/ZA-01/blank.pdf")
    assert blank.status_code == 200 and blank.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(blank.data)).pages)
    assert "HT301" in text and "HT501" in text, "what is switched on is asked on paper too"
    assert "叶县公安局" in text, "a form says whose it is"
    assert "HT803" not in text and "HT502" not in text and "CM01" not in text
    asked = office.get("/api/documents/checklists/ZA-01/self-check.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(asked.data)).pages)
    assert "自查表" in text and "不作为行政检查的依据" in text
    assert office.get("/api/documents/checklists/XX-01/blank.pdf").json["code"] == "item_not_in_force"
