"""The notice's three items, word for word (Annex 1 for content, Annex 2 for the columns)."""

from datetime import date
from typing import Any

from server.accounts.models import Unit
from server.platform.clock import today
from server.platform.db import db
from server.registry.models import InspectionItem, ItemCategory

_ITEMS: tuple[dict[str, Any], ...] = (
    {
        "code": "ZA-01",
        "trade": "hotel",
        "unit": "zhian",
        "checklist_id": "hotel-real-name",
        "name": "检查宾馆的特种行业许可证办理和治安安全情况",
        "basis": "《中华人民共和国治安管理处罚法》、《旅馆业治安管理办法》",
        "authority": "治安大队",
        "category": ItemCategory.MIXED,
        "subjects": "旅馆从业单位",
        "ratio_num": 5,
        "frequency": 1,
        "methods": "现场检查",
        "contents": [
            "旅馆业治安管理信息系统是否正常运行，数据是否正常上传；",
            "入住旅客是否按照公安部“实名、实数、实情、实时”的要求做到一人一证实名登记；",
            "旅馆前台服务人员是否能熟练操作使用系统，并熟知旅客证件种类等应知应会内容。",
        ],
    },
    {
        "code": "JD-01",
        "trade": "precursor",
        "unit": "jindu",
        "checklist_id": "precursor-chemicals",
        "name": "对易制毒化学品从业单位的检查",
        "basis": "《易制毒化学品管理条例》（国务院令第445号）第三条、第三十二条",
        "authority": "禁毒大队",
        "category": ItemCategory.KEY,
        "subjects": "易制毒化学品从业单位",
        "ratio_num": 10,
        "frequency": 2,
        "methods": "现场检查、书面检查、网络检查",
        "contents": [
            "第一类易制毒化学品运输、第二类和第三类易制毒化学品的购买、运输情况；",
            "易制毒化学品从业单位的经办人、运入地、货主、收货人、承运人是否一致；",
            "购买许可证、运输许可证是否合法，购销合同、营业执照等证照是否齐全；",
            "销售台账、使用台账是否完备，品种、数量、来源、登记、备案、信息报送与台账结存信息是否一致。",
        ],
    },
    {
        "code": "WA-01",
        "trade": "cafe",
        "unit": "wangan",
        "checklist_id": "internet-cafe",
        "name": "对网吧业的抽查",
        "basis": "《互联网上网服务营业场所管理条例》（国务院令第363号）",
        "authority": "网安大队",
        "category": ItemCategory.GENERAL,
        "subjects": "全县网吧业",
        "ratio_num": 10,
        "frequency": 2,
        "methods": "实地检查",
        "contents": [
            "检查网吧对上网消费者的身份证件等有效证件是否进行核对、登记，并记录有关上网信息，同时检查登记内容和记录备份保存时间；",
            "检查网吧的信息网络安全落实情况。",
        ],
    },
)


def make_items(units: dict[str, Unit]) -> list[InspectionItem]:
    """Put the three items in force from 1 January of the year of the clock."""
    items = [
        InspectionItem(
            position=position,
            department="县公安局",
            ratio_den=100,
            unit_id=units[row["unit"]].id,
            effective_from=date(today().year, 1, 1),
            **{name: value for name, value in row.items() if name != "unit"},
        )
        for position, row in enumerate(_ITEMS, 1)
    ]
    db.session.add_all(items)
    db.session.flush()
    return items
