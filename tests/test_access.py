"""Who may call what, asked of every route that the app has: route × method × role, generated from its map."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from server.platform.auth import SAFE, Access, Role, policy_of
from server.platform.ids import new_id
from tests.browser import Browser, Tab
from tests.factories import Bureau

PERSON_OF = {role: role.value for role in Role} | {Role.INSPECTOR: "first"}
"""The bureau's person with the role and no other."""


@dataclass(frozen=True)
class Call:
    """One method of one route, with an address that fits it (nothing stands there)."""

    method: str
    path: str
    policy: Access

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def address_of(rule: Rule) -> str:
    values = {name: 2026 if isinstance(kind, IntegerConverter) else new_id() for name, kind in rule._converters.items()}
    address: tuple[str, str] | None = rule.build(values | (rule.defaults or {}))
    assert address is not None, rule.rule
    return address[1]


def calls_of(app: Flask) -> Iterator[Call]:
    """Every route and method; OPTIONS only where a route answers it itself."""
    for rule in app.url_map.iter_rules():
        policy = policy_of(app.view_functions[rule.endpoint])
        assert policy is not None, f"{rule.rule} declares no policy"
        for method in sorted(rule.methods or ()):
            if method != "OPTIONS" or not rule.provide_automatic_options:
                yield Call(method, address_of(rule), policy)


@pytest.fixture
def calls(app: Flask) -> list[Call]:
    return list(calls_of(app))


def send(tab: Tab, call: Call) -> TestResponse:
    answer: TestResponse = tab.send(call.method, call.path) if call.method not in SAFE else _read(tab, call)
    return answer


def _read(tab: Tab, call: Call) -> TestResponse:
    return tab.client.open(call.path, method=call.method)


def code_of(answer: TestResponse) -> str:
    """The problem's code, empty where there is none; a HEAD's refusal has no body and is known by its status."""
    if not answer.data:
        return {401: "signed_out", 403: "not_allowed"}.get(answer.status_code, "")
    return str(answer.json["code"]) if answer.mimetype == "application/problem+json" else ""


def test_every_route_declares_its_policy(calls: list[Call]) -> None:
    assert len(calls) > 40
    assert all(call.policy.public != bool(call.policy.roles) for call in calls)


def test_who_is_not_signed_in_is_asked_to_and_gets_nothing(app: Flask, bureau: Bureau, calls: list[Call]) -> None:
    closed = [call for call in calls if not call.policy.public]
    client = app.test_client()
    answers = {str(call): client.open(call.path, method=call.method).status_code for call in closed}
    assert {call: status for call, status in answers.items() if status != 401} == {}


def test_what_is_public_asks_nobody_to_sign_in(app: Flask, bureau: Bureau, calls: list[Call]) -> None:
    client = app.test_client()
    for call in calls:
        if call.policy.public:
            json = None if call.method in SAFE else {}
            with client.open(call.path, method=call.method, json=json) as answer:
                assert answer.status_code != 401, call


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_what_it_may_and_nothing_else(
    browser: Browser, bureau: Bureau, calls: list[Call], role: Role
) -> None:
    person = bureau.people[PERSON_OF[role]]
    assert person.role_set == {role}
    faults = []
    for call in calls:
        if call.policy.public:
            continue
        answer = send(browser.of(person), call)
        refused = answer.status_code in (401, 403) and code_of(answer) in ("signed_out", "not_allowed")
        if refused is (role in call.policy.roles) or answer.status_code >= 500:
            faults.append(f"{call}: {answer.status_code} {code_of(answer)}")
        if call.path == "/api/session":
            browser.tabs.pop(person.id)
    assert faults == []


def test_every_write_wants_the_pages_token(browser: Browser, bureau: Bureau, calls: list[Call]) -> None:
    faults = []
    for call in calls:
        if call.method in SAFE or not call.policy.csrf or call.policy.public:
            continue
        role = min(call.policy.roles)
        tab = browser.of(bureau.people[PERSON_OF[role]])
        answer = tab.client.open(call.path, method=call.method, json={})
        if (answer.status_code, code_of(answer)) != (403, "csrf_failed"):
            faults.append(f"{call}: {answer.status_code} {code_of(answer)}")
    assert faults == []
