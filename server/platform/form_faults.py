"""What a JSON Schema says is wrong, as a sentence for the person who wrote the file, with file and line."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from server.platform.located import Located, line_of


class Fault(NamedTuple):
    """A fault at a line of a file, with what to do about it."""

    file: str
    line: int
    code: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.zh} [{self.en}]"


class WrongDefinition(Exception):
    """A checklist or a catalogue cannot be used; `faults` says where and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


_FORM = {
    "unknown_key": ("这里不能写 {name}{hint_zh}", "{name} does not belong here{hint_en}"),
    "key_missing": ("缺少 {name}，请补上", "{name} is missing, add it"),
    "choice": ("{value} 不在可选值之内；可写：{known}", "{value} is not allowed; allowed: {known}"),
    "pattern": ("{value} 的写法不对：{rule_zh}", "{value} is not written right: {rule_en}"),
    "type": ("{value} 应为{want}", "{value} should be of type {want_en}"),
    "minimum": ("{value} 太小，最小 {rule}", "{value} is too small, at least {rule}"),
    "maximum": ("{value} 太大，最大 {rule}", "{value} is too large, at most {rule}"),
    "minItems": ("这里至少写 {rule} 条", "write at least {rule} here"),
    "maxItems": ("这里最多写 {rule} 条", "write at most {rule} here"),
    "uniqueItems": ("这里有重复的内容，请删去一个", "something stands twice here, remove one"),
    "minLength": ("这里不能是空的，请写上文字", "this must not be empty"),
    "maxLength": ("{value}… 太长，最多 {rule} 字", "{value}… is too long, at most {rule} characters"),
    "minProperties": ("这里至少写 {rule} 项", "write at least {rule} here"),
    "anyOf": ("{value} 的写法不对，请对照说明改正", "{value} is not written right, compare with the guide"),
    "form": ("{value} 的写法不对（{rule}），请对照说明改正", "{value} is not written right ({rule})"),
    "id_file": ("id {name} 与文件名 {file} 不一致，请改成一样", "the id {name} differs from the file name {file}"),
    "include_missing": (
        "include 的 {name}.yaml 不存在，请改正名称",
        "{name}.yaml of include does not exist, correct the name",
    ),
}


_KINDS = {
    "object": "“名称: 内容”的一组",
    "array": "列表（每条以 - 开头或写在 [ ] 里）",
    "string": "文字（数字和日期请加引号）",
    "integer": "整数",
    "boolean": "true 或 false",
    "null": "空（null）",
}
# What a pattern of the schema means, by the key it is for.
_WRITING = {
    "code": ("两到六个大写字母加最多四位数字，如 HT101", "two to six capitals and up to four digits, such as HT101"),
    "basis": ("写作 法规id/条款名，如 hotel-measures/licence", "law/provision, such as hotel-measures/licence"),
    "effective_from": ('写作 "2026-11-22"', 'write "2026-11-22"'),
    "effective_to": ('写作 "2026-11-22"', 'write "2026-11-22"'),
    "path": ("用点分开的小写名称，如 subject.size", "small names with dots, such as subject.size"),
}
_NAMES = ("小写字母、数字和符号 _ 或 -，以小写字母开头", "small letters, digits, _ or -, beginning with a small letter")


def fault_at(document: Located, path: tuple[str | int, ...], code: str, **words: Any) -> Fault:
    hint = words.pop("hint", "")
    words["hint_zh"] = f"，是否想写 {hint}" if hint else "，请删去或者改正"
    words["hint_en"] = f", perhaps {hint} is meant" if hint else ", remove or correct it"
    chinese, english = _FORM[code]
    return Fault(*line_of(document, path), code, chinese.format(**words), english.format(**words))


def form_faults(document: Located, validator: Draft202012Validator) -> Iterator[Fault]:
    """Every fault of form, by line."""
    found = [fault for error in validator.iter_errors(document) for fault in _explained(document, error)]
    yield from sorted(found, key=lambda fault: (fault.line, fault.zh))


def _explained(document: Located, error: ValidationError) -> Iterator[Fault]:
    path = tuple(error.absolute_path)
    value = str(error.instance)[:60]
    rule: Any = error.validator_value
    schema: Any = error.schema
    written: Any = error.instance
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", ()))
        for name in written:
            if name not in known:
                hint = next(iter(get_close_matches(str(name), known, 1)), "")
                yield fault_at(document, (*path, name), "unknown_key", name=name, hint=hint)
    elif error.validator == "required":
        for name in rule:
            if name not in written:
                yield fault_at(document, path, "key_missing", name=name)
    elif error.validator == "enum":
        yield fault_at(document, path, "choice", value=value, known="、".join(map(str, rule)))
    elif error.validator == "pattern":
        keys = [step for step in path if isinstance(step, str)]
        chinese, english = _WRITING.get(keys[-1] if keys else "", _NAMES)
        yield fault_at(document, path, "pattern", value=value, rule_zh=chinese, rule_en=english)
    elif error.validator == "type":
        wanted = [rule] if isinstance(rule, str) else rule
        english = " or ".join(wanted)
        yield fault_at(document, path, "type", value=value, want="或".join(map(_kind, wanted)), want_en=english)
    else:
        code = error.validator if error.validator in _FORM else "form"
        told = rule if isinstance(rule, int) else error.validator
        yield fault_at(document, path, code, value=value[:30], rule=told)


def _kind(name: str) -> str:
    return _KINDS.get(name, name)
