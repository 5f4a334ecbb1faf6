"""The press: warm processes that typeset, lent out one document at a time.

A process serves many documents, because loading the typesetter and its fonts costs ten times a page. One that fails,
takes too long or has served its share is ended and replaced. See `press_worker.py` for what the process may not do.
"""

import atexit
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask import current_app

from server.documents.fonts import FontReport, font_stack
from server.documents.press_worker import read_frame, write_frame

PATIENCE = 60.0
SHARE = 500
WORKER = Path(__file__).with_name("press_worker.py")


class PressFailed(Exception):
    """A document could not be set: what the typesetter said, or that its process ended or took too long."""


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF, with its relation "Source" (PDF/A-3)."""

    name: str
    description: str
    body: bytes


@dataclass(frozen=True)
class Sheet:
    """All that a document is made of. `at` is the instant (ISO) in its metadata; pictures are `picture:<name>`."""

    html: str
    css: str
    at: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    attachments: Sequence[Attached] = ()

    def digest(self) -> str:
        """SHA-256 over everything: the same digest gives the same PDF with the same fonts."""
        total = hashlib.sha256()
        parts = [self.html.encode(), self.css.encode(), self.at.encode()]
        parts += [piece for name in sorted(self.pictures) for piece in (name.encode(), self.pictures[name])]
        parts += [piece for a in self.attachments for piece in (a.name.encode(), a.description.encode(), a.body)]
        for part in parts:
            total.update(len(part).to_bytes(8, "big") + part)
        return total.hexdigest()


@dataclass(frozen=True)
class Printed:
    """A PDF with what the typesetter told: families used, addresses it refused to fetch, complaints."""

    pdf: bytes
    pages: int
    fonts: list[str]
    refused: list[str]
    warnings: list[str]


class Worker:
    """One process of the press."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        base = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "HOME": "/nonexistent"}
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**base, **environment},
            cwd="/",
            start_new_session=True,
        )
        self.served = 0
        self.alone = bool(self._read()[0]["alone"])

    @property
    def tired(self) -> bool:
        return self.served >= SHARE

    def _read(self) -> tuple[dict[str, Any], bytes]:
        try:
            frame = read_frame(cast(BinaryIO, self.process.stdout))
        except (EOFError, ValueError) as error:
            raise PressFailed("the press stopped in the middle") from error
        if frame is None:
            raise PressFailed("the press stopped")
        return frame

    def set(self, sheet: Sheet, patience: float) -> Printed:
        """One document. Raises PressFailed; after that the process is not to be used again."""
        timer = threading.Timer(patience, self.process.kill)
        timer.start()
        try:
            head, body = _request(sheet)
            write_frame(cast(BinaryIO, self.process.stdin), head, body)
            answer, pdf = self._read()
        except (BrokenPipeError, OSError) as error:
            raise PressFailed("the press stopped") from error
        finally:
            timer.cancel()
        self.served += 1
        if not answer["ok"]:
            raise PressFailed(answer["error"])
        return Printed(pdf, answer["pages"], answer["fonts"], answer["refused"], answer["warnings"])

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


def _request(sheet: Sheet) -> tuple[dict[str, Any], bytes]:
    pictures = sorted(sheet.pictures.items())
    head = {
        "html": sheet.html,
        "css": sheet.css,
        "at": sheet.at,
        "identifier": sheet.digest()[:32],
        "pictures": [[name, len(data)] for name, data in pictures],
        "attachments": [[a.name, a.description, len(a.body)] for a in sheet.attachments],
    }
    return head, b"".join([data for _, data in pictures] + [a.body for a in sheet.attachments])


class Press:
    """A few warm workers. Documents beyond their number wait for their turn."""

    def __init__(self, fonts: FontReport, workers: int = 1, patience: float = PATIENCE) -> None:
        self.fonts = fonts
        self.patience = patience
        self._turn = threading.Semaphore(workers)
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        atexit.register(self.close)

    def _take(self) -> Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Worker(self.fonts.environment())

    def set(self, sheet: Sheet) -> Printed:
        """Typeset one document. Raises PressFailed."""
        with self._turn:
            worker = self._take()
            try:
                printed = worker.set(sheet, self.patience)
            except BaseException:
                worker.end()
                raise
            if worker.tired:
                worker.end()
            else:
                with self._lock:
                    self._idle.append(worker)
            return printed

    def close(self) -> None:
        """End all idle workers; the press can be used again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()


_making = threading.Lock()


def press() -> Press:
    """The app's press; its process starts with the first document."""
    with _making:
        if "press" not in current_app.extensions:
            current_app.extensions["press"] = Press(font_stack(current_app.extensions["settings"].instance))
    made: Press = current_app.extensions["press"]
    return made
