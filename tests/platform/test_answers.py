"""What every answer carries, and what none may carry."""

import json
import logging

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from server.platform.auth import access
from server.platform.db import db
from server.platform.errors import catalogue
from tests.browser import Browser
from tests.factories import Bureau, make_device


def test_every_sentence_of_the_catalogue_is_complete() -> None:
    for code, entry in catalogue().items():
        assert 400 <= entry.status < 600, code
        assert any("一" <= c <= "鿿" for c in entry.zh), code
        assert entry.en and not any("一" <= c <= "鿿" for c in entry.en), code


def test_answers_forbid_foreign_scripts_and_storage(app: Flask, bureau: Bureau) -> None:
    answer = app.test_client().get("/api/session")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "http" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_missing_asset_is_never_answered_with_a_page(app: Flask, bureau: Bureau) -> None:
    for path in ("/assets/gone-1a2b.js", "/api/nowhere", "/icons/gone.png"):
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), path


@pytest.mark.parametrize("path", ["/" + "a" * 300, "/api/" + "a" * 300, "/tasks/%00"])
def test_an_address_that_no_disk_could_hold_is_only_unknown(app: Flask, bureau: Bureau, path: str) -> None:
    with app.test_client().get(path) as answer:
        assert answer.status_code in {200, 404}


def test_what_nobody_foresaw_answers_with_a_number_and_nothing_else(
    app: Flask, bureau: Bureau, caplog: pytest.LogCaptureFixture
) -> None:
    @access(public=True, answers="nothing")
    def explode(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("the secret of the machine room")

    app.view_functions["accounts.read_session"] = explode
    with caplog.at_level(logging.ERROR, logger="suicha"):
        answer = app.test_client().get("/api/session")
    assert answer.status_code == 500
    assert "secret" not in answer.text and "ZeroDivision" not in answer.text
    assert answer.json["reference"] and answer.json["reference"] in caplog.text


def test_whoever_the_database_turned_away_hears_when_to_come_again(app: Flask, bureau: Bureau) -> None:
    """Two acts that wait for each other: one is ended by the database. It is no fault of what was sent."""
    impatient = "PRAGMA busy_timeout=0" if app.extensions["settings"].is_sqlite else "SET lock_timeout = '10ms'"
    other = create_engine(db.engine.url, module=db.engine.dialect.dbapi)

    @access(public=True, answers="nothing")
    def wait_in_vain(*_args: object, **_kwargs: object) -> None:
        db.session.execute(text(impatient))
        db.session.execute(text("UPDATE person SET name = name"))

    app.view_functions["accounts.read_session"] = wait_in_vain
    db.session.execute(text(impatient))
    db.session.rollback()
    with other.connect() as holding:
        holding.execute(text("UPDATE person SET name = name"))
        answer = app.test_client().get("/api/session")
        holding.rollback()
    other.dispose()
    assert (answer.status_code, answer.json["code"]) == (503, "server_busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert "正忙" in answer.json["title"]


@pytest.mark.parametrize("body", ["{", "[" * 200_000, '{"login":' + "1" * 5000], ids=["cut", "deep", "long"])
def test_broken_json_is_told_in_chinese(app: Flask, bureau: Bureau, body: str) -> None:
    """Signing in reads the body before anybody else does: it must know whose tries it counts."""
    answer = app.test_client().post("/api/session", data=body, content_type="application/json")
    assert answer.status_code in (400, 422), answer.text
    assert "填写" in answer.json["title"] or "无法识别" in answer.json["title"]


@pytest.mark.parametrize("reason", ["手机丢失\ud83d", "手机\0丢失"], ids=["half a character", "nul"])
def test_text_that_no_database_keeps_is_told_as_wrong_input(
    app: Flask, bureau: Bureau, browser: Browser, reason: str
) -> None:
    device = make_device(bureau.people["first"], {})
    db.session.commit()
    tab, body = browser.of(bureau.people["first"]), json.dumps({"reason": reason})
    answer = tab.send("POST", f"/api/devices/{device.id}/revocation", data=body, content_type="application/json")
    kept = "\0" in reason and app.extensions["settings"].is_sqlite
    assert answer.status_code == (200 if kept else 422), answer.text


def test_a_key_with_a_line_break_behind_it_is_none(bureau: Bureau, browser: Browser) -> None:
    tab = browser.of(bureau.people["first"])
    told = tab.get("/api/sync/manifest", query_string={"inspection": "0192f0c1-2345-7abc-8def-0123456789ab\n"})
    assert told.status_code == 422
