"""The factory refuses routes that do not say who may call them, what they take and what they give."""

import pytest
from flask import Flask
from flask_smorest import Blueprint

from server.platform.auth import Role, access, guard_routes
from server.platform.stage import Done, Nothing


def app_with(add: object) -> Flask:
    app = Flask("wrong", static_folder=None)
    blp = Blueprint("wrong", "wrong")
    add(blp)  # type: ignore[operator]
    app.register_blueprint(blp)
    return app


def test_a_route_without_policy_stops_the_start() -> None:
    def add(blp: Blueprint) -> None:
        @blp.get("/open")
        @blp.response(200, Done)
        def view() -> dict[str, object]:
            return {}

    with pytest.raises(RuntimeError, match="/open: declares no access"):
        guard_routes(app_with(add))


def test_a_route_without_answer_stops_the_start() -> None:
    def add(blp: Blueprint) -> None:
        @blp.get("/mute")
        @access(Role.OFFICE)
        def view() -> dict[str, object]:
            return {}

    with pytest.raises(RuntimeError, match="/mute: declares no answer"):
        guard_routes(app_with(add))


def test_a_write_without_schema_stops_the_start() -> None:
    def add(blp: Blueprint) -> None:
        @blp.post("/anything")
        @access(Role.OFFICE)
        @blp.response(200, Done)
        def view() -> dict[str, object]:
            return {}

    with pytest.raises(RuntimeError, match="/anything: declares no schema"):
        guard_routes(app_with(add))


def test_a_complete_route_is_taken() -> None:
    def add(blp: Blueprint) -> None:
        @blp.post("/done")
        @access(Role.OFFICE)
        @blp.arguments(Nothing)
        @blp.response(200, Done)
        def view(_nothing: object) -> dict[str, object]:
            return {}

    guard_routes(app_with(add))


def test_a_policy_is_public_or_names_its_roles() -> None:
    with pytest.raises(ValueError):
        access()
    with pytest.raises(ValueError):
        access(Role.OFFICE, public=True)
