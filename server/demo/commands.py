"""`flask demo load`: the bureau of the walk through, with accounts that everybody knows. Demo mode only."""

import click
from flask import current_app
from flask.cli import AppGroup

from server.accounts.demo_accounts import demo_accounts
from server.demo.load import NotADemo, load_demo
from server.platform.config import Settings

demo = AppGroup("demo", help="演示县局：虚构的名录库、年度计划和账号。")
COMMANDS = [demo]


@demo.command("load")
def load() -> None:
    """在空数据库中建立演示县局；重复执行不改变任何内容。"""
    settings: Settings = current_app.extensions["settings"]
    if not settings.demo:
        raise click.ClickException("演示账号使用公开的密码，只能在演示模式下建立：请设置 SUICHA_DEMO=1。")
    try:
        loaded = load_demo()
    except NotADemo as error:
        raise click.ClickException("此数据库属于正式单位，未作任何更改。") from error
    word = "已建立" if loaded.fresh else "已有"
    click.echo(f"{word}演示县局：检查对象 {loaded.subjects} 家，检查人员 {loaded.inspectors} 名。")
    click.echo("演示账号（密码都一样）：")
    for account in demo_accounts():
        click.echo(f"  {account['login']:<11} {account['password']}  {account['name']}  {account['role_text']}")
