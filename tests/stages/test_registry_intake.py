"""The bureau's own three Excel files: every refusal with its place and reason, all or nothing, twice is once."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from server.accounts.models import Person, Unit, UnitKind
from server.accounts.service import sign_in
from server.demo.load import load_demo
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.installation import installation
from server.platform.trail import TrailRow
from server.registry import items, sheet_reader
from server.registry.columns import INSPECTORS, ITEMS, SUBJECTS, Table
from server.registry.models import InspectionItem, Inspector, Subject, SubjectFlag, SubjectRating
from tests.factories import Bureau
from tests.factories_registry import CODES

Row = dict[str, object]
Run = Callable[..., Result]

ITEM: Row = {
    "序号": 1,
    "部门名称": "县公安局",
    "抽查事项名称": "检查宾馆的特种行业许可证办理和治安安全情况",
    "抽查依据": "《旅馆业治安管理办法》",
    "检查主体": "治安大队",
    "事项类别": "一般检查事项",
    "检查对象": "旅馆从业单位",
    "抽查比例": 0.05,
    "抽查频次/年": 1,
    "检查方式": "现场检查",
    "事项编码": "ZA-01",
    "行业": "旅馆",
    "检查内容": "系统是否正常运行\n登记是否真实",
    "生效日期": date(2026, 1, 1),
}
HOTEL: Row = {
    "代码类型": "统一社会信用代码",
    "代码": CODES[0],
    "名称": "昆阳宾馆",
    "抽查事项编码": "ZA-01",
    "地址": "叶县昆阳街道健康路1号",
    "乡镇街道": "昆阳街道",
    "辖区派出所": "昆阳派出所",
    "联系电话": "0375-0000001",
    "规模": 36,
    "纬度": 33.627,
    "经度": "113.357",
    "房间数": 36,
    "开业日期": date(2019, 4, 1),
    "信用风险分类": "B",
    "经营异常名录列入日期": "2026年3月1日",
}
OFFICER: Row = {
    "姓名": "王五",
    "警号": "041301",
    "所属单位": "治安大队",
    "执法证号": "16040041301",
    "执法证有效期至": "2028/12/31",
    "可检查事项编码": "ZA-01",
    "是否资深": "是",
    "请假起": "2026-11-20",
    "请假止": "2026-11-25",
    "利害关系对象": CODES[0],
}


def workbook(path: Path, table: Table, rows: Sequence[Row], title: str | None = None) -> Path:
    """A file with all headings of a table and the given rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if title:
        sheet.append([title])
    headings = [column.heading for column in table.columns]
    sheet.append(headings)
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    book.save(path)
    return path


@pytest.fixture
def run(app: Flask, bureau: Bureau, tmp_path: Path) -> Run:
    """`run(items=[…], subjects=[…], partial=True)`: write the files and import them."""

    def import_rows(partial: bool = False, **rows: Sequence[Row]) -> Result:
        tables = {"items": ITEMS, "subjects": SUBJECTS, "inspectors": INSPECTORS}
        arguments = ["registry", "import", "--report", str(tmp_path / "report.xlsx")]
        for name, given in rows.items():
            arguments += [f"--{name}", str(workbook(tmp_path / f"{name}.xlsx", tables[name], given))]
        db.session.commit()
        return app.test_cli_runner().invoke(args=arguments + ["--partial"] * partial)

    return import_rows


