"""What blocks submission, in the inspector's words; what a failure leads to."""

from typing import Any

CLASSES: dict[str, tuple[str, str]] = {
    "W": ("提示", "advice"),
    "R0": ("当场改正", "corrected on site"),
    "R": ("责令限期改正", "ordered to rectify"),
    "C": ("建议立案", "case proposed"),
    "X": ("移送其他部门", "referred"),
    "K": ("涉嫌犯罪移交", "suspected crime"),
    "U": ("不配合检查", "uncooperative"),
}
"""Failure class (`core.results`) → what it leads to, in Chinese and English."""

_MISSING = {
    "unanswered": ("{title}：尚未填写", "{title}: not answered yet"),
    "conflict": ("{title}：两部手机的填写不一致，请选定一个", "{title}: the two phones disagree, choose one"),
    "invalid": ("{title}：{fault_zh}", "{title}: {fault_en}"),
    "frame": (
        "{title}：请先录入全部{thing_zh}，系统再抽取样本",
        "{title}: enter all {thing_en} first, the system then draws the sample",
    ),
    "redraw_reason": (
        "{title}：抽样底数改动过，请写明原因",
        "{title}: the sampling frame was changed, give the reason",
    ),
    "too_few_rows": ("{title}：至少需要{n}条，现有{have}条", "{title}: {n} rows needed, {have} entered"),
    "too_many_rows": ("{title}：最多{n}条，现有{have}条", "{title}: at most {n} rows, {have} entered"),
    "row_open": ("{title}：{row}还有{n}项未填", "{title}: {n} cells of {row} are empty"),
    "row_invalid": ("{title}：{row}，{fault_zh}", "{title}: {row}, {fault_en}"),
    "evidence": ("{title}：还需{n}张照片或附件", "{title}: {n} more photos or files needed"),
    "finding": ("{title}：不合格，请写明发现的问题", "{title}: failed, describe the problem"),
    "correction": ("{title}：已勾选当场改正，请写明改正情况", "{title}: corrected on site, say how"),
    "unchecked_reason": ("{title}：未检查，请写明原因", "{title}: not checked, give the reason"),
    "calculation": (
        "{title}：按现有数据无法计算，请核对数字",
        "{title}: cannot be calculated from these figures, check them",
    ),
    "paper_missing": (
        "检查时使用纸质检查表：请先拍摄或上传双方签名的纸质检查表",
        "The visit was made on paper: photograph or upload the signed paper checklist first",
    ),
    "visit_not_started": ("尚未记录到达时间", "The arrival is not recorded yet"),
}

_FAULTS = {
    "shape": ("填写的内容与本项不符", "the answer does not fit this item"),
    "not_an_option": ("所选项不在选项之内", "not one of the choices"),
    "not_sorted": ("选项重复或次序有误", "choices repeated or out of order"),
    "not_in_force": ("所选目录项在检查当日无效", "the catalogue entry does not hold on the day of the visit"),
    "not_among": ("所选品种未在前面的品种清单中勾选", "not ticked in the list above"),
    "out_of_range": ("数值超出允许范围", "out of range"),
    "bad_number": ("数字格式有误", "not a number"),
    "unknown_unit": ("单位不在可选范围", "this unit is not offered here"),
    "unit_mismatch": ("单位与本行的计量单位不能换算", "the unit does not convert to the unit of this row"),
    "too_many_digits": ("小数位数超出本项规定", "more decimals than this item keeps"),
    "too_large": ("数值过大", "the number is too large"),
    "date_wrong": ("日期有误", "not a date"),
    "instant_wrong": ("时间有误", "not a time"),
    "too_long": ("文字过长", "the text is too long"),
    "bad_format": ("号码格式或校验位有误", "the number has a wrong form or check digit"),
    "bad_phone": ("手机号码有误", "not a mobile number"),
    "person_incomplete": ("人员信息未填完整", "details of the person are missing"),
    "frame_shape": ("抽样底数填写有误", "the sampling frame is not well formed"),
    "frame_too_long": ("抽样底数超过2000个", "the sampling frame has more than 2000 entries"),
    "frame_name": ("抽样底数中有无法识别的编号", "an entry of the sampling frame cannot be used as a number"),
    "frame_duplicate": ("抽样底数中有重复编号", "the sampling frame has an entry twice"),
    "frame_round": ("抽样底数缺少轮次", "the sampling frame has no round"),
    "unchecked_reason": ("未核实的栏目请写明原因", "say why the cell could not be checked"),
    "calculation": ("按现有数据无法计算", "cannot be calculated from these figures"),
    "row_unit": ("请先选定本行的计量单位", "choose the unit of the row first"),
}


def missing_text(reason: str, **words: Any) -> dict[str, str]:
    """Return {zh, en} for a reason code; `fault` among `words` is one of the codes of `read`."""
    chinese, english = _MISSING[reason]
    title = words.pop("title", {"zh": "", "en": ""})
    thing = words.pop("thing", {"zh": "", "en": ""})
    fault = _FAULTS.get(words.pop("fault", ""), ("填写有误", "not valid"))
    values = {name: str(value) for name, value in words.items()}
    values |= {"fault_zh": fault[0], "fault_en": fault[1], "thing_zh": thing["zh"], "thing_en": thing["en"]}
    return {
        "zh": chinese.format(title=title["zh"], **values),
        "en": english.format(title=title["en"], **values),
    }
