"""What it costs the server to take in inspections and their photos, over HTTP, on the default installation.

A real gunicorn with one worker on SQLite; what is measured is the CPU time of its processes, so database and disk
calls are in it and the client is not. Every answer is checked: what was not accepted does not count.
"""

import base64
import hashlib
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from server import create_app  # noqa: E402
from server.inspection.models import JournalEntry  # noqa: E402
from server.platform.config import Settings  # noqa: E402
from server.platform.db import Base, db  # noqa: E402
from tests.factories import PASSWORD, make_bureau  # noqa: E402
from tests.factories_journal import Phone, make_task  # noqa: E402

ANSWERS = 40
PHOTO = 313 * 1024
ROUNDS, PER_ROUND = 5, 24
SHARED = 200
UPLOADS, UPLOAD = 50, 10 * 1024 * 1024
CHUNK = 512 * 1024
TICK = os.sysconf("SC_CLK_TCK")


class Inspection:
    """One visit, ready to be sent: its push, and its photos."""

    def __init__(self, key: str, body: bytes, photos: list[bytes]) -> None:
        self.key, self.body, self.photos = key, body, photos


def prepare(count: int, photos: Callable[[], int]) -> list[Inspection]:
    """Make tasks, and what two phones' worth of answers would say about them. Needs the app's context."""
    bureau = prepare.bureau  # type: ignore[attr-defined]
    made = []
    for _ in range(count):
        task = make_task(bureau)
        phone = Phone(bureau.people["first"], task)
        for number in range(ANSWERS):
            phone.answer(f"HT{number + 100}", {"number": f"{number + 1}.5", "unit": "kg"} if number % 4 else "pass")
        pictures = [random.randbytes(PHOTO) for _ in range(photos())]
        for picture in pictures:
            phone.photo("HT101", picture)
        phone.submit()
        body = json.dumps({"runs": [phone.run()], "entries": phone.entries}).encode()
        made.append(Inspection(task.id, body, pictures))
    return made


