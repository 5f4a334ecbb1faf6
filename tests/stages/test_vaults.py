"""A forgotten password and a vault that is gone: what the office does, and what it takes two people for."""

import os
from typing import Any

import pytest
from flask import Flask

from server.accounts.models import Device, Person, VaultRecovery
from server.dispatch.models import Task
from server.platform.db import db
from server.platform.keys import b64url, bureau_keys
from server.platform.trail import TrailRow
from tests.browser import Browser, Tab
from tests.factories import Bureau, make_device
from tests.factories_journal import Phone, make_task
from tests.node_side import phone as phones_code

CONTENT, REQUEST = b64url(os.urandom(32)), b64url(os.urandom(10))


class Forgetful:
    """A phone whose owner forgot the password: what it sealed for the office, and the request that it shows."""

    def __init__(self, owner: Person) -> None:
        self.device = make_device(owner, {"kty": "EC", "crv": "P-256", "x": "", "y": ""})
        sealing = {"do": "seal", "office": bureau_keys().recovery_jwk, "content": CONTENT, "device": self.device.id}
        asking = {"do": "request", "request": REQUEST, "device": self.device.id}
        self.device.wrapped_key, self.shown = phones_code(sealing, asking)
        self.id = self.device.id
        db.session.commit()

    def opens_with(self, code: str) -> Any:
        (opened,) = phones_code({"do": "recover", "code": code, "request": REQUEST, "device": self.id})
        return opened == CONTENT


@pytest.fixture
def phone(bureau: Bureau) -> Forgetful:
    return Forgetful(bureau.people["first"])


def ask(tab: Tab, phone: Forgetful, **changes: str) -> Any:
    body = {"device": phone.id, "request": phone.shown, "reason": "本人忘记密码，已当面核对证件"}
    return tab.post("/api/vault-recoveries", body | changes)


def decide(tab: Tab, recovery: str, agreed: bool = True) -> Any:
    return tab.post(f"/api/vault-recoveries/{recovery}/decision", {"agreed": agreed})


def test_two_people_of_the_office_open_a_vault_to_its_owner(phone: Forgetful, bureau: Bureau, browser: Browser) -> None:
    office, admin = (browser.of(bureau.people[name]) for name in ("office", "admin"))
    asked = ask(office, phone)
    assert asked.status_code == 201 and asked.json["person_name"] == "张建国"
    assert ask(office, phone).json["id"] == asked.json["id"]
    waiting = admin.get("/api/vault-recoveries").json
    assert [(row["id"], row["asked_by"]) for row in waiting] == [(asked.json["id"], "office")]
    assert decide(office, asked.json["id"]).json["code"] == "recovery_needs_two"
    decided = decide(admin, asked.json["id"])
    assert phone.opens_with(decided.json["code"])
    assert decide(admin, asked.json["id"]).json["code"] == "recovery_decided"
    assert admin.get("/api/vault-recoveries").json == []
    acts = [(row.action, row.actor_id) for row in db.session.query(TrailRow).order_by(TrailRow.at, TrailRow.id)]
    assert ("vault_recovery.asked", bureau.people["office"].id) in acts
    assert ("vault_recovery.decided", bureau.people["admin"].id) in acts
    code = decided.json["code"].replace("-", "")
    kept = [
        *(str(vars(row)) for row in db.session.query(TrailRow)),
        *(str(vars(r)) for r in db.session.query(VaultRecovery)),
    ]
    assert not any(code in text or decided.json["code"] in text for text in kept)


def test_the_second_person_may_refuse(phone: Forgetful, bureau: Bureau, browser: Browser) -> None:
    asked = ask(browser.of(bureau.people["office"]), phone).json
    refused = decide(browser.of(bureau.people["admin"]), asked["id"], agreed=False)
    assert refused.json["code"] is None and refused.json["recovery"]["agreed"] is False


def test_a_misread_request_and_another_phones_are_noticed(phone: Forgetful, bureau: Bureau, browser: Browser) -> None:
    office = browser.of(bureau.people["office"])
    other = Forgetful(bureau.people["second"])
    for wrong in ("0000", "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ", other.shown, phone.shown[:-1] + "!"):
        assert ask(office, phone, request=wrong).json["code"] == "recovery_request_wrong", wrong
    spoken = phone.shown.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert ask(office, phone, request=spoken).status_code == 201
    assert ask(office, phone, device="0192f0c1-5f3e-7abc-8def-001122334455").status_code == 404


def test_nobody_opens_his_own(bureau: Bureau, browser: Browser) -> None:
    mine = Forgetful(bureau.people["office"])
    assert ask(browser.of(bureau.people["office"]), mine).json["code"] == "recovery_own"
    asked = ask(browser.of(bureau.people["admin"]), mine).json
    assert decide(browser.of(bureau.people["office"]), asked["id"]).json["code"] == "recovery_own"


def test_inspectors_and_leads_open_no_vault(phone: Forgetful, bureau: Bureau, browser: Browser) -> None:
    for name in ("first", "lead", "legal"):
        assert ask(browser.of(bureau.people[name]), phone).json["code"] == "not_allowed"


def test_a_key_that_was_sealed_to_another_recovery_key_is_told(
    phone: Forgetful, bureau: Bureau, browser: Browser
) -> None:
    phone.device.wrapped_key = phone.device.wrapped_key.replace('"sealed":"', '"sealed":"AAAA')
    db.session.commit()
    asked = ask(browser.of(bureau.people["office"]), phone).json
    assert decide(browser.of(bureau.people["admin"]), asked["id"]).json["code"] == "recovery_impossible"


def test_the_keeper_of_the_server_has_a_command_for_emergencies(app: Flask, phone: Forgetful) -> None:
    words = ["vault", "recover", phone.id, phone.shown, "--reason", "局办公室只有一人在岗"]
    db.session.commit()
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.output
    assert phone.opens_with(done.output.strip().splitlines()[-1].strip())
    row = db.session.query(TrailRow).filter_by(action="vault_recovery.at_server").one()
    assert row.detail == {"reason": "局办公室只有一人在岗"}
    db.session.commit()
    wrong = app.test_cli_runner().invoke(args=["vault", "recover", phone.id, "1234", "--reason", "x"])
    assert wrong.exit_code != 0 and "申请码不对" in wrong.output


def test_a_lost_vault_is_told_once_and_seen_by_the_office(bureau: Bureau, browser: Browser) -> None:
    task: Task = make_task(bureau)
    first = Phone(bureau.people["first"], task, browser.of(bureau.people["first"]))
    path = f"/api/devices/{first.id}/loss"
    told = browser.of(bureau.people["second"]).post(path)
    assert told.status_code == 200 and told.json["lost_at"] is not None
    again = browser.of(bureau.people["first"]).post(path)
    assert again.json["lost_at"] == told.json["lost_at"]
    rows = browser.of(bureau.people["office"]).get("/api/devices").json
    assert [row["lost_at"] is not None for row in rows if row["id"] == first.id] == [True]
    assert db.session.query(TrailRow).filter_by(action="vault.lost").count() == 1
    assert db.session.get_one(Device, first.id).lost_told_by_id == bureau.people["second"].id
    assert browser.of(bureau.people["first"]).post("/api/devices/none/loss").status_code == 404
