"""The columns of the bureau's three Excel files: what they are called, how they are read, what the template says."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.registry import cells
from server.registry.cells import Reader
from server.registry.models import InspectorStatus, ItemCategory, SubjectStatus

TRADES = {"旅馆": "hotel", "易制毒": "precursor", "网吧": "cafe"}
CHECKLISTS = {"hotel": "hotel-real-name", "precursor": "precursor-chemicals", "cafe": "internet-cafe"}
CATEGORIES = {
    "一般检查事项": ItemCategory.GENERAL,
    "重点检查事项": ItemCategory.KEY,
    "选择一般检查事项和重点检查事项相结合": ItemCategory.MIXED,
    "一般检查事项和重点检查事项相结合": ItemCategory.MIXED,
}
CODE_KINDS = {"统一社会信用代码": "uscc", "工商注册号": "reg", "许可证号": "licence", "自编号": "local"}
STATUSES = {
    "营业": SubjectStatus.OPEN,
    "停业": SubjectStatus.SUSPENDED,
    "关闭": SubjectStatus.CLOSED,
    "迁出": SubjectStatus.MOVED,
    "注销": SubjectStatus.CANCELLED,
    "吊销": SubjectStatus.REVOKED,
}
INSPECTOR_STATUSES = {
    "在岗": InspectorStatus.ACTIVE,
    "停用": InspectorStatus.SUSPENDED,
    "调离": InspectorStatus.LEFT,
}
YES_NO = {"是": True, "否": False}
CLASSES = {letter: letter for letter in "ABCD"}


@dataclass(frozen=True)
class Column:
    """One column. `hint` and `example` are what the template shows."""

    heading: str
    name: str
    read: Reader
    example: str
    hint: str = ""
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One file: its name in reports, its columns."""

    title: str
    columns: tuple[Column, ...]

    def by_heading(self) -> Mapping[str, Column]:
        return {column.heading: column for column in self.columns}


def _list(words: Mapping[str, object]) -> str:
    return "填：" + "、".join(words)


ITEMS = Table(
    "抽查事项清单",
    (
        Column("序号", "position", cells.integer(1, 999), "1", required=True),
        Column("部门名称", "department", cells.text(100), "县公安局", required=True),
        Column("抽查事项名称", "name", cells.text(200), "对网吧业的抽查", required=True),
        Column("抽查依据", "basis", cells.text(2000), "《互联网上网服务营业场所管理条例》", required=True),
        Column("检查主体", "authority", cells.text(100), "网安大队", "与单位名称一致", required=True),
        Column("事项类别", "category", cells.one_of(CATEGORIES), "一般检查事项", _list(CATEGORIES), required=True),
        Column("检查对象", "subjects", cells.text(200), "全县网吧业", required=True),
        Column("抽查比例", "ratio", cells.ratio, "10%", "5%、0.05 或 5/100", required=True),
        Column("抽查频次/年", "frequency", cells.integer(1, 12), "2", required=True),
        Column("检查方式", "methods", cells.text(200), "实地检查", required=True),
        Column("备注", "remark", cells.text(400), ""),
        Column("事项编码", "code", cells.item_code, "WA-01", "字母、数字和短横线，不重复，以后不改", required=True),
        Column("行业", "trade", cells.one_of(TRADES), "网吧", _list(TRADES), required=True),
        Column("检查内容", "contents", cells.lines, "检查网吧的信息网络安全落实情况。", "一行一条", required=True),
        Column("检查人数", "inspectors_needed", cells.integer(2, 8), "2", "每次不少于2人；不填按2人"),
        Column("生效日期", "effective_from", cells.day, "2026-01-01", required=True),
        Column("失效日期", "effective_to", cells.day, ""),
    ),
)

