"""Removes what was made in this checkout. The instance folder holds a bureau's data and is never touched."""

import shutil

from house import MADE, PWA, ROOT, VENV, say, script

FOLDERS = (
    VENV,
    MADE,
    PWA / "node_modules",
    PWA / "dist",
    ROOT / "tools" / "fonts" / "node_modules",
    ROOT / "test-results",
    ROOT / ".mypy_cache",
    ROOT / ".ruff_cache",
    ROOT / ".import_linter_cache",
    ROOT / ".hypothesis",
)
TYPEFACES = ROOT / "server" / "documents" / "typefaces"


def main() -> None:
    for folder in FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)
    (ROOT / "tests" / "node_modules").unlink(missing_ok=True)
    for pattern in ("*.ttf", "*.otf"):
        for path in TYPEFACES.glob(pattern):
            path.unlink()
    for folder in ROOT.rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)
    say("clean; instance/ is as it was")


if __name__ == "__main__":
    script(main)
