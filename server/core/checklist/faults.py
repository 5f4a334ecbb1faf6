"""What can be wrong with a definition, in sentences that one can act on."""

from typing import NamedTuple


class Problem(NamedTuple):
    """A fault at a path of the definition (keys and indexes from the top)."""

    path: tuple[str | int, ...]
    code: str
    zh: str
    en: str


_FAULTS = {
    "code_twice": (
        "编码 {name} 已经用过，每个检查项的编码不能重复，请换一个",
        "the code {name} is used twice; give this item another",
    ),
    "section_twice": (
        "分节 id {name} 重复，请换一个",
        "the section id {name} is used twice; rename one",
    ),
    "key_twice": (
        "名称 {name} 在这里重复，请改名",
        "the name {name} is used twice here; rename one",
    ),
    "name_taken": (
        "名称 {name} 与{other_zh}同名，表达式将无法区分，请改名",
        "the name {name} is also {other_en}; expressions could not tell them apart, rename it",
    ),
    "name_reserved": (
        "{name} 是 CEL 的保留字或者函数名，不能用作名称，请改名",
        "{name} is a reserved word or function of CEL; use another name",
    ),
    "unknown_name": (
        "表达式中的 {name} 不存在{hint_zh}；请核对编码，或者在本表中先定义",
        "{name} in the expression does not exist{hint_en}; check the code or define it first",
    ),
    "later_name": (
        "表达式用到 {name}，但它在本项之后；请把 {name} 移到前面",
        "the expression reads {name}, which stands below; move {name} above this item",
    ),
    "not_in_needs": (
        "表达式用到 {name}，请把它写进 needs",
        "the expression reads {name}; add it to needs",
    ),
    "needs_unused": (
        "needs 里的 {name} 在表达式中没有用到，请删去",
        "{name} in needs is not read by the expression; remove it",
    ),
    "forbidden": (
        "表达式中不允许使用 {name}（两种语言结果可能不同）；可用的函数见《检查表怎么写》第 6 节",
        "{name} may not be used in expressions (the two languages could differ); section 6 of the guide lists what may",
    ),
    "fraction": (
        "表达式中不允许小数 {name}；数量按 scale 放大为整数，限值请写进 settings",
        "fractions such as {name} are not allowed; quantities are scaled integers, put limits into settings",
    ),
    "bad_expression": (
        "表达式有误：{detail}（第 {column} 个字符）",
        "the expression is wrong: {detail} (character {column})",
    ),
    "overload": (
        "不能用 {sign} 处理{kinds}；日期之间先用 days() 或 minutes()，文字加引号，函数的参数见《检查表怎么写》第 6 节",
        "{sign} does not work on {kinds_en}; compare dates by days() or minutes(), quote texts (guide, section 6)",
    ),
    "wrong_type": (
        "表达式的结果是 {have}，这里需要 {want}",
        "the expression gives {have}, but {want} is needed here",
    ),
    "unknown_law": (
        "依据 {name} 不存在{hint_zh}；请改用已登记的依据，或者先把它登记到法律依据目录",
        "the basis {name} does not exist{hint_en}; cite one that does, or have it entered among the laws first",
    ),
    "unknown_content": (
        "抽查内容 {name} 不在公布的清单 contents 中；未公布的事项不得检查，请改正或者先公布",
        "{name} is not among the published contents; only what is published may be inspected",
    ),
    "unknown_catalogue": (
        "目录 {name} 不存在{hint_zh}",
        "the catalogue {name} does not exist{hint_en}",
    ),
    "options_missing": (
        "{type} 类型需要 options 或者 catalogue",
        "a {type} needs options or a catalogue",
    ),
    "options_unwanted": (
        "{type} 类型不能有 options，请删去或者改为 choice",
        "a {type} has no options; remove them or make it a choice",
    ),
    "units_missing": (
        "数量类型需要 units 和 scale（小数位数）",
        "a quantity needs units and scale",
    ),
    "units_unwanted": (
        "只有数量类型可以有 {name}，请删去或者改为 quantity",
        "only a quantity has {name}; remove it or make it a quantity",
    ),
    "unknown_unit": (
        "单位 {name} 不存在；可用单位：{known}",
        "the unit {name} does not exist; known: {known}",
    ),
    "unit_dimensions": (
        "units 中 {name} 与 {first} 不能换算；同一数量的单位须同类，或者用 unit_column 指定每行的单位",
        "{name} does not convert to {first}; units must be of one kind, or let a unit_column choose per row",
    ),
    "unit_column": (
        "unit_column 必须是前面的一个 choice 栏，且其每个选项都是单位（如 kg、L）；{name} 不是",
        "unit_column must be a choice column above whose options are units (kg, L …); {name} is not",
    ),
    "table_missing": (
        "table 类型缺少 table 部分",
        "a table item needs its table part",
    ),
    "table_unwanted": (
        "{type} 类型不能有 table，请删去或者把 type 改为 table",
        "a {type} has no table; remove it or make the type table",
    ),
    "source_part": (
        "行来源为 {source} 的表格必须写 {part}",
        "a table with source {source} needs {part}",
    ),
    "source_part_unwanted": (
        "行来源为 {source} 的表格不能写 {part}，请删去",
        "a table with source {source} has no {part}; remove it",
    ),
    "chosen_item": (
        "{name} 必须是本项之前的 multi 项，且使用目录 {catalogue}",
        "{name} must be a multi item above on the catalogue {catalogue}",
    ),
    "rows_order": (
        "min_rows 不能大于 max_rows",
        "min_rows is larger than max_rows",
    ),
    "bounds_order": (
        "min 不能大于 max",
        "min is larger than max",
    ),
    "bounds_form": (
        "{name} 不是本项能用的数值（{detail}）；请写数字，小数加引号，位数不超过 scale",
        "{name} is not a number this item can have ({detail}); write a number, quoted if it is a fraction",
    ),
    "draw_order": (
        "抽样 max 不能小于 min",
        "max of the draw is smaller than its min",
    ),
    "rule_missing": (
        "auto 项需要 fails_when，否则永远不会判定",
        "an auto item needs fails_when, otherwise it never decides anything",
    ),
    "fail_sentence": (
        "本项可能不合格，sentences 必须写 fail（笔录用语）",
        "this item can fail; write sentences.fail for the record",
    ),
    "fail_sentence_unwanted": (
        "本项不会不合格（没有 fails_when 和不合格选项），请删去 sentences.fail 或者写判定规则",
        "this item cannot fail (no fails_when, no failing option); remove sentences.fail or write the rule",
    ),
    "class_missing": (
        "本项可能不合格，必须写 class（W、R0、R、C、X、K、U 之一）",
        "this item can fail; give its class (W, R0, R, C, X, K or U)",
    ),
    "class_unwanted": (
        "本项不会不合格，请删去 class 和 grades",
        "this item cannot fail; remove class and grades",
    ),
    "refer_missing": (
        "class X 必须写 refer_to（移送哪个部门）",
        "class X needs refer_to (the department)",
    ),
    "restricted_class": (
        "class K（涉嫌犯罪）的迹象类选项不上被检查单位副本，请写 visibility: restricted 或者用 grades",
        "signs of crime (class K) are not on the party's copy; set visibility: restricted or use grades",
    ),
    "template": (
        "用语模板有误：{detail}；大括号和方括号须成对，过滤器只有 {filters}",
        "the sentence is not well formed: {detail}; brackets come in pairs, filters are {filters}",
    ),
    "unknown_slot": (
        "用语中的 {{{name}}} 不存在{hint_zh}",
        "the slot {{{name}}} of the sentence does not exist{hint_en}",
    ),
    "restricted_slot": (
        "{name} 是限制栏，不得出现在笔录用语中，请删去",
        "{name} is a restricted column and may not appear in the record; remove it",
    ),
    "person_in_table": (
        "表格中不得收集完整证件号码，请改用 format: last4 的文本栏",
        "tables may not collect whole ID numbers; use a text column with format: last4",
    ),
    "person_fields": (
        "只有 person 类型可以有 fields",
        "only a person has fields",
    ),
    "core_too_many": (
        "核心项有 {count} 个，超过 15 个；现场约 25 分钟，请把其余的改为 core: false",
        "{count} core items, more than 15; a visit takes about 25 minutes, set core: false for the others",
    ),
    "dates_order": (
        "effective_to 早于 effective_from，请改正其中之一",
        "effective_to lies before effective_from; correct one of them",
    ),
    "not_a_date": (
        "{name} 不是存在的日期，请对照日历改正",
        "{name} is not a date of the calendar, correct it",
    ),
    "versions_overlap": (
        "{name} 的两个版本在时间上重叠，请改 effective_from 或者 effective_to",
        "two versions of {name} overlap in time; correct their dates",
    ),
    "cas_wrong": (
        "CAS 号 {name} 的校验位不对，请核对",
        "the CAS number {name} has a wrong check digit",
    ),
    "fact_default": (
        "default 与类型 {type} 不符；没有默认值的写 null",
        "the default does not fit the type {type}; write null where there is none",
    ),
    "among_item": (
        "among 指向的 {name} 必须是本项之前、使用同一目录的 multi 项",
        "among must name a multi item above on the same catalogue; {name} is not",
    ),
    "option_result": (
        "选项有 result 时不能再由 verdict: na 抵消",
        "an option with a result cannot have verdict na",
    ),
}


def problem(path: tuple[str | int, ...], code: str, **words: object) -> Problem:
    """Make a problem; `hint` among `words` is a name that was perhaps meant."""
    chinese, english = _FAULTS[code]
    hint = words.pop("hint", "")
    words["hint_zh"] = f"，是否想写 {hint}" if hint else ""
    words["hint_en"] = f", perhaps {hint} is meant" if hint else ""
    return Problem(path, code, chinese.format(**words), english.format(**words))
