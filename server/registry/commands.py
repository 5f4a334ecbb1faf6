"""`flask registry import` and `flask registry templates`: the bureau's own three Excel files."""

from pathlib import Path

import click
from flask.cli import AppGroup

from server.platform.errors import Problem
from server.platform.spreadsheet import write_table
from server.registry.intake import FILES, REPORT_HEADINGS, Intake, report_rows, take_files
from server.registry.sheets import Refusal
from server.registry.templates import write_templates

registry = AppGroup("registry", help="一单两库：抽查事项清单、检查对象名录库、执法检查人员名录库。")
COMMANDS = [registry]

File = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 50
"""Refusals printed on the screen; all of them are in the report."""


@registry.command("import")
@click.option("--items", type=File, help="抽查事项清单 .xlsx")
@click.option("--subjects", type=File, help="检查对象名录库 .xlsx")
@click.option("--inspectors", type=File, help="执法检查人员名录库 .xlsx")
@click.option("--partial", is_flag=True, help="有问题的行留下不导入，其余照常导入。")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="问题清单的文件名，.xlsx 或 .csv。")
def import_files(
    items: Path | None, subjects: Path | None, inspectors: Path | None, partial: bool, report: Path | None
) -> None:
    """导入最多三个文件；同一文件导入两次不会重复。有任何一行不合格时默认什么都不导入。"""
    given = {"items": items, "subjects": subjects, "inspectors": inspectors}
    paths = {name: path for name, path in given.items() if path is not None}
    if not paths:
        raise click.ClickException("请至少给出一个文件：--items、--subjects、--inspectors。")
    try:
        intake = take_files(paths, partial=partial)
    except Problem as problem:
        raise click.ClickException(problem.sentence("zh")) from problem
    except RuntimeError as error:
        raise click.ClickException("还没有建立单位，请先执行 flask bureau create。") from error
    _tell(intake)
    if intake.refusals:
        where = report or Path("导入问题.xlsx")
        write_table(where, REPORT_HEADINGS, report_rows(intake.refusals))
        click.echo(f"问题清单已写入 {where}")
    if not intake.stored:
        raise click.ClickException("有不合格的行，未导入任何内容。改正后重试，或加 --partial 先导入其余各行。")


def _tell(intake: Intake) -> None:
    for refusal in intake.refusals[:SHOWN]:
        click.echo(_line(refusal))
    if len(intake.refusals) > SHOWN:
        click.echo(f"……共 {len(intake.refusals)} 处，其余见问题清单。")
    word = "" if intake.stored else "（未写入）"
    for name, tally in intake.tallies.items():
        table = FILES[name].title
        rows = len({refusal.row for refusal in intake.refusals if refusal.table == table})
        click.echo(f"{table}{word}：新增 {tally.made}，更新 {tally.changed}，未变 {tally.same}，不合格 {rows} 行")
    if intake.stored and intake.accounts:
        click.echo("新建账号的一次性密码（只显示这一次，请当面交给本人）：")
        for account in intake.accounts:
            click.echo(f"  {account.login}  {account.password}  {account.name}")


def _line(refusal: Refusal) -> str:
    said = f"“{refusal.said}”" if refusal.said else ""
    return f"{refusal.table} 第{refusal.row}行 {refusal.column}{said}：{refusal.reason}"


@registry.command("templates")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def templates(folder: Path) -> None:
    """写出三个空白模板。"""
    for path in write_templates(folder):
        click.echo(str(path))
