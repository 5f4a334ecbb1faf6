"""Suicha: the pipeline as one tuple, and the factory."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask
from flask_smorest import Api

from server.platform.auth import guard_routes
from server.platform.blobs import FileBlobs
from server.platform.clock import Clock, SystemClock
from server.platform.config import Settings, from_environment
from server.platform.db import init_db
from server.platform.errors import init_errors, number_requests
from server.platform.keys import load_keys
from server.platform.stage import BodyJson
from server.platform.web import init_web

STAGES = (
    "accounts",
    "registry",
    "rulebook",
    "planning",
    "drawing",
    "dispatch",
    "evidence",
    "inspection",
    "review",
    "documents",
)


def create_app(settings: Settings | None = None, clock: Clock | None = None, *, described: bool = False) -> Flask:
    """One app. Raises RuntimeError when a route has no policy, an error code stands twice, or half a restore lies here.

    `described` collects the OpenAPI document too: it takes longer than all the rest, and only tools read it.
    """
    settings = settings or from_environment()
    if settings.restoring.exists():
        raise RuntimeError(f"{settings.instance} 的恢复没有完成：请清空该目录（和数据库），重新恢复。")
    for folder in (settings.instance, settings.blobs_folder, settings.uploads_folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask("server", static_folder=None)
    app.config |= {
        "MAX_CONTENT_LENGTH": settings.request_bytes,
        "RATELIMIT_ENABLED": True,
        "API_TITLE": "Suicha",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "TESTING": settings.testing,
    }
    app.json = BodyJson(app)
    app.extensions |= {
        "settings": settings,
        "clock": clock or SystemClock(),
        "keys": load_keys(settings.keys_folder),
        "blobs": FileBlobs(settings.blobs_folder),
    }
    number_requests(app)
    init_db(app, settings)
    _add_stages(app, Api(app) if described else app)
    init_errors(app)
    init_web(app, settings)
    guard_routes(app)
    return app


def _add_stages(app: Flask, host: Api | Flask) -> None:
    for stage in STAGES:
        for room in ("models", "routes", "commands"):
            name = f"server.{stage}.{room}"
            if find_spec(f"server.{stage}") is None or find_spec(name) is None:
                continue
            module = import_module(name)
            if room == "routes":
                host.register_blueprint(module.blp)
            if hasattr(module, "init_app"):
                module.init_app(app)
            for group in getattr(module, "COMMANDS", ()):
                app.cli.add_command(group)
    from server.jobs import CHORES, JOBS
    from server.platform.jobs import init_jobs

    for name in ("demo.commands", "platform.backup_commands", "platform.checklist_commands"):
        for group in import_module(f"server.{name}").COMMANDS:
            app.cli.add_command(group)
    init_jobs(app, app.extensions["settings"], JOBS, CHORES)
