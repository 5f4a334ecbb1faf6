"""After a restore: what the backup lacks is told to people, and what came back is for the service's account alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from server import create_app
from server.accounts.models import Device, Person
from server.platform.backup import make_backup, restore_backup
from server.platform.backup_keys import current_key
from server.platform.clock import SetClock, now, parse_iso
from server.platform.config import Settings
from server.platform.db import db
from server.platform.ids import new_id
from server.platform.trail import TrailRow
from tests.browser import ApartClient, Browser, Tab
from tests.factories import Bureau, make_device
from tests.platform.test_backup import empty, postgres_programs

__all__ = ["empty", "postgres_programs"]
READERS = ("office", "lead", "leader", "legal", "admin")


@pytest.fixture
def restored(app: Flask, bureau: Bureau, empty: Flask, tmp_path: Path, clock: SetClock) -> Iterator[Flask]:
    """A backup of the morning; at noon a phone was revoked; in the evening the server was put back."""
    device = make_device(bureau.people["first"], {"kty": "EC"})
    db.session.commit()
    folder, _ = make_backup(tmp_path / "backup")
    clock.advance(hours=4)
    browser = Browser(app)
    revoked = browser.of(bureau.people["office"]).post(f"/api/devices/{device.id}/revocation", {"reason": "手机遗失"})
    assert revoked.json["revoked_at"] is not None
    assert browser.of(bureau.people["office"]).get("/api/restores").json == []
    clock.advance(hours=4)
    key = current_key()
    empty.test_client_class = ApartClient
    with empty.app_context():
        restore_backup(folder, key)
        yield empty
        db.session.remove()
        db.engine.dispose()


def tab(browser: Browser, login: str) -> Tab:
    return browser.of(db.session.scalars(select(Person).where(Person.login == login)).one())


def test_the_office_is_told_up_to_when_the_backup_goes_until_it_has_checked(restored: Flask, clock: SetClock) -> None:
    browser = Browser(restored)
    assert db.session.scalars(select(Device)).one().revoked_at is None
    (waiting,) = tab(browser, "office").get("/api/restores").json
    assert (now() - parse_iso(waiting["snapshot_at"])).total_seconds() == 8 * 3600
    path = f"/api/restores/{waiting['id']}/check"
    for login in READERS:
        assert tab(browser, login).get("/api/restores").json == [waiting], login
    assert tab(browser, "office").post(path).json == {"ok": True}
    for login in READERS:
        assert tab(browser, login).get("/api/restores").json == [], login
    assert tab(browser, "office").post(path).status_code == 200
    checked = db.session.scalars(select(TrailRow).where(TrailRow.action == "restore.checked")).one()
    office = db.session.scalars(select(Person).where(Person.login == "office")).one()
    assert (checked.actor_id, checked.subject_id) == (office.id, waiting["id"])


def test_nobody_but_the_office_says_that_it_was_checked(restored: Flask) -> None:
    browser = Browser(restored)
    (waiting,) = tab(browser, "office").get("/api/restores").json
    path = f"/api/restores/{waiting['id']}/check"
    for login in ("lead", "leader", "legal", "admin", "first", "station", "supervisor"):
        assert tab(browser, login).post(path).json["code"] == "not_allowed", login
    for login in ("first", "station", "supervisor"):
        assert tab(browser, login).get("/api/restores").json["code"] == "not_allowed", login
    signed_out = restored.test_client()
    assert signed_out.post(path, json={}).status_code == 401
    other = db.session.scalars(select(TrailRow.id).where(TrailRow.action == "session.opened")).first()
    for unknown in (new_id(), other):
        assert tab(browser, "office").post(f"/api/restores/{unknown}/check").json["code"] == "not_found"
    assert tab(browser, "office").get("/api/restores").json == [waiting]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_restores_is_told_what_is_to_be_decided_again(
    app: Flask,
    bureau: Bureau,
    empty: Flask,
    tmp_path: Path,
) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    (tmp_path / "key").write_text(current_key().text)
    words = ["backup", "restore", str(folder), "--key-file", str(tmp_path / "key"), "--check"]
    with empty.app_context():
        done = empty.test_cli_runner().invoke(args=words)
        db.session.remove()
        db.engine.dispose()
    assert done.exit_code == 0, done.output
    for told in ("此备份截至2026年11月22日09时00分", "停用手机", "删除证据", "重新作出", "工作台"):
        assert told in done.output, told
    drilled = app.test_cli_runner().invoke(args=["backup", "drill", str(tmp_path / "backup")]).output
    assert "演练通过" in drilled and "重新作出" not in drilled


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("made_before", [True, False])
def test_what_is_restored_is_for_the_services_account_alone(
    app: Flask, bureau: Bureau, tmp_path: Path, clock: SetClock, open_umask: None, made_before: bool
) -> None:
    folder, _ = make_backup(tmp_path / "backup")
    key = current_key()
    instance = tmp_path / "new-machine"
    if made_before:
        instance.mkdir(mode=0o755)
    fresh = create_app(Settings(instance, f"sqlite:///{instance / 'suicha.db'}"), clock)
    with fresh.app_context():
        restore_backup(folder, key)
        assert (instance / "queue.db").exists()
        modes = {str(path.relative_to(instance)): path.stat().st_mode for path in [instance, *instance.rglob("*")]}
        db.session.remove()
        db.engine.dispose()
    assert modes["suicha.db"] & 0o777 == 0o600
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_a_database_that_begins_is_for_the_services_account_alone(tmp_path: Path, open_umask: None) -> None:
    instance = tmp_path / "instance"
    begun = create_app(Settings(instance, f"sqlite:///{instance / 'suicha.db'}"))
    with begun.app_context():
        assert not (instance / "suicha.db").exists()
        db.create_all()
        db.engine.dispose()
    assert {path.name for path in [instance, *instance.rglob("*")] if path.stat().st_mode & 0o077} == set()
