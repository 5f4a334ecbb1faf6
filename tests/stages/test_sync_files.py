"""The road without a line: a phone's sealed file is taken in at a desk, and a file goes back with tasks and receipt."""

import hashlib
import json
import random
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from server.dispatch.models import Task
from server.evidence.models import Blob
from server.inspection.models import InspectionHead, JournalEntry
from server.platform.clock import SetClock
from server.platform.db import db
from server.platform.keys import b64url, bureau_keys, public_jwk, unb64url
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_files import contents, seal_file
from tests.factories_journal import Phone, device_row, make_task
from tests.node_side import phone as phones_code
from tests.node_side import pkcs8

PHOTO = random.Random(3).randbytes(30_000)


@pytest.fixture
def first(bureau: Bureau, task: Task, browser: Browser) -> Phone:
    return Phone(bureau.people["first"], task, browser.of(bureau.people["first"]))


def bring(tab: Tab, file: bytes) -> Any:
    """Take a file to the desk."""
    return tab.post("/api/sync/parcels", data=file, headers={"Content-Type": "application/x-suicha"})


def pack(tab: Tab, phone: Phone, parcel: str | None = None) -> dict[str, Any]:
    """Fetch the file for a phone and let the phone's own code open it."""
    answer = tab.post("/api/sync/packs", {"device": phone.id, "parcel": parcel})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].endswith('.suicha"')
    opened = phones_code(
        {
            "do": "read",
            "key": pkcs8(phone.key),
            "id": phone.id,
            "senders": {"server": bureau_keys().signing_jwk},
            "file": b64url(answer.data),
        }
    )[0]
    assert opened.get("error") is None, opened
    assert opened["header"]["kind"] == "tasks" and len(opened["parts"]) == 1
    part: dict[str, Any] = json.loads(opened["parts"][0])
    return part


def test_a_visit_travels_by_stick_and_the_receipt_travels_back(first: Phone, office: Tab, task: Task) -> None:
    first.answer("HT101", "pass")
    first.photo("HT101", PHOTO)
    answer = bring(office, seal_file(first, contents(first, [PHOTO])))
    assert answer.status_code == 200, answer.text
    assert (answer.json["entries"], answer.json["evidence"]) == (2, 1)
    assert answer.json["refusals"] == [] and answer.json["faults"] == []
    assert answer.json["person_name"] == "张建国"
    part = pack(office, first, answer.json["id"])
    assert {(o["id"], o["status"]) for o in part["outcomes"]} >= {(e["id"], "known") for e in first.entries}
    assert part["evidence"] == [{"inspection": task.id, "sha256": hashlib.sha256(PHOTO).hexdigest()}]
    assert [t["id"] for t in part["pull"]["tasks"]] == [task.id]
    manifest = part["manifests"][0]
    assert manifest["inspection"] == task.id and not manifest["may_forget"]
    assert set(manifest["entries"]) == {e["id"] for e in first.entries}


def test_the_phones_own_code_writes_what_the_server_reads(first: Phone, office: Tab) -> None:
    first.answer("HT101", {"unchecked": "总台无人，孙丽华不在场"})
    first.photo("HT101", PHOTO)
    told = {"do": "write", "key": pkcs8(first.key), "kind": "entries", "from": first.id, "to": "server"}
    told |= {"at": "2026-11-22T01:00:00.000Z", "reader": bureau_keys().recovery_jwk}
    (written,) = phones_code(told | {"parts": [b64url(part) for part in contents(first, [PHOTO])]})
    file = unb64url(written)
    assert "孙丽华".encode() not in file
    answer = bring(office, file)
    assert (answer.json["entries"], answer.json["evidence"]) == (2, 1), answer.text
    again = bring(office, file)
    assert again.json == answer.json | {"taken_at": again.json["taken_at"]}
    assert len(office.get("/api/sync/parcels").json) == 1
    assert db.session.query(JournalEntry).count() == 2


def test_a_file_brings_the_same_outcomes_as_a_push(first: Phone, office: Tab, bureau: Bureau, task: Task) -> None:
    first.answer("HT101", "pass")
    poisoned = dict(first.answer("HT102", "pass")) | {"value": "fail"}
    parts = contents(first)
    listing = json.loads(parts[0])
    listing["inspections"][0]["entries"][1] = poisoned
    stranger = Phone(bureau.people["stranger"], task)
    stranger.answer("HT103", "pass")
    listing["inspections"].append({"id": task.id, "entries": stranger.entries, "runs": [stranger.run()]})
    answer = bring(office, seal_file(first, [json.dumps(listing).encode()]))
    assert answer.json["entries"] == 1
    assert [(r["status"], r["code"]) for r in answer.json["refusals"]] == [
        ("refused", "entry_id_wrong"),
        ("held", "not_assigned"),
    ]
    assert all(row["detail"] for row in answer.json["refusals"])
    outcomes = {o["id"]: o for o in pack(office, first, answer.json["id"])["outcomes"]}
    assert outcomes[poisoned["id"]]["status"] == "refused"
    assert outcomes[first.entries[0]["id"]]["status"] == "known"


