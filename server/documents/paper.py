"""From a view to a sheet for the press: Jinja templates that only show, and the fonts of this installation."""

import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.documents.fonts import FontReport, Typeface
from server.documents.press import Attached, Sheet

TEMPLATES = Path(__file__).parent / "templates"
USED = {"title": "标题", "body": "正文", "hei": "黑体"}


@cache
def _environment() -> Environment:
    """Everything is escaped; a name that the view does not have stops the page instead of leaving a hole."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _style(name: str, fonts: FontReport) -> str:
    """The style sheet with this installation's fonts written in (custom properties would cost a tenth of the time)."""
    used = {"fang": fonts.css("body"), "title": fonts.css("title"), "hei": fonts.css("hei")}
    text = (TEMPLATES / f"{name}.css").read_text("utf-8")
    for role, families in used.items():
        text = text.replace(f"var(--{role})", families)
    return text.replace("var(--title-weight)", str(fonts.weight("title")))


def fonts_of_page(fonts: FontReport) -> str:
    """The fonts of this installation for a page that brings its own style."""
    body, title, hei = (fonts.css(role) for role in ("body", "title", "hei"))
    return f"body {{ font-family: {body} }} h1, .organ {{ font-family: {title} }} h2 {{ font-family: {hei} }}"


def font_lines(fonts: FontReport) -> list[str]:
    """Which typeface each role of the page is set in, for the page itself."""
    return [_font_line(face) for face in fonts.typefaces if face.role in USED]


def _font_line(face: Typeface) -> str:
    return f"{USED[face.role]}：{face.family}" + ("" if face.licensed else f"（代{face.wanted}）")


def code_picture(text: str) -> bytes:
    """A QR code (ISO/IEC 18004, level M) as a small PNG."""
    held = io.BytesIO()
    segno.make(text, error="m", micro=False).save(held, kind="png", scale=4, border=0)
    return held.getvalue()


def sheet(
    name: str,
    view: Mapping[str, Any],
    fonts: FontReport,
    pictures: Mapping[str, bytes],
    attachments: Sequence[Attached] = (),
    style: str | None = None,
) -> Sheet:
    """The sheet of template `name` for `view` (`at` is its date), in the style sheet of the same name unless told
    otherwise. Pictures are those that the view names."""
    html = _environment().get_template(f"{name}.html").render(v=view)
    return Sheet(html, _style(style or name, fonts), view["at"], dict(pictures), tuple(attachments))
