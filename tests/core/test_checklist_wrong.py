"""Definitions with one mistake each: refused with the file, the line and a sentence that says what to do."""

import re
from pathlib import Path

import pytest

from server.platform.catalogues import load_catalogue
from server.platform.definitions import ROOT, Fault, WrongDefinition, load_file

GOOD = """\
id: trial
version: "1"
effective_from: "2026-01-01"
title: { zh: 试行检查表, en: Trial }
contents:
  trial/1: { zh: 公布的抽查内容, en: Published content }
facts:
  - { key: opened_on, title: { zh: 开业日期, en: Opened }, type: date, path: subject.opened_on, default: null }
settings:
  - { key: late_minutes, title: { zh: 时限, en: Limit }, type: integer, value: 30, source: 建议值 }
sections:
  - id: first
    title: { zh: 第一节, en: First }
    place: trade
    items:
      - code: TR101
        title: { zh: 许可证, en: Licence }
        type: choice
        content: trial/1
        basis: [hotel-measures/licence]
        methods: [on_site]
        class: R
        sentences: { pass: 持有许可证。, fail: 未持有许可证。 }
      - code: TR102
        title: { zh: 品种, en: Substances }
        type: multi
        catalogue: substances
        content: trial/1
        basis: []
        methods: [on_site]
        sentences: { pass: "品种：{answer}。" }
      - code: TR103
        title: { zh: 台账, en: Ledger }
        type: table
        content: trial/1
        basis: []
        methods: [on_site]
        class: C
        when: { expr: 'TR101 == "pass"', needs: [TR101] }
        table:
          source: hand
          row_title: { zh: 行, en: row }
          columns:
            - key: unit
              title: { zh: 单位, en: Unit }
              type: choice
              options:
                - { key: kg, title: { zh: 千克, en: kg } }
                - { key: L, title: { zh: 升, en: L } }
            - { key: amount, title: { zh: 数量, en: N }, type: quantity, units: [kg, L], unit_column: unit, scale: 3 }
            - { key: seen, title: { zh: 时间, en: Seen }, type: datetime }
            - { key: secret, title: { zh: 首字母, en: Initials }, type: text, restricted: true }
          values:
            - key: waited
              title: { zh: 用时, en: Waited }
              type: integer
              expr: "minutes(seen, visit_start)"
              needs: [seen, visit_start]
          row_fails_when: { expr: "waited > late_minutes", needs: [waited, late_minutes] }
          row_sentence: "{row}{amount}"
        computed:
          - { key: longest, title: { zh: 最长, en: Longest }, type: integer, expr: "max(waited)", needs: [waited] }
        sentences: { pass: "{TR103_rows}行。", fail: "{failed_rows}。" }
      - code: TR104
        title: { zh: 检查日期, en: Date }
        type: date
        content: trial/1
        basis: []
        methods: [on_site]
        class: R
        fails_when: { expr: "days(TR104, visit_date) > late_minutes", needs: [TR104, visit_date, late_minutes] }
        sentences: { pass: "{answer}。", fail: "{answer}，超期。" }
"""

TWO = "[{ key: a, title: { zh: 甲, en: a } }, { key: b, title: { zh: 乙, en: b } }]"
AUTO = """\
        type: auto
        content: trial/1
        basis: []
        methods: [on_site]
        sentences: { pass: 已核对。 }
"""

