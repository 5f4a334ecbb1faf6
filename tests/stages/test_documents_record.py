"""The record as a paper: what stands on it, who gets which copy, how it is numbered and kept."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from server.documents.issuing import issue
from server.documents.models import Copy, IssuedPaper, PaperNumber
from server.documents.press import Press
from server.platform.clock import SetClock
from server.platform.db import db, transaction
from server.platform.jobs import deliver_offered
from tests import record_cases as cases
from tests.browser import Browser
from tests.factories import Bureau
from tests.factories_review import Told, submitted

what_stands_on_it = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For stories about the page alone: they are the same on every database."""


@pytest.fixture(scope="session")
def kept_previews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Previews are known by hash: one folder serves all tests."""
    return tmp_path_factory.mktemp("previews")


@pytest.fixture
def house(app: Flask, warm_press: Press, kept_previews: Path) -> Flask:
    """An app whose press and previews are warm."""
    app.extensions["press"] = warm_press
    (app.extensions["settings"].instance / "previews").symlink_to(kept_previews)
    return app


@pytest.fixture
def told(house: Flask, bureau: Bureau, browser: Browser, clock: SetClock) -> Told:
    return submitted(house, bureau, browser, clock)


@pytest.fixture
def signed(told: Told) -> Told:
    assert told.decide("sign-off", text="情况属实。").status_code == 200
    return told


def pages_of(answer: Any) -> list[str]:
    """The text of each page, without the spaces that setting puts in."""
    assert answer.status_code == 200, answer.text
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.data)).pages]


@what_stands_on_it
def test_the_record_tells_what_was_found_and_who_was_there(signed: Told) -> None:
    pages = pages_of(signed.pdf("party"))
    text = "".join(pages)
    for words in (
        "叶县公安局",
        "现场检查笔录",
        "叶公（治）检笔字〔2026〕1号",
        "锦程快捷酒店",
        "张建国",
        "李卫东",
        "刘桂芳",
    ):
        assert words in text
    for inspector in signed.read().json["task"]["inspectors"]:
        assert f"{inspector['name']}（执法证号：{inspector['cert_no']}）" in text
    assert "一名住客未登记" in text and "本次未检查或无法核实，原因：当日无钟点房入住" in text
    assert "以上笔录已阅，与现场情况相符" in text and "（以下空白）" in text
    assert [f"第{n}页共{len(pages)}页" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


@what_stands_on_it
def test_the_text_is_the_one_that_was_signed_and_lies_in_the_pdf_byte_for_byte(signed: Told) -> None:
    answer = signed.pdf("party")
    held = PdfReader(io.BytesIO(answer.data)).attachments
    ((name, (body,)),) = held.items()
    assert name.startswith("record-") and body in signed.bytes.values()
    text = "".join(pages_of(answer))
    for line in body.decode().split("\n"):
        assert "".join(line.split()) in text
    assert "与原文逐字相同" in text and cases.sha(body) in text


@what_stands_on_it
def test_restricted_items_are_on_the_full_copy_only(signed: Told) -> None:
    party, full = ("".join(pages_of(signed.pdf(copy))) for copy in ("party", "full"))
    for words in ("涉黄涉赌", "可疑卡片", "内部记录", "情况属实", "涉嫌犯罪"):
        assert words in full and words not in party
    assert "当事人联" in party and "存档联" in full
    assert full.count("照片") > party.count("照片")


@what_stands_on_it
def test_words_at_an_item_that_passed_in_the_end_are_no_finding(signed: Told) -> None:
    assert all("堆放杂物" not in "".join(pages_of(signed.pdf(copy))) for copy in ("party", "full"))


@what_stands_on_it
def test_a_column_that_was_asked_at_no_row_is_no_gap(signed: Told) -> None:
    text = "".join(pages_of(signed.pdf("full")))
    assert "各行均未填：说明。" in text and "另查的房号" not in text


@what_stands_on_it
def test_guests_are_masked_for_the_party(signed: Told) -> None:
    party, full = ("".join(pages_of(signed.pdf(copy))) for copy in ("party", "full"))
    assert "周晓芸" in full and "周晓芸" not in party and "周**" in party


@what_stands_on_it
def test_photographs_carry_time_place_officer_and_hash(signed: Told) -> None:
    answer = signed.pdf("full")
    text = "".join(pages_of(answer))
    shas = [cases.sha(cases.picture(seed)) for seed in range(1, 7)]
    assert all(f"SHA-256{sha[:16]}" in text for sha in shas)
    assert "33.62700,113.35100（±12米）" in text and "监控主机" in text and "执法记录仪T-041" in text
    images = [image for page in PdfReader(io.BytesIO(answer.data)).pages for image in page.images]
    assert len({cases.sha(image.data) for image in images}) >= 6 + 3


@what_stands_on_it
def test_marks_are_printed_over_the_photo_and_never_into_it(signed: Told) -> None:
    text = "".join(pages_of(signed.pdf("full")))
    assert text.count("监控主机") == 2, "the words and the edge around them"
    marked = cases.picture(2)
    kept = signed.lead.get(f"/api/evidence/blobs/{cases.sha(marked)}", buffered=True)
    assert kept.data == marked


def test_the_worker_makes_both_copies_after_sign_off(signed: Told) -> None:
    assert deliver_offered() >= 1
    papers = db.session.scalars(select(IssuedPaper).order_by(IssuedPaper.id)).all()
    assert [(p.copy, p.version) for p in papers] == [("party", 1), ("full", 1)]
    assert len({p.number.number for p in papers}) == 1
    assert all(any("代" in line or "：" in line for line in p.fonts) for p in papers)


def test_reading_twice_is_one_paper(signed: Told) -> None:
    first, second = signed.pdf(), signed.pdf()
    assert first.data == second.data and first.headers["ETag"] == second.headers["ETag"]
    deliver_offered()
    assert signed.pdf().data == first.data
    assert len(db.session.scalars(select(IssuedPaper)).all()) == 2


def test_a_late_admission_makes_the_next_version_and_keeps_the_first(signed: Told) -> None:
    first = signed.pdf("party").data
    head = signed.read().json["state"]["answers"]["HT302"]["heads"][0]
    late = signed.answer(cases.LI, "HT302", "pass", [head])
    signed.push()
    signed.decide("admit", ids=[late["id"]], reason="离线期间填写，经核实。")
    deliver_offered()
    second = signed.pdf("party")
    text = "".join(pages_of(second))
    assert second.data != first and "第2版" in text
    assert "本签名之后，下列事项有变更，不在本签名范围内：钟点房登记" in text
    papers = signed.office.get(f"/api/documents/inspections/{signed.inspection}/papers").json
    versions = sorted((p["copy"], p["version"]) for p in papers)
    assert versions == [("full", 1), ("party", 1), ("party", 2)]
    assert {p["number"] for p in papers} == {"叶公（治）检笔字〔2026〕1号"}
    assert cases.sha(first) in {p["sha256"] for p in papers}


@what_stands_on_it
def test_the_second_round_prints_both_texts_and_says_why(told: Told) -> None:
    from tests.stages.test_review_decisions import correct_and_submit

    correct_and_submit(told)
    told.decide("sign-off", text="更正不影响当事人权益。")
    text = "".join(pages_of(told.pdf("party")))
    assert "退回更正" in text and "第2轮" in text
    assert "由当事人签名的笔录文本" in text and "钟点房登记：合格" in text and "原因：当日无钟点房入住" in text
    assert "更正不影响当事人权益" not in text
    assert "更正不影响当事人权益" in "".join(pages_of(told.pdf("full")))


@what_stands_on_it
def test_a_refusal_prints_its_reason_and_the_witness(
    house: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    told = Told(house, bureau, browser, clock)
    cases.fill(told)
    text = told.text()
    refused = {"reason": "认为与本店无关", "witness": {"name": "孙广志", "phone": "13800138000"}}
    told.sign(cases.LI, "party", "刘桂芳", text, refused=refused)
    told.sign(cases.ZHANG, "inspector", "张建国", text)
    told.sign(cases.LI, "inspector", "李卫东", text)
    told.upload_all()
    told.submit()
    assert told.decide("sign-off").status_code == 200
    pages = pages_of(told.pdf("party"))
    assert "当事人刘桂芳拒绝签名。理由：认为与本店无关。见证人：孙广志，电话13800138000。" in "".join(pages)
    assert "拒绝签名，见签名页" in pages[0]


def test_numbers_are_given_on_issue_without_gaps(
    house: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    visits = [submitted(house, bureau, browser, clock, name) for name in ("甲宾馆", "乙宾馆", "丙宾馆")]
    assert db.session.scalars(select(PaperNumber)).all() == []
    for told in (visits[2], visits[0]):
        told.decide("sign-off")
        told.pdf()
    assert visits[1].pdf().status_code == 409
    numbers = {n.inspection_id: n.number for n in db.session.scalars(select(PaperNumber))}
    assert numbers == {
        visits[2].inspection: "叶公（治）检笔字〔2026〕1号",
        visits[0].inspection: "叶公（治）检笔字〔2026〕2号",
    }


def test_a_voided_number_is_kept_and_never_used_again(signed: Told) -> None:
    signed.pdf()
    voiding = f"/api/documents/inspections/{signed.inspection}/voiding"
    assert signed.lead.post(voiding, {"reason": "错别字"}).status_code == 403
    assert signed.office.post(voiding, {"reason": "  "}).status_code == 422
    assert signed.office.post(voiding, {"reason": "当事人名称有误"}).status_code == 200
    assert "叶公（治）检笔字〔2026〕2号" in "".join(pages_of(signed.pdf()))
    kept = {n.number: n.void_reason for n in db.session.scalars(select(PaperNumber))}
    assert kept == {"叶公（治）检笔字〔2026〕1号": "当事人名称有误", "叶公（治）检笔字〔2026〕2号": None}


def test_what_is_not_signed_off_has_no_paper(told: Told) -> None:
    answer = told.pdf()
    assert (answer.status_code, answer.json["code"]) == (409, "record_not_signed_off")
    assert told.office.get("/api/documents/inspections").json["total"] == 0


def test_strangers_get_neither_list_nor_paper(signed: Told, bureau: Bureau, browser: Browser) -> None:
    for login in ("other_lead", "stranger"):
        tab = browser.of(bureau.people[login])
        assert signed.pdf("party", tab).status_code == 404
        assert tab.get("/api/documents/inspections").json["rows"] == []
        assert tab.post("/api/documents/bundle", {"inspections": [signed.inspection]}).status_code == 404
    for login in ("station", "supervisor", "admin"):
        assert signed.pdf("party", browser.of(bureau.people[login])).status_code == 403
    for login in ("lead", "first", "leader", "legal"):
        assert signed.pdf("full", browser.of(bureau.people[login])).status_code == 200


def test_the_list_of_finished_inspections_can_be_narrowed(signed: Told) -> None:
    def found(**query: str) -> int:
        answer = signed.office.get("/api/documents/inspections", query_string=query)
        assert answer.status_code == 200, answer.text
        return int(answer.json["total"])

    signed.pdf()
    row = signed.office.get("/api/documents/inspections").json["rows"][0]
    assert row["subject_name"] == "锦程快捷酒店" and row["result_code"] == "PENDING"
    assert row["record_number"] == "叶公（治）检笔字〔2026〕1号" and row["number"] == signed.task.number
    assert found(search="锦程") == found(trade="hotel") == found(unit=signed.bureau.units["zhian"].id) == 1
    assert found(search="没有") == found(trade="cafe") == found(unit=signed.bureau.units["jindu"].id) == 0
    assert found(**{"from": "2026-11-22", "to": "2026-11-22"}) == 1
    assert found(to="2026-11-21") == 0 == found(**{"from": "2026-11-23"})


@what_stands_on_it
def test_several_records_come_as_a_zip_or_as_one_pdf(
    house: Flask, bureau: Bureau, browser: Browser, clock: SetClock
) -> None:
    visits = [submitted(house, bureau, browser, clock, name) for name in ("甲宾馆", "乙/宾馆")]
    for told in visits:
        told.decide("sign-off")
    ids = [told.inspection for told in visits]
    answer = visits[0].office.post("/api/documents/bundle", {"inspections": ids, "form": "zip"})
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert [archive.testzip(), len(names)] == [None, 2]
        assert "甲宾馆" in names[0] and "乙宾馆" in names[1] and not any("/" in name for name in names)
        assert archive.read(names[0]) == visits[0].pdf().data
    joined = visits[0].office.post("/api/documents/bundle", {"inspections": ids, "form": "joined", "copy": "party"})
    parts = [len(pages_of(told.pdf("party"))) for told in visits]
    assert len(pages_of(joined)) == sum(parts)


def test_a_bundle_with_one_that_is_not_finished_sends_nothing(signed: Told, bureau: Bureau) -> None:
    other = submitted(signed.browser.app, bureau, signed.browser, signed.clock, "未签结宾馆")
    answer = signed.office.post("/api/documents/bundle", {"inspections": [signed.inspection, other.inspection]})
    assert (answer.status_code, answer.json["code"]) == (409, "record_not_signed_off")


@what_stands_on_it
def test_a_paper_is_archival_and_the_same_twice(signed: Told, warm_press: Press) -> None:
    data = signed.pdf("party").data
    reader = PdfReader(io.BytesIO(data))
    assert b"pdfaid:part" in reader.xmp_metadata.stream.get_data()  # type: ignore[union-attr]
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"  # type: ignore[index]
    assert reader.metadata is not None and "叶公（治）检笔字〔2026〕1号" in str(reader.metadata.title)
    assert len(data) < 600_000
    for font in _fonts(reader):
        assert "/FontFile2" in font or "/FontFile3" in font


def _fonts(reader: PdfReader) -> list[Any]:
    found = []
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            found.append(font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object())
    return found


def test_an_erased_photograph_leaves_its_place_and_makes_a_new_version(signed: Told) -> None:
    signed.pdf("full")
    sha = cases.sha(cases.picture(1))
    erasure = {"sha256": sha, "inspection": signed.inspection, "reason": "误拍到住客"}
    asked = signed.lead.post("/api/evidence/erasures", erasure)
    assert asked.status_code in (200, 201), asked.text
    legal = signed.browser.of(signed.bureau.people["legal"])
    decided = legal.post(f"/api/evidence/erasures/{asked.json['id']}/decision", {"agreed": True})
    assert decided.status_code == 200, decided.text
    (told,) = signed.lead.get(f"/api/review/inspections/{signed.inspection}").json["erased"]
    assert (told["sha256"], told["reason"]) == (sha, "误拍到住客") and told["erased_at"], "the lead's page says it too"
    with transaction():
        issue(signed.inspection, Copy.FULL)
    text = "".join(pages_of(signed.pdf("full")))
    assert "此照片已依法删除" in text and "第2版" in text
