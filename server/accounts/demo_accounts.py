"""The demo's accounts as the login page and `make run` show them. Only a demo installation has them."""

from sqlalchemy import select

from server.accounts.models import Person
from server.platform.db import db

DEMO_PASSWORD = "suicha-demo"

_INSPECTORS = (("zhian", "治安大队检查人员", 9), ("jindu", "禁毒大队检查人员", 7), ("wangan", "网安大队检查人员", 6))
# Login and what its holder does. The draw may send any inspector, so all of them are here.
WALK = (
    ("office", "局办公室：抽取、派发、文书"),
    ("leader", "局领导：审批"),
    ("zhian", "治安大队负责人：复核"),
    ("jindu", "禁毒大队负责人：复核"),
    ("wangan", "网安大队负责人：复核"),
    *((f"{word}{at}", text) for word, text, count in _INSPECTORS for at in range(1, count + 1)),
    ("legal", "法制室：审核"),
    ("station", "昆阳派出所：查看辖区"),
    ("supervisor", "执法监督：只读，有有效期"),
    ("admin", "系统管理员"),
)


def demo_accounts() -> list[dict[str, str]]:
    """The accounts to show, with names as they are in the database."""
    people = db.session.scalars(select(Person).where(Person.login.in_([login for login, _ in WALK])))
    names = {person.login: person.name for person in people}
    return [
        {"login": login, "password": DEMO_PASSWORD, "name": names[login], "role_text": text}
        for login, text in WALK
        if login in names
    ]