def test_three_files_make_the_registries_with_one_command(run: Run, bureau: Bureau) -> None:
    result = run(items=[ITEM], subjects=[HOTEL], inspectors=[OFFICER])
    assert result.exit_code == 0, result.output
    item = items.item_on("ZA-01")
    assert (item.ratio_num, item.ratio_den, item.unit.name, item.checklist_id) == (
        5,
        100,
        "治安大队",
        "hotel-real-name",
    )
    assert item.contents == ["系统是否正常运行", "登记是否真实"]
    hotel = db.session.scalars(select(Subject)).one()
    assert (hotel.statutory_id, hotel.size, hotel.lat, hotel.lng) == (f"uscc:{CODES[0]}", 36, "33.62700", "113.35700")
    assert (
        hotel.attributes == {"rooms": 36, "opened_on": "2019-04-01"} and hotel.station_id == bureau.units["station"].id
    )
    assert db.session.get_one(SubjectRating, hotel.id).credit_class == "B"
    assert db.session.scalars(select(SubjectFlag)).one().since == date(2026, 3, 1)
    officer = db.session.scalars(select(Inspector)).one()
    assert (officer.person.name, officer.senior, officer.cert_expires_on) == ("王五", True, date(2028, 12, 31))
    assert [leave.to_on for leave in officer.leaves] == [date(2026, 11, 25)]
    assert [interest.subject_id for interest in officer.interests] == [hotel.id]
    assert {row.action for row in db.session.scalars(select(TrailRow))} >= {"registry.imported", "person.created"}


def test_the_new_inspector_signs_in_with_the_password_that_was_shown_once(run: Run, app: Flask) -> None:
    output = run(items=[ITEM], subjects=[HOTEL], inspectors=[OFFICER]).output
    password = next(line.split()[1] for line in output.splitlines() if "041301" in line)
    with app.test_request_context():
        assert sign_in("041301", password)[0].name == "王五"
    again = run(inspectors=[OFFICER]).output
    assert password not in again and "一次性密码" not in again


def test_the_same_files_twice_change_nothing(run: Run) -> None:
    run(items=[ITEM], subjects=[HOTEL], inspectors=[OFFICER])
    before = db.session.scalars(select(Subject)).one().changed_at
    result = run(items=[ITEM], subjects=[HOTEL], inspectors=[OFFICER])
    assert result.output.count("新增 0，更新 0，未变 1，不合格 0 行") == 3
    assert db.session.scalars(select(Subject)).one().changed_at == before


def test_a_changed_row_changes_its_premises_and_no_other(run: Run) -> None:
    other = HOTEL | {"代码": CODES[1], "名称": "河西旅馆", "辖区派出所": "城西派出所"}
    run(items=[ITEM], subjects=[HOTEL, other])
    result = run(subjects=[HOTEL | {"状态": "关闭", "状态日期": "2026-11-01"}, other])
    assert "新增 0，更新 1，未变 1" in result.output
    states = {s.name: s.status for s in db.session.scalars(select(Subject))}
    assert states == {"昆阳宾馆": "closed", "河西旅馆": "open"}
    made = db.session.scalars(select(Unit).where(Unit.name == "城西派出所")).one()
    assert made.kind == UnitKind.STATION


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"代码": "91410422MA40A1B28X"}, "代码", "校验位不对"),
        ({"代码": "9111010855138508IQ"}, "代码", "不允许的字符"),
        ({"代码": "91410422MA40A1B2"}, "代码", "应为18位"),
        ({"名称": None}, "名称", "必填"),
        ({"抽查事项编码": "ZA-09"}, "抽查事项编码", "没有这个事项编码"),
        ({"规模": "三十"}, "规模", "整数"),
        ({"规模": 12.5}, "规模", "整数"),
        ({"纬度": 99}, "纬度", "3到54之间"),
        ({"经度": None}, "纬度", "同时填写"),
        ({"联系电话": "123"}, "联系电话", "手机号码"),
        ({"状态": "倒闭"}, "状态", "只能填"),
        ({"经营异常名录列入日期": "2026-02-30"}, "经营异常名录列入日期", "不是有效日期"),
        ({"代码类型": "工商注册号", "代码": "4.10422E+14"}, "代码", "科学计数法"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_place_and_reason(
    run: Run, tmp_path: Path, change: Row, column: str, reason: str
) -> None:
    run(items=[ITEM])
    good = HOTEL | {"代码": CODES[1], "名称": "河西旅馆"}
    result = run(subjects=[good, HOTEL | change])
    assert result.exit_code == 1
    assert f"检查对象名录库 第3行 {column}" in result.output and reason in result.output
    assert db.session.scalars(select(Subject)).all() == [], "all or nothing"
    report = load_workbook(tmp_path / "report.xlsx").active
    assert report is not None
    assert [cell.value for cell in report[2]][:3] == ["检查对象名录库", "3", column]


def test_partial_takes_the_good_rows_and_leaves_the_others(run: Run) -> None:
    run(items=[ITEM])
    bad = HOTEL | {"代码": CODES[1][:-1] + "X"}
    result = run(partial=True, subjects=[HOTEL, bad, HOTEL])
    assert result.exit_code == 0
    assert "第4行 代码" in result.output and "与第2行重复" in result.output
    assert "新增 1，更新 0，未变 0，不合格 2 行" in result.output
    assert len(db.session.scalars(select(Subject)).all()) == 1


def test_two_hotels_on_one_code_are_told_apart_by_their_site(run: Run) -> None:
    result = run(items=[ITEM], subjects=[HOTEL, HOTEL | {"场所序号": 2, "名称": "昆阳宾馆二店"}])
    assert result.exit_code == 0, result.output
    found = db.session.scalars(select(Subject.statutory_id).order_by(Subject.statutory_id)).all()
    assert found == [f"uscc:{CODES[0]}", f"uscc:{CODES[0]}#2"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"警号": 41301}, "六位数字"),
        ({"警号": "FJ0413"}, "六位数字"),
        ({"所属单位": "交警大队"}, "没有这个单位"),
        ({"请假止": None}, "起止日期"),
        ({"利害关系对象": CODES[2]}, "没有这个代码"),
        ({"可检查事项编码": "ZA-01、XX"}, "没有这个事项编码"),
    ],
)
def test_an_inspector_who_cannot_be_sent_is_refused(run: Run, change: Row, reason: str) -> None:
    run(items=[ITEM], subjects=[HOTEL])
    result = run(inspectors=[OFFICER | change])
    assert result.exit_code == 1 and reason in result.output
    assert db.session.scalar(select(Person).where(Person.name == "王五")) is None


