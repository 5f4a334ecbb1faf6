"""Typefaces for paper: the bureau's own come first, free ones stand in, and the report says which."""

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from server.documents.fonts import ROLES, font_stack


def _font(path: Path, family: str, weight: int = 400) -> None:
    """A real, tiny TrueType font with one square for the character 查."""
    pen = TTGlyphPen(None)
    for at in ((0, 0), (0, 800), (800, 800), (800, 0)):
        (pen.lineTo if pen.points else pen.moveTo)(at)
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "cha"])
    builder.setupCharacterMap({ord("查"): "cha"})
    builder.setupGlyf({".notdef": square, "cha": square})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "cha": (1000, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": {"en": "A Fang Song", "zh-Hans": family}, "styleName": "Regular"})
    builder.setupOS2(usWeightClass=weight)
    builder.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)


def test_every_role_has_a_typeface_without_any_of_the_bureaus_own(tmp_path: Path) -> None:
    report = font_stack(tmp_path)
    assert {face.role for face in report.typefaces} == set(ROLES)
    assert not any(face.licensed for face in report.typefaces)
    assert report.css("title").endswith('"Noto Sans SC"')


def test_the_bureaus_own_fangsong_is_used_as_soon_as_it_is_there(tmp_path: Path) -> None:
    assert "仿宋_GB2312" not in font_stack(tmp_path).css("body")
    _font(tmp_path / "fonts" / "SIMFANG.TTF", "仿宋_GB2312")
    report = font_stack(tmp_path)
    body = next(face for face in report.typefaces if face.role == "body")
    assert body.licensed and body.wanted == "仿宋_GB2312"
    assert report.css("body").startswith('"仿宋_GB2312", "Noto Serif SC"')


def test_a_title_face_that_is_heavy_by_itself_is_not_made_bold(tmp_path: Path) -> None:
    assert font_stack(tmp_path).weight("title") == 700
    _font(tmp_path / "fonts" / "xbs.ttf", "方正小标宋简体")
    assert font_stack(tmp_path).weight("title") == 400


def test_a_file_that_is_no_font_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "broken.ttf").write_bytes(b"not a font")
    assert not any(face.licensed for face in font_stack(tmp_path).typefaces)


def test_the_renderer_sees_these_fonts_and_no_others(tmp_path: Path) -> None:
    environment = font_stack(tmp_path / "with space & more").environment()
    text = Path(environment["FONTCONFIG_FILE"]).read_text("utf-8")
    assert "with space &amp; more" in text
    assert "/usr/share/fonts" not in text


def test_an_unknown_role_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        font_stack(tmp_path).css("comic")
