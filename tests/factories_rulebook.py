"""Checklists to bring, schedule and switch, for tests."""

from server.platform.definitions import ROOT

HOTEL_CONTENTS = [
    "旅馆业治安管理信息系统是否正常运行，数据是否正常上传；",
    "入住旅客是否按照公安部“实名、实数、实情、实时”的要求做到一人一证实名登记；",
    "旅馆前台服务人员是否能熟练操作使用系统，并熟知旅客证件种类等应知应会内容。",
]
"""附件1 as the bureau publishes it; 特种行业许可证 and 治安安全 stand in the item's name."""


def hotel_text(version: str = "2027.1", since: str = "2026-01-01", *edits: tuple[str, str]) -> str:
    """The hotels' YAML under another version, with `edits` (old, new), each of which must fit once."""
    text = (ROOT / "hotel-real-name.yaml").read_text("utf-8")
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if line.startswith("version:"):
            lines[at] = f'version: "{version}"'
        if line.startswith("effective_from:"):
            lines[at] = f'effective_from: "{since}"'
    text = "\n".join(lines)
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
