"""What every listed statement carries, and the order in which statements are told."""

from typing import Any

from server.core.journal.types import Entry


def oldest_first(entry: Entry) -> tuple[str, str]:
    """Sort key: the author's clock, then the id, so that two replicas list alike."""
    return entry["at"], entry["id"]


def said(entry: Entry) -> dict[str, Any]:
    """Who said it, when, where: id, path, author, device and at."""
    return {name: entry[name] for name in ("id", "path", "author", "device", "at")}
