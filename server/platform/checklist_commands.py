"""`flask checklist`: for the people who write checklists."""

from json import dumps
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.core.canonical import canonical, digest
from server.core.checklist.build import CannotSwitch, switched_on
from server.core.checklist.compare import differences
from server.platform import checklist_forms
from server.platform.clock import today
from server.platform.definitions import ROOT, WrongDefinition, load_file, trades

checklist_group = AppGroup("checklist", help="检查表：检查、预览、比较、打印 · check, preview, compare and print")
COMMANDS = (checklist_group,)
File = click.Path(exists=True, dir_okay=False, path_type=Path)
Out = click.Path(dir_okay=False, path_type=Path)
_KINDS = {"added": "增加", "removed": "删除", "moved": "移动", "changed": "修改"}


@checklist_group.command("check")
@click.argument("files", nargs=-1, type=File)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="language of the faults")
def check_command(files: tuple[Path, ...], lang: str) -> None:
    """Check FILES, or every checklist; faults with file, line and what to do."""
    wrong = 0
    for file in files or tuple(ROOT / f"{name}.yaml" for name in trades()):
        try:
            definition = load_file(file, file.parent)
            core = switched_on(definition)
        except WrongDefinition as error:
            wrong += len(error.faults)
            for fault in error.faults:
                click.echo(f"{fault.file}:{fault.line}: {fault.zh if lang == 'zh' else fault.en}")
            continue
        except CannotSwitch as error:
            wrong += 1
            click.echo(_unswitchable(file, error, lang))
            continue
        items = sum(len(section["items"]) for section in definition["sections"])
        asked = sum(len(section["items"]) for section in core["sections"])
        size = len(canonical(core))
        click.echo(f"{file.name}: 正确，共{items}项，默认{asked}项，{size}字节，{digest(core)}")
    if wrong:
        raise click.ClickException(f"发现{wrong}处错误 · {wrong} faults")


def _unswitchable(file: Path, error: CannotSwitch, lang: str) -> str:
    item, _, other = error.detail.partition(" needs ")
    chinese = f"{item} 是核心项，但用到的 {other} 不是；请把 {other} 也设为 core: true"
    english = f"{item} is core but reads {other}, which is not; set core: true for {other} too"
    return f"{file.name}: {chinese if lang == 'zh' else english}"


@checklist_group.command("preview")
@click.argument("file", type=File)
@click.option("--out", type=Out, required=True, help="HTML file to write")
def preview_command(file: Path, out: Path) -> None:
    """Write FILE as it looks on a phone, with all its items, conditions and basis."""
    _write(out, checklist_forms.preview(_loaded(file), today().isoformat()))


@checklist_group.command("print")
@click.argument("file", type=File)
@click.option("--out", type=Out, required=True, help="HTML file to write, A4")
@click.option("--self-check", is_flag=True, help="自查表 for the business instead of the blank form")
@click.option("--with", "codes", multiple=True, help="switch this item on as well")
def print_command(file: Path, out: Path, self_check: bool, codes: tuple[str, ...]) -> None:
    """Write the blank form of FILE for paper, or the 自查表."""
    definition = _switched(_loaded(file), codes)
    make = checklist_forms.self_check if self_check else checklist_forms.blank_form
    _write(out, make(definition, today().isoformat()))


@checklist_group.command("diff")
@click.argument("old", type=File)
@click.argument("new", type=File)
def diff_command(old: Path, new: Path) -> None:
    """Say what changed from OLD to NEW, item by item."""
    found = differences(_loaded(old, any_name=True), _loaded(new, any_name=True))
    for change in found:
        place = f"{change.where} {change.path}".strip()
        click.echo(f"{_KINDS[change.kind]} {place}: {_shown(change.before)} → {_shown(change.after)}")
    click.echo(f"共{len(found)}处变化 · {len(found)} changes")


@checklist_group.command("build")
@click.argument("file", type=File)
@click.option("--with", "codes", multiple=True, help="switch this item on as well")
def build_command(file: Path, codes: tuple[str, ...]) -> None:
    """Write the canonical JSON of FILE with its core items, as a task pins it."""
    click.echo(canonical(_switched(_loaded(file), codes)).decode())


def _loaded(file: Path, *, any_name: bool = False) -> dict[str, Any]:
    try:
        return load_file(file, ROOT if any_name else file.parent, any_name=any_name)
    except WrongDefinition as error:
        raise click.ClickException(
            "\n".join(f"{fault.file}:{fault.line}: {fault.zh}" for fault in error.faults)
        ) from error


def _switched(definition: dict[str, Any], codes: tuple[str, ...]) -> dict[str, Any]:
    try:
        return switched_on(definition, codes)
    except CannotSwitch as error:
        raise click.ClickException(f"{error.code}: {error.detail}") from error


def _write(out: Path, page: str) -> None:
    out.write_text(page, "utf-8")
    click.echo(f"已写入 {out}")


def _shown(value: Any) -> str:
    if value is None:
        return "（无）"
    text = value["zh"] if isinstance(value, dict) and set(value) == {"zh", "en"} else dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
