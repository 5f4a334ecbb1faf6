"""The one error catalogue: stable code, HTTP status, a sentence in Chinese and in English.

`catalogue/*.yaml` holds the sentences, one file per stage; a code that stands twice stops the start.
Answers are `application/problem+json` (RFC 9457). What nobody foresaw answers with a reference number and nothing
else; the log has the trace under the same number.
"""

import errno
import logging
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from traceback import format_tb
from typing import Any

import pysqlite3.dbapi2 as sqlite
import yaml
from flask import Flask, Response, g, has_request_context, json, request
from sqlalchemy.exc import DBAPIError, StatementError
from werkzeug.exceptions import HTTPException

from server.core.refusal import Refused
from server.platform.db import db

log = logging.getLogger("suicha")


@dataclass(frozen=True)
class Sentence:
    status: int
    zh: str
    en: str


@cache
def catalogue() -> dict[str, Sentence]:
    """All codes. Raises RuntimeError where two files claim the same code."""
    known: dict[str, Sentence] = {}
    for file in sorted((Path(__file__).parent / "catalogue").glob("*.yaml")):
        for code, entry in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            if code in known:
                raise RuntimeError(f"{file.name}: error code {code} stands twice")
            known[code] = Sentence(entry["status"], entry["zh"], entry["en"])
    return known


class Problem(Exception):
    """A refusal that the catalogue knows. `values` fill the sentence's {places}; `fields` name bad inputs."""

    def __init__(self, code: str, *, fields: dict[str, Any] | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.values = values
        self.entry = catalogue()[code]

    def sentence(self, language: str) -> str:
        text = self.entry.en if language == "en" else self.entry.zh
        return text.format(**self.values)


def language() -> str:
    """The reader's language: Chinese unless English is asked for."""
    if not has_request_context():
        return "zh"
    return "en" if request.accept_languages.best_match(["zh", "en"], "zh") == "en" else "zh"


def sentence(code: str, **values: object) -> str:
    """The catalogue's sentence for `code` in the reader's language."""
    problem = Problem(code)
    problem.values = values
    return problem.sentence(language())


def problem_response(problem: Problem) -> Response:
    """The answer for a refusal."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "code": problem.code,
        "title": problem.sentence(language()),
        "status": problem.entry.status,
        "reference": g.get("reference", ""),
    }
    if problem.fields:
        body["errors"] = problem.fields
    answer = Response(json.dumps(body, ensure_ascii=False), problem.entry.status)
    answer.content_type = "application/problem+json; charset=utf-8"
    answer.headers["Content-Language"] = language()
    if "retry_after" in problem.values:
        answer.headers["Retry-After"] = str(problem.values["retry_after"])
    return answer


_BY_STATUS = {
    400: "bad_request",
    401: "signed_out",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "too_many_tries",
}


def _on_http_exception(error: HTTPException) -> Response:
    code = _BY_STATUS.get(error.code or 500, "unexpected")
    messages = getattr(error, "data", {}).get("messages") if code == "invalid_input" else None
    return problem_response(Problem(code, fields=messages))


def trace_of(error: BaseException) -> str:
    """Where an error came from, for the log. Of a database's error only the kind: PostgreSQL repeats the row that
    failed, which may hold somebody's name or number."""
    parts: list[str] = []
    hidden = False
    step: BaseException | None = error
    while step is not None:
        hidden = hidden or isinstance(step, StatementError)
        message = "" if hidden else f": {step}"
        parts.append("".join(format_tb(step.__traceback__)) + type(step).__name__ + message)
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    return "\ncaused by\n".join(parts)


def _on_unexpected(error: Exception) -> Response:
    db.session.rollback()
    code = _code_of(error)
    log.error("%s error, reference %s\n%s", code, g.get("reference", ""), trace_of(error))
    return problem_response(Problem(code, retry_after=AGAIN_S) if code == "server_busy" else Problem(code))


def _code_of(error: Exception) -> str:
    if _is_for_want_of_room(error):
        return "storage_full"
    if _is_in_each_others_way(error):
        return "server_busy"
    return "invalid_input" if _is_no_text(error) else "unexpected"


def _is_no_text(error: Exception) -> bool:
    """Text that no database keeps and nothing canonical holds: half a character, or a NUL (PostgreSQL)."""
    cause = _cause(error)
    if isinstance(cause, Refused):
        return cause.code == "lone_surrogate"
    return isinstance(cause, UnicodeEncodeError) or "NUL (0x00)" in str(cause)


def _is_for_want_of_room(error: BaseException) -> bool:
    """A full disk or quota, or a disk that fails: a file's, SQLite's (its two sentences), PostgreSQL's (53100)."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    cause = _cause(error)
    return _sqlstate(cause) == "53100" or _is_of_sqlite(cause, _SQLITE_HAS_NO_ROOM)


def _is_in_each_others_way(error: BaseException) -> bool:
    """Acts that waited for each other until the database ended one, which did nothing: a repeat may well succeed."""
    cause = _cause(error)
    return _sqlstate(cause) in _WAITED or _is_of_sqlite(cause, _SQLITE_WAITED)


def _cause(error: BaseException) -> BaseException | None:
    """The driver's error: SQLAlchemy wraps what a statement raises, but not what a transaction's begin does."""
    return error.orig if isinstance(error, DBAPIError) else error


def _sqlstate(cause: BaseException | None) -> str | None:
    return getattr(cause, "sqlstate", None)


def _is_of_sqlite(cause: BaseException | None, sentences: set[str]) -> bool:
    return isinstance(cause, sqlite.OperationalError) and str(cause) in sentences


AGAIN_S = 2
_WAITED = {"40001", "40P01", "55P03"}
"""PostgreSQL: serialization failure, deadlock, lock not available."""
_SQLITE_WAITED = {"database is locked", "database table is locked"}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_SQLITE_HAS_NO_ROOM = {"database or disk is full", "disk I/O error"}


def number_requests(app: Flask) -> None:
    """Give every request the reference that its refusal and its log line carry."""

    @app.before_request
    def number_the_request() -> None:
        g.reference = secrets.token_hex(6)


def init_errors(app: Flask) -> None:
    """Every error of the app leaves through the catalogue. Call it last: flask-smorest brings handlers of its own."""
    catalogue()
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, _on_unexpected)
