"""Chinese first, English second: the setting for children, a choice for staff."""

from pathlib import Path

import pytest

from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in


def _lang(page: Page) -> str:
    return page.all("html")[0].get("lang", "")


def test_the_kiosk_speaks_chinese_unless_it_is_told_otherwise(page: PageClient) -> None:
    idle = page.open("/")

    assert _lang(idle) == "zh-Hans"
    assert "暖屋" in idle.title


def test_a_sentence_of_refusal_is_in_the_same_language(page: PageClient) -> None:
    page.open("/")

    assert page.scan("half").words == "没看清，再来一次"


@pytest.fixture
def english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


@pytest.mark.usefixtures("english")
def test_a_school_can_let_it_speak_english(page: PageClient) -> None:
    idle, refusal = page.open("/"), page.scan("half")

    assert _lang(idle) == "en"
    assert refusal.words == "I didn't see it, try again"


def test_what_staff_choose_is_for_staff_pages_alone(page: PageClient, here: Here) -> None:
    factories.open_today(here)

    sign_in(page, here)

    assert _lang(page.open("/staff")) == "en"
    assert _lang(page.open("/")) == "zh-Hans"
    assert page.scan("half").words == "没看清，再来一次"


@pytest.mark.parametrize("wanted", ["de", "", "xx"])
def test_a_language_that_nobody_speaks_changes_nothing(
    page: PageClient, here: Here, wanted: str
) -> None:
    sign_in(page, here)

    form = {"csrf_token": page._csrf, "language": wanted}  # noqa: SLF001
    answer = page.submit("/staff/language", form)

    assert answer.status == 200
    assert _lang(page.open("/staff")) == "en"
