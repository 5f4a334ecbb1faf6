"""The demo bureau is the notice's county: three items, its pools, its brigades, and the cases that make them real."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from server.accounts.demo_accounts import DEMO_PASSWORD, WALK, demo_accounts
from server.accounts.service import sign_in
from server.core.identifiers import organisation_check, uscc
from server.demo.load import NotADemo, load_demo
from server.dispatch import approvals
from server.planning import service as planning
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.installation import Installation
from server.registry import inspectors, items, subjects
from server.registry.models import DeclaredInterest, Inspector, Subject, SubjectFlag


def test_the_demo_has_the_notices_items_and_pools(app: Flask) -> None:
    assert load_demo().fresh
    told = {(item.trade, item.ratio_num, item.ratio_den, item.frequency) for item in items.items_on()}
    assert told == {("hotel", 5, 100, 1), ("precursor", 10, 100, 2), ("cafe", 10, 100, 2)}
    assert Counter(kind for kind in _items_of_all()) == {"ZA-01": 104, "JD-01": 37, "WA-01": 29}
    assert subjects.pool_sizes()["ZA-01"] == 101, "one hotel closed, one moved, one suspended"
    uses = Counter(s.attributes.get("use") for s in db.session.scalars(select(Subject)) if "use" in s.attributes)
    assert {"school", "hospital", "waterworks"} <= set(uses)


def _items_of_all() -> list[str]:
    return [row.item_code for subject in db.session.scalars(select(Subject)) for row in subject.items]


def test_every_code_is_valid_and_two_hotels_share_one(app: Flask) -> None:
    load_demo()
    found = db.session.scalars(select(Subject)).all()
    assert all(uscc(s.code) == s.code and organisation_check(s.code) for s in found)
    assert all(s.statutory_id.startswith(f"uscc:{s.code}") and s.station_id for s in found)
    shared = [s.name for s in found if Counter(x.code for x in found)[s.code] == 2]
    assert len(shared) == 2 and any("二店" in name for name in shared)
    assert len(db.session.scalars(select(SubjectFlag)).all()) == 5


def test_three_e_sports_hotels_are_cafes_too_and_will_be_visited_jointly(app: Flask) -> None:
    load_demo()
    joint = [s for s in db.session.scalars(select(Subject)) if len(s.items) == 2]
    assert len(joint) == 3 and all("电竞" in s.name for s in joint)


def test_the_brigades_have_nine_seven_and_six_and_not_all_can_go(app: Flask, clock: SetClock) -> None:
    load_demo()
    everybody = db.session.scalars(select(Inspector)).all()
    assert Counter(i.person.unit.short for i in everybody) == {"治": 9, "禁": 7, "网": 6}
    day = clock.now().date()
    assert len([i for i in everybody if inspectors.away_on(i, day)]) == 3
    assert len([i for i in everybody if not inspectors.certificate_valid(i, day)]) == 1
    assert len(db.session.scalars(select(DeclaredInterest)).all()) == 4
    for brigade, free in (("治", 7), ("禁", 6), ("网", 5)):
        ready = [i for i in everybody if i.person.unit.short == brigade and inspectors.is_available(i, day)]
        assert len(ready) == free and any(i.senior for i in ready)


def test_the_plan_is_filed_and_todays_batch_is_approved(app: Flask) -> None:
    load_demo()
    batch = planning.batch_on(date(2026, 11, 22))
    assert batch is not None and (batch.plan.state, batch.number) == ("filed", 2)
    assert {a.item_code for a in approvals.approvals_of(batch.id)} == {"ZA-01", "JD-01", "WA-01"}
    assert {a.number for a in approvals.approvals_of(batch.id)} >= {"叶公（治）检批字〔2026〕1号"}


def test_loading_twice_changes_nothing(app: Flask) -> None:
    load_demo()
    before = {s.statutory_id: (s.name, s.lat) for s in db.session.scalars(select(Subject))}
    again = load_demo()
    assert not again.fresh and again.subjects == 167
    assert before == {s.statutory_id: (s.name, s.lat) for s in db.session.scalars(select(Subject))}
    assert [account["login"] for account in demo_accounts()] == [login for login, _ in WALK]


def test_a_real_bureau_is_never_overwritten(app: Flask) -> None:
    db.session.add(Installation(bureau_name="某县公安局", bureau_short="某公", division_code="410423"))
    db.session.commit()
    with pytest.raises(NotADemo):
        load_demo()
    assert subjects.townships() == []


def test_the_known_passwords_exist_in_demo_mode_only(app: Flask) -> None:
    refused = app.test_cli_runner().invoke(args=["demo", "load"])
    assert refused.exit_code == 1 and "SUICHA_DEMO=1" in refused.output
    app.extensions["settings"] = replace(app.extensions["settings"], demo=True)
    loaded = app.test_cli_runner().invoke(args=["demo", "load"])
    assert loaded.exit_code == 0 and "167" in loaded.output and "zhian1" in loaded.output
    with app.test_request_context():
        assert sign_in("zhian1", DEMO_PASSWORD)[0].unit.name == "治安大队"
    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)
    with app.test_request_context(), pytest.raises(Problem, match="demo_closed"):
        sign_in("zhian1", DEMO_PASSWORD)
    told = app.test_client().post("/api/session", json={"login": "zhian1", "password": DEMO_PASSWORD})
    assert told.status_code == 403 and "SUICHA_DEMO=1 make run" in told.json["title"], told.text


@pytest.mark.parametrize("day", [date(2027, 2, 3), date(2026, 12, 31)])
def test_whatever_the_day_all_three_items_are_in_the_batch_of_the_day(app: Flask, clock: SetClock, day: date) -> None:
    clock.at = clock.at.replace(year=day.year, month=day.month, day=day.day)
    load_demo()
    batch = planning.batch_on(day)
    assert batch is not None
    assert [line.item.code for line in batch.lines] == ["ZA-01", "JD-01", "WA-01"]
    assert batch.plan.made_on <= day
