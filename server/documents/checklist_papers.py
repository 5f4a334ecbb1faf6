"""A checklist on paper: the blank form for a visit without a phone, and the 自查表 for the business, as PDF."""

from enum import StrEnum

from server.documents import bundle
from server.documents.paper import fonts_of_page
from server.documents.press import Sheet, press
from server.platform import checklist_forms
from server.platform.clock import iso, now, today
from server.platform.errors import Problem
from server.platform.installation import installation
from server.registry import items as item_list
from server.rulebook import pinning


class Form(StrEnum):
    BLANK = "blank"
    SELF_CHECK = "self-check"


def checklist_pdf(form: Form, item_code: str) -> tuple[bytes, str]:
    """The form of what a task of this item would ask today, with what to call the file.

    Raises `item_not_in_force`, `checklist_missing`.
    """
    item = item_list.item_on(item_code)
    found = pinning.definition_for(item, today())
    if found is None:
        raise Problem("checklist_missing", item=item.name, day=today().isoformat())
    day = today().isoformat()
    if form is Form.BLANK:
        page, word = checklist_forms.blank_form(found, day, installation().bureau_name), "空白检查表"
    else:
        page, word = checklist_forms.self_check(found, day), "自查表"
    printed = press().set(Sheet(html=page, css=fonts_of_page(press().fonts), at=iso(now())))
    return printed.pdf, bundle.file_name(word, item.name) + ".pdf"
