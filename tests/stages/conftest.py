"""What the stages' stories begin with: a task, somebody's browser, a press that is warm."""

from collections.abc import Iterator

import pytest

from server.dispatch.models import Task
from server.documents.fonts import font_stack
from server.documents.press import Press
from server.platform.db import db
from server.registry.models import InspectionItem
from tests.browser import Browser, Tab
from tests.factories import Bureau
from tests.factories_journal import make_task
from tests.factories_registry import make_item
from tests.factories_rulebook import HOTEL_CONTENTS


@pytest.fixture
def task(bureau: Bureau) -> Task:
    """A hotel for the first and the second inspector."""
    return make_task(bureau)


@pytest.fixture
def tab(bureau: Bureau, browser: Browser, task: Task) -> Tab:
    """The first inspector's browser, with that task."""
    return browser.of(bureau.people["first"])


@pytest.fixture
def office(browser: Browser, bureau: Bureau) -> Tab:
    return browser.of(bureau.people["office"])


@pytest.fixture
def hotel(bureau: Bureau) -> InspectionItem:
    """ZA-01, with what the bureau publishes of it."""
    item: InspectionItem = make_item("ZA-01", bureau.units["zhian"], contents=HOTEL_CONTENTS)
    db.session.commit()
    return item


@pytest.fixture(scope="session")
def warm_press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    """One typesetting process for all papers of these stories."""
    press = Press(font_stack(tmp_path_factory.mktemp("press")))
    yield press
    press.close()
