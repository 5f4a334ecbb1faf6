"""Marks on a photo as shapes to print: the same arrows, boxes and words that the phone draws.

The picture is WIDE units wide and as high as its proportions say, so nothing is stretched. Every colour has an edge of
its opposite: it stands out on a white wall and on a black screen.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

Size = tuple[int, int]

WIDE = 1000
COLOURS = {"red": ("#d0021b", "#ffffff"), "yellow": ("#ffd400", "#14171f"), "blue": ("#0b4fd6", "#ffffff")}
STROKE = 8
LETTER = 48


def tall(size: Size) -> int:
    """Height of the picture in its own units."""
    wide, high = size
    return round(WIDE * high / wide)


def drawn_marks(marks: Iterable[Mapping[str, Any]], size: Size) -> list[dict[str, Any]]:
    """Shapes in the order in which they were drawn: {shape, ink, edge, stroke, d | text, x, y, letter}."""
    high = tall(size)
    unit = min(WIDE, high) / WIDE
    return [_drawn(mark, high, unit) for mark in marks]


def _drawn(mark: Mapping[str, Any], high: int, unit: float) -> dict[str, Any]:
    ink, edge = COLOURS[mark.get("colour", "red")]
    shape = {"shape": mark["shape"], "ink": ink, "edge": edge, "stroke": round(STROKE * unit, 1)}
    x1, x2 = mark["x1"], mark["x2"]
    y1, y2 = round(mark["y1"] * high / 1000), round(mark["y2"] * high / 1000)
    if mark["shape"] == "text":
        letter = round(LETTER * unit)
        # The phone hangs words from their upper edge, print sets them on the line.
        return shape | {"text": mark.get("text", ""), "x": x1, "y": y1 + round(letter * 0.88), "letter": letter}
    if mark["shape"] == "box":
        return shape | {"d": f"M{x1} {y1}H{x2}V{y2}H{x1}Z", "head": ""}
    return shape | _arrow(x1, y1, x2, y2, STROKE * unit * 5)


def _arrow(x1: int, y1: int, x2: int, y2: int, head: float) -> dict[str, str]:
    angle = math.atan2(y2 - y1, x2 - x1)

    def back(length: float, turn: float = 0.0) -> str:
        return f"{x2 - length * math.cos(angle + turn):.1f} {y2 - length * math.sin(angle + turn):.1f}"

    return {"d": f"M{x1} {y1}L{back(head * 0.6)}", "head": f"M{x2} {y2}L{back(head, -0.45)}L{back(head, 0.45)}Z"}