MISTAKES = [
    ("a code used twice", "code: TR104", "code: TR101", "code_twice"),
    ("a code with small letters", "code: TR104", "code: tr104", "pattern"),
    ("a misspelt key", "row_title:", "row_titel:", "unknown_key"),
    (
        "a key that is missing",
        "        methods: [on_site]\n        class: R\n        sentences",
        "        class: R\n        sentences",
        "key_missing",
    ),
    ("a type that does not exist", "type: date\n", "type: day\n", "choice"),
    ("a failure class that does not exist", "class: C", "class: Z", "choice"),
    ("a key written twice", "        type: choice\n", "        type: choice\n        type: choice\n", "key_twice"),
    ("a broken indentation", "    place: trade\n", "   place: trade\n", "yaml"),
    ("a fraction without quotes", "value: 30", "value: 0.5", "fraction"),
    ("a version that is a number", 'version: "1"', "version: 1", "type"),
    ("only one language", "{ zh: 许可证, en: Licence }", "{ zh: 许可证 }", "key_missing"),
    ("an id that is not the file name", "id: trial\n", "id: trail\n", "id_file"),
    ("a common part that does not exist", "contents:", "include: [comon]\ncontents:", "include_missing"),
    (
        "an end before the beginning",
        'effective_from: "2026-01-01"',
        'effective_from: "2026-01-01"\neffective_to: "2025-12-31"',
        "dates_order",
    ),
    ("a day that does not exist", '"2026-01-01"', '"2026-02-30"', "not_a_date"),
    (
        "a content that is not published",
        "        content: trial/1\n        basis: [hotel",
        "        content: trial/2\n        basis: [hotel",
        "unknown_content",
    ),
    ("a law that nobody entered", "hotel-measures/licence", "hotel-measure/licence", "unknown_law"),
    ("a catalogue that does not exist", "catalogue: substances", "catalogue: substance", "unknown_catalogue"),
    ("several choices without options", "        catalogue: substances\n", "", "options_missing"),
    ("options on a date", "        type: date\n", f"        type: date\n        options: {TWO}\n", "options_unwanted"),
    ("an option key twice", "{ key: L, title", "{ key: kg, title", "key_twice"),
    ("a quantity without a scale", ", scale: 3", "", "units_missing"),
    ("a unit that does not exist", "units: [kg, L]", "units: [kg, jin]", "unknown_unit"),
    (
        "litres and kilograms without a unit per row",
        "units: [kg, L], unit_column: unit",
        "units: [kg, L]",
        "unit_dimensions",
    ),
    ("a unit column that is no choice of units", "unit_column: unit", "unit_column: seen", "unit_column"),
    ("units on a date", "type: datetime }", "type: datetime, scale: 2 }", "units_unwanted"),
    ("a scale of seven", "scale: 3", "scale: 7", "maximum"),
    (
        "bounds the wrong way round",
        "        type: date\n",
        "        type: integer\n        min: 9\n        max: 3\n",
        "bounds_order",
    ),
    (
        "a bound that is no number",
        "units: [kg, L], unit_column",
        'min: "a lot", units: [kg, L], unit_column',
        "bounds_form",
    ),
    (
        "a table item without its table",
        "        table:\n          source: hand\n",
        "        tabel:\n          source: hand\n",
        "unknown_key",
    ),
    ("a table on a choice", "        type: table\n", "        type: choice\n", "table_unwanted"),
    ("drawn rows without a draw", "source: hand", "source: drawn", "source_part"),
    (
        "fixed rows on a table by hand",
        "source: hand",
        "source: hand\n          fixed: [{ key: a, title: { zh: 甲, en: a } }]",
        "source_part_unwanted",
    ),
    (
        "rows of an item that is no multi",
        "source: hand",
        "source: chosen\n          chosen: TR101\n          catalogue: substances",
        "chosen_item",
    ),
    (
        "more rows wanted than allowed",
        "source: hand",
        "source: hand\n          min_rows: 9\n          max_rows: 3",
        "rows_order",
    ),
    ("a column twice", "{ key: seen,", "{ key: unit,", "key_twice"),
    ("a column with a reserved name", "{ key: secret,", "{ key: size,", "name_reserved"),
    ("a setting that is also a fact", "key: late_minutes, title", "key: opened_on, title", "name_taken"),
    ("a setting named like a function", "{ key: late_minutes, title", "{ key: minutes, title", "name_reserved"),
    ("whole ID numbers in a table", "type: text, restricted", "type: person, restricted", "person_in_table"),
    (
        "a misspelt item in an expression",
        "'TR101 == \"pass\"', needs: [TR101]",
        "'TR11 == \"pass\"', needs: [TR11]",
        "unknown_name",
    ),
    (
        "an item that is asked later",
        "'TR101 == \"pass\"', needs: [TR101]",
        "'days(TR104, visit_date) > 1', needs: [TR104, visit_date]",
        "later_name",
    ),
    ("a name that needs forgot", "needs: [waited, late_minutes]", "needs: [waited]", "not_in_needs"),
    (
        "a need that is not read",
        "needs: [waited, late_minutes]",
        "needs: [waited, late_minutes, opened_on]",
        "needs_unused",
    ),
    (
        "a date compared with a number",
        "days(TR104, visit_date) > late_minutes",
        "TR104 > late_minutes && visit_date == visit_date",
        "overload",
    ),
    ("a condition that gives a number", '"waited > late_minutes"', '"waited + late_minutes"', "wrong_type"),
    ("a calculation of another type", 'expr: "max(waited)"', 'expr: "max(waited) > 3"', "wrong_type"),
    ("an open bracket in an expression", '"max(waited)"', '"max(waited"', "bad_expression"),
    ("a regular expression", 'TR101 == "pass"\'', 'TR101.matches("p.*")\'', "forbidden"),
    ("has()", "'TR101 == \"pass\"'", "'has(TR101)'", "forbidden"),
    ("a fraction in an expression", '"waited > late_minutes"', '"waited > late_minutes + 0.5"', "fraction"),
    ("a slot that does not exist", "{TR103_rows}", "{TR103_row}", "unknown_slot"),
    ("a brace that is not closed", '"{answer}。"', '"{answer。"', "template"),
    ("a restricted column in the record", '"{row}{amount}"', '"{row}{secret}"', "restricted_slot"),
    ("no sentence for a failure", ", fail: 未持有许可证。", "", "fail_sentence"),
    (
        "a sentence for a failure that cannot be",
        '"品种：{answer}。" }',
        '"品种：{answer}。", fail: 无。 }',
        "fail_sentence_unwanted",
    ),
    ("no class although it can fail", "        class: C\n", "", "class_missing"),
    (
        "a class although it cannot fail",
        '        sentences: { pass: "品种',
        '        class: R\n        sentences: { pass: "品种',
        "class_unwanted",
    ),
    ("a referral to nobody", "class: C", "class: X", "refer_missing"),
    ("a suspected crime on the party's copy", "class: C", "class: K", "restricted_class"),
    ("an automatic item without a rule", GOOD[GOOD.index("        type: date\n") :], AUTO, "rule_missing"),
    ("a default of another type", "default: null", "default: yesterday", "fact_default"),
]


