"""Issuing the record: number, page, PDF, blob. The same record issued twice is one paper.

Typesetting takes a good part of a second, and on SQLite there is one writer: so what is needed is read first, the
transaction ends with the number taken, the press works, and only then the paper is written down.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, current_app
from PIL import Image
from sqlalchemy import select

from server.core.canonical import digest
from server.documents.models import Copy, IssuedPaper, PaperKind, PaperNumber
from server.documents.numbers import number_for, number_in_use
from server.documents.paper import TEMPLATES, code_picture, font_lines, sheet
from server.documents.press import Attached, PressFailed, Printed, Sheet, press
from server.documents.record_photos import Sealed
from server.documents.record_texts import signed_texts
from server.documents.record_view import RecordMaterial, pictures_needed, record_digest, record_view
from server.evidence.previews import preview_of
from server.evidence.service import bytes_of, kept
from server.inspection.service import lock_heads
from server.platform.blobs import blobs
from server.platform.clock import iso, now
from server.platform.config import Settings
from server.platform.db import db, transaction
from server.platform.errors import Problem
from server.platform.trail import record
from server.review.looking import Looked, look
from server.review.seals import seals_of
from server.review.service import people_names

PRINT_WIDTH = 480  # a photograph is 80 mm wide on paper: 150 dpi


@dataclass(frozen=True)
class Draft:
    """A paper ready for the press."""

    number_id: str
    number: str
    inspection_id: str
    copy: Copy
    version: int
    made_from: str
    sheet: Sheet
    fonts: list[str]


def latest(number_id: str, copy: Copy) -> IssuedPaper | None:
    """The newest version of a paper."""
    query = select(IssuedPaper).where(IssuedPaper.number_id == number_id, IssuedPaper.copy == copy)
    return db.session.scalar(query.order_by(IssuedPaper.version.desc()).limit(1))


def issued(inspection_id: str, copy: Copy) -> IssuedPaper | None:
    """The newest version of an inspection's record, if one was issued and its number is not voided."""
    number = number_in_use(PaperKind.RECORD, inspection_id)
    return latest(number.id, copy) if number else None


def issue(inspection_id: str, copy: Copy) -> IssuedPaper:
    """The record as a paper: made when it is not there yet or no longer says what the journal says.

    Ends the transaction it is called in, twice. Raises `record_not_signed_off`, `not_found`, PressFailed.
    """
    draft = _draft(inspection_id, copy)
    if isinstance(draft, IssuedPaper):
        return draft
    db.session.commit()
    printed = press().set(draft.sheet)
    if printed.refused:
        raise PressFailed(f"the page asked for {printed.refused[0]}")
    return _keep(draft, printed)


