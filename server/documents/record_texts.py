"""The signed texts, and whether the server makes the same text of the entries that a signature covers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.core.checklist import Checklist, record
from server.core.journal.chain import covered
from server.core.journal.fold import fold
from server.core.journal.types import Entry, State
from server.core.refusal import Refused
from server.documents.record_people import SignedText


def signed_texts(
    by_id: Mapping[str, Entry],
    state: State,
    bodies: Mapping[str, bytes],
    checklist: Checklist,
    context: Mapping[str, Any],
) -> dict[str, SignedText]:
    """Every signed text by digest, those called in again left out. `bodies` are the stored bytes by digest; a text
    whose bytes are not there (or are not UTF-8) is left out: nothing stands in for what was signed.
    """
    found: dict[str, SignedText] = {}
    for sign in state["signatures"]:
        sha256 = sign["value"]["text_sha256"]
        if sign["superseded"] or sign["value"]["role"] == "lead" or sha256 not in bodies:
            continue
        if sha256 in found and found[sha256].confirmed:
            continue
        try:
            text = bodies[sha256].decode("utf-8")
        except UnicodeDecodeError:
            continue
        found[sha256] = SignedText(sha256, text, _recomputed(text, sign, by_id, checklist, context))
    return found


def _recomputed(
    text: str,
    sign: Mapping[str, Any],
    by_id: Mapping[str, Entry],
    checklist: Checklist,
    context: Mapping[str, Any],
) -> Sequence[Sequence[Mapping[str, Any]]] | None:
    """The pages of the narrative when it is the same text, else None.

    The phone writes down the end of the visit as it stood when the text was made; of the moments that it can have been,
    the one that gives the text is the right one.
    """
    seen = covered(sign["value"], by_id)
    state = fold(by_id[key] for key in seen)
    started = {"visit_started_at": state["presence"]["started_at"]}
    for moment in _moments(sign, state):
        try:
            told = record(checklist, state, {**context, **started, "record_at": moment})
        except Refused:
            return None
        if told["text"] == text:
            pages: Sequence[Sequence[Mapping[str, Any]]] = told["pages"]
            return pages
    return None


def _moments(sign: Mapping[str, Any], state: State) -> Iterator[str | None]:
    yield None
    sha256 = sign["value"]["text_sha256"]
    for entry in state["evidence"].get("SIGN", ()):
        if entry["value"].get("sha256") == sha256:
            yield entry["value"]["taken_at"]
            yield entry["at"]
    yield sign["at"]
