"""What the checklists must contain: every sentence of the notice, every item of the domain report, dated law."""

import re
from typing import Any

import pytest

from server.core.calendar import WorkingCalendar, add_working_days, parse_date
from server.core.checklist.build import switched_on
from server.core.checklist.functions import functions
from server.core.checklist.outcome import basis_texts
from server.core.checklist.values import Entries
from server.core.results import PRECEDENCE
from server.platform.definitions import ROOT, load_all

LOADED = load_all()
# 附件1 of the notice, 检查内容 of each trade, word for word; the spaces of the scan are left out.
ANNEX_1 = {
    "hotel-real-name": (
        "旅馆业治安管理信息系统是否正常运行,数据是否正常上传;"
        "入住旅客是否按照公安部“实名、实数、实情、实时”的要求做到一人一证实名登记;"
        "旅馆前台服务人员是否能熟练操作使用系统,并熟知旅客证件种类等应知应会内容。"
    ),
    "precursor-chemicals": (
        "第一类易制毒化学品运输、第二类和第三类易制毒化学品的购买、运输情况,"
        "易制毒化学品从业单位的经办人、运入地、货主、收货人、承运人是否一致、"
        "购买许可证、运输许可证是否合法、购销合同、营业执照等证照是否齐全,"
        "销售台账、使用台账是否完备、品种、数量、来源、登记、备案、信息报送与台账结存信息是否一致。"
    ),
    "internet-cafe": (
        "检查网吧对上网消费者的身份证件等有效证件是否进行核对、登记,并记录有关上网信息。"
        "同时检查登记内容和记录备份保存时间。"
        "检查网吧的信息网络安全落实情况。"
    ),
}
# Section 3 of the domain report. PC502 is a figure, not a question: the setting bulk_ppm. CM99 and the
# signatures are the closing; CM10 and CM11 are the person on site that a record must name.
REPORT = {
    "common": "CM01 CM02 CM03 CM04 CM05 CM06 CM07 CM08 CM09 CM99",
    "hotel-real-name": (
        "HT101 HT102 HT103 HT104 HT201 HT202 HT203 HT204 HT301 HT302 HT303 HT304 HT305 HT306 HT401 HT402 HT403 HT404 "
        "HT501 HT502 HT503 HT504 HT601 HT602 HT603 HT604 HT701 HT702 HT801 HT802 HT803 HT804"
    ),
    "precursor-chemicals": (
        "PC101 PC102 PC103 PC104 PC201 PC202 PC301 PC302 PC303 PC304 PC401 PC402 PC403 PC404 PC405 PC406 PC501 PC503 "
        "PC601 PC602 PC701 PC801"
    ),
    "internet-cafe": (
        "NC101 NC102 NC103 NC104 NC201 NC202 NC301 NC302 NC303 NC304 NC305 NC306 NC401 NC402 NC403 NC404 NC501 NC502 "
        "NC503 NC504 NC601 NC602 NC603 NC701"
    ),
}


# Section 3 of the domain report, column "Fail →" (R0 and R are one family: whether it was corrected decides).
FAILS = (
    "HT101:C/R HT102:C/R HT103:X HT104:R HT201:R HT203:C/R HT204:R HT301:C/R HT302:C HT303:C/R HT304:R HT305:C "
    "HT306:R HT401:R HT402:C/R HT403:C HT404:R/X HT501:R HT502:R HT503:R HT504:R HT601:R HT602:R HT603:C/K/R "
    "HT604:C/R HT701:R/W HT702:R/W HT801:R HT802:R HT803:K HT804:X PC101:R/X PC102: PC103: PC104:C PC201:C/R PC202:R "
    "PC301:C PC302:C PC303:C PC304:C PC401:C/R PC402:C/W PC403:C PC404:C PC405:C PC406:C PC501:C/K/R PC503:R PC601:R "
    "PC602:C PC701:R PC801:U/W NC101:X NC102:C/R NC103:C NC104: NC201:C/R NC202:C/R NC301:C NC302:C NC303:R NC304:C "
    "NC305:C NC306:W NC401:X NC402:X NC403:X NC404:X NC501:C/R NC502:R NC503:R NC504:R NC601:C/R NC602:C NC603:R "
    "NC701:C/K"
)
"""Ours where the report leaves a choice: HT603 without a log of its own checks is R; PC403 and PC602 propose a case and
leave the rest to the leader; PC501 with an arithmetic fault only is R; PC801 partly hindered is W; NC306 is W until the
法制室 decides; NC401's unregistered persons are NC301's, NC602's fire matters HT804's kin. HT202 is judged by HT205."""


