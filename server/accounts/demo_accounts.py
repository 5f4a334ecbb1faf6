"""The demo's accounts as the login page and `make run` show them. Only a demo installation has them."""

from sqlalchemy import select

from server.accounts.models import Person
from server.platform.db import db

DEMO_PASSWORD = "suicha-demo"

# login, badge, role words: the people that the five-minute walk of the README needs. The demo stage makes them.
WALK = (
    ("office", "局办公室：抽取、派发、文书"),
    ("zhian1", "治安大队检查人员"),
    ("zhian2", "治安大队检查人员"),
    ("jindu1", "禁毒大队检查人员"),
    ("wangan1", "网安大队检查人员"),
    ("zhian", "治安大队负责人：复核"),
    ("jindu", "禁毒大队负责人：复核"),
    ("wangan", "网安大队负责人：复核"),
    ("leader", "局领导：审批"),
    ("legal", "法制室：审核"),
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
