"""The Python side: a virtual environment with exactly the pinned libraries."""

import shutil
import sys

from house import PYTHON, ROOT, VENV, Stop, content_digest, is_done, note_done, note_undone, run, say
from system import VENV_MODULE, require

CONSTRAINTS = ROOT / "constraints.txt"


def prepare(*, with_tests: bool) -> None:
    """Make or renew `.venv`. With the stamps in place this only reads three small files."""
    if sys.version_info < (3, 11):  # noqa: UP036  an older Python may well be the one that runs this
        raise Stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    _make_venv()
    if with_tests:
        _install("requirements-dev.txt", also="requirements.txt")
    elif not _installed("requirements-dev.txt", also="requirements.txt"):
        _install("requirements.txt")


def _make_venv() -> None:
    """A venv holds absolute paths: after the checkout moved or Python changed, it is made anew."""
    digest = f"{ROOT} {sys.version}"
    if PYTHON.exists() and is_done("venv", digest):
        return
    require((VENV_MODULE,))
    say("making the virtual environment .venv")
    for step in ("venv", "requirements.txt", "requirements-dev.txt", "node-wheel"):
        note_undone(step)
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV])
    note_done("venv", digest)


def _digest(name: str, also: str | None) -> str:
    return content_digest([ROOT / name, CONSTRAINTS, *([ROOT / also] if also else [])])


def _installed(name: str, also: str | None = None) -> bool:
    return is_done(name, _digest(name, also))


def _install(name: str, also: str | None = None) -> None:
    if _installed(name, also):
        return
    say(f"installing the Python libraries of {name}")
    note_undone(name)
    pip_install("--requirement", str(ROOT / name), "--constraint", str(CONSTRAINTS))
    note_done(name, _digest(name, also))


def pip_install(*words: str) -> None:
    """`pip install` into the venv, quiet. Raises Stop."""
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    run([PYTHON, "-m", "pip", "install", *quiet, *words])
