"""`flask checklist`: what the writer of a checklist sees."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.core.canonical import digest
from server.core.checklist.compare import differences
from server.platform.checklist_commands import checklist_group
from server.platform.definitions import ROOT, load_definition, load_file

HOTEL = ROOT / "hotel-real-name.yaml"


def said(*arguments: str) -> Result:
    return CliRunner().invoke(checklist_group, list(arguments))


def changed(tmp_path: Path, *edits: tuple[str, str]) -> Path:
    text = HOTEL.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "hotel-2026.2.yaml"
    file.write_text(text, "utf-8")
    return file


def test_check_tells_what_every_checklist_asks_and_its_hash() -> None:
    result = said("check")
    assert result.exit_code == 0
    assert re.search(r"hotel-real-name.yaml: 正确，共46项，默认27项，\d+字节，[0-9a-f]{64}", result.output)


def test_check_points_to_the_line_and_counts_the_faults(tmp_path: Path) -> None:
    for name in ("common.yaml", "schema.json"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    file = tmp_path / "hotel-real-name.yaml"
    text = HOTEL.read_text("utf-8").replace("penalties/unlicensed-trade", "penalties/unlicenced-trade", 1)
    file.write_text(text, "utf-8")
    result = said("check", str(file))
    line = text[: text.index("penalties/unlicenced-trade")].count("\n") + 1
    assert result.exit_code == 1
    assert (
        f"hotel-real-name.yaml:{line}: 依据 penalties/unlicenced-trade 不存在，是否想写 penalties/unlicensed-trade"
        in result.output
    )
    assert "发现1处错误" in result.output
    assert "perhaps penalties/unlicensed-trade is meant" in said("check", "--lang", "en", str(file)).output


def test_check_says_when_a_core_item_reads_one_that_is_off(tmp_path: Path) -> None:
    for name in ("common.yaml", "schema.json"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    file = tmp_path / "hotel-real-name.yaml"
    start = "        max: 100000\n        core: true\n"
    text = HOTEL.read_text("utf-8")
    assert start in text
    file.write_text(text.replace(start, "        max: 100000\n", 1), "utf-8")
    result = said("check", str(file))
    assert result.exit_code == 1
    assert "HT205 是核心项，但用到的 HT202 不是；请把 HT202 也设为 core: true" in result.output


def test_diff_names_each_change(tmp_path: Path) -> None:
    new = changed(
        tmp_path,
        (
            "value: 30, unit: { zh: 分钟, en: min }, source: 建议值",
            "value: 20, unit: { zh: 分钟, en: min }, source: 建议值",
        ),
        ('version: "2026.1"', 'version: "2026.2"'),
        (
            "        self_check: { zh: 营业执照是否在有效期内并亮照经营？",
            "        help: { zh: 看原件, en: Original }\n        self_check: { zh: 营业执照是否在有效期内并亮照经营？",
        ),
    )
    result = said("diff", str(HOTEL), str(new))
    assert result.exit_code == 0
    assert '修改 checklist version: "2026.1" → "2026.2"' in result.output
    assert "修改 settings.late_minutes value: 30 → 20" in result.output
    assert "增加 HT103 help: （无） → 看原件" in result.output
    assert "共3处变化" in result.output


def test_items_added_removed_and_moved_are_seen() -> None:
    old = load_definition("hotel-real-name")
    new = json.loads(json.dumps(old))
    moved = new["sections"][1]["items"].pop(0)
    new["sections"][2]["items"].append(moved)
    gone = new["sections"][1]["items"].pop(0)
    new["sections"][1]["items"].append({**gone, "code": "HT199"})
    assert {(d.where, d.kind) for d in differences(old, new)} == {
        ("HT101", "moved"),
        ("HT199", "added"),
        ("HT102", "removed"),
    }
    assert differences(old, old) == []


def test_build_gives_the_definition_that_a_task_pins() -> None:
    text = said("build", str(HOTEL)).output.strip()
    definition = json.loads(text)
    assert definition["id"] == "hotel-real-name"
    assert digest(definition) in said("check", str(HOTEL)).output
    more = json.loads(said("build", str(HOTEL), "--with", "HT601").output)
    assert sum(len(s["items"]) for s in more["sections"]) == sum(len(s["items"]) for s in definition["sections"]) + 1
    assert said("build", str(HOTEL), "--with", "HT999").exit_code == 1


@pytest.mark.parametrize("name", ["hotel-real-name", "precursor-chemicals", "internet-cafe", "seal-engraving"])
def test_paper_and_preview_stand_alone_and_fetch_nothing(tmp_path: Path, name: str) -> None:
    for command, options in (("preview", []), ("print", []), ("print", ["--self-check"])):
        out = tmp_path / "page.html"
        assert said(command, str(ROOT / f"{name}.yaml"), "--out", str(out), *options).exit_code == 0
        page = out.read_text("utf-8")
        assert page.startswith("<!doctype html>")
        assert not re.search(r"<script|https?://|src=|url\(", page)


def test_the_blank_form_leaves_out_what_the_party_must_not_see(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    said("print", str(HOTEL), "--out", str(out), "--with", "HT803")
    page = out.read_text("utf-8")
    assert "HT301" in page and "HT803" not in page and "CM01" not in page
    assert "□合格" in page and "□未检查" in page


def test_the_self_check_asks_the_business_and_threatens_nobody(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    said("print", str(ROOT / "precursor-chemicals.yaml"), "--self-check", "--out", str(out))
    page = out.read_text("utf-8")
    assert "易制毒化学品从业单位自查表" in page
    assert "期初+购入-销售-使用-损耗=账面结存=实物数量？" in page
    assert "公安机关不收取" in page and "罚款" not in page


def test_a_wrong_file_prints_no_form(tmp_path: Path) -> None:
    file = tmp_path / "hotel-real-name.yaml"
    file.write_text("id: 3\n", "utf-8")
    result = said("preview", str(file), "--out", str(tmp_path / "page.html"))
    assert result.exit_code == 1 and not (tmp_path / "page.html").exists()


def test_definitions_load_the_same_twice() -> None:
    assert digest(load_definition("internet-cafe")) == digest(load_file(ROOT / "internet-cafe.yaml"))