def test_a_late_entry_is_told_as_held_and_its_storing_is_confirmed(
    first: Phone, office: Tab, bureau: Bureau, browser: Browser
) -> None:
    first.submit()
    first.push()
    late = first.answer("HT101", "fail")
    answer = bring(office, seal_file(first, contents(first)))
    assert [(r["id"], r["code"]) for r in answer.json["refusals"]] == [(late["id"], "late")]
    part = pack(browser.of(bureau.people["first"]), first)
    assert {o["id"]: o["code"] for o in part["outcomes"]}[late["id"]] == "late"
    assert late["id"] in part["manifests"][0]["entries"]


def test_every_altered_byte_and_every_cut_is_told_and_nothing_wrong_is_kept(first: Phone, office: Tab) -> None:
    first.answer("HT101", "pass")
    first.photo("HT101", PHOTO[:300])
    whole = seal_file(first, contents(first, [PHOTO[:300]]))
    bounds = int.from_bytes(whole[7:11], "big") + 11
    listed = len(whole) - 328
    for at in [*range(0, bounds, 37), *range(bounds, listed, 211)]:
        changed = bytearray(whole)
        changed[at] ^= 0x20
        refused = bring(office, bytes(changed))
        assert refused.status_code == 422 and refused.json["code"].startswith("packet_"), at
        cut = bring(office, whole[:at])
        assert cut.status_code == 422 and cut.json["code"] in ("packet_unreadable", "packet_cut"), at
    assert db.session.query(JournalEntry).count() == 0
    damaged = bytearray(whole)
    damaged[listed + 40] ^= 1
    answer = bring(office, bytes(damaged))
    assert answer.json["entries"] == 2
    assert [fault["code"] for fault in answer.json["faults"]] == ["packet_damaged"]
    assert "重新导出" in answer.json["faults"][0]["detail"]
    assert db.session.query(Blob).count() == 0
    assert bring(office, whole).json["evidence"] == 1


def test_a_stream_that_breaks_off_keeps_what_came_whole(first: Phone, office: Tab) -> None:
    first.answer("HT101", "pass")
    first.photo("HT101", PHOTO)
    first.photo("HT102", PHOTO[:50])
    whole = seal_file(first, contents(first, [PHOTO, PHOTO[:50]]))
    answer = office.client.open(
        "/api/sync/parcels",
        method="POST",
        input_stream=BytesIO(whole[:-40]),
        headers={"X-CSRF-Token": office.csrf, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json["entries"], answer.json["evidence"]) == (3, 1)
    assert [fault["code"] for fault in answer.json["faults"]] == ["packet_cut"]


def test_files_of_others_are_refused_in_words(
    app: Flask, first: Phone, office: Tab, bureau: Bureau, task: Task
) -> None:
    first.answer("HT101", "pass")
    parts = contents(first)
    other = public_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())
    stranger = Phone(bureau.people["first"], task, enrol=False)
    stranger.answer("HT101", "pass")
    cases = {
        "packet_not_for_us": seal_file(first, parts, to=first.id),
        "packet_sender_unknown": seal_file(stranger, contents(stranger)),
        "packet_other_key": seal_file(first, parts, reader=other),
        "packet_newer": seal_file(first, parts, v=2),
        "packet_kind_wrong": seal_file(first, parts, kind="tasks"),
        "packet_unreadable": b"PK\x03\x04" + bytes(64),
        "packet_damaged": seal_file(first, [b'{"inspections": 7}']),
    }
    for code, file in cases.items():
        answer = bring(office, file)
        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert answer.json["title"]
    assert bring(office, b"").json["code"] == "packet_unreadable"
    assert db.session.query(JournalEntry).count() == 0
    assert office.get("/api/sync/parcels").json == []


