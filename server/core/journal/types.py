"""The shapes of the journal: entries, runs and the state they fold to.

Times are "2026-11-22T06:05:00.000Z", digests and entry ids lower-case hex SHA-256, measures and
coordinates canonical decimal strings. The TypeScript mirror is pwa/src/core/journal/types.ts.
"""

from typing import Any, Literal, NotRequired, TypedDict

SERVER = "server"
"""The device id under which the server keeps its own chain."""

CONTENT = ("answer", "row", "evidence", "mark", "finding", "withdraw")
ACTS = ("sign", "submit", "comment", "return", "admit", "received", "presence")
KINDS = CONTENT + ACTS
SERVER_KINDS = ("return", "admit", "received")
ROLES = ("party", "inspector", "witness", "lead")

Phase = Literal["open", "submitted", "returned", "signed_off"]


class Entry(TypedDict):
    """One signed statement about one inspection; `id` is the SHA-256 of the canonical other fields.

    `seq` counts 1, 2, 3 … within (inspection, device) and `prev` is the id before; `skew_ms` is what
    to add to `at` to get the server's clock; `replaces` are the heads at or below `path` that the
    author saw and means to replace, sorted and unique.
    """

    id: str
    inspection: str
    author: str
    device: str
    seq: int
    prev: str | None
    at: str
    skew_ms: int
    kind: str
    path: str
    value: Any
    replaces: list[str]


class Run(TypedDict):
    """What a device signs and pushes: base64url r||s over canonical({inspection, device, first_seq, ids})."""

    inspection: str
    device: str
    first_seq: int
    ids: list[str]
    alg: str
    signature: str


class Cover(TypedDict):
    """An exact set of entries: per device the tip of its chain, everything behind it by `prev` included.

    `branches` are further tips (a forked or broken chain), `missing` the links that were absent when
    the set was described: what arrives there later is not part of it.
    """

    covers: dict[str, tuple[int, str]]
    branches: NotRequired[list[str]]
    missing: NotRequired[list[str]]


class Held(TypedDict):
    """One agreed value and the entries that say it: what an entry names in `replaces` to change it."""

    value: Any
    heads: list[str]


class Frozen(TypedDict):
    """How many different lists of a drawn sample were ever frozen at an item, and the reasons, oldest first.

    What was replaced or cleared counts: who draws again until the sample pleases leaves a trace.
    """

    lists: int
    reasons: list[str]


class Flag(TypedDict):
    """Something a person should look at; never a reason to drop an entry.

    gap: the entry before is missing · fork: two entries with one number · chain: numbers and links
    disagree · skew: the clock was more than five minutes off · clock: the clock went backwards.
    """

    code: Literal["gap", "fork", "chain", "skew", "clock"]
    device: str
    seq: int


class Stay(TypedDict):
    """One stretch of the visit on site, in server time; `left_at` null: not stated. `people`: who arrived."""

    arrived_at: str
    left_at: str | None
    people: list[str]


class Presence(TypedDict):
    """Start and end of the visit in server time, its stays, and every arrival and departure as stated.

    `typed_at` is there when the visit was made on paper and typed in afterwards: when that began.
    """

    started_at: str | None
    ended_at: str | None
    stays: list[Stay]
    arrivals: list[dict[str, Any]]
    typed_at: NotRequired[str]


class State(TypedDict):
    """What the entries of one inspection say together: a pure function of their set.

    `conflicts` and `cleared` are keyed "answer:PATH", "row:PATH" or "finding:PATH". A statement listed
    anywhere carries id, path, author, device and at. `frozen` is there once a drawn sample's list was.
    """

    answers: dict[str, Held]
    conflicts: dict[str, list[dict[str, Any]]]
    cleared: dict[str, list[str]]
    rows: dict[str, list[str]]
    row_values: dict[str, Held]
    evidence: dict[str, list[dict[str, Any]]]
    withdrawn: dict[str, list[dict[str, Any]]]
    findings: dict[str, Held]
    frozen: NotRequired[dict[str, Frozen]]
    comments: list[dict[str, Any]]
    signatures: list[dict[str, Any]]
    round: int
    phase: Phase
    closed: bool
    returned: dict[str, Any] | None
    late: list[str]
    presence: Presence
    flags: list[Flag]
