"""A whole inspection in small, for documents: a checklist, the entries of two phones, photographs, signatures.

Invented throughout. `Visit` tells the story step by step; `material` makes of it what a record is printed from.
"""

import hashlib
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from server.core.checklist import Checklist, compile_checklist, record
from server.core.checklist.run import Run
from server.core.journal.chain import cover
from server.core.journal.entry import row_id, seal
from server.core.journal.fold import fold
from server.core.journal.types import Entry
from server.documents.record_texts import signed_texts
from server.documents.record_view import RecordMaterial, pictures_needed
from server.platform.cel import compile_cel

INSPECTION = "0192f0c1-5f3e-7abc-8def-0000000000a1"
PEOPLE = {
    "0192f0c1-5f3e-7abc-8def-0000000000b1": "张建国",
    "0192f0c1-5f3e-7abc-8def-0000000000b2": "李卫东",
    "0192f0c1-5f3e-7abc-8def-0000000000b3": "赵国平",
}
ZHANG, LI, LEAD = PEOPLE
PHONES = {ZHANG: "0192f0c1-5f3e-7abc-8def-0000000000c1", LI: "0192f0c1-5f3e-7abc-8def-0000000000c2", LEAD: "server"}


def both(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": zh}


def item(code: str, title: str, passed: str, failed: str, **more: Any) -> dict[str, Any]:
    """A choice item unless told otherwise."""
    return {
        "code": code,
        "title": both(title),
        "type": "choice",
        "core": True,
        "required": True,
        "content": "hotel/1",
        "basis": ["hotel/6"],
        "methods": ["on_site"],
        "class": "R",
        "visibility": "all",
        "finding": True,
        "computed": [],
        "sentences": {"pass": passed, "fail": failed, "na": f"{title}：不适用。"},
    } | more


def rooms() -> dict[str, Any]:
    columns = [
        {"key": key, "title": both(title), "type": kind, "required": True} | more
        for key, title, kind, more in (
            ("extra", "另查的房号", "text", {"when": {"expr": 'row_key == ""', "needs": ["row_key"]}}),
            ("registered", "登记人数", "integer", {"unit": both("人")}),
            ("present", "实际人数", "integer", {"unit": both("人")}),
            ("matched", "人证核对", "choice", {}),
            ("guest", "住宿人", "person", {"fields": ["name"], "required": False}),
            ("remark", "说明", "text", {"required": False}),
        )
    ]
    return {
        "source": "drawn",
        "draw": {"frame": "list", "min": 5, "percent": 10, "thing": both("客房")},
        "hand_rows": False,
        "min_rows": 1,
        "max_rows": 100,
        "row_title": both("房号"),
        "columns": columns,
        "values": [
            {
                "key": "missing",
                "title": both("未登记"),
                "type": "integer",
                "unit": both("人"),
                "expr": "present - registered",
                "needs": ["present", "registered"],
            }
        ],
        "row_fails_when": [{"expr": "present != registered", "needs": ["present", "registered"]}],
        "row_sentence": "{row}房登记{registered}人、实际{present}人",
    }


@cache
def definition() -> dict[str, Any]:
    told = "{title}：合格。", "{title}：不合格。{finding}"
    return {
        "format": 1,
        "id": "hotel-small",
        "trade": "hotel",
        "version": "1",
        "effective_from": "2026-01-01",
        "effective_to": None,
        "title": both("旅馆业"),
        "matters": [both("检查宾馆的特种行业许可证办理和治安安全情况")],
        "contents": {"hotel/1": both("实名登记")},
        "facts": [],
        "settings": [],
        "sections": [
            {
                "id": "opening",
                "title": both("检查前的告知"),
                "place": "opening",
                "items": [
                    item(
                        "CM04",
                        "出示执法证件",
                        "两名检查人员向在场人员出示执法证件，在场人员确认看清。",
                        "未出示执法证件。",
                    ),
                    item(
                        "CM05",
                        "送达通知书、告知权利",
                        "检查人员送达行政检查通知书，告知陈述申辩、申请回避、投诉举报的权利。",
                        told[1],
                    ),
                    item("CM06", "询问是否申请回避", "检查人员询问是否申请回避，被检查单位回答：不申请回避。", told[1]),
                ],
            },
            {
                "id": "system",
                "title": both("治安管理信息系统"),
                "place": "trade",
                "items": [
                    item(
                        "HT201",
                        "信息系统安装并在线",
                        "旅馆业治安管理信息系统安装在前台，检查时在线运行，数据上传正常。",
                        told[1],
                    ),
                    item("HT205", "前台应知应会", "前台人员能够独立操作系统，证件识别全部正确。", told[1]),
                    item(
                        "HT202",
                        "待上传条数",
                        "检查时待上传{HT202}条。",
                        told[1],
                        type="integer",
                        unit=both("条"),
                        fails_when=[{"expr": "HT202 > 10", "needs": ["HT202"]}],
                    ),
                ],
            },
            {
                "id": "names",
                "title": both("实名登记"),
                "place": "trade",
                "items": [
                    item(
                        "HT301",
                        "抽查客房：登记与实际入住",
                        "在住客房中由系统随机抽取{sample}，核对登记人数与实际入住人数，全部相符。",
                        "在住客房中由系统随机抽取{sample}，其中{failed_rows}。",
                        type="table",
                        table=rooms(),
                        **{"class": "C"},
                        computed=[
                            {
                                "key": "sum",
                                "title": both("未登记人数合计"),
                                "type": "integer",
                                "unit": both("人"),
                                "expr": "sum(missing)",
                                "needs": ["missing"],
                            }
                        ],
                    ),
                    item("HT302", "钟点房登记", *told),
                    item("HT305", "境外人员登记", *told),
                    item(
                        "HT901",
                        "涉黄涉赌迹象",
                        "未发现涉黄涉赌迹象。",
                        "发现涉黄涉赌迹象：{finding}",
                        visibility="restricted",
                        **{"class": "K"},
                    ),
                ],
            },
        ],
        "catalogues": {
            "laws": [
                {
                    "id": "hotel",
                    "title": both("旅馆业治安管理办法"),
                    "kind": "regulation",
                    "versions": [
                        {
                            "version": "2022",
                            "effective_from": "2022-05-01",
                            "effective_to": None,
                            "confidence": "confirmed",
                            "provisions": {
                                "6": {"article": "第六条", "summary": both("接待旅客住宿必须登记，查验身份证件。")}
                            },
                        }
                    ],
                }
            ],
            "results": [
                {"key": key, "title": both(title), "export_code": "1", "follow_up": both("")}
                for place, (key, title) in enumerate(
                    (
                        ("NO_PROBLEM", "未发现问题"),
                        ("ORDERED_RECTIFY", "发现问题已责令改正"),
                        ("PENDING", "发现问题待后续处理"),
                    )
                )
            ],
            "holidays": {"2026": {"holidays": [], "make_up_days": []}},
            "lists": {},
        },
    }


@cache
def checklist() -> Checklist:
    return compile_checklist(definition(), compile_cel)


CONTEXT: Mapping[str, Any] = {
    "visit_started_at": "2026-11-22T06:05:00.000Z",
    "today": "2026-11-22",
    "subject": {
        "name": "叶县锦程快捷酒店",
        "statutory_id": "92410422MA44E5F628",
        "address": "叶县昆阳街道文化路东段118号",
        "legal_rep": "刘桂芳",
    },
    "visit_number": 1,
    "visit_cap": 2,
    "inspection": {"id": INSPECTION, "number": "2026-治-0017"},
    "inspectors": [
        {"name": "张建国", "badge_no": "041011", "cert_no": "16040012345"},
        {"name": "李卫东", "badge_no": "041012", "cert_no": "16040012346"},
    ],
    "organ": "叶县公安局",
}


@cache
def picture(seed: int, wide: int = 480, high: int = 360) -> bytes:
    """A photograph of nothing, as a JPEG of a printed derivative's size."""
    dice = random.Random(seed)
    image = Image.new("RGB", (wide, high), (120, 130, 140))
    draw = ImageDraw.Draw(image)
    for _ in range(70):
        x, y = dice.randrange(wide), dice.randrange(high)
        colour = tuple(dice.randrange(40, 220) for _ in range(3))
        draw.rectangle((x, y, x + dice.randrange(5, 110), y + dice.randrange(5, 80)), fill=colour)  # type: ignore[arg-type]
    held = io.BytesIO()
    image.save(held, "JPEG", quality=75)
    return held.getvalue()


@cache
def autograph(seed: int) -> bytes:
    """A signature as the pad gives it: strokes on white."""
    dice = random.Random(seed)
    image = Image.new("L", (420, 150), 255)
    points = [(20 + n * 20, 75 + dice.randrange(-55, 55)) for n in range(20)]
    ImageDraw.Draw(image).line(points, fill=20, width=5, joint="curve")
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Visit:
    """Entries and bytes of one inspection; time goes on a minute per entry."""

    inspection = INSPECTION
    context: Mapping[str, Any] = CONTEXT

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.tips: dict[str, Entry] = {}
        self.bytes: dict[str, bytes] = {}
        self.minute = 0

    def started(self) -> dict[str, Any]:
        """The context as the phones have it now."""
        return {**self.context, "visit_started_at": fold(self.entries.values())["presence"]["started_at"]}

    def drawn(self, code: str) -> list[str]:
        keys: list[str] = Run(checklist(), fold(self.entries.values()), self.started()).go().samples[code]["keys"]
        return keys

    def say(self, who: str, kind: str, path: str, value: Any, replaces: Iterable[str] = ()) -> Entry:
        tip = self.tips.get(PHONES[who])
        self.minute += 1
        entry = seal(
            {
                "inspection": INSPECTION,
                "author": who,
                "device": PHONES[who],
                "seq": tip["seq"] + 1 if tip else 1,
                "prev": tip["id"] if tip else None,
                "at": f"2026-11-22T{6 + self.minute // 60:02d}:{self.minute % 60:02d}:00.000Z",
                "skew_ms": 0,
                "kind": kind,
                "path": path,
                "value": value,
                "replaces": sorted(replaces),
            }
        )
        self.tips[entry["device"]] = self.entries[entry["id"]] = entry
        return entry

    def answer(self, who: str, path: str, value: Any, replaces: Iterable[str] = ()) -> Entry:
        return self.say(who, "answer", path, value, replaces)

    def keep(self, who: str, path: str, data: bytes, purpose: str, media_type: str, **more: Any) -> Entry:
        self.bytes[sha(data)] = data
        value = {
            "sha256": sha(data),
            "size": len(data),
            "media_type": media_type,
            "purpose": purpose,
            "taken_at": f"2026-11-22T06:{10 + self.minute % 50:02d}:05.000Z",
            "position": {"lat": "33.62700", "lng": "113.35100", "accuracy_m": 12, "age_s": 3},
            "source": {"photo": "camera", "signature": "pad"}.get(purpose, "app"),
            "width": 4000 if purpose == "photo" else None,
            "height": 3000 if purpose == "photo" else None,
        }
        return self.say(who, "evidence", path, value | more)

    def photo(self, who: str, path: str, seed: int, **more: Any) -> Entry:
        return self.keep(who, path, picture(seed), "photo", "image/jpeg", **more)

    def covers(self) -> dict[str, Any]:
        told = cover(self.entries.values())
        return {**told, "covers": {device: list(tip) for device, tip in told["covers"].items()}}

    def text(self) -> str:
        return str(record(checklist(), fold(self.entries.values()), self.started())["text"])

    def sign(self, who: str, role: str, name: str, text: str, **more: Any) -> Entry:
        """Sign `text`: its bytes and the signature are stored first, as the phone does it."""
        covers = self.covers()
        known = sha(text.encode())
        if known not in self.bytes:
            self.keep(who, "SIGN", text.encode(), "record_text", "text/plain;charset=utf-8")
        image = None
        if not more.get("refused"):
            image = self.keep(who, "SIGN", autograph(len(self.entries)), "signature", "image/png")["value"]["sha256"]
        value = {
            "role": role,
            "signer": {"name": name} | more.pop("signer", {}),
            "text_sha256": known,
            "evidence": image,
            "refused": None,
            "remarks": "",
            **covers,
        }
        return self.say(who, "sign", "", value | more)


ROOMS = [f"{floor}0{room}" for floor in (2, 3, 4) for room in range(1, 9)]


def fill(visit: Visit) -> None:
    """Two officers fill everything: one room with a guest too many, one item not checked."""
    visit.say(ZHANG, "presence", "", {"event": "arrived", "position": None})
    for code in ("CM04", "CM05", "CM06", "HT201", "HT205"):
        visit.answer(ZHANG if code < "HT" else LI, code, "pass")
    # Written while the colleague had said otherwise; his answer stands.
    visit.say(LI, "finding", "CM06", {"text": "通道堆放杂物。", "corrected_on_site": False})
    visit.answer(LI, "HT202", 0)
    visit.answer(ZHANG, "HT301", {"frame": ROOMS, "round": 1, "reason": ""})
    for place, key in enumerate(visit.drawn("HT301")):
        path = f"HT301/{row_id(visit.inspection, 'HT301', key)}"
        visit.answer(ZHANG, f"{path}/registered", 1)
        visit.answer(ZHANG, f"{path}/present", 2 if place == 2 else 1)
        visit.answer(ZHANG, f"{path}/matched", "pass")
        visit.answer(ZHANG, f"{path}/guest", {"name": "周晓芸"})
    visit.say(ZHANG, "finding", "HT301", {"text": "一名住客未登记，前台称系访客未离店。", "corrected_on_site": False})
    visit.answer(LI, "HT302", {"unchecked": "当日无钟点房入住"})
    visit.answer(LI, "HT305", "na")
    visit.answer(LI, "HT901", "fail")
    visit.say(LI, "finding", "HT901", {"text": "四楼走廊有可疑卡片。", "corrected_on_site": False})


def six_photos(visit: Visit) -> None:
    marks = [
        {"shape": "box", "x1": 200, "y1": 300, "x2": 500, "y2": 520},
        {"shape": "arrow", "x1": 100, "y1": 100, "x2": 400, "y2": 480},
        {"shape": "text", "x1": 100, "y1": 90, "x2": 300, "y2": 90, "text": "监控主机"},
    ]
    visit.photo(LI, "VISIT", 1)
    host = visit.photo(LI, "HT201", 2, marks=marks[:1])
    drawn = visit.say(LI, "mark", "HT201", {"photo": host["id"], "marks": [{**marks[1], "colour": "yellow"}]})
    visit.say(LI, "mark", "HT201", {"photo": host["id"], "marks": marks[1:2]}, replaces=[drawn["id"]])
    visit.say(ZHANG, "mark", "HT201", {"photo": host["id"], "marks": [{**marks[2], "colour": "blue"}]})
    for seed in (3, 4, 5):
        visit.photo(ZHANG, "HT301", seed)
    visit.photo(LI, "HT901", 6)
    visit.say(
        LI,
        "evidence",
        "VISIT",
        {
            "purpose": "held_elsewhere",
            "carrier": "body_camera",
            "number": "T-041",
            "held_by": "李卫东",
            "from": "2026-11-22T06:00:00.000Z",
            "to": "2026-11-22T07:25:00.000Z",
            "sha256": None,
        },
    )


def all_sign(visit: Visit, text: str | None = None) -> None:
    read = text or visit.text()
    visit.sign(
        LI,
        "party",
        "刘桂芳",
        read,
        signer={"post": "经营者", "id_last4": "0028"},
        remarks="以上笔录已阅，与现场情况相符。",
    )
    visit.sign(ZHANG, "inspector", "张建国", read)
    visit.sign(LI, "inspector", "李卫东", read)


def whole_visit() -> Visit:
    visit = Visit()
    fill(visit)
    six_photos(visit)
    visit.say(ZHANG, "presence", "", {"event": "left", "position": None})
    all_sign(visit)
    return visit


def material(visit: Visit, copy: str, fonts: Sequence[str] = ("正文：FandolFang（代仿宋_GB2312）",)) -> RecordMaterial:
    state = fold(visit.entries.values())
    run = Run(checklist(), state, CONTEXT).go()
    photos, _ = pictures_needed(state)
    return RecordMaterial(
        number="叶公（治）检笔字〔2026〕1号",
        version=1,
        copy=copy,
        organ="叶县公安局",
        subject="叶县锦程快捷酒店",
        issued_at="2026-11-23T01:00:00.000Z",
        run=run,
        state=state,
        restricted=record(checklist(), state, CONTEXT)["restricted"],
        seals=[],
        texts=signed_texts(visit.entries, state, visit.bytes, checklist(), CONTEXT),
        people=PEOPLE,
        sizes=dict.fromkeys(photos, (480, 360)),
        entries=list(visit.entries),
        fonts=list(fonts),
    )
