"""Signing in and out, sessions on the server, devices."""

from argon2 import Type
from flask import Flask

from server.accounts import passwords
from server.platform.clock import SetClock
from tests.browser import Browser
from tests.factories import PASSWORD, Bureau

KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
DEVICE = "0192f0c1-5f3e-7abc-8def-001122334455"
SHIPPED = passwords._hasher
"""The product's own: while stories are told, conftest puts a quick one in its place."""


def enrolment(**changes: object) -> dict[str, object]:
    return {"id": DEVICE, "label": "华为", "public_key": KEY, "alg": "ES256", "wrapped_key": "c2VhbGVk"} | changes


def test_nobody_is_signed_in_at_first(app: Flask, bureau: Bureau) -> None:
    answer = app.test_client().get("/api/session").json
    assert answer["person"] is None and answer["csrf"] is None
    assert answer["bureau"]["name"] == "叶县公安局"
    assert answer["demo"] is None


def test_a_wrong_password_and_an_unknown_account_get_the_same_sentence(app: Flask, bureau: Bureau) -> None:
    tries = [("office", "wrong"), ("nobody", PASSWORD)]
    answers = [
        app.test_client().post("/api/session", json={"login": login, "password": password}) for login, password in tries
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert {a.json["title"] for a in answers} == {"账号或密码不正确。"}
    assert answers[0].mimetype == "application/problem+json"


def test_a_stolen_table_of_passwords_is_slow_to_try() -> None:
    """At least what OWASP asks of argon2id: 19 MiB, two passes."""
    assert SHIPPED.type is Type.ID
    assert SHIPPED.memory_cost >= 19 * 1024 and SHIPPED.time_cost >= 2


def test_the_sentence_comes_in_the_readers_language(app: Flask, bureau: Bureau) -> None:
    answer = app.test_client().post(
        "/api/session", json={"login": "office", "password": "x"}, headers={"Accept-Language": "en"}
    )
    assert answer.json["title"] == "Account or password is not correct."


def test_the_cookie_is_closed_to_scripts_and_other_sites(app: Flask, bureau: Bureau) -> None:
    answer = app.test_client().post("/api/session", json={"login": "office", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


def test_a_session_ends_by_time(browser: Browser, bureau: Bureau, clock: SetClock) -> None:
    tab = browser.of(bureau.people["first"])
    assert tab.get("/api/devices").status_code == 200
    clock.advance(hours=13)
    answer = tab.get("/api/devices")
    assert answer.status_code == 401
    assert answer.json["code"] == "signed_out"
    assert "未上传的内容不受影响" in answer.json["title"]


def test_a_write_without_the_pages_token_is_refused(browser: Browser, bureau: Bureau) -> None:
    tab = browser.of(bureau.people["first"])
    answer = tab.client.post("/api/devices", json=enrolment())
    assert (answer.status_code, answer.json["code"]) == (403, "csrf_failed")


def test_a_write_from_another_site_is_refused(browser: Browser, bureau: Bureau) -> None:
    tab = browser.of(bureau.people["first"])
    answer = tab.post("/api/devices", enrolment(), headers={"Origin": "https://elsewhere.example"})
    assert answer.json["code"] == "csrf_failed"


def test_an_account_past_its_last_day_is_closed(app: Flask, bureau: Bureau, clock: SetClock) -> None:
    supervisor = bureau.people["supervisor"]
    supervisor.valid_until = clock.now().date()
    from server.platform.db import db

    db.session.commit()
    credentials = {"login": "supervisor", "password": PASSWORD}
    assert app.test_client().post("/api/session", json=credentials).status_code == 200
    clock.advance(days=1)
    assert app.test_client().post("/api/session", json=credentials).json["code"] == "account_ended"


def test_enrolling_a_device_twice_is_one_device(browser: Browser, bureau: Bureau) -> None:
    tab = browser.of(bureau.people["first"])
    assert tab.post("/api/devices", enrolment()).status_code == 200
    assert tab.post("/api/devices", enrolment()).status_code == 200
    assert len(tab.get("/api/devices").json) == 1


def test_another_person_cannot_take_over_a_device(browser: Browser, bureau: Bureau) -> None:
    browser.of(bureau.people["first"]).post("/api/devices", enrolment())
    answer = browser.of(bureau.people["second"]).post("/api/devices", enrolment())
    assert (answer.status_code, answer.json["code"]) == (409, "device_not_yours")


def test_a_key_that_is_no_point_on_the_curve_is_refused(browser: Browser, bureau: Bureau) -> None:
    tab = browser.of(bureau.people["first"])
    answer = tab.post("/api/devices", enrolment(public_key=KEY | {"y": KEY["x"]}))
    assert (answer.status_code, answer.json["code"]) == (422, "device_key_invalid")


def test_unknown_fields_are_an_error_not_silence(browser: Browser, bureau: Bureau) -> None:
    answer = browser.of(bureau.people["first"]).post("/api/devices", enrolment(extra=1))
    assert answer.status_code == 422
    assert "extra" in str(answer.json["errors"])


def test_only_office_and_admin_see_everybodys_devices(browser: Browser, bureau: Bureau) -> None:
    browser.of(bureau.people["first"]).post("/api/devices", enrolment())
    assert browser.of(bureau.people["second"]).get("/api/devices").json == []
    assert len(browser.of(bureau.people["office"]).get("/api/devices").json) == 1


def test_signing_out_ends_the_session_on_the_server(browser: Browser, bureau: Bureau) -> None:
    tab = browser.of(bureau.people["first"])
    cookie = tab.client.get_cookie("suicha")
    assert cookie is not None
    assert tab.send("DELETE", "/api/session").status_code == 200
    tab.client.set_cookie("suicha", cookie.value)
    assert tab.get("/api/devices").status_code == 401


NEW = "昆阳的雨-2026"


def test_a_new_password_ends_every_other_session_and_this_one_goes_on(
    app: Flask, bureau: Bureau, browser: Browser
) -> None:
    person = bureau.people["first"]
    elsewhere = Browser(app).of(person)
    tab = browser.of(person)
    answer = tab.post("/api/session/password", {"password": PASSWORD, "new_password": NEW})
    assert answer.status_code == 200 and answer.json["person"]["login"] == person.login
    tab.csrf = answer.json["csrf"]
    assert tab.get("/api/devices").status_code == 200
    assert elsewhere.get("/api/devices").json["code"] == "signed_out"
    fresh = app.test_client()
    old, new = (fresh.post("/api/session", json={"login": person.login, "password": p}) for p in (PASSWORD, NEW))
    assert (old.status_code, new.status_code) == (401, 200)


def test_a_new_password_is_refused_with_the_reason(bureau: Bureau, browser: Browser) -> None:
    person = bureau.people["first"]
    tab = browser.of(person)
    tries = {
        "password_wrong": {"password": "not this", "new_password": NEW},
        "password_too_short": {"password": PASSWORD, "new_password": "雨-2026"},
        "password_too_plain": {"password": PASSWORD, "new_password": f"{person.login}2026"},
        "password_same": {"password": PASSWORD, "new_password": PASSWORD},
    }
    answers = {code: tab.post("/api/session/password", body) for code, body in tries.items()}
    assert {code: answer.json["code"] for code, answer in answers.items()} == {code: code for code in tries}
    assert "8" in answers["password_too_short"].json["title"]
    assert tab.get("/api/devices").status_code == 200
