"""From a view to a sheet for the press: Jinja templates that only show, and the fonts of this installation."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.documents.fonts import FontReport
from server.documents.press import Attached, Sheet

TEMPLATES = Path(__file__).parent / "templates"


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


def _fonts_css(fonts: FontReport) -> str:
    families = {"fang": fonts.css("body"), "title": fonts.css("title"), "hei": fonts.css("hei")}
    variables = "".join(f"--{name}: {family};" for name, family in families.items())
    return f":root {{ {variables} --title-weight: {fonts.weight('title')} }}\n"


def sheet(
    name: str,
    view: Mapping[str, Any],
    fonts: FontReport,
    pictures: Mapping[str, bytes],
    attachments: Sequence[Attached] = (),
) -> Sheet:
    """The sheet of template `name` for `view` (`at` is its date). Pictures are those that the view names."""
    html = _environment().get_template(f"{name}.html").render(v=view)
    css = _fonts_css(fonts) + (TEMPLATES / f"{name}.css").read_text("utf-8")
    return Sheet(html, css, view["at"], dict(pictures), tuple(attachments))
