"""What the value of each kind of entry looks like: one table, mirrored in pwa/src/core/journal/values.ts."""

from server.core import shapes as s
from server.core.calendar import is_date, is_instant
from server.core.journal.types import ROLES, SERVER

TEXT = 20_000
LARGEST_SEQ = 2**31 - 1
"""What a column of whole numbers holds in PostgreSQL."""
ID = s.matching(r"[0-9a-f]{64}")
UUID = s.matching(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DEVICE = s.either(UUID, s.among(SERVER))
DECIMAL = s.matching(r"(?!-0$)-?(0|[1-9][0-9]{0,17})(\.[0-9]{0,11}[1-9])?")
COORDINATE = s.matching(r"-?[0-9]{1,3}\.[0-9]{1,7}")
THOUSANDTHS = s.integer(0, 1000)
PIXELS = s.either(s.nothing, s.integer(1, 100_000))
WORDS = s.text(TEXT, 1)
NAME = s.text(200, 1)
PHONE = s.text(40)

POSITION = s.fields(
    {
        "lat": COORDINATE,
        "lng": COORDINATE,
        "accuracy_m": s.integer(0, 10_000_000),
        "age_s": s.integer(0, 1_000_000_000),
    }
)
PLACE = s.either(s.nothing, POSITION)
PERSON = s.fields({}, {"name": s.text(200), "id_type": s.text(40), "id_number": s.text(60), "phone": PHONE})
UNCHECKED = s.fields({"unchecked": WORDS})
QUANTITY = s.fields({"number": DECIMAL, "unit": s.text(20)})
# What a drawn table samples from, frozen before the sample appears (core/checklist/sample).
FRAME = s.fields(
    {"round": s.integer(1, 1000), "reason": s.text(TEXT)},
    {"frame": s.many(s.text(20, 1), 2000), "count": s.integer(0, 2000)},
)

ANSWER = s.either(
    s.nothing,
    s.text(TEXT),
    s.integer(-(2**53 - 1), 2**53 - 1),
    s.ascending(s.matching("[A-Za-z0-9_.-]{1,80}"), 200),
    UNCHECKED,
    QUANTITY,
    POSITION,
    PERSON,
    FRAME,
)
ROW = s.either(
    s.nothing,
    s.fields(
        {
            "order": s.integer(0, 1_000_000),
            "source": s.among("hand", "catalogue", "drawn"),
            "key": s.either(s.nothing, s.text(200, 1)),
        }
    ),
)
MARK = s.fields(
    {"shape": s.among("arrow", "box", "text"), **dict.fromkeys(("x1", "y1", "x2", "y2"), THOUSANDTHS)},
    {"text": s.text(200), "colour": s.among("red", "yellow", "blue")},
)
STORED = s.fields(
    {
        "sha256": ID,
        "size": s.integer(0, 2**40),
        "media_type": s.matching(r"[a-z]+/[a-z0-9.+-]+(;charset=utf-8)?"),
        "purpose": s.among("photo", "signature", "record_text", "file"),
        "taken_at": is_instant,
        "position": PLACE,
        "source": s.among("camera", "file", "pad", "app"),
        "width": PIXELS,
        "height": PIXELS,
    },
    {"marks": s.many(MARK, 100)},
)
MOMENT = s.either(s.nothing, is_instant, is_date)
ELSEWHERE = s.fields(
    {
        "purpose": s.among("held_elsewhere"),
        "carrier": s.among("body_camera", "disc", "usb"),
        "number": s.text(100, 1),
        "held_by": NAME,
        "from": MOMENT,
        "to": MOMENT,
        "sha256": s.either(s.nothing, ID),
    }
)
FINDING = s.either(
    s.nothing,
    s.fields({"text": WORDS, "corrected_on_site": s.boolean}, {"correction_text": s.text(TEXT)}),
)

ROUND = s.integer(1, 1000)
COVER = {"covers": s.by_key(DEVICE, s.pair(s.integer(1, LARGEST_SEQ), ID), 1000)}
COVER_MORE = {"branches": s.ascending(ID, 1000, 1), "missing": s.ascending(ID, 1000, 1)}
SIGN = s.fields(
    {
        "role": s.among(*ROLES),
        "signer": s.fields({"name": NAME}, {"post": s.text(200), "id_last4": s.matching("[0-9X]{4}"), "phone": PHONE}),
        "text_sha256": ID,
        "evidence": s.either(s.nothing, ID),
        "refused": s.either(
            s.nothing,
            s.fields(
                {
                    "reason": WORDS,
                    "witness": s.either(s.nothing, s.fields({"name": NAME}, {"phone": PHONE})),
                }
            ),
        ),
        "remarks": s.text(TEXT),
        **COVER,
    },
    # medium paper: given with a pen on the paper checklist, whose pictures are evidence of the visit.
    {**COVER_MORE, "medium": s.among("paper")},
)
ROUND_AND_COVER = s.fields({"round": ROUND, **COVER}, COVER_MORE)

VALUES: dict[str, s.Shape] = {
    "answer": ANSWER,
    "row": ROW,
    "evidence": s.either(STORED, ELSEWHERE),
    "mark": s.fields({"photo": ID, "marks": s.many(MARK, 100)}),
    "withdraw": s.fields({"reason": WORDS}),
    "finding": FINDING,
    "sign": SIGN,
    "submit": ROUND_AND_COVER,
    "received": ROUND_AND_COVER,
    "return": s.fields(
        {"round": s.integer(2, 1000), "text": s.text(TEXT), "signatures": s.ascending(s.among(*ROLES), 4)}
    ),
    "admit": s.fields({"ids": s.ascending(ID, 10_000, 1), "reason": WORDS}),
    "comment": s.fields({"text": WORDS}),
    # stated_at: the time written on the paper checklist that is being typed in.
    "presence": s.fields({"event": s.among("arrived", "left"), "position": PLACE}, {"stated_at": is_instant}),
}
