"""The bureau behind a pipe: the real app, driven by the simulator (pwa/tests/simulation) over standard in and out.

    python -m tests.simulation.bureau FOLDER

One message is a line of JSON; each is answered by one line. `now` (UTC ms) sets the app's clock, `chance` all that is
random in it. Bodies are base64. A request may be cut: after `cut` bytes the phone is gone. A crash may be asked for: at
the n-th write to database or disk the process ends at once, as by kill -9. The app is loaded once and answers what
prepares the bureau; every life is a fork of it: a death and a fresh start cost little, and no life compiles anew what
all of them ask. A death is answered by {"died": true}.
"""

import base64
import errno
import hashlib
import json
import os
import re
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, select, update
from werkzeug.exceptions import ClientDisconnected
from werkzeug.test import EnvironBuilder, run_wsgi_app

from server import create_app
from server.accounts.models import Device, Person
from server.accounts.routes import limiter
from server.core.canonical import canonical
from server.dispatch.models import Task
from server.evidence.models import Blob, Upload
from server.inspection.journal import state_of
from server.inspection.models import JournalEntry
from server.platform.backup import make_backup, newest, restore_backup
from server.platform.backup_keys import current_key
from server.platform.blobs import blobs
from server.platform.clock import SetClock
from server.platform.config import Settings
from server.platform.db import Base, db, transaction
from tests import factories, factories_journal
from tests.simulation.chance import Chance, seeded

Message = Mapping[str, Any]
EMPTY_CHECKLIST: dict[str, Any] = {
    "format": 1,
    "effective_from": "2026-01-01",
    "effective_to": None,
    "title": {"zh": "旅馆业检查", "en": "Hotels"},
    "matters": [],
    "contents": {},
    "facts": [],
    "settings": [],
    "catalogues": {"laws": [], "results": [], "holidays": {}, "lists": {}},
}
"""The phone's engine reads a whole definition; the simulation is not about questions."""
EXIT_BY_CRASH, EXIT_AT_END = 9, 7
_EXPIRES = re.compile(r" Expires=[^;]*;")
"""Flask counts a cookie's age by the machine's clock."""


