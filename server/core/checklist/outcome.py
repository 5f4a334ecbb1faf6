"""From failed items to findings, and from findings to one overall result of the visit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.core import results

_DETAIL_OF_CLASS = {"C": "police", "K": "police", "X": "other_department"}


def effective_class(declared: str, corrected: bool) -> str:
    """R0 and R are one family: corrected before the officers' eyes is R0, otherwise an order (R)."""
    if declared in ("R0", "R"):
        return "R0" if corrected else "R"
    return declared


def overall(
    findings: Sequence[Mapping[str, Any]], stated: Iterable[str], complete: bool
) -> tuple[str | None, list[str]]:
    """The one result of the visit, and what stands behind PENDING (police, other_department).

    `stated` are results that an answer names itself (closed, unreachable). While something is open
    and nothing was found yet there is no result; then `results.overall` decides.
    """
    proposed = {*stated, *(finding["result"] for finding in findings)}
    details = sorted({_DETAIL_OF_CLASS[f["class"]] for f in findings if f["class"] in _DETAIL_OF_CLASS})
    if not complete and proposed <= {"NO_PROBLEM"}:
        return None, details
    return results.overall(proposed), details


def basis_texts(laws: Sequence[Mapping[str, Any]], refs: Sequence[str], on: str) -> list[dict[str, Any]]:
    """The articles behind `refs` ("law/provision") as they stood on the ISO date `on`.

    A provision that did not exist on that day is left out: nobody is held to later law.
    """
    found = []
    for ref in refs:
        law_id, _, provision_id = ref.partition("/")
        for law in laws:
            if law["id"] != law_id:
                continue
            for version in law["versions"]:
                until = version["effective_to"]
                if version["effective_from"] <= on and (until is None or on <= until):
                    provision = version["provisions"].get(provision_id)
                    if provision is not None:
                        found.append(_basis(ref, law, version, provision))
    return found


def _basis(
    ref: str, law: Mapping[str, Any], version: Mapping[str, Any], provision: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "ref": ref,
        "law": law["title"]["zh"],
        "version": version["version"],
        "article": provision["article"],
        "summary": provision["summary"],
        "text": provision["text"] if "text" in provision and "checked" in provision else None,
    }