def classes_of(item: dict[str, Any]) -> set[str]:
    said = {item["class"], *(grade["class"] for grade in item.get("grades", ()))}
    said |= {option["class"] for option in item.get("options", ()) if "class" in option}
    return {"R" if name == "R0" else name for name in said if name}


def letters(text: str) -> str:
    """Chinese characters only: the scan of the notice mixes full and half-width marks."""
    return re.sub(r"[^\u4e00-\u9fff]", "", text)


def items(definition: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in definition["sections"] for item in section["items"]]


@pytest.mark.parametrize("name", ANNEX_1)
def test_every_sentence_of_annex_1_is_a_published_content_with_core_items(name: str) -> None:
    core = switched_on(LOADED[name])
    annex = letters(ANNEX_1[name])
    covered: dict[str, list[str]] = {}
    for key, text in core["contents"].items():
        if letters(text["zh"]) in annex:
            covered[letters(text["zh"])] = [item["code"] for item in items(core) if item["content"] == key]
    left = annex
    for text in sorted(covered, key=len, reverse=True):
        left = left.replace(text, "", 1)
    # 同时 only joins two sentences of the annex.
    assert left.replace("同时", "") == ""
    assert all(covered.values()), covered


@pytest.mark.parametrize("name", ANNEX_1)
def test_the_core_is_small_enough_for_one_visit_and_asks_nothing_unpublished(name: str) -> None:
    core = switched_on(LOADED[name])
    trade = [item for section in core["sections"] if section["place"] == "trade" for item in section["items"]]
    assert 10 <= len(trade) <= 15
    assert all(item["content"] in core["contents"] and item["content"] != "visit" for item in trade)


@pytest.mark.parametrize("name", REPORT)
def test_every_item_of_the_domain_report_is_in_the_files(name: str) -> None:
    codes = {item["code"] for definition in LOADED.values() for item in items(definition)}
    assert set(REPORT[name].split()) <= codes


def test_every_failure_has_the_class_of_the_domain_report() -> None:
    found = {item["code"]: item for definition in LOADED.values() for item in items(definition)}
    wanted = {code: set(filter(None, said.split("/"))) for code, _, said in (f.partition(":") for f in FAILS.split())}
    assert {code: classes_of(found[code]) for code in wanted} == wanted


def test_every_item_says_how_it_is_looked_at_and_desk_items_need_no_visit() -> None:
    for definition in LOADED.values():
        for item in items(definition):
            assert item["methods"] and set(item["methods"]) <= {"on_site", "desk", "remote"}, item["code"]
    methods = {method for definition in LOADED.values() for item in items(definition) for method in item["methods"]}
    assert methods == {"on_site", "desk", "remote"}


def test_the_licensed_terminals_of_an_esports_hotel_are_its_computers_not_its_rooms() -> None:
    fact = next(fact for fact in LOADED["internet-cafe"]["facts"] if fact["key"] == "licensed_terminals")
    assert fact["path"] == "subject.attributes.pcs"


def test_minors_are_initials_that_stay_off_the_party_s_copy() -> None:
    tables = [
        (item["code"], column)
        for definition in LOADED.values()
        for item in items(definition)
        for column in item.get("table", {}).get("columns", ())
        if column["key"] in ("initials", "age", "birth")
    ]
    assert {code for code, column in tables if column["key"] == "initials"} == {"HT402", "NC401"}
    for code, column in tables:
        assert column.get("restricted") is True, (code, column["key"])
        assert column["type"] != "text" or column.get("format") == "initials", (code, column["key"])


def test_of_identity_numbers_only_a_consumer_s_last_four_digits_are_kept_and_whole_ones_of_nobody_but_the_party() -> (
    None
):
    fields = [
        (f"{item['code']}.{column['key']}" if column is not item else item["code"], column)
        for definition in LOADED.values()
        for item in items(definition)
        for column in (item, *item.get("table", {}).get("columns", ()))
    ]
    kept = {place: field for place, field in fields if field.get("format") == "last4"}
    assert set(kept) == {"NC301.id_last4"} and kept["NC301.id_last4"]["restricted"] is True
    assert {place for place, field in fields if field["type"] == "person"} == {"CM10"}
    assert not [place for place, field in fields if field.get("format") == "resident_id"]
    for place, field in fields:
        titled = re.search("证件号|身份证号", field["title"]["zh"])
        assert not titled or field["type"] == "choice", f"{place} asks for a number without a form"


