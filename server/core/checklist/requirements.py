"""What a judged item still asks for (photos, words), and the finding that a failed one becomes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from server.core import results
from server.core.checklist import outcome, sentences
from server.core.checklist.words import one_line, trimmed

if TYPE_CHECKING:
    from server.core.checklist.compiled import ItemPrograms
    from server.core.checklist.run import Run


def require(run: "Run", item: Mapping[str, Any], programs: "ItemPrograms", verdict: str) -> None:
    """Add to the run what is missing for `verdict`, and the finding if it is fail.

    An item without a class is about the visit, not about the business: it never becomes a finding.
    """
    _evidence(run, item, verdict)
    if verdict == "fail" and item["class"] is not None:
        _finding(run, item, programs)


def _evidence(run: "Run", item: Mapping[str, Any], verdict: str) -> None:
    rule = item.get("evidence")
    if rule is None:
        return
    always = rule["on"] == "always" or item["type"] in ("photo", "signature")
    if verdict != "fail" and not (always and verdict == "pass"):
        return
    code = item["code"]
    have = run.pictures(code, item["type"] == "signature")
    if have < rule["min"]:
        run.miss(code, code, "evidence", title=item["title"], n=rule["min"] - have)


def _finding(run: "Run", item: Mapping[str, Any], programs: "ItemPrograms") -> None:
    code = item["code"]
    noted = run.texts.get(code, [])
    words = [one_line(value["text"]) for value in noted if one_line(value["text"])]
    corrected = bool(noted) and all(value["corrected_on_site"] is True for value in noted)
    corrections = [one_line(value.get("correction_text") or "") for value in noted]
    if item["finding"] and not words:
        run.miss(code, code, "finding", title=item["title"])
    if corrected and not any(trimmed(text) for text in corrections):
        run.miss(code, code, "correction", title=item["title"])
    declared = outcome.effective_class(_declared(run, item, programs), corrected)
    run.findings.append(
        {
            "code": code,
            "title": item["title"],
            "class": declared,
            "result": _result(run, item, declared),
            "text": "；".join(words) if words else sentences.of_item(run, item, "fail"),
            "corrected": corrected,
            "correction": "；".join(text for text in corrections if text),
            "restricted": item["visibility"] == "restricted",
            "basis": outcome.basis_texts(run.checklist.definition["catalogues"]["laws"], item["basis"], run.date),
            "refer_to": item.get("refer_to") if declared == "X" else None,
        }
    )


def _option(run: "Run", item: Mapping[str, Any]) -> Mapping[str, Any]:
    raw = run.answers.get(item["code"], {}).get("value")
    found: Mapping[str, Any] = next((o for o in item.get("options", ()) if o["key"] == raw), {})
    return found


def _declared(run: "Run", item: Mapping[str, Any], programs: "ItemPrograms") -> str:
    """The failure class: the chosen option's, else the first grade that holds, else the item's."""
    option = _option(run, item)
    if "class" in option:
        return str(option["class"])
    for grade, program in programs.grades:
        found = program.run(run.scope)
        if found.is_true():
            return str(grade)
    return str(item["class"])


def _result(run: "Run", item: Mapping[str, Any], declared: str) -> str:
    stated: str | None = _option(run, item).get("result")
    return stated or results.of_class(declared)
