"""Previews: made when first looked at, in a process of its own with little memory and little time, then kept.

An empty file stands for "this cannot be shown", so that a hostile picture is opened once and not at every look.
"""

import os
import subprocess
import sys
from pathlib import Path

from flask import current_app

from server.platform.blobs import blobs, shard
from server.platform.config import Settings

WIDTHS = (480, 1280)
PATIENCE = 8.0
WORKER = Path(__file__).with_name("preview_worker.py")


def preview_of(sha256: str, width: int) -> Path | None:
    """The JPEG of at most `width` pixels' width; None where the bytes cannot be shown."""
    settings: Settings = current_app.extensions["settings"]
    target = shard(settings.instance / "previews", f"{sha256}-{width}")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        if not _make(blobs().path(sha256), fresh, width):
            fresh.write_bytes(b"")
        os.replace(fresh, target)
    return target if target.stat().st_size else None


def forget_previews(sha256: str) -> None:
    """Remove what was made of bytes that are erased."""
    settings: Settings = current_app.extensions["settings"]
    for width in WIDTHS:
        shard(settings.instance / "previews", f"{sha256}-{width}").unlink(missing_ok=True)


def _make(source: Path, target: Path, width: int) -> bool:
    words = [sys.executable, "-I", str(WORKER), str(source), str(target), str(width)]
    try:
        done = subprocess.run(words, timeout=PATIENCE, check=False, capture_output=True, env={"LANG": "C.UTF-8"})
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and target.exists()