SUBJECTS = Table(
    "检查对象名录库",
    (
        Column("代码类型", "code_kind", cells.one_of(CODE_KINDS), "统一社会信用代码", _list(CODE_KINDS), required=True),
        Column("代码", "code", cells.text(64), "92410422MA44E5F628", "单元格设为文本格式", required=True),
        Column("场所序号", "site", cells.site, "", "同一代码有几处场所时填 2、3……；第一处不填"),
        Column("名称", "name", cells.text(200), "某某网吧", required=True),
        Column("抽查事项编码", "items", cells.many(cells.item_code), "WA-01", "多个用顿号分开", required=True),
        Column("地址", "address", cells.text(300), "叶县昆阳街道文化路1号", required=True),
        Column("乡镇街道", "township", cells.text(60), "昆阳街道", required=True),
        Column("辖区派出所", "station", cells.text(100), "昆阳派出所", "库中没有的派出所会自动建立"),
        Column("法定代表人", "legal_rep", cells.text(60), "张三"),
        Column("联系人", "contact", cells.text(60), "李四"),
        Column("联系电话", "phone", cells.telephone, "0375-0000001", "手机号，或带区号的座机"),
        Column("规模", "size", cells.integer(0, 1_000_000), "60", "旅馆填房间数，网吧填电脑台数，易制毒填品种数"),
        Column("纬度", "lat", cells.degrees(3, 54), "33.62700", "WGS84，小数"),
        Column("经度", "lng", cells.degrees(73, 136), "113.35700", "WGS84，小数"),
        Column("状态", "status", cells.one_of(STATUSES), "营业", _list(STATUSES) + "；不填按营业"),
        Column("状态日期", "status_since", cells.day, ""),
        Column("状态原因", "status_reason", cells.text(200), ""),
        Column("经营异常名录列入日期", "abnormal_since", cells.day, "", "未列入的不填"),
        Column("严重违法失信名单列入日期", "serious_since", cells.day, "", "未列入的不填"),
        Column("信用风险分类", "credit_class", cells.one_of(CLASSES), "", "A 至 D，仅内部使用，不公开"),
        Column("许可证编号", "licence_no", cells.text(100), ""),
        Column("开业日期", "opened_on", cells.day, ""),
        Column("房间数", "rooms", cells.integer(0, 100_000), ""),
        Column("床位数", "beds", cells.integer(0, 100_000), ""),
        Column("电竞房间数", "esports_rooms", cells.integer(0, 100_000), ""),
        Column("电脑台数", "pcs", cells.integer(0, 100_000), "60"),
        Column("易制毒品种", "substances", cells.many(cells.text(60)), "", "多个用顿号分开"),
    ),
)
ATTRIBUTES = ("licence_no", "opened_on", "rooms", "beds", "esports_rooms", "pcs", "substances")
"""Columns of the subjects that differ by trade; they go into `subject.attributes`."""

INSPECTORS = Table(
    "执法检查人员名录库",
    (
        Column("姓名", "name", cells.text(60), "王五", required=True),
        Column("警号", "badge_no", cells.badge_no, "041301", "六位数字，设为文本格式；辅警不得列入", required=True),
        Column("所属单位", "unit", cells.text(100), "网安大队", "与单位名称一致", required=True),
        Column("执法证号", "cert_no", cells.certificate_no, "16040041301", "设为文本格式", required=True),
        Column("执法证有效期至", "cert_expires_on", cells.day, "2028-12-31", required=True),
        Column("可检查事项编码", "competences", cells.many(cells.item_code), "WA-01", "多个用顿号分开", required=True),
        Column("是否资深", "senior", cells.one_of(YES_NO), "是", _list(YES_NO) + "；不填按否"),
        Column("同户编号", "household", cells.site, "", "同一家庭的人填相同编号，不会被派到一起"),
        Column("状态", "status", cells.one_of(INSPECTOR_STATUSES), "在岗", _list(INSPECTOR_STATUSES) + "；不填按在岗"),
        Column("请假起", "leave_from", cells.day, ""),
        Column("请假止", "leave_to", cells.day, ""),
        Column(
            "利害关系对象", "interests", cells.many(cells.text(120)), "", "代码，第二处场所写成 代码#2；多个用顿号分开"
        ),
    ),
)
