"""When the officers were there: arrivals and departures as stated, and the stays they make.

A visit may be interrupted, cross midnight and go on another day; the record names every stay.
"""

from collections.abc import Sequence

from server.core.calendar import format_instant, parse_instant
from server.core.journal.statement import said
from server.core.journal.types import Entry, Presence, Stay

_SHANGHAI = 8 * 3_600_000
_DAY = 86_400_000


def presence(stated: Sequence[Entry]) -> Presence:
    """Start, end (null while somebody is there) and stays of the visit, in server time.

    A visit on paper is stated afterwards with the times written there; `typed_at` is then when that was first done.
    """
    stays = _stays(stated)
    found: Presence = {
        "started_at": stays[0]["arrived_at"] if stays else None,
        "ended_at": stays[-1]["left_at"] if stays else None,
        "stays": stays,
        "arrivals": [said(entry) | {"value": entry["value"]} for entry in stated],
    }
    typed = [_said_at(entry) for entry in stated if "stated_at" in entry["value"]]
    if typed:
        found["typed_at"] = format_instant(min(typed))
    return found


def _stays(stated: Sequence[Entry]) -> list[Stay]:
    """From an arrival to the last departure before the next arrival.

    Who arrives again on another day (Shanghai) begins a new stay, also where nobody stated the departure.
    A departure before every arrival says nothing.
    """
    stays: list[Stay] = []
    began = 0
    for at, event, author in sorted(_moment(entry) for entry in stated):
        if event == "left":
            if stays:
                stays[-1]["left_at"] = format_instant(at)
        elif not stays or stays[-1]["left_at"] or (author in stays[-1]["people"] and _day(at) != _day(began)):
            stays.append({"arrived_at": format_instant(at), "left_at": None, "people": [author]})
            began = at
        else:
            stays[-1]["people"] = sorted({*stays[-1]["people"], author})
    return stays


def _moment(entry: Entry) -> tuple[int, str, str]:
    at = _said_at(entry)
    if "stated_at" in entry["value"]:
        # Nobody states what has not been yet.
        at = min(at, parse_instant(entry["value"]["stated_at"]))
    return at, entry["value"]["event"], entry["author"]


def _said_at(entry: Entry) -> int:
    return parse_instant(entry["at"]) + entry["skew_ms"]


def _day(milliseconds: int) -> int:
    return (milliseconds + _SHANGHAI) // _DAY
