"""Who sees which part of the registries."""

from datetime import date

from server.platform.clock import SetClock
from server.registry import items, subjects
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_registry import (
    CODES,
    declare_interest,
    make_inspector,
    make_item,
    make_items,
    make_leave,
    make_subject,
)


def names(answer: object) -> list[str]:
    return [row["name"] for row in answer.json["rows"]]  # type: ignore[attr-defined]


def test_the_item_list_has_the_eleven_columns_of_the_notice(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    rows = browser.of(bureau.people["office"]).get("/api/registry/items").json
    assert [row["code"] for row in rows] == ["ZA-01", "JD-01", "WA-01"]
    columns = "position department name basis authority category subjects ratio_num frequency methods remark"
    assert set(columns.split()) <= set(rows[0])
    assert [(r["ratio_num"], r["ratio_den"], r["frequency"]) for r in rows] == [(5, 100, 1), (10, 100, 2), (10, 100, 2)]


def test_an_item_follows_its_effective_date(bureau: Bureau, clock: SetClock) -> None:
    unit = bureau.units["zhian"]
    make_item("ZA-01", unit, effective_to=date(2026, 11, 30))
    make_item("ZA-01", unit, since=date(2026, 12, 1), basis="《治安管理处罚法》第六十七条")
    assert items.item_on("ZA-01").basis == "《旅馆业治安管理办法》"
    clock.advance(days=10)
    assert "第六十七条" in items.item_on("ZA-01").basis
    assert len(items.items_on()) == 1 and len(items.all_versions()) == 2


def test_the_office_finds_a_premises_by_name_code_township_and_state(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    make_subject("昆阳宾馆", "ZA-01")
    make_subject("任店化工", "JD-01", code=CODES[1], township="任店镇")
    make_subject("旧旅社", "ZA-01", code=CODES[2], status="closed")
    office = browser.of(bureau.people["office"])
    assert names(office.get("/api/registry/subjects?search=宾馆")) == ["昆阳宾馆"]
    assert names(office.get("/api/registry/subjects?search=92410422")) == ["任店化工"]
    assert names(office.get("/api/registry/subjects?township=任店镇")) == ["任店化工"]
    assert names(office.get("/api/registry/subjects?status=closed")) == ["旧旅社"]
    assert set(names(office.get("/api/registry/subjects?trade=hotel"))) == {"昆阳宾馆", "旧旅社"}
    assert office.get("/api/registry/subjects?search=%25").json["total"] == 0, "% is no wildcard for the searcher"


def test_the_list_comes_page_by_page_with_its_total(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    for number in range(5):
        make_subject(f"旅馆{number}", "ZA-01", site=str(number))
    page = browser.of(bureau.people["office"]).get("/api/registry/subjects?page=2&size=2").json
    assert (page["total"], page["page"], [r["name"] for r in page["rows"]]) == (5, 2, ["旅馆2", "旅馆3"])


def test_leads_see_their_brigades_premises_and_stations_their_district(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    make_subject("昆阳宾馆", "ZA-01", station_id=bureau.units["station"].id)
    factory = make_subject("任店化工", "JD-01", code=CODES[1])
    assert names(browser.of(bureau.people["lead"]).get("/api/registry/subjects")) == ["昆阳宾馆"]
    assert names(browser.of(bureau.people["other_lead"]).get("/api/registry/subjects")) == ["任店化工"]
    assert names(browser.of(bureau.people["station"]).get("/api/registry/subjects")) == ["昆阳宾馆"]
    assert len(names(browser.of(bureau.people["supervisor"]).get("/api/registry/subjects"))) == 2
    hidden = browser.of(bureau.people["lead"]).get(f"/api/registry/subjects/{factory.id}")
    assert hidden.status_code == 404


def test_the_credit_class_is_for_the_office_only(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    hotel = make_subject("昆阳宾馆", "ZA-01", credit_class="D", flag="abnormal_operation_list")
    row = browser.of(bureau.people["office"]).get(f"/api/registry/subjects/{hotel.id}").json
    assert row["rating"]["credit_class"] == "D"
    for login in ("lead", "leader", "legal", "supervisor"):
        row = browser.of(bureau.people[login]).get(f"/api/registry/subjects/{hotel.id}").json
        assert row["rating"] is None
        assert [flag["kind"] for flag in row["flags"]] == ["abnormal_operation_list"], "that list is public itself"


def test_the_inspector_registry_says_who_can_be_sent_today(browser: Browser, bureau: Bureau) -> None:
    make_items(bureau)
    people = bureau.people
    make_inspector(people["first"], "ZA-01", senior=True)
    expired = make_inspector(people["second"], "ZA-01", cert_expires_on=date(2026, 11, 21))
    away = make_inspector(people["stranger"], "JD-01")
    make_leave(away, date(2026, 11, 20), date(2026, 11, 22))
    declare_interest(expired, make_subject("昆阳宾馆", "ZA-01"))
    rows = browser.of(people["office"]).get("/api/registry/inspectors").json
    told = {r["person"]["name"]: (r["certificate_valid"], r["on_leave"], r["available"]) for r in rows}
    assert told == {"张建国": (True, False, True), "李卫东": (False, False, False), "王新民": (True, True, False)}
    assert [r["interests"] for r in rows] == [0, 1, 0]
    assert len(browser.of(people["lead"]).get("/api/registry/inspectors").json) == 2


def test_the_pool_counts_only_premises_that_are_open(bureau: Bureau) -> None:
    make_items(bureau)
    make_subject("昆阳宾馆", "ZA-01", "WA-01")
    make_subject("旧旅社", "ZA-01", code=CODES[2], status="closed")
    assert subjects.pool_sizes() == {"ZA-01": 1, "WA-01": 1}
