"""The year's plan: made from the items, approved, filed."""

from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_registry import make_items, make_subject


def test_the_plan_of_the_notice_has_three_lines_and_two_batches(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    make_subject("昆阳宾馆", "ZA-01")
    office = browser.of(bureau.people["office"])
    plan = office.post("/api/planning/plans", {"year": 2026}).json
    assert plan["title"] == "叶县公安局2026年度“双随机、一公开”抽查工作计划"
    assert [(line["item"]["code"], line["frequency"], line["pool"]) for line in plan["lines"]] == [
        ("ZA-01", 1, 1),
        ("JD-01", 2, 0),
        ("WA-01", 2, 0),
    ]
    batches = {b["number"]: b for b in plan["batches"]}
    assert batches[1]["items"] == ["JD-01", "WA-01"]
    assert batches[2]["items"] == ["ZA-01", "JD-01", "WA-01"]
    assert (batches[2]["window_from"], batches[2]["window_to"]) == ("2026-07-01", "2026-12-31")
    assert batches[2]["current"] and not batches[1]["current"]
    assert plan["lines"][0]["months"] == [7, 8, 9, 10, 11, 12]


def test_a_leader_approves_and_the_office_files(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    office, leader = browser.of(bureau.people["office"]), browser.of(bureau.people["leader"])
    office.post("/api/planning/plans", {"year": 2026})
    early = office.post("/api/planning/plans/2026/filing", {"filing_no": "备1号"})
    assert (early.status_code, early.json["code"]) == (409, "plan_not_approved")
    assert office.post("/api/planning/plans/2026/approval").status_code == 403
    approved = leader.post("/api/planning/plans/2026/approval").json
    assert (approved["state"], approved["approved_by"], approved["approved_on"]) == ("approved", "leader", "2026-11-22")
    assert leader.post("/api/planning/plans/2026/approval").json["code"] == "plan_not_draft"
    assert office.post("/api/planning/plans/2026/filing", {"filing_no": "备1号"}).json["state"] == "filed"


def test_a_year_has_one_plan_and_needs_items(browser: Browser, bureau: Bureau) -> None:
    office = browser.of(bureau.people["office"])
    assert office.post("/api/planning/plans", {"year": 2026}).json["code"] == "plan_without_items"
    assert office.get("/api/planning/plans/2026").json["code"] == "plan_missing"
    make_items(bureau)
    assert office.post("/api/planning/plans", {"year": 2026}).status_code == 201
    again = office.post("/api/planning/plans", {"year": 2026})
    assert (again.status_code, again.json["title"]) == (409, "2026年度抽查工作计划已经编制。")
    assert [row["year"] for row in office.get("/api/planning/plans").json] == [2026]
