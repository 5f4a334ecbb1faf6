"""The drawn sample: chosen by arithmetic that both phones, the server and anyone else can repeat.

The frame (the rooms let today, the seats 1..n) is written down first and frozen as an answer; only
then does the sample exist. Each thing gets the ticket SHA-256(canonical [inspection, item, digest of
the frame, thing]); the smallest tickets are drawn. A changed frame is a new answer with a reason, so
trying again until one likes the sample leaves a trace.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from server.core.canonical import digest
from server.core.refusal import Refused

MAX_FRAME = 2000
_THING = re.compile(r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff_-]{0,19}\Z")


class BadFrame(Refused):
    """frame_shape, frame_too_long, frame_name, frame_duplicate, frame_round."""


def frame_of(value: Mapping[str, Any], kind: str) -> list[str]:
    """Return the things of a frame answer in the order given. Raises `BadFrame`."""
    if not isinstance(value, Mapping) or not _is_round(value.get("round")):
        raise BadFrame("frame_round")
    if not isinstance(value.get("reason"), str):
        raise BadFrame("frame_shape", "reason")
    if kind == "count":
        return _counted(value.get("count"))
    things = value.get("frame")
    if not isinstance(things, Sequence) or isinstance(things, str):
        raise BadFrame("frame_shape", "frame")
    if len(things) > MAX_FRAME:
        raise BadFrame("frame_too_long")
    for thing in things:
        if not isinstance(thing, str) or not _THING.match(thing):
            raise BadFrame("frame_name", str(thing))
    if len(set(things)) != len(things):
        raise BadFrame("frame_duplicate")
    return list(things)


def _is_round(value: Any) -> bool:
    return type(value) is int and value >= 1


def _counted(count: Any) -> list[str]:
    if type(count) is not int or count < 0:
        raise BadFrame("frame_shape", "count")
    if count > MAX_FRAME:
        raise BadFrame("frame_too_long")
    return [str(number) for number in range(1, count + 1)]


def size_of(total: int, rule: Mapping[str, Any]) -> int:
    """How many are drawn from `total`: the percentage, at least `min`, at most `max`, never more than there are."""
    wanted = max(int(rule["min"]), -(-total * int(rule["percent"]) // 100))
    if "max" in rule:
        wanted = min(wanted, int(rule["max"]))
    return min(total, wanted)


def draw(inspection: str, item: str, frame: Sequence[str], size: int) -> list[str]:
    """Return the `size` drawn things in the order of the frame."""
    frozen = digest(list(frame))
    tickets = sorted((digest([inspection, item, frozen, thing]), index) for index, thing in enumerate(frame))
    return [frame[index] for index in sorted(index for _, index in tickets[:size])]


def row_id(inspection: str, item: str, key: str) -> str:
    """The id of a row that the system makes: the same on every phone. Raises `Refused` (inspection_id)."""
    try:
        namespace = uuid.UUID(inspection)
    except ValueError as error:
        raise Refused("inspection_id", inspection) from error
    return str(uuid.uuid5(namespace, f"{item}/{key}"))
