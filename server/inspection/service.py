"""What later stages and routes use of the journal: the use cases of synchronisation, reading, the server's own word."""

from server.inspection.heads import head_of, lock_heads
from server.inspection.journal import (
    append_server_entry,
    cover_of,
    entries_of,
    held_of,
    outstanding,
    runs_of,
    state_of,
)
from server.inspection.manifest import Manifest, manifest_for
from server.inspection.pull import page_json, pull
from server.inspection.push import Outcome, push

__all__ = [
    "Manifest",
    "Outcome",
    "append_server_entry",
    "cover_of",
    "entries_of",
    "head_of",
    "held_of",
    "lock_heads",
    "manifest_for",
    "outstanding",
    "page_json",
    "pull",
    "push",
    "runs_of",
    "state_of",
]