class CutStream(BytesIO):
    """What arrives when the line breaks: some bytes, and then nobody."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ClientDisconnected
        return piece


class Crash:
    """Ends the process at the n-th write from now, or lets the n-th write to the disk find no room; 0: never."""

    def __init__(self) -> None:
        self.left = self.full = 0

    def write(self, *_: object) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                os._exit(EXIT_BY_CRASH)

    def statement(self, _c: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE", "COMMIT"}:
            self.write()

    def watch_database(self, engine: Any) -> None:
        event.listen(engine, "before_cursor_execute", self.statement)
        event.listen(engine, "commit", self.write)

    def watch_disk(self) -> None:
        for name in ("fsync", "replace", "rename", "link"):
            setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **more: Any) -> Any:
            self.write()
            self.full -= 1
            if self.full == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*given, **more)

        return counted


class BureauOnAPipe:
    """The app in one folder, and what the simulator may do to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))
        self.chance: Chance = seeded(self.clock)
        self.crash = Crash()
        instance = folder / "instance"
        settings = Settings(
            instance=instance,
            database_url=f"sqlite:///{instance / 'suicha.db'}",
            testing=True,
            login_tries="100000 per minute",
        )
        self.app: Flask = create_app(settings, self.clock)
        limiter.enabled = False
        self.crash.watch_disk()
        with self.app.app_context():
            self.crash.watch_database(db.engine)

    def live(self, last: str) -> int:
        """Answer until the pipe closes, or until `last` is done. Returns the exit code."""
        while line := _line():
            message = json.loads(line)
            os.write(1, json.dumps(self.answer(message), ensure_ascii=False).encode() + b"\n")
            if message["op"] == last:
                return 0
        return EXIT_AT_END

    def answer(self, message: Message) -> dict[str, Any]:
        """One message's answer; the shapes are those of pwa/tests/simulation/bureau.ts."""
        self.clock.at = datetime.fromtimestamp(message["now"] / 1000, UTC)
        self.chance.reseed(message["chance"])
        self.crash.left, self.crash.full = message.get("crash", 0), message.get("full", 0)
        if message["op"] == "http":
            return self._http(message)
        with self.app.app_context():
            done: dict[str, Any] = getattr(self, f"_{message['op']}")(message)
            db.session.remove()
        self.crash.left = 0
        return done

    def _http(self, message: Message) -> dict[str, Any]:
        body = base64.b64decode(message["body"])
        builder = EnvironBuilder(message["path"], method=message["method"], headers=message["headers"])
        environ = builder.get_environ()
        environ["wsgi.input"] = BytesIO(body) if message["cut"] is None else CutStream(body[: message["cut"]])
        environ["wsgi.input_terminated"] = True
        environ["CONTENT_LENGTH"] = str(len(body))
        chunks, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        self.crash.left = self.crash.full = 0
        return {
            "status": int(status.split()[0]),
            "headers": [[name, _EXPIRES.sub("", value)] for name, value in headers],
            "body": base64.b64encode(b"".join(chunks)).decode(),
        }

    def _prepare(self, message: Message) -> dict[str, Any]:
        """People and tasks, once: what every life begins with a copy of."""
        Base.metadata.create_all(db.engine)
        bureau = factories.make_bureau()
        factories_journal.DEFINITION.update(EMPTY_CHECKLIST)
        for number in range(message["tasks"]):
            factories_journal.make_task(bureau, name=f"昆阳宾馆{number + 1}店")
        return self._keep(message)

    def _keep(self, _message: Message) -> dict[str, Any]:
        """What is here now becomes the prepared folder."""
        self._let_go()
        shutil.rmtree(self.folder.with_name("prepared"), ignore_errors=True)
        shutil.copytree(self.folder, self.folder.with_name("prepared"))
        return {}

    def _fresh(self, _message: Message) -> dict[str, Any]:
        """The prepared folder again, whatever has become of this one."""
        self._let_go()
        shutil.rmtree(self.folder)
        shutil.copytree(self.folder.with_name("prepared"), self.folder)
        return {}

    def _let_go(self) -> None:
        db.session.remove()
        db.engine.dispose()

    def _world(self, _message: Message) -> dict[str, Any]:
        known = db.session.scalars(select(Person).order_by(Person.id))
        people = [{"login": person.login, "id": person.id, "name": person.name} for person in known]
        tasks = list(db.session.scalars(select(Task.id).order_by(Task.id)))
        return {"people": people, "tasks": tasks, "password": factories.PASSWORD}

    def _die(self, _message: Message) -> dict[str, Any]:
        """kill -9 between two requests."""
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    def _backup(self, _message: Message) -> dict[str, Any]:
        folder, _ = make_backup(self.folder / "backups")
        return {"name": folder.name}

    def _restore(self, _message: Message) -> dict[str, Any]:
        """The newest backup takes the place of everything; the epoch is another."""
        backup = newest(self.folder / "backups")
        if backup is None:
            return {"restored": False}
        key = current_key()
        self._let_go()
        shutil.rmtree(self.folder / "instance")
        restore_backup(backup, key)
        return {"restored": True}

    def _revoke(self, message: Message) -> dict[str, Any]:
        device = db.session.get(Device, message["device"])
        if device is not None and device.revoked_at is None:
            with transaction():
                device.revoked_at = self.clock.now()
                device.revoked_reason = "手机丢失"
        return {}

    def _expire(self, _message: Message) -> dict[str, Any]:
        """Half-sent uploads have waited a week for their rest."""
        with transaction():
            db.session.execute(update(Upload).where(Upload.done.is_(False)).values(expires_at=self.clock.now()))
        return {}

    def _dump(self, _message: Message) -> dict[str, Any]:
        """What is really there: entries with their status, blobs read back and hashed, the folded states."""
        entries = {row.id: [row.status, row.code] for row in db.session.scalars(select(JournalEntry))}
        stored: dict[str, bool] = {}
        for blob in db.session.scalars(select(Blob)):
            path = blobs().path(blob.sha256)
            stored[blob.sha256] = path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == blob.sha256
        states = {task: canonical(state_of(task)).decode() for task in db.session.scalars(select(Task.id))}
        return {"entries": entries, "blobs": stored, "states": states}


def _line() -> bytes:
    """The next message; nothing when the simulator has gone. Never reads ahead: a successor reads on from here."""
    data = b""
    while not data.endswith(b"\n") and (piece := os.read(0, 1 << 20)):
        data += piece
    return data


def main() -> None:
    """Prepare the bureau, then fork one life after the other until the simulator closes the pipe."""
    folder = Path(sys.argv[1]) / "current"
    bureau = BureauOnAPipe(folder)
    if bureau.live(last="keep"):
        return
    while True:
        child = os.fork()
        if child == 0:
            code = EXIT_BY_CRASH
            try:
                code = bureau.live(last="fresh")
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        _, how = os.waitpid(child, 0)
        if how and os.waitstatus_to_exitcode(how) == EXIT_AT_END:
            return
        if how:
            os.write(1, b'{"died": true}\n')


if __name__ == "__main__":
    main()