def test_one_certificate_has_one_holder(run: Run) -> None:
    run(items=[ITEM], subjects=[HOTEL], inspectors=[OFFICER])
    result = run(inspectors=[OFFICER | {"警号": "041302", "姓名": "赵六"}])
    assert "该执法证号已属于另一名检查人员" in result.output


def test_a_later_first_day_makes_a_new_version_of_the_item(run: Run) -> None:
    run(items=[ITEM])
    later = ITEM | {"生效日期": "2026-12-01", "抽查比例": "10%"}
    assert run(items=[ITEM, later]).exit_code == 0
    versions = db.session.scalars(select(InspectionItem).order_by(InspectionItem.effective_from)).all()
    assert [(v.ratio_num, v.effective_to) for v in versions] == [(5, date(2026, 11, 30)), (10, None)]
    assert "未变 2" in run(items=[ITEM, later]).output


def test_a_title_above_the_headings_and_the_templates_own_rows_are_passed_over(
    app: Flask, bureau: Bureau, tmp_path: Path
) -> None:
    runner = app.test_cli_runner()
    written = runner.invoke(args=["registry", "templates", str(tmp_path / "templates")])
    assert written.exit_code == 0 and len(written.output.splitlines()) == 3
    path = tmp_path / "templates" / "1-抽查事项清单.xlsx"
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    headings = [str(cell.value).rstrip("*") for cell in sheet[1]]
    for at, heading in enumerate(headings, 1):
        sheet.cell(4, at, ITEM.get(heading))
    sheet.insert_rows(1)
    sheet["A1"] = "叶县公安局抽查事项清单"
    book.save(path)
    result = runner.invoke(args=["registry", "import", "--items", str(path)])
    assert "抽查事项清单：新增 1，更新 0，未变 0，不合格 0 行" in result.output


