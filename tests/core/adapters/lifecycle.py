"""Vectors of the lifecycle: an action, the parts of a person, the phase."""

from typing import Any

from server.core.lifecycle import allow


def run(given: dict[str, Any]) -> Any:
    allow(given["action"], frozenset(given["parts"]), given["phase"], given["closed"])
    return "allowed"
