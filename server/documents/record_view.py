"""Everything the record's template needs, as one dictionary: the service decides, the template shows.

Pure: the same material gives the same view, hence the same PDF. Two copies exist: the party's, without restricted
items and internal notes, and the full one for the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.canonical import digest
from server.core.checklist.narrative import numeral
from server.core.checklist.run import Run
from server.core.journal.types import State
from server.documents import record_items, record_notes, record_people, record_photos
from server.documents.photo_marks import Size
from server.documents.record_people import SignedText

COPIES = {"party": "当事人联", "full": "存档联"}


@dataclass(frozen=True)
class RecordMaterial:
    """What a record is made from.

    `run` is the checklist run over the folded state; `seals` the hashes of files held
    elsewhere; `texts` the signed texts by digest; `people` names by id;
    `sizes` the pixel sizes of the pictures to print by digest; `entries` the ids of all entries of the record;
    `fonts` one line per typeface role; `issued_at` an ISO instant.
    """

    number: str
    version: int
    copy: str
    organ: str
    subject: str
    issued_at: str
    run: Run
    state: State
    restricted: Sequence[Mapping[str, Any]]
    seals: Sequence[record_photos.Sealed]
    texts: Mapping[str, SignedText]
    people: Mapping[str, str]
    sizes: Mapping[str, Size]
    entries: Sequence[str]
    fonts: Sequence[str]

    @property
    def full(self) -> bool:
        return self.copy == "full"


def record_view(material: RecordMaterial) -> dict[str, Any]:
    """The view of `templates/record.html`."""
    run, state, full = material.run, material.state, material.full
    signs = record_people.current(state["signatures"])
    order = [sha for sha in record_people.text_order(state["signatures"]) if sha in material.texts]
    laws = record_items.Laws(run)
    sections = record_items.sections(run, laws, full=full)
    view = {
        "title": _title(material, order),
        "organ": material.organ,
        "number": material.number,
        "subject": material.subject,
        "copy_words": COPIES[material.copy],
        "at": material.issued_at,
        "signed_on": record_people.zh_day(signs[-1]["at"]) if signs else "",
        "officers": record_people.strip([s for s in signs if s["value"]["role"] == "inspector"]),
        "texts": [_text(material, sha, first=place == 0) for place, sha in enumerate(order)],
        "sections": sections,
        "laws": laws.listed(),
        "summary": record_items.summary(sections),
        "findings": record_items.findings(run, full=full),
        "result": record_items.result_words(run) if full or not _only_restricted(run) else record_items.STRUCK,
        "tables": record_items.tables(run, full=full),
        "photos": record_photos.photos(
            run, state["evidence"], material.people, material.subject, material.sizes, full=full
        ),
        "papers": record_photos.papers(run, state["evidence"], material.seals, full=full),
        "internal": record_notes.internal(run, state, material.restricted, material.people) if full else [],
        "notes": record_notes.notes(run, state, material.texts, order, material.people, full=full),
        "proof": _proof(material, order),
    }
    return view | {"annexes": _numerals(view)}


def _numerals(view: Mapping[str, Any]) -> dict[str, str]:
    """附件一, 附件二 … for the annexes that this record has."""
    there = {"results": True, "findings": True, "tables": view["tables"], "pictures": view["photos"] or view["papers"]}
    names = [name for name, has in there.items() if has]
    return {name: numeral(place) for place, name in enumerate([*names, "proof"], 1)}


def pictures_needed(state: State) -> tuple[set[str], set[str]]:
    """Digests of the photographs and of the signature images that a record may print."""
    listed = [entry["value"] for entries in state["evidence"].values() for entry in entries]
    photos = {value["sha256"] for value in listed if value["purpose"] == "photo"}
    signs = {s["value"]["evidence"] for s in state["signatures"] if s["value"]["evidence"]}
    return photos, signs


def _title(material: RecordMaterial, order: Sequence[str]) -> str:
    """The second line of the signed text: 现场检查笔录, or 检查笔录 where nobody went there."""
    lines = material.texts[order[0]].text.split("\n") if order else []
    return lines[1] if len(lines) > 1 else "现场检查笔录"


def _only_restricted(run: Run) -> bool:
    """Whether the proposed result stems from restricted findings alone: then the party's copy does not tell it."""
    return bool(run.findings) and all(found["restricted"] for found in run.findings)


def _text(material: RecordMaterial, sha: str, *, first: bool) -> dict[str, Any]:
    signs = [s for s in record_people.current(material.state["signatures"]) if s["value"]["text_sha256"] == sha]
    roles = "、".join(dict.fromkeys(record_people.ROLE_WORDS[s["value"]["role"]] for s in signs))
    moment = record_people.zh_time(signs[0]["at"]) if signs else ""
    return {
        "heading": "" if first else f"附：{moment}由{roles}签名的笔录文本（此后有更正，以前文为准）",
        "pages": record_people.pages(material.texts[sha]),
        "strip": record_people.strip(signs),
        "signatures": [
            record_people.block(s, record_notes.stale_words(material.run, s, full=material.full)) for s in signs
        ],
    }


def record_digest(entries: Sequence[str]) -> str:
    """One digest over all entries of the record: SHA-256 of the canonical list of their sorted ids."""
    return digest(sorted(entries))


def _proof(material: RecordMaterial, order: Sequence[str]) -> dict[str, Any]:
    total = record_digest(material.entries)
    facts = [
        (
            "文书编号",
            f"{material.number}（第{material.version}版，{record_people.zh_time(material.issued_at)}签发）",
            False,
        ),
        *((f"签名文本{n if len(order) > 1 else ''} SHA-256", sha, True) for n, sha in enumerate(order, 1)),
        (f"记录条目（{len(material.entries)}条）摘要", total, True),
        ("打印字体", "；".join(material.fonts), False),
    ]
    return {
        "facts": [{"label": label, "value": value, "mono": mono} for label, value, mono in facts],
        "code": "\n".join([material.number, *order[:1], total]),
    }
