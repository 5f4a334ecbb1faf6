"""Vectors of the narrative record: templates, and whole records as text."""

from typing import Any

from server.core.checklist import compile_checklist, record
from server.core.checklist.sentences import render, slots_of
from server.platform.cel import compile_cel
from tests.core.adapters.checklist import CONTEXT, whole, whole_state


def run(given: dict[str, Any]) -> Any:
    if "template" in given:
        slots = given["slots"]
        return {"text": render(given["template"], lambda name: slots[name]), "slots": slots_of(given["template"])}
    checklist = compile_checklist(whole(given["definition"]), compile_cel)
    found = record(checklist, whole_state(given["state"]), {**CONTEXT, **given.get("context", {})})
    lines = found["text"].split("\n")
    return {
        "head": lines[: given.get("head", 0)],
        "body": [
            line["text"] for page in found["pages"] for line in page if line["kind"] in ("heading", "item", "note")
        ],
        "restricted": [line["text"] for line in found["restricted"]],
        "pages": [len(page) for page in found["pages"]],
    }
