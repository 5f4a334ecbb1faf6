"""Keys of rows: UUIDv7, so that they sort by time and collide nowhere."""

import uuid6


def new_id() -> str:
    """A fresh UUIDv7 as 36 characters."""
    return str(uuid6.uuid7())
