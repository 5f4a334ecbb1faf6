"""What must come from the operating system: Pango for paper, Chromium and Chinese screen fonts for the tests.

Found by looking for the thing itself, so any way of installing it will do. Installed through apt as root or with
passwordless sudo; otherwise the exact command is printed.
"""

import ctypes
import ctypes.util
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from house import Stop, run, say


@dataclass(frozen=True)
class Need:
    """One thing, how to see whether it is there, and Debian's package that brings it."""

    what: str
    package: str
    is_there: Callable[[], bool]


def _library(*names: str) -> Callable[[], bool]:
    def is_there() -> bool:
        for name in names:
            try:
                ctypes.CDLL(name)
            except OSError:
                continue
            return True
        return False

    return is_there


def chromium() -> str | None:
    """Path of the browser that drives the journeys: SUICHA_CHROMIUM, or one found on PATH."""
    named = os.environ.get("SUICHA_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


PAPER = (
    Need("Pango", "libpango-1.0-0", _library("libpango-1.0.so.0", "libpango-1.0.dylib")),
    Need("Pango for FreeType", "libpangoft2-1.0-0", _library("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib")),
    Need(
        "HarfBuzz's subsetter (without it a record takes twelve times as long)",
        "libharfbuzz-subset0",
        _library("libharfbuzz-subset.so.0", "libharfbuzz-subset.dylib"),
    ),
    Need("fontconfig", "fontconfig", _library("libfontconfig.so.1", "libfontconfig.dylib")),
)
VENV_MODULE = Need("Python's venv module", "python3-venv", lambda: importlib.util.find_spec("ensurepip") is not None)
BROWSER = (
    Need("Chromium", "chromium", lambda: chromium() is not None),
    Need("a Chinese font for the screen", "fonts-noto-cjk", _has_chinese_font),
)


def require(needs: tuple[Need, ...]) -> None:
    """Install what is missing, or stop with the command that would."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    packages = [need.package for need in missing]
    named = ", ".join(need.what for need in missing)
    if not shutil.which("apt-get"):
        raise Stop(f"missing here: {named}. Install it with your system's packages (Debian: {' '.join(packages)})")
    become = _become_root()
    if become is None:
        command = f"apt-get update && apt-get install --yes {' '.join(packages)}"
        raise Stop(f"missing here: {named}. As root, please run:\n\n    {command}\n\nand then the same make again")
    say(f"installing {named}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [*become, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    run([*become, "apt-get", "update", "--quiet"], env=environment)
    run(install, env=environment)
    still = [need.what for need in missing if not need.is_there()]
    if still:
        raise Stop(f"installed {' '.join(packages)}, and still not found: {', '.join(still)}")


def _become_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
        return ["sudo", "-n"]
    return None
