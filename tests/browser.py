"""A person's browser as the HTTP stories need it: cookie, CSRF token, JSON."""

from contextvars import Context
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.accounts.models import Person
from server.platform.db import db
from tests.factories import PASSWORD


class ApartClient(FlaskClient):
    """Sends each request in a context of its own, as a server would: nothing of the test's session leaks in,
    and the test's own transaction is over before (SQLite has one writer)."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        answer: TestResponse = Context().run(super().open, *args, **kwargs)
        return answer


class Tab:
    """One signed-in browser."""

    def __init__(self, app: Flask, person: Person) -> None:
        self.client = app.test_client()
        self.person_id = person.id
        answer = self.client.post("/api/session", json={"login": person.login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.csrf: str = answer.json["csrf"]

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def send(self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None, **more: Any) -> Any:
        if json is None and "data" not in more:
            json = {}
        if json is not None:
            more["json"] = json
        return self.client.open(path, method=method, headers={"X-CSRF-Token": self.csrf} | (headers or {}), **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        answer: TestResponse = self.send("POST", path, json, **more)
        return answer


class Browser:
    """Hands out one tab per person."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.tabs: dict[str, Tab] = {}

    def of(self, person: Person) -> Tab:
        if person.id not in self.tabs:
            self.tabs[person.id] = Tab(self.app, person)
        return self.tabs[person.id]
