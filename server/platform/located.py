"""YAML that remembers its lines: mappings and lists know where each of their members stands."""

import re
from typing import Any

import yaml


class BadYaml(Exception):
    """A file cannot be read as YAML; `line` says where, `zh` and `en` what to do."""

    def __init__(self, line: int, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.line = line
        self.code = code
        self.zh = zh
        self.en = en


class Located(dict[str, Any]):
    """A mapping with its file, its line and the line of every key."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}


class LocatedList(list[Any]):
    """A list with the line of every member."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: list[int] = []


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2 scalars only: yes, no, on, off and dates stay text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _first in (
    ("bool", "true|false", "tf"),
    ("int", "-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("^<<$"), ["<"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:null|~|)$"), ["n", "~", ""])


MOST_NODES = 100_000
"""The largest checklist has 12,000; aliases can make a small text unfold to more than a machine holds."""


def read_yaml(text: str, name: str) -> Any:
    """Return the document `text` as `Located`, `LocatedList` and scalars; `name` is the file. Raises `BadYaml`.

    Keys written twice and fractions are refused: the first would be lost silently, the second is never
    exact. Tags are not known: a text can make nothing but mappings, lists and scalars.
    """
    try:
        root = yaml.compose(text, Loader=_Loader)
        return None if root is None else _Builder(name).build(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        detail = error.problem or "?"
        raise BadYaml(
            line, "yaml", f"YAML 格式有误：{detail}；请检查缩进、引号和逗号", f"not YAML: {detail}"
        ) from error
    except yaml.reader.ReaderError as error:
        raise BadYaml(1, "yaml", "文件里有不能读取的字符，请存为 UTF-8 文本", "the file is not UTF-8 text") from error
    except RecursionError as error:
        raise BadYaml(1, "yaml_deep", "文件嵌套层数过多，不是检查表", "the file is nested too deep") from error


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.scalars = yaml.SafeLoader("")
        self.nodes = 0

    def build(self, node: Any) -> Any:
        line = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise BadYaml(line, "yaml_large", "文件内容过多，不是检查表；请减少引用", "the file unfolds to too much")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, line)
        if isinstance(node, yaml.SequenceNode):
            members = LocatedList(self.file, line)
            for member in node.value:
                members.append(self.build(member))
                members.lines.append(member.start_mark.line + 1)
            return members
        if node.tag.endswith(":float"):
            raise BadYaml(
                line, "fraction", f"不能直接写小数 {node.value}，请加引号", f'no fractions: write "{node.value}"'
            )
        try:
            return self.scalars.construct_object(node)
        except (yaml.constructor.ConstructorError, ValueError) as error:
            raise BadYaml(
                line, "yaml_tag", f"不能使用 {node.tag} 标记，请删去", f"the tag {node.tag} is not allowed, remove it"
            ) from error

    def _mapping(self, node: Any, line: int) -> Located:
        found = Located(self.file, line)
        for base in (value for key, value in node.value if key.tag.endswith(":merge")):
            merged = self.build(base)
            found.update(merged)
            found.lines |= merged.lines
        own: set[str] = set()
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadYaml(
                    key_node.start_mark.line + 1, "yaml_key", "冒号前只能写名称", "before a colon stands a name"
                )
            key = key_node.value
            if key_node.tag.endswith(":merge"):
                continue
            at = key_node.start_mark.line + 1
            if key in own:
                raise BadYaml(at, "key_twice", f"{key} 写了两次，请删去一个", f"{key} is written twice, remove one")
            own.add(key)
            found[key] = self.build(value_node)
            found.lines[key] = at
        return found


def line_of(document: Any, path: tuple[str | int, ...]) -> tuple[str, int]:
    """The file and line of a path, or of the nearest thing above it that was written down."""
    file, line = document.file, document.line
    here = document
    for step in path:
        if isinstance(here, Located):
            file = here.file
            line = here.lines.get(str(step), here.line)
        elif isinstance(here, LocatedList) and isinstance(step, int) and step < len(here.lines):
            file, line = here.file, here.lines[step]
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(here, Located | LocatedList) and step == path[-1]:
            file = here.file
    return file, line


def plain(value: Any) -> Any:
    """The same document without its lines: ordinary dicts and lists."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return value