def test_the_holiday_plan_of_the_year_counts_working_days_as_published() -> None:
    calendar = WorkingCalendar.from_data(LOADED["internet-cafe"]["catalogues"]["holidays"])
    for start, end in (
        ("2026-09-18", "2026-10-22"),
        ("2026-09-24", "2026-10-29"),
        ("2026-02-10", "2026-03-16"),
        ("2026-06-01", "2026-06-30"),
        ("2026-11-20", "2026-12-18"),
    ):
        assert add_working_days(parse_date(start), 20, calendar) == parse_date(end)


def test_every_item_has_its_basis_on_the_day_of_a_visit_now() -> None:
    for definition in LOADED.values():
        for item in items(definition):
            assert basis_texts(definition["catalogues"]["laws"], item["basis"], "2026-11-22"), item["code"]


def test_every_item_speaks_both_languages_and_a_record_of_its_own() -> None:
    for definition in LOADED.values():
        for item in items(definition):
            assert item["title"]["zh"] and item["title"]["en"]
            assert item["sentences"]["pass"].endswith("。")
            assert item["sentences"].get("fail", "。").endswith("。")


def test_the_record_states_facts_and_never_pronounces_a_penalty() -> None:
    for definition in LOADED.values():
        for item in items(definition):
            said = "".join(item["sentences"].values())
            assert not re.search(r"罚款|处罚|违法行为成立|吊销", said), item["code"]


def test_no_item_takes_pictures_of_guests_or_whole_id_numbers_in_tables() -> None:
    for definition in LOADED.values():
        for item in items(definition):
            for column in item.get("table", {}).get("columns", ()):
                assert column["type"] != "person" and column.get("format") != "resident_id"
    rooms = next(item for item in items(LOADED["hotel-real-name"]) if item["code"] == "HT301")
    seats = next(item for item in items(LOADED["internet-cafe"]) if item["code"] == "NC301")
    assert rooms["evidence"]["privacy"] == "no_guests" and seats["evidence"]["privacy"] == "no_faces"
    assert next(c for c in seats["table"]["columns"] if c["key"] == "id_last4")["restricted"] is True


def test_signs_of_crime_are_restricted_and_fire_matters_are_referred() -> None:
    found = {item["code"]: item for definition in LOADED.values() for item in items(definition)}
    assert {found[code]["visibility"] for code in ("HT803", "NC701")} == {"restricted"}
    assert (found["HT804"]["class"], found["NC402"]["class"], found["NC306"]["class"]) == ("X", "X", "W")


def test_the_catalogue_of_substances_holds_by_date() -> None:
    catalogues = LOADED["precursor-chemicals"]["catalogues"]
    sizes = {
        day: len(Entries(catalogues, day).of("substances"))
        for day in ("2017-12-31", "2018-02-01", "2021-05-28", "2024-09-01")
    }
    assert sizes == {"2017-12-31": 32, "2018-02-01": 37, "2021-05-28": 43, "2024-09-01": 50}
    before, after = (Entries(catalogues, day).of("substances") for day in ("2025-07-19", "2025-07-20"))
    assert set(after) - set(before) == {"4-piperidone", "boc-4-piperidone"}
    now = Entries(catalogues, "2026-11-22").of("substances")
    assert now["hydrochloric-acid"]["attributes"] == {"class": "III", "cas": "7647-01-0", "kind": "chemical"}
    assert now["4-piperidone"]["attributes"]["class"] == "II"


def test_results_have_labels_export_codes_and_follow_ups_for_every_code() -> None:
    results = LOADED["hotel-real-name"]["catalogues"]["results"]
    assert [entry["key"] for entry in results] == list(PRECEDENCE)
    assert all(entry["export_code"] and entry["follow_up"]["zh"] for entry in results)


def test_laws_have_dates_and_say_how_far_they_are_confirmed() -> None:
    laws = LOADED["hotel-real-name"]["catalogues"]["laws"]
    for law in laws:
        for version in law["versions"]:
            parse_date(version["effective_from"])
            assert version["confidence"] in ("confirmed", "to_verify")
    new = next(law for law in laws if law["id"] == "penalties")["versions"][-1]
    assert (new["effective_from"], new["confidence"]) == ("2026-01-01", "to_verify")


def test_the_guide_names_every_function_every_file_and_every_command() -> None:
    guide = (ROOT / "README.md").read_text("utf-8")
    for function in functions({}):
        assert re.search(rf"\b{function.name}\b", guide), function.name
    for file in ROOT.glob("*.yaml"):
        assert file.name in guide, file.name
    from server.platform.checklist_commands import checklist_group

    assert set(checklist_group.commands) - {"build"} <= set(re.findall(r"flask checklist ([\w-]+)", guide))
