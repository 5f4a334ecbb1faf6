"""What changed between two editions, as the legal office reads it: in words, never in keys."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from server.platform.definitions import ROOT, load_definition
from server.rulebook.terms import NAMES, PARTS
from server.rulebook.wording import told


def test_what_changed_is_told_with_titles_not_with_keys() -> None:
    old = load_definition("hotel-real-name")
    new = deepcopy(old)
    items = {item["code"]: item for section in new["sections"] for item in section["items"]}
    how = next(column for column in items["HT301"]["table"]["columns"] if column["key"] == "how")
    how["required"] = False
    how["options"].reverse()
    items["HT301"]["evidence"]["privacy"] = "mask_ids"
    items["HT102"]["basis"] = ["hotel-measures/registration"]
    items["HT102"]["content"] = "hotel/2"
    items["HT102"]["methods"] = ["desk", "remote"]
    moved = new["sections"][1]["items"].pop()
    new["sections"][2]["items"].append(moved)
    rows = {(row["where"], row["what"]): (row["before"], row["after"]) for row in told(old, new, "zh")}
    assert rows["HT301 客房随机抽查", "表格：列：核实方式：是否必填"] == ("是", "否")
    assert rows["HT301 客房随机抽查", "表格：列：核实方式：选项"] == (
        "房卡发放记录、客房服务记录、征得旅客同意后当面核对",
        "征得旅客同意后当面核对、客房服务记录、房卡发放记录",
    )
    assert rows["HT301 客房随机抽查", "照片要求：隐私要求"] == ("不得拍到旅客", "遮盖证件号码")
    licence = next(where for where, _ in rows if where.startswith("HT102"))
    assert rows[licence, "依据"][1] == "《旅馆业治安管理办法》第六条"
    assert rows[licence, "对应的抽查内容"][1] == new["contents"]["hotel/2"]["zh"]
    assert rows[licence, "检查方式"][1] == "书面、网络"
    titles = [section["title"]["zh"] for section in new["sections"]]
    assert (titles[1], titles[2]) in rows.values()


def test_every_name_that_a_checklist_may_use_has_words() -> None:
    def names(schema: Any) -> Iterator[str]:
        for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            yield from names(part)
        if isinstance(schema, dict):
            yield from schema.get("properties", ())

    schema = json.loads((ROOT / "schema.json").read_text("utf-8"))
    # Only the file has it: what is included stands in the definition itself.
    assert {*names(schema)} - {*NAMES} - {*PARTS} == {"include"}