def item_around(text: str, place: int) -> tuple[int, int]:
    """The first and last line of the item (or of the head) that a place of the text lies in."""
    begins = text.rfind("\n      - code:", 0, place + 1)
    ends = text.find("\n      - code:", place)
    first = 1 if begins < 0 else text[: begins + 1].count("\n") + 1
    return first, (text if ends < 0 else text[: ends + 1]).count("\n")


def faults_of(tmp_path: Path, text: str, name: str = "trial") -> list[Fault]:
    file = tmp_path / f"{name}.yaml"
    file.write_text(text, "utf-8")
    try:
        load_file(file, ROOT)
    except WrongDefinition as wrong:
        return wrong.faults
    return []


def test_the_trial_itself_is_right(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD) == []


@pytest.mark.parametrize(("old", "new", "code"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_refused_where_it_stands(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in GOOD
    faults = faults_of(tmp_path, GOOD.replace(old, new, 1))
    assert code in [fault.code for fault in faults], faults
    fault = next(fault for fault in faults if fault.code == code)
    first, last = item_around(GOOD, GOOD.index(old))
    assert fault.file == "trial.yaml"
    assert first <= fault.line <= last + new.count("\n")
    assert len(fault.zh) > 6 and len(fault.en) > 6
    assert "{" not in fault.zh.replace("{TR103_row}", "").replace("{answer", "")


def test_the_line_is_exact_for_the_commonest_mistakes(tmp_path: Path) -> None:
    for old, new, code in (
        ("hotel-measures/licence", "hotel-measure/licence", "unknown_law"),
        ("needs: [waited, late_minutes]", "needs: [waited]", "not_in_needs"),
        ("row_title:", "row_titel:", "unknown_key"),
        ("{TR103_rows}", "{TR103_row}", "unknown_slot"),
        ("class: C", "class: Z", "choice"),
    ):
        faults = faults_of(tmp_path, GOOD.replace(old, new, 1))
        line = GOOD[: GOOD.index(old)].count("\n") + 1
        assert line in [fault.line for fault in faults if fault.code == code], (code, faults)


def test_a_misspelt_name_is_told_what_was_perhaps_meant(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, GOOD.replace("hotel-measures/licence", "hotel-measure/licence", 1))
    assert (
        faults[0].zh == "依据 hotel-measure/licence 不存在，是否想写 hotel-measures/licence；"
        "请改用已登记的依据，或者先把它登记到法律依据目录"
    )


def test_no_sentence_shows_a_machine_s_words_and_each_says_what_to_do(tmp_path: Path) -> None:
    for name, old, new, code in MISTAKES:
        fault = next(f for f in faults_of(tmp_path, GOOD.replace(old, new, 1)) if f.code == code)
        assert not re.search(r"overload|protobuf|is not of type|does not match|Traceback", fault.zh + fault.en), name
    dates = faults_of(
        tmp_path,
        GOOD.replace("days(TR104, visit_date) > late_minutes", "TR104 > late_minutes && visit_date == visit_date", 1),
    )
    assert "不能用 > 处理日期时间和整数；日期之间先用 days()" in "".join(fault.zh for fault in dates)


CATALOGUE_MISTAKES = [
    ("holidays.yaml", '"2026-01-04"', '"2026-01-05"', "make_up_on_weekday"),
    ("holidays.yaml", '"2026-01-02"', '"2025-01-02"', "day_of_other_year"),
    ("holidays.yaml", '"2026-01-02"', '"2026-02-30"', "not_a_date"),
    ("holidays.yaml", "make_up_days", "makeup_days", "unknown_key"),
    ("laws.yaml", "article: 第三条, ", "", "key_missing"),
    ("laws.yaml", "confidence: confirmed", "confidence: sure", "choice"),
    ("laws.yaml", "article: 第三条, ", "article: 第三条, text: 原文, ", "text_unchecked"),
    ("laws.yaml", "- id: penalties\n", "- id: hotel-measures\n", "id_twice"),
    ("substances.yaml", "kind: chemical", "sort: chemical", "attributes_wrong"),
    ("substances.yaml", 'effective_from: "2005-11-01"', "effective_from: 2005", "type"),
    ("id-types.yaml", "key: resident_id, ", "", "key_missing"),
    ("results.yaml", "UNREACHABLE", "UNREACHED", "results_order"),
]


@pytest.mark.parametrize(("file", "old", "new", "code"), CATALOGUE_MISTAKES)
def test_a_mistake_in_a_catalogue_is_refused_where_it_stands(file: str, old: str, new: str, code: str) -> None:
    text = (ROOT / "catalogues" / file).read_text("utf-8")
    assert old in text
    with pytest.raises(WrongDefinition) as wrong:
        load_catalogue(text.replace(old, new, 1), file)
    fault = next(fault for fault in wrong.value.faults if fault.code == code)
    line = text[: text.index(old)].count("\n") + 1
    assert fault.file == file and abs(fault.line - line) <= 1 and len(fault.zh) > 6


def test_the_catalogues_as_they_lie_there_are_right() -> None:
    for file in (ROOT / "catalogues").glob("*.yaml"):
        load_catalogue(file.read_text("utf-8"), file.name)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("hotel-measures/licence", "x/y", 1)
        .replace("{TR103_rows}", "{nothing}", 1)
        .replace("class: C", "class: X", 1)
    )
    assert {fault.code for fault in faults_of(tmp_path, text)} == {"unknown_law", "unknown_slot", "refer_missing"}


def test_more_than_fifteen_core_items_are_too_many_for_a_visit(tmp_path: Path) -> None:
    item = GOOD[GOOD.index("      - code: TR101") : GOOD.index("      - code: TR102")]
    many = "".join(
        item.replace("TR101", f"TR2{n:02d}").replace("type: choice", "type: choice\n        core: true")
        for n in range(16)
    )
    assert [fault.code for fault in faults_of(tmp_path, GOOD + many)] == ["core_too_many"]


def test_an_empty_file_is_not_a_checklist(tmp_path: Path) -> None:
    assert [fault.code for fault in faults_of(tmp_path, "")] == ["empty"]
