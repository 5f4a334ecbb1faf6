"""Photographs and papers as the record shows them.

The stored picture is never altered: the line of time, place, officer, subject and hash, and the officers' marks, are
layers of the print.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.checklist.run import Run
from server.core.checklist.words import one_line
from server.documents.photo_marks import WIDE, Size, drawn_marks, tall
from server.documents.record_people import zh_time

VISIT_ITEMS = {"VISIT": "检查现场", "SIGN": "签名"}
CARRIERS = {"body_camera": "执法记录仪", "disc": "光盘", "usb": "U盘"}
FRAME = (80, 60)  # millimetres, as in record.css


def photos(
    run: Run,
    evidence: Mapping[str, Any],
    people: Mapping[str, str],
    subject: str,
    sizes: Mapping[str, Size],
    *,
    full: bool,
) -> list[dict[str, Any]]:
    """All photographs in the order of the items, then of time. `sizes` are the printed pictures by digest; one that
    is missing there was erased, and its place says so."""
    shown: list[dict[str, Any]] = []
    for item, entry in _listed(run, evidence, "photo", full=full):
        value = entry["value"]
        size = sizes.get(value["sha256"])
        shown.append(
            {
                "no": len(shown) + 1,
                "picture": value["sha256"] if size else None,
                "caption": _caption(run, entry["path"], item),
                "stamp": _stamp(value, people.get(entry["author"], ""), subject),
                "marks": drawn_marks(_marks(entry), size) if size else [],
                "view": f"0 0 {WIDE} {tall(size)}" if size else "",
                "place": _place(size) if size else "",
            }
        )
    return shown


@dataclass(frozen=True)
class Sealed:
    """A file held elsewhere, hashed at a desk: for which entry, `size` in bytes, by whom, ISO instant."""

    entry: str
    sha256: str
    size: int
    by: str
    at: str


def papers(run: Run, evidence: Mapping[str, Any], seals: Sequence[Sealed], *, full: bool) -> list[dict[str, str]]:
    """Files taken along, and evidence that is kept elsewhere with the hashes found since."""
    listed = [
        {
            "name": _file_name(entry["value"]),
            "item": _caption(run, entry["path"], item),
            "source": _file_source(entry["value"]),
        }
        for item, entry in _listed(run, evidence, "file", full=full)
    ]
    for item, entry in _listed(run, evidence, "held_elsewhere", full=full):
        value = entry["value"]
        span = "至".join(_moment(value[end]) for end in ("from", "to") if value[end])
        parts = [span, f"保管：{one_line(value['held_by'])}", f"SHA-256 {value['sha256']}" if value["sha256"] else ""]
        parts += [_sealed(seal) for seal in seals if seal.entry == entry["id"]]
        listed.append(
            {
                "name": f"{CARRIERS[value['carrier']]} {one_line(value['number'])}",
                "item": _caption(run, entry["path"], item),
                "source": "；".join(filter(None, parts)),
            }
        )
    return listed


def _listed(run: Run, evidence: Mapping[str, Any], purpose: str, *, full: bool) -> Iterator[tuple[str, Any]]:
    """(item code, evidence) of one purpose in the order of the checklist; restricted ones on the full copy only."""
    order = {item["code"]: place for place, item in enumerate(run.items)}
    restricted = {item["code"] for item in run.items if item["visibility"] != "all"}
    unknown = restricted_codes(run) - order.keys()
    found = [
        (entry["path"].split("/")[0], entry)
        for entries in evidence.values()
        for entry in entries
        if entry["value"]["purpose"] == purpose
    ]
    found.sort(key=lambda pair: (order.get(pair[0], -1), pair[1]["at"], pair[1]["id"]))
    yield from (pair for pair in found if full or pair[0] not in restricted | unknown)


def restricted_codes(run: Run) -> set[str]:
    """Every restricted item of the checklist, asked or not."""
    return {
        item["code"]
        for section, _ in run.checklist.sections
        for item in section["items"]
        if item["visibility"] != "all"
    }


def _caption(run: Run, path: str, item: str) -> str:
    title = next((i["title"]["zh"] for s, _ in run.checklist.sections for i in s["items"] if i["code"] == item), item)
    title = VISIT_ITEMS.get(item, title)
    row = path.partition("/")[2]
    name = next((r.place.title for r in run.rows.get(item, []) if r.place.id == row), "")
    return f"{title}（{name}）" if name else str(title)


def _stamp(value: Mapping[str, Any], officer: str, subject: str) -> list[str]:
    place = value["position"]
    where = f"{place['lat']}, {place['lng']}（±{place['accuracy_m']}米）" if place else "未取得定位"
    source = "" if value["source"] == "camera" else "　相册选取"
    return [
        f"{zh_time(value['taken_at'])}　{where}{source}",
        f"{officer}　{subject}",
        f"SHA-256 {value['sha256'][:16]}",
    ]


def _marks(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the photo's entry brought along, then everybody's layers, oldest first."""
    return [*entry["value"].get("marks", ()), *(mark for layer in entry.get("marked", ()) for mark in layer["marks"])]


def _place(size: Size) -> str:
    """Where in the frame the picture lies (it is fitted whole): marks go exactly on it."""
    wide, high = size
    scale = min(FRAME[0] / wide, FRAME[1] / high)
    wide_mm, high_mm = wide * scale, high * scale
    left, top = (FRAME[0] - wide_mm) / 2, (FRAME[1] - high_mm) / 2
    return f"left:{left:.2f}mm;top:{top:.2f}mm;width:{wide_mm:.2f}mm;height:{high_mm:.2f}mm"


def _moment(text: str) -> str:
    return zh_time(text) if "T" in text else text


def _sealed(seal: Sealed) -> str:
    return f"{zh_time(seal.at)}{seal.by}校验：{seal.size}字节，SHA-256 {seal.sha256}"


def _file_name(value: Mapping[str, Any]) -> str:
    return f"附件（{value['media_type'].split(';')[0]}）"


def _file_source(value: Mapping[str, Any]) -> str:
    return f"{zh_time(value['taken_at'])}提取；{value['size']}字节；SHA-256 {value['sha256']}"