class Client:
    """One phone's connection."""

    def __init__(self, port: int, signed_in: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.session = signed_in or {}
        if signed_in is None:
            credentials = json.dumps({"login": "first", "password": PASSWORD}).encode()
            answer, body = self.send("POST", "/api/session", credentials)
            cookie = answer.headers["Set-Cookie"].split(";")[0]
            self.session = {"Cookie": cookie, "X-CSRF-Token": json.loads(body)["csrf"]}

    def send(self, method: str, path: str, body: bytes, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """One request; a connection that the server has closed meanwhile is opened again, as a phone would."""
        told = {"Content-Type": "application/json"} | self.session | headers
        try:
            return self._send(method, path, body, told)
        except ConnectionError:
            self.connection.close()
            return self._send(method, path, body, told)

    def _send(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {data.decode()}")
        return answer, data

    def push(self, inspection: Inspection) -> None:
        _, data = self.send("POST", "/api/sync/push", inspection.body)
        if {outcome["status"] for outcome in json.loads(data)["outcomes"]} - {"accepted", "known"}:
            raise RuntimeError(data.decode())

    def announce(self, inspection: str, picture: bytes, body: bytes) -> str:
        sha256 = hashlib.sha256(picture).hexdigest()
        told = {"inspection": inspection, "sha256": sha256, "media_type": "image/jpeg"}
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(picture)), "Upload-Metadata": metadata}
        headers["Content-Type"] = "application/offset+octet-stream"
        answer, _ = self.send("POST", "/api/evidence/uploads", body, **headers)
        if int(answer.headers["Upload-Offset"]) != len(body):
            raise RuntimeError("not all of it was taken")
        return answer.headers["Location"]

    def patch(self, url: str, offset: int, chunk: bytes) -> None:
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
        headers["Content-Type"] = "application/offset+octet-stream"
        self.send("PATCH", url, chunk, **headers)


@contextmanager
def serving(instance: Path) -> Iterator[tuple[int, int]]:
    """The product on a free port; yields the port and the id of its first process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"SUICHA_INSTANCE": str(instance), "PORT": str(port), "WEB_CONCURRENCY": "1"}
    words = [sys.executable, "-m", "gunicorn", "--config", "python:server.platform.gunicorn_settings", "wsgi:app"]
    server = subprocess.Popen(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    try:
        _wait_until_open(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            threading.Event().wait(0.05)


def family(pid: int) -> list[int]:
    """A process and its children; gunicorn has its workers only once somebody was answered."""
    return [pid, *(int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def cpu_ms(pids: list[int]) -> float:
    """User and system time of these processes so far."""
    total = 0
    for pid in pids:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(words[11]) + int(words[12])
    return total * 1000 / TICK


def memory(pids: list[int], line: str) -> float:
    """MB of these processes: VmRSS now, VmHWM at most."""
    found = 0
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        found += next(int(row.split()[1]) for row in status if row.startswith(line))
    return found / 1024


def figure(key: str, what: str, values: list[float], unit: str, digits: int, **more: Any) -> None:
    told = {"id": key, "what": what, "value": round(statistics.median(values), digits), "unit": unit}
    told |= {"spread": f"{min(values):.{digits}f}–{max(values):.{digits}f}", "runs": len(values)}
    print(json.dumps(told | more, ensure_ascii=False), flush=True)


def accept(client: Client, pids: list[int], key: str, sets: list[list[Inspection]], words: str, **more: Any) -> None:
    values = []
    for inspections in sets:
        before = cpu_ms(pids)
        for inspection in inspections:
            client.push(inspection)
            for picture in inspection.photos:
                client.announce(inspection.key, picture, picture)
        values.append((cpu_ms(pids) - before) / len(inspections))
    figure(key, f"accept one inspection of {ANSWERS} answers{words}, CPU of app and database", values, "ms", 1, **more)


def upload_share(client: Client, inspection: str, instance: Path) -> None:
    """Photos one after another, as a share of what the disk alone allows; in turns, so that both meet the same disk."""
    ratios = []
    for _ in range(ROUNDS):
        pictures = [random.randbytes(PHOTO) for _ in range(SHARED // ROUNDS)]
        began = time.perf_counter()
        for picture in pictures:
            client.announce(inspection, picture, picture)
        ours = time.perf_counter() - began
        began = time.perf_counter()
        for number, picture in enumerate(pictures):
            with (instance / f"floor-{number}").open("wb") as file:
                file.write(picture)
                file.flush()
                os.fsync(file.fileno())
            hashlib.sha256(picture).hexdigest()
        floor = time.perf_counter() - began
        ratios.append(floor / ours)
    figure(
        "upload-share",
        f"{SHARED} photos of {PHOTO // 1024} KB one after another, as a share of write+fsync+sha256 alone",
        ratios,
        "×",
        2,
        goal=0.15,
        peer="a Node tus server 0.11 (without fsync)",
        higher_is_better=True,
    )


def upload_memory(port: int, pids: list[int], inspection: str, signed_in: dict[str, str]) -> None:
    """50 files of 10 MB at once: how much larger the server becomes at most."""
    before = memory(pids, "VmRSS")
    failures: list[BaseException] = []

    def send() -> None:
        try:
            client = Client(port, signed_in)
            picture = random.randbytes(UPLOAD)
            url = client.announce(inspection, picture, b"")
            for start in range(0, UPLOAD, CHUNK):
                client.patch(url, start, picture[start : start + CHUNK])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=send) for _ in range(UPLOADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    growth = memory(pids, "VmHWM") - before
    what = f"memory of the server, {UPLOADS} uploads of {UPLOAD // 1024 // 1024} MB at once"
    figure("upload-memory", what, [growth], "MB", 1, goal=30, peer="ODK Central 468 MB")


def main() -> None:
    random.seed(1)
    with tempfile.TemporaryDirectory(prefix="suicha-bench-") as name:
        instance = Path(name)
        settings = Settings(instance=instance, database_url=f"sqlite:///{instance / 'suicha.db'}")
        app = create_app(settings)
        with app.app_context():
            Base.metadata.create_all(db.engine)
            prepare.bureau = make_bureau()  # type: ignore[attr-defined]
            sizes: dict[str, Callable[[], int]] = {"0": lambda: 0, "1": lambda: 1, "mix": lambda: random.randint(1, 6)}
            sets = {key: [prepare(PER_ROUND, photos) for _ in range(ROUNDS)] for key, photos in sizes.items()}
            spare, warm = prepare(1, lambda: 0)[0], prepare(8, lambda: 1)
            db.session.commit()
            db.engine.dispose()
        with serving(instance) as (port, first):
            client = Client(port)
            pids = family(first)
            for inspection in warm:
                client.push(inspection)
                client.announce(inspection.key, inspection.photos[0], inspection.photos[0])
            accept(client, pids, "accept-0", sets["0"], "", goal=7, peer="ODK Central 14.0")
            accept(client, pids, "accept-1", sets["1"], " with one photo", goal=12, peer="ODK Central 30.1")
            accept(client, pids, "accept-mix", sets["mix"], " with 1–6 photos", goal=25, peer="ODK Central 58")
            upload_share(client, spare.key, instance)
            upload_memory(port, pids, spare.key, client.session)
        with app.app_context():
            total = db.session.query(JournalEntry).count()
            print(f"{total} entries stored, all acknowledged", flush=True)
            db.engine.dispose()


if __name__ == "__main__":
    main()
