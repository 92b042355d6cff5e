"""Pinyin by grade, and how a name is read: what staff choose is what children see."""

import pytest

from kiosk.services import devices
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

WORDS = "/staff/setup/words"


def _said(page: Page) -> str:
    """Return the pinyin of a page, as the style sheet writes it."""
    return " ".join(one.get("data-p", "") for one in page.all("rt"))


def test_first_graders_read_with_pinyin_and_fifth_graders_without(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    small = factories.child(here, given_name="子涵", grade=1)
    tall = factories.child(here, given_name="子涵", grade=5)

    greeted = page.scan(small.card_code)

    assert "hǎo zǐ hán qiān dào hǎo la" in _said(greeted)
    assert _said(page.scan(tall.card_code)) == ""


def test_the_page_of_nobody_has_pinyin_as_long_as_any_grade_has(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    shown = "bǎ nǐ de kǎ fàng shàng lái ba"
    assert shown in _said(page.open("/"))
    sign_in(page, here)
    form = {"csrf_token": token(page.open(WORDS))}

    page.submit(WORDS, form)

    assert devices.read(here.home_id).pinyin_grades == frozenset()
    assert shown not in _said(page.open("/"))


def test_the_grades_that_are_ticked_are_kept(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    form = {"csrf_token": token(page.open(WORDS)), "grade": ["1", "3"]}

    answer = page.submit(WORDS, form)

    assert devices.read(here.home_id).pinyin_grades == {1, 3}
    ticked = [one for one in answer.all("input") if one.get("checked") is not None]
    assert [one.get("value") for one in ticked] == ["1", "3"]
    assert "bǎ nǐ de kǎ" in _said(answer)


@pytest.mark.parametrize("grade", ["0", "10", "x", "-1", "\N{SUPERSCRIPT TWO}"])
def test_what_is_no_grade_changes_nothing(page: PageClient, here: Here, grade: str) -> None:
    sign_in(page, here)
    form = {"csrf_token": token(page.open(WORDS)), "grade": [grade]}

    assert page.submit(WORDS, form).status == 422
    assert devices.read(here.home_id).pinyin_grades == {1, 2}


def test_a_name_is_read_as_staff_have_said(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, given_name="朝阳", grade=1)
    sign_in(page, here)
    place = f"/staff/children/{child.child_id}"
    form = {"csrf_token": token(page.open(place)), "pinyin": "CHÁO yáng"}

    page.submit(f"{place}/pinyin", form)

    assert "cháo yáng" in _said(page.scan(child.card_code))


def test_a_reading_that_does_not_fit_the_name_is_asked_for_again(
    page: PageClient, here: Here
) -> None:
    child = factories.child(here, given_name="朝阳", grade=1)
    sign_in(page, here)
    place = f"/staff/children/{child.child_id}"
    form = {"csrf_token": token(page.open(place)), "pinyin": "cháo"}

    answer = page.submit(f"{place}/pinyin", form)

    assert answer.status == 422
    assert "one syllable for each sign" in answer.words
    assert answer.all("input", name="pinyin")[0].get("value") == "cháo"