def test_hostile_contents_do_no_harm(first: Phone, office: Tab, task: Task) -> None:
    first.answer("HT101", "pass")
    journal = json.loads(contents(first)[0])["inspections"][0]
    wicked = ["../../keys/signing.pem", "/etc/passwd", "a" * 64, hashlib.sha256(b"x").hexdigest(), 7, None]
    evidence = [{"inspection": task.id, "path": "HT101", "value": {"sha256": name}} for name in wicked]
    evidence.append({"inspection": "../..", "path": "HT101", "value": {"sha256": "a" * 64}})
    evidence.append({"inspection": task.id, "value": ["no", "object"]})
    strange = {"id": "../x", "entries": [7, None, "x", {"id": []}], "runs": [None, {"ids": 7}]}
    listing = {"inspections": [journal, strange], "evidence": evidence}
    answer = bring(office, seal_file(first, [json.dumps(listing).encode(), *(b"data" for _ in evidence)]))
    assert answer.status_code == 200, answer.text
    assert answer.json["entries"] == 1
    assert [row["code"] for row in answer.json["refusals"]] == ["entry_unreadable"] * 4
    assert len(answer.json["faults"]) == len(evidence)
    assert {row["code"] for row in answer.json["faults"]} == {"packet_damaged", "upload_hash_wrong"}
    assert db.session.query(Blob).count() == 0
    deep = b'{"inspections":' + b"[" * 100_000
    assert bring(office, seal_file(first, [deep])).json["code"] == "packet_damaged"


def test_what_is_too_large_is_refused_before_it_is_read(app: Flask, first: Phone, office: Tab) -> None:
    first.answer("HT101", "pass")
    limit = app.extensions["settings"].photo_bytes
    part = contents(first)[0]
    told = [{"length": len(part) + 28, "sha256": "0" * 64}, {"length": limit + 29, "sha256": "0" * 64}]
    answer = bring(office, seal_file(first, [part], parts=told))
    assert (answer.status_code, answer.json["code"]) == (413, "packet_too_large")
    endless = b"SUICHA\x01" + (2**31).to_bytes(4, "big")
    assert bring(office, endless).json["code"] == "packet_damaged"
    assert db.session.query(JournalEntry).count() == 0


def test_an_inspector_at_a_desk_brings_his_own_and_no_others(
    first: Phone, bureau: Bureau, browser: Browser, task: Task
) -> None:
    first.answer("HT101", "pass")
    file = seal_file(first, contents(first))
    third = browser.of(bureau.people["stranger"])
    assert [row["code"] for row in bring(third, file).json["refusals"]] == ["not_your_inspection"]
    assert third.post("/api/sync/packs", {"device": first.id}).status_code == 404
    assert browser.of(bureau.people["station"]).post("/api/sync/packs", {"device": first.id}).status_code == 403
    second = browser.of(bureau.people["second"])
    assert bring(second, file).json["entries"] == 1
    assert [row["device"] for row in browser.of(bureau.people["first"]).get("/api/sync/parcels").json] == [first.id]


def test_a_receipt_tells_nothing_of_others_inspections(
    first: Phone, office: Tab, bureau: Bureau, browser: Browser
) -> None:
    theirs = make_task(bureau, bureau.people["second"], bureau.people["stranger"], name="别家旅馆")
    second = Phone(bureau.people["second"], theirs, browser.of(bureau.people["second"]))
    second.answer("HT101", "pass")
    second.push()
    spy = Phone(bureau.people["first"], theirs)
    spy.answer("HT102", "pass")
    answer = bring(office, seal_file(spy, contents(spy)))
    assert [row["code"] for row in answer.json["refusals"]] == ["not_assigned"]
    part = pack(office, spy, answer.json["id"])
    assert [o["id"] for o in part["outcomes"]] == [spy.entries[0]["id"]]
    assert [m["inspection"] for m in part["manifests"]] == [first.inspection] or part["manifests"] == []


def test_a_revoked_phone_gets_its_receipts_and_no_tasks(first: Phone, office: Tab) -> None:
    first.answer("HT101", "pass")
    office.post(f"/api/devices/{first.id}/revocation", {"reason": "遗失"})
    answer = bring(office, seal_file(first, contents(first)))
    assert [row["code"] for row in answer.json["refusals"]] == ["device_revoked"]
    assert device_row(first).revoked_at is not None
    part = pack(office, first, answer.json["id"])
    assert part["pull"] is None
    assert [o["code"] for o in part["outcomes"]] == ["device_revoked"]


def test_what_was_finished_long_ago_is_not_carried_out_again(
    app: Flask, first: Phone, office: Tab, bureau: Bureau, task: Task, clock: SetClock
) -> None:
    first.answer("HT101", "pass")
    first.push()
    db.session.get_one(InspectionHead, task.id).signed_off_at = clock.now()
    db.session.commit()
    assert len(pack(office, first)["pull"]["tasks"]) == 1
    clock.advance(days=61)
    assert pack(Tab(app, bureau.people["office"]), first)["pull"]["tasks"] == []