def issue_apart(inspection_id: str, copy: Copy) -> None:
    """Issue in a context of its own: for a reading request that finds nothing yet. Raises as `issue`."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context(), transaction():
            issue(inspection_id, copy)

    Context().run(work)


def _draft(inspection_id: str, copy: Copy) -> Draft | IssuedPaper:
    looked = look(inspection_id)
    if looked.state["phase"] != "signed_off":
        raise Problem("record_not_signed_off")
    fonts = font_lines(press().fonts)
    number = number_for(PaperKind.RECORD, looked.task)
    made_from = _digest_of(looked, number, copy, fonts)
    before = latest(number.id, copy)
    if before is not None and before.made_from == made_from:
        return before
    version = before.version + 1 if before else 1
    material, pictures = _material(looked, number, copy, version, fonts)
    view = record_view(material)
    pictures["code"] = code_picture(view["proof"]["code"])
    texts = [
        Attached(f"record-{sha[:16]}.txt", f"签名文本原文，SHA-256 {sha}", signed.text.encode())
        for sha, signed in material.texts.items()
    ]
    made = sheet("record", view, press().fonts, pictures, texts)
    return Draft(number.id, number.number, inspection_id, copy, version, made_from, made, fonts)


def _digest_of(looked: Looked, number: PaperNumber, copy: Copy, fonts: list[str]) -> str:
    """What decides the page: the record's entries, its evidence's fate and seals, number, copy, template, fonts."""
    shas, signs = pictures_needed(looked.state)
    evidence = {sha: item.state for sha, item in kept(shas | signs).items()}
    return digest(
        {
            "entries": record_digest(list(looked.by_id)),
            "erased": sorted(sha for sha, state in evidence.items() if state == "erased"),
            "seals": [seal.id for seal in seals_of(looked.task.id)],
            "number": number.number,
            "copy": copy.value,
            "template": _template_digest(),
            "fonts": fonts,
        }
    )


@cache
def _template_digest() -> str:
    """Over the template and the code that fills it: another wording is another version of the paper."""
    total = hashlib.sha256()
    for file in sorted([*TEMPLATES.glob("record.*"), *Path(__file__).parent.glob("record_*.py")]):
        total.update(file.name.encode() + file.read_bytes())
    return total.hexdigest()


def _material(
    looked: Looked, number: PaperNumber, copy: Copy, version: int, fonts: list[str]
) -> tuple[RecordMaterial, dict[str, bytes]]:
    photos, signs = pictures_needed(looked.state)
    pictures = _pictures(photos | signs)
    texts = {s["value"]["text_sha256"] for s in looked.state["signatures"]}
    bodies = {sha: bytes_of(sha) for sha, item in kept(texts).items() if item.state == "stored"}
    material = RecordMaterial(
        number=number.number,
        version=version,
        copy=copy.value,
        organ=looked.context["organ"],
        subject=looked.payload["subject"]["name"],
        issued_at=iso(now()),
        run=looked.run,
        state=looked.state,
        restricted=looked.restricted,
        texts=signed_texts(looked.by_id, looked.state, bodies, looked.checklist, looked.context),
        people=people_names(looked),
        seals=[
            Sealed(row.entry_id, row.sha256, row.size, row.by.name, iso(row.at)) for row in seals_of(looked.task.id)
        ],
        sizes={sha: _size(pictures[sha]) for sha in photos if sha in pictures},
        entries=list(looked.by_id),
        fonts=fonts,
    )
    return material, pictures


def _size(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture), formats=("JPEG",)) as opened:
        return opened.size


def _pictures(wanted: set[str]) -> dict[str, bytes]:
    """The printed derivatives of those pictures that are stored and can be shown; they are cached on the disk."""
    found: dict[str, bytes] = {}
    for sha256, item in kept(wanted).items():
        made = preview_of(sha256, PRINT_WIDTH) if item.state == "stored" else None
        if made is not None:
            found[sha256] = made.read_bytes()
    return found


def _keep(draft: Draft, printed: Printed) -> IssuedPaper:
    """Write the PDF into the store and into the table; somebody who was faster with the same paper wins."""
    sha256 = _store(printed.pdf)
    lock_heads([draft.inspection_id])
    before = latest(draft.number_id, draft.copy)
    if before is not None and before.version >= draft.version:
        return before
    paper = IssuedPaper(
        number_id=draft.number_id,
        inspection_id=draft.inspection_id,
        kind=PaperKind.RECORD,
        copy=draft.copy,
        version=draft.version,
        sha256=sha256,
        size=len(printed.pdf),
        pages=printed.pages,
        fonts=draft.fonts,
        made_from=draft.made_from,
        issued_at=now(),
    )
    db.session.add(paper)
    db.session.flush()
    record("paper.issued", "issued_paper", paper.id, number=draft.number, copy=draft.copy, version=draft.version)
    return paper


def _store(pdf: bytes) -> str:
    settings: Settings = current_app.extensions["settings"]
    sha256 = hashlib.sha256(pdf).hexdigest()
    with tempfile.NamedTemporaryFile(dir=settings.uploads_folder, delete=False) as file:
        file.write(pdf)
        file.flush()
        os.fsync(file.fileno())
    blobs().adopt(Path(file.name), sha256)
    return sha256


def paper_numbers(inspection_ids: list[str]) -> Mapping[str, str]:
    """Inspection → number of its record, for those that have one."""
    query = select(PaperNumber.inspection_id, PaperNumber.number).where(
        PaperNumber.inspection_id.in_(inspection_ids), PaperNumber.voided_at.is_(None)
    )
    return dict(db.session.execute(query).all())
