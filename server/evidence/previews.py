"""Previews: made when first looked at, in a process of its own with little memory and little time, then kept.

An empty file stands for "this cannot be shown", so that a hostile picture is opened once and not at every look.
"""

import os
import subprocess
import sys
from pathlib import Path

from flask import current_app

from server.evidence.preview_worker import NO_ROOM
from server.platform.blobs import blobs, shard
from server.platform.config import Settings
from server.platform.errors import Problem
from server.platform.ids import new_id

WIDTHS = (480, 1280)
PATIENCE = 8.0
WORKER = Path(__file__).with_name("preview_worker.py")


def preview_of(sha256: str, width: int) -> Path | None:
    """The JPEG of at most `width` pixels' width; None where the bytes cannot be shown.

    Raises `preview_unavailable` when it cannot be made just now: a paper must not go out without its photo for that.
    """
    target = shard(_root(), f"{sha256}-{width}")
    if not target.exists():
        _fill(target, sha256, width)
    return target if target.exists() and target.stat().st_size else None


def forget_previews(sha256: str) -> None:
    """Remove what was made of bytes that are erased, and what was only begun."""
    for made in previews_of(sha256):
        made.unlink(missing_ok=True)


def previews_of(sha256: str) -> list[Path]:
    """All that was made of these bytes."""
    return list(shard(_root(), sha256).parent.glob(f"{sha256}-*"))


def _root() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.instance / "previews"


def _fill(target: Path, sha256: str, width: int) -> None:
    """Make it aside, under a name that nobody else has: two may look at the same moment."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.{new_id()}")
    try:
        if not _make(blobs().path(sha256), fresh, width):
            fresh.write_bytes(b"")
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    if not blobs().has(sha256):  # erased meanwhile; whoever erases now removes it himself
        forget_previews(sha256)


def _make(source: Path, target: Path, width: int) -> bool:
    """Whether it could be made. Raises `preview_unavailable` when the machine was too busy or the disk too full."""
    words = [sys.executable, "-I", str(WORKER), str(source), str(target), str(width)]
    try:
        done = subprocess.run(words, timeout=PATIENCE, check=False, capture_output=True, env={"LANG": "C.UTF-8"})
    except subprocess.TimeoutExpired as error:  # a picture that computes for ever meets the worker's own limit before
        raise Problem("preview_unavailable") from error
    if done.returncode == NO_ROOM:
        raise Problem("preview_unavailable")
    return done.returncode == 0