def test_every_template_is_readable_as_it_is_and_its_example_is_valid(app: Flask, tmp_path: Path) -> None:
    for table in (ITEMS, SUBJECTS, INSPECTORS):
        for column in table.columns:
            if column.example:
                column.read(column.example)
    runner = app.test_cli_runner()
    runner.invoke(args=["registry", "templates", str(tmp_path)])
    for name in ("1-抽查事项清单.xlsx", "2-检查对象名录库.xlsx", "3-执法检查人员名录库.xlsx"):
        rows = sheet_reader.rows_of(str(tmp_path / name))["rows"]
        assert rows[1][0].startswith("说明：") and rows[2][0].startswith("示例：")


def test_a_file_without_headings_or_without_a_workbook_gets_its_sentence(run: Run, app: Flask, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xlsx"
    workbook(wrong, INSPECTORS, [])
    told = app.test_cli_runner().invoke(args=["registry", "import", "--subjects", str(wrong)]).output
    assert "没有完整的表头" in told and "乡镇街道" in told
    wrong.write_text("not a workbook")
    told = app.test_cli_runner().invoke(args=["registry", "import", "--subjects", str(wrong)]).output
    assert "不是 .xlsx 工作簿" in told


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    blank = b"\0" * 2**20
    with (
        ZipFile(bomb, "w", ZIP_DEFLATED) as container,
        container.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(sheet_reader.UNPACKED_BYTES // len(blank) + 1):
            part.write(blank)
    assert bomb.stat().st_size < 1_000_000
    assert sheet_reader.rows_of(str(bomb)) == {"error": "file_too_large"}


def test_a_cell_far_out_costs_the_reader_its_limit_and_nobody_else(app: Flask, run: Run, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "代码"
    sheet.cell(1_048_576, 16_384, "x")
    book.save(tmp_path / "far.xlsx")
    told = app.test_cli_runner().invoke(args=["registry", "import", "--subjects", str(tmp_path / "far.xlsx")])
    assert told.exit_code == 1 and "过大" in told.output


def test_without_a_bureau_nothing_is_imported(app: Flask, tmp_path: Path) -> None:
    path = workbook(tmp_path / "subjects.xlsx", SUBJECTS, [HOTEL])
    told = app.test_cli_runner().invoke(args=["registry", "import", "--subjects", str(path), "--partial"])
    assert "flask bureau create" in told.output and told.exit_code == 1


def test_a_real_bureau_replaces_the_demo_only_when_told_so(app: Flask) -> None:
    load_demo()
    runner = app.test_cli_runner()
    create = ["bureau", "create", "--name", "某县公安局", "--short", "某公", "--code", "410423"]
    refused = runner.invoke(args=create)
    assert refused.exit_code == 1 and "--replace-demo" in refused.output
    done = runner.invoke(args=[*create, "--replace-demo"])
    assert done.exit_code == 0 and "suicha-demo" not in done.output
    assert installation().bureau_name == "某县公安局" and not installation().demo
    assert db.session.scalars(select(Subject)).all() == []
    assert sorted(db.session.scalars(select(Person.login))) == ["admin", "office"]
    assert "已属于某县公安局" in runner.invoke(args=[*create, "--replace-demo"]).output


def test_people_units_and_new_passwords_by_command(app: Flask) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["bureau", "create", "--name", "某县公安局", "--short", "某公", "--code", "410423"])
    assert runner.invoke(args=["bureau", "unit", "县司法局", "监", "--kind", "supervision"]).exit_code == 0
    person = ["bureau", "person", "zhao", "赵某", "--unit", "县司法局", "--role", "supervisor", "--until", "2026-12-31"]
    first = runner.invoke(args=person).output.split()[-2]
    assert "登录名 zhao 已被使用" in runner.invoke(args=person).output
    second = runner.invoke(args=["bureau", "password", "zhao"]).output.split()[-2]
    assert first != second
    with app.test_request_context():
        assert sign_in("zhao", second)[0].valid_until == date(2026, 12, 31)
        with pytest.raises(Problem, match="login_failed"):
            sign_in("zhao", first)
