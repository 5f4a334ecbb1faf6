"""Where things are in this checkout, and how the scripts here speak, run commands and remember what is done.

The scripts in this folder run before anything is installed, so they use the standard library only.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE = ROOT / ".make"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PWA = ROOT / "pwa"


class Stop(Exception):
    """It cannot go on. The text says why and what to do."""


def say(text: str) -> None:
    """One line to the person at the terminal, at once even when a pipe is behind it."""
    print(f"suicha: {text}", flush=True)


def script(work: Callable[[], int | None]) -> None:
    """Run `work` as this process: its number is the exit code, a `Stop` is told in one sentence."""
    try:
        code = work()
    except Stop as stop:
        print(f"suicha: {stop}", file=sys.stderr, flush=True)
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code or 0)


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command to its end, its output shown as it is. Raises Stop when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Stop(f"this command failed with exit code {done.returncode}: {' '.join(words)}")


def inside(extra: Mapping[str, str] | None = None, node: Path | None = None) -> dict[str, str]:
    """The environment for commands of this checkout: its Python and its Node come first on PATH."""
    folders = [str(VENV / "bin"), *([str(node.parent)] if node else []), os.environ.get("PATH", os.defpath)]
    return {**os.environ, "PATH": os.pathsep.join(folders), "PYTHONPATH": str(ROOT), **(extra or {})}


def content_digest(paths: Iterable[Path], *words: str) -> str:
    """A digest of files' names and bytes and of some words: the same content gives the same digest."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        data = path.read_bytes()
        digest.update(f"\0{path.relative_to(ROOT).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def is_done(step: str, digest: str) -> bool:
    """Was `step` last finished with these very inputs?"""
    stamp = MADE / "stamps" / step
    return stamp.is_file() and stamp.read_text("utf-8") == digest


def note_done(step: str, digest: str) -> None:
    """Remember that `step` is finished with these inputs."""
    stamp = MADE / "stamps" / step
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest, "utf-8")


def note_undone(step: str) -> None:
    """Forget `step` before it is done anew: what breaks halfway must not look finished."""
    (MADE / "stamps" / step).unlink(missing_ok=True)


@contextmanager
def alone() -> Iterator[None]:
    """Only one process sets up at a time; a second one waits and then finds everything done."""
    MADE.mkdir(exist_ok=True)
    with (MADE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another make is setting up; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
