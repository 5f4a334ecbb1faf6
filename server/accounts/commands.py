"""`flask bureau …`: a real bureau instead of the demo: units, people, new passwords."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask.cli import AppGroup

from server.accounts.bureau import NewAccount, add_person, add_unit, create_bureau, new_password
from server.accounts.models import UnitKind
from server.accounts.vaults import recover_at_server
from server.platform.auth import Role
from server.platform.db import transaction
from server.platform.errors import Problem

bureau = AppGroup("bureau", help="正式单位：机构、人员、密码。")
vault = AppGroup("vault", help="手机保险箱：忘记密码时恢复。")
COMMANDS = [bureau, vault]

BRIGADES = (("治安大队", "治"), ("禁毒大队", "禁"), ("网安大队", "网"))


@contextmanager
def _told() -> Iterator[None]:
    try:
        with transaction():
            yield
    except Problem as problem:
        raise click.ClickException(problem.sentence("zh")) from problem


def _show(accounts: list[NewAccount]) -> None:
    click.echo("一次性密码（只显示这一次，请当面交给本人）：")
    for account in accounts:
        click.echo(f"  {account.login}  {account.password}  {account.name}")


@bureau.command("create")
@click.option("--name", required=True, help="单位全称，如 叶县公安局")
@click.option("--short", required=True, help="文号中的简称，如 叶公")
@click.option("--code", required=True, help="六位行政区划代码")
@click.option("--replace-demo", is_flag=True, help="清空演示数据后建立。")
def create(name: str, short: str, code: str, replace_demo: bool) -> None:
    """建立正式单位：局办公室、法制室、三个大队，以及 admin、office 两个账号。"""
    if len(code) != 6 or not code.isdecimal():
        raise click.ClickException("行政区划代码应为六位数字。")
    with _told():
        accounts = create_bureau(name, short, code, replace_demo=replace_demo)
        for unit, word in BRIGADES:
            add_unit(unit, word, UnitKind.BRIGADE)
    click.echo(f"已建立 {name}。下一步：flask bureau person 建立负责人和局领导，flask registry import 导入三个文件。")
    _show(accounts)


@bureau.command("unit")
@click.argument("name")
@click.argument("short")
@click.option("--kind", type=click.Choice([kind.value for kind in UnitKind]), default=UnitKind.BRIGADE.value)
def unit(name: str, short: str, kind: str) -> None:
    """建立一个下属单位。SHORT 是文号中的一个字。"""
    with _told():
        add_unit(name, short, UnitKind(kind))
    click.echo(f"已建立 {name}。")


@bureau.command("person")
@click.argument("login")
@click.argument("name")
@click.option("--unit", "unit_name", required=True, help="单位名称")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--badge", help="六位警号")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="账号有效期的最后一天")
def person(
    login: str, name: str, unit_name: str, roles: tuple[str, ...], badge: str | None, until: datetime | None
) -> None:
    """建立一个账号，并显示其一次性密码。"""
    last = until.date() if until else None
    with _told():
        account = add_person(login, name, unit_name, [Role(r) for r in roles], badge_no=badge, valid_until=last)
    _show([account])


@bureau.command("password")
@click.argument("login")
def password(login: str) -> None:
    """给一个账号新的一次性密码，并结束其所有登录。"""
    with _told():
        account = new_password(login)
    _show([account])


@vault.command("recover")
@click.argument("device")
@click.argument("request_code")
@click.option("--reason", required=True, help="恢复原因，记入日志。")
def recover(device: str, request_code: str, reason: str) -> None:
    """按手机上显示的申请码，给出恢复码。平时请在局办公室网页由两人办理；此命令供服务器管理员应急使用。"""
    with _told():
        code = recover_at_server(device, request_code, reason)
    click.echo(f"恢复码（只显示这一次，只对这次申请有效，请当面或电话念给本人）：\n  {code}")
