"""Which typeface paper is set in, and a fontconfig of its own, so that a record looks the same on every machine.

GB/T 9704 wants 仿宋_GB2312 and 小标宋, which are licensed. The bureau puts its own files into `<instance>/fonts`; free
ones stand in until then, and the report says which. Noto Serif SC ends every list: it has all of CJK, so a rare
character in a name never becomes a box. Nothing is declared with @font-face: the files are read in place.

Called by whatever renders paper: `report = font_stack(instance)`, then `report.environment()` for the rendering
process and `report.css("body")` as font-family.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTCollection, TTFont

STAND_INS = Path(__file__).parent / "typefaces"
SUFFIXES = {".ttf", ".otf", ".ttc"}
FALLBACKS = ("Noto Serif SC", "Noto Sans SC")
Faces = Mapping[str, Mapping[int, Path]]  # family → weight → file

# role → (what the standard asks for, families that are it, free families that stand in)
ROLES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "title": (
        "方正小标宋简体",
        ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "小标宋体", "华文中宋", "STZhongsong"),
        ("Noto Serif SC",),
    ),
    "body": (
        "仿宋_GB2312",
        ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "华文仿宋", "STFangsong"),
        ("FandolFang R",),
    ),
    "kai": (
        "楷体_GB2312",
        ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "华文楷体", "STKaiti"),
        ("LXGW WenKai",),
    ),
    "hei": ("黑体", ("黑体", "SimHei", "华文黑体", "STHeiti"), ("Noto Sans SC",)),
}


@dataclass(frozen=True)
class Typeface:
    """The typeface that one role is set in: what was asked for, what is used, and whether it is the bureau's own.

    `weight` is the CSS weight to ask for: 小标宋 is heavy by itself, Song that stands in for it must be bold.
    """

    role: str
    wanted: str
    family: str
    weight: int
    file: Path
    licensed: bool


@dataclass(frozen=True)
class FontReport:
    """All roles with their typefaces, and the fontconfig file that makes exactly these fonts visible."""

    typefaces: tuple[Typeface, ...]
    configuration: Path

    def css(self, role: str) -> str:
        """The font-family list of a role (title, body, kai, hei). Raises KeyError for another role."""
        return ", ".join(f'"{family}"' for family in dict.fromkeys((self._used(role).family, *FALLBACKS)))

    def weight(self, role: str) -> int:
        """The font-weight of a role's ordinary text. Raises KeyError for another role."""
        return self._used(role).weight

    def _used(self, role: str) -> Typeface:
        return {face.role: face for face in self.typefaces}[role]

    def environment(self) -> dict[str, str]:
        """Variables for the process that renders; they must be set before it loads WeasyPrint."""
        return {"FONTCONFIG_FILE": str(self.configuration)}


def font_stack(instance: Path) -> FontReport:
    """Look at the bureau's fonts and the free ones, and write `<instance>/fonts/.cache/fonts.conf`.

    Raises RuntimeError when not even Noto is there, which means that `make setup` did not end well.
    """
    own = instance / "fonts"
    own.mkdir(parents=True, exist_ok=True)
    licensed, free = _faces(own), _faces(STAND_INS, _noto_folder())
    typefaces = tuple(_choose(role, licensed, free) for role in ROLES)
    return FontReport(typefaces, _write_configuration(own))


def _choose(role: str, licensed: Faces, free: Faces) -> Typeface:
    wanted, originals, stand_ins = ROLES[role]
    for family in originals:
        if family in licensed:
            return Typeface(role, wanted, family, 400, _nearest(licensed[family], 400), licensed=True)
    weight = 700 if role == "title" else 400
    for family in (*stand_ins, *FALLBACKS):
        if family in free:
            return Typeface(role, wanted, family, weight, _nearest(free[family], weight), licensed=False)
    raise RuntimeError("no Chinese typeface for paper: run make setup")


def _nearest(weights: Mapping[int, Path], wanted: int) -> Path:
    return weights[min(weights, key=lambda weight: (abs(weight - wanted), weight))]


def _noto_folder() -> Path:
    """Where pylopdf-fonts-zh-cn keeps its fonts."""
    spec = find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        raise RuntimeError("the Python package pylopdf-fonts-zh-cn is missing: run make setup")
    return Path(spec.origin).parent


def _faces(*folders: Path) -> Faces:
    """Every family found in the folders' font files, by its name in any language, with its weights."""
    found: dict[str, dict[int, Path]] = {}
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if path.suffix.lower() in SUFFIXES:
            for family, weight in _names(path, path.stat().st_mtime_ns):
                found.setdefault(family, {}).setdefault(weight, path)
    return found


@cache
def _names(path: Path, _changed: int) -> frozenset[tuple[str, int]]:
    """(family name, weight) of one file, from name ids 1 and 16; a file that is no font has none."""
    try:
        with path.open("rb") as file:  # fontTools leaves the file open when it is no font
            if path.suffix.lower() == ".ttc":
                with TTCollection(file, lazy=True) as collection:
                    return frozenset(name for font in collection.fonts for name in _name_records(font))
            with TTFont(file, lazy=True) as font:
                return frozenset(_name_records(font))
    except Exception:  # fontTools raises what struct, zlib and its own tables raise; a broken file is simply not used
        return frozenset()


def _name_records(font: TTFont) -> list[tuple[str, int]]:
    weight = int(font["OS/2"].usWeightClass)
    return [(record.toUnicode(), weight) for record in font["name"].names if record.nameID in (1, 16)]


def _write_configuration(own: Path) -> Path:
    cache_folder = own / ".cache"
    folders = "".join(f"  <dir>{escape(str(folder))}</dir>\n" for folder in (own, STAND_INS, _noto_folder()))
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f"{folders}  <cachedir>{escape(str(cache_folder))}</cachedir>\n</fontconfig>\n"
    )
    target = cache_folder / "fonts.conf"
    if not target.is_file() or target.read_text("utf-8") != text:
        cache_folder.mkdir(parents=True, exist_ok=True)
        fresh = cache_folder / f"fonts.conf.{os.getpid()}"
        fresh.write_text(text, "utf-8")
        fresh.replace(target)
    return target
