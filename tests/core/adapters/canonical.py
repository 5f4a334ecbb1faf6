"""Vectors of canonical JSON: text in, canonical text and digest out."""

import json
from typing import Any

from server.core.canonical import canonical, digest


def run(given: dict[str, Any]) -> dict[str, Any]:
    value = json.loads(given["json"]) if "json" in given else nested(given["nested"])
    return {"text": canonical(value).decode(), "sha256": digest(value)}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value
