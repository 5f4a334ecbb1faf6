"""Vectors of results: several codes to one, or a failure class to its proposal."""

from typing import Any

from server.core.results import of_class, overall


def run(given: dict[str, Any]) -> Any:
    return overall(given["codes"]) if "codes" in given else of_class(given["class"])
