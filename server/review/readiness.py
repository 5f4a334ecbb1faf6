"""What must be there before a lead may answer for a record: each missing thing is named, with whose it is."""

from collections.abc import Collection, Sequence
from typing import Any

from server.core.checklist.run import Run
from server.platform.errors import Problem
from server.review.looking import Looked

ROLE_WORDS = {"party": "当事人（或拒绝签名的记载）", "inspector": "检查人员"}
PLACES = {"VISIT": "检查现场", "SIGN": "签名"}


def titles_of(run: Run, paths: Sequence[str]) -> list[str]:
    """The titles of the items behind paths, each once."""
    titles = {item["code"]: str(item["title"]["zh"]) for s, _ in run.checklist.sections for item in s["items"]}
    codes = dict.fromkeys(path.rpartition(":")[2].split("/")[0] for path in paths)
    return [titles.get(code, PLACES.get(code, code)) for code in codes]


def require_ready(looked: Looked, outstanding: Sequence[dict[str, Any]], lost: Collection[str], text: str) -> None:
    """Raises `review_entries_missing`, `review_evidence_missing`, `review_conflicts_open`.

    What lies in a vault that is gone will not come: nobody waits for it, but the lead says in `text` why the record
    stands without it (`review_loss_needs_words`).
    """
    gone = [row for row in outstanding if row["device"] in lost]
    outstanding = [row for row in outstanding if row["device"] not in lost]
    entries = sum(row["entries"] for row in outstanding)
    if entries:
        raise Problem("review_entries_missing", n=entries, people=_people(r for r in outstanding if r["entries"]))
    evidence = sum(len(row["evidence"]) for row in outstanding)
    if evidence:
        raise Problem("review_evidence_missing", n=evidence, people=_people(r for r in outstanding if r["evidence"]))
    if gone and not text.strip():
        raise Problem("review_loss_needs_words", people=_people(gone))
    conflicts = sorted(looked.state["conflicts"])
    if conflicts:
        raise Problem("review_conflicts_open", n=len(conflicts), items="、".join(titles_of(looked.run, conflicts)))


def _people(rows: Any) -> str:
    return "、".join(dict.fromkeys(row["person_name"] or "服务器" for row in rows))


def current_signatures(looked: Looked) -> list[dict[str, Any]]:
    """The signatures that were not called in again, the lead's aside."""
    return [s for s in looked.state["signatures"] if not s["superseded"] and s["value"]["role"] != "lead"]


def require_signed(looked: Looked, text: str) -> str:
    """The digest of the text that the inspectors signed last.

    The party has signed or its refusal is noted, and so have two inspectors at least, and all of the task. Raises
    `review_signatures_missing`, and `review_reason_needed` when something changed after a signature and `text` does
    not say why that stands.
    """
    signs = current_signatures(looked)
    missing = [] if any(s["value"]["role"] == "party" for s in signs) else [ROLE_WORDS["party"]]
    signed = {s["author"] for s in signs if s["value"]["role"] == "inspector"}
    missing += [f"检查人员{i['name']}" for i in looked.payload["inspectors"] if i["person_id"] not in signed]
    if missing:
        raise Problem("review_signatures_missing", who="、".join(missing))
    stale = sorted({path for s in signs for path in s["stale"]})
    if stale and not text.strip():
        raise Problem("review_reason_needed", items="、".join(titles_of(looked.run, stale)))
    latest = max((s for s in signs if s["value"]["role"] == "inspector"), key=lambda s: (s["at"], s["id"]))
    return str(latest["value"]["text_sha256"])
