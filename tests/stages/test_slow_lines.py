"""A phone on 2G needs minutes for what a desk sends in a blink, and a password is slow to check on purpose: nobody
else waits for them."""

import base64
import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from server.accounts import passwords
from server.dispatch.models import Task
from server.platform.db import db
from tests.browser import Browser, Tab
from tests.factories import PASSWORD, Bureau
from tests.factories_files import contents, seal_file
from tests.factories_journal import Phone, make_task

PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 40
PIECE = 700


class Trickle(BytesIO):
    """A body that comes piece by piece; notes whether a transaction is open while the server waits for the next."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.waits: list[bool] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.waits.append(db.session().in_transaction())
        return super().read(PIECE if size is None or size < 0 else min(size, PIECE))

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open, for every time a password is checked or hashed from now on."""
    held: list[bool] = []
    for name in ("fits", "hash_password"):
        work = getattr(passwords, name)

        def slowly(*told: str | None, work: Callable[..., Any] = work) -> Any:
            held.append(db.session().in_transaction())
            return work(*told)

        monkeypatch.setattr(passwords, name, slowly)
    return held


def test_a_sign_in_holds_nothing_while_the_password_is_checked(
    bureau: Bureau, browser: Browser, held: list[bool]
) -> None:
    assert browser.of(bureau.people["first"]).get("/api/session").json["person"]["login"] == "first"
    assert held == [False]


def test_a_new_password_holds_nothing_while_it_is_hashed(bureau: Bureau, browser: Browser, held: list[bool]) -> None:
    tab = browser.of(bureau.people["first"])
    held.clear()
    answer = tab.post("/api/session/password", json={"password": PASSWORD, "new_password": "a quite new one"})
    assert answer.status_code == 200, answer.text
    assert held == [False, False, False]


@pytest.fixture
def task(bureau: Bureau) -> Task:
    return make_task(bureau)


@pytest.fixture
def tab(bureau: Bureau, browser: Browser) -> Tab:
    return browser.of(bureau.people["first"])


@pytest.fixture
def phone(bureau: Bureau, task: Task, tab: Tab) -> Phone:
    phone = Phone(bureau.people["first"], task, tab)
    for number in range(20):
        phone.answer(f"HT{number + 100}", "pass")
    return phone


def send(tab: Tab, method: str, path: str, body: bytes, **headers: str) -> Any:
    """Send slowly; the answer, after it was seen that nothing was held meanwhile."""
    line = Trickle(body)
    told = {"X-CSRF-Token": tab.csrf, "Content-Length": str(len(body))}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer = tab.client.open(path, method=method, input_stream=line, headers=told)
    assert answer.status_code < 300, answer.text
    assert len(line.waits) > len(body) // PIECE, "it did come in pieces"
    assert not any(line.waits), "a transaction was open while the line was slow"
    return answer


def test_a_push_holds_nothing_before_it_is_here(phone: Phone, tab: Tab) -> None:
    body = json.dumps({"runs": [phone.run()], "entries": phone.entries}).encode()
    answer = send(tab, "POST", "/api/sync/push", body, Content_Type="application/json")
    assert {outcome["status"] for outcome in answer.json["outcomes"]} == {"accepted"}


def test_a_photo_holds_nothing_before_it_is_here(task: Task, tab: Tab) -> None:
    told = {"inspection": task.id, "sha256": hashlib.sha256(PHOTO).hexdigest(), "media_type": "image/jpeg"}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
    tus = {"Tus_Resumable": "1.0.0", "Content_Type": "application/offset+octet-stream"}
    announced = {"Upload_Length": str(len(PHOTO)), "Upload_Metadata": metadata}
    begun = send(tab, "POST", "/api/evidence/uploads", PHOTO[:5000], **tus, **announced)
    rest = send(tab, "PATCH", begun.headers["Location"], PHOTO[5000:], **tus, Upload_Offset="5000")
    assert rest.headers["Upload-Offset"] == str(len(PHOTO))


def test_a_parcel_holds_nothing_before_its_parts_are_here(phone: Phone, tab: Tab) -> None:
    phone.photo("HT101", PHOTO)
    answer = send(tab, "POST", "/api/sync/parcels", seal_file(phone, contents(phone, [PHOTO])))
    assert (answer.json["entries"], answer.json["evidence"]) == (21, 1)
