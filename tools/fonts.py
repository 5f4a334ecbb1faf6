"""Free typefaces for paper, fetched once into `server/documents/typefaces`.

Noto Serif and Sans SC come with the Python libraries. Here come the three that do not: a bold Song for headings, a Kai,
and a FangSong. The last one is on Debian's registry only and may be missing; paper then says that Song stands in.
A CJK woff2 costs WeasyPrint a minute per document, so the Kai is unpacked to TrueType here, once.
"""

import shutil
import subprocess
from datetime import date
from pathlib import Path

from house import MADE, ROOT, Stop, content_digest, is_done, note_done, note_undone, run, say
from node_side import npm_ci

FOLDER = ROOT / "server" / "documents" / "typefaces"
PACKAGES = ROOT / "tools" / "fonts"
BOLD = "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf"
KAI = "@fontsource/lxgw-wenkai/files/lxgw-wenkai-latin-500-normal.woff2"
FANGSONG_PACKAGE = "texlive-lang-chinese"
FANGSONG = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/FandolFang-Regular.otf"


def prepare(node_path: Path) -> None:
    """All typefaces in place. Raises Stop when the npm packages cannot be had; FangSong is optional."""
    _bold_and_kai(node_path)
    _fangsong()


def _bold_and_kai(node_path: Path) -> None:
    digest = content_digest([PACKAGES / "package-lock.json", PACKAGES / "unpack.mjs", Path(__file__).resolve()])
    made = (FOLDER / "NotoSerifSC-Bold.ttf", FOLDER / "LXGWWenKai-Regular.ttf")
    if is_done("fonts", digest) and all(path.is_file() for path in made):
        return
    npm_ci(node_path, PACKAGES, "npm-fonts")
    say("unpacking the typefaces for paper")
    modules = PACKAGES / "node_modules"
    shutil.copyfile(modules / BOLD, made[0])
    run([node_path, PACKAGES / "unpack.mjs", modules / KAI, made[1]])
    shutil.rmtree(modules)
    note_undone("npm-fonts")
    note_done("fonts", digest)


def _fangsong() -> None:
    """Take FandolFang out of Debian's package without installing it. What cannot be had is tried again another day."""
    target = FOLDER / "FandolFang-Regular.otf"
    today = f"not to be had {date.today()}"
    if target.is_file() or is_done("fangsong", today):
        return
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    say("taking a free FangSong out of Debian's texlive-lang-chinese (49 MB, once)")
    folder = MADE / "fangsong"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        _quietly(["apt-get", "download", FANGSONG_PACKAGE], folder)
        package = next(folder.glob("*.deb"))
        _quietly(["dpkg-deb", "--extract", package.name, "."], folder)
        shutil.copyfile(folder / FANGSONG, target)
    except (Stop, StopIteration, FileNotFoundError):
        say("it is not to be had here; documents will be set in Song, and say so")
        note_done("fangsong", today)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quietly(words: list[str], cwd: Path) -> None:
    done = subprocess.run(words, cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Stop(" ".join(words))
