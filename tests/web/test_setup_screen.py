"""The page on which a bank card is held to the screen, and what children's pages make of it."""

import pytest

from kiosk.rules.staff import Role
from kiosk.services import devices
from kiosk.services.here import Here
from tests.page import PageClient
from tests.web.staff import sign_in

SCREEN = "/staff/setup/screen"
SAVE = "It fits: save"


def test_a_card_on_the_screen_makes_the_childrens_pages_fit_the_glass(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)

    page.open(SCREEN).press(SAVE, {"card_px": "503"})

    assert devices.read(here.home_id).px_per_metre == 5876
    assert 'class="mm-24"' in page.open("/").response.text


def test_a_ruler_does_as_well_and_stands_above_the_card(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    page.open(SCREEN).press(SAVE, {"bar_mm": "101"})

    assert devices.read(here.home_id).px_per_metre == 3960


def test_a_screen_that_nobody_has_measured_is_drawn_as_it_was_designed(page: PageClient) -> None:
    assert 'class="mm-' not in page.open("/").response.text


@pytest.mark.parametrize(("field", "typed"), [("card_px", "9"), ("bar_mm", "9"), ("bar_mm", "x")])
def test_what_is_no_screen_changes_nothing(
    page: PageClient, here: Here, field: str, typed: str
) -> None:
    sign_in(page, here)

    answer = page.open(SCREEN).press(SAVE, {field: typed})

    assert answer.status == 422
    assert answer.all("p", role="alert")
    assert devices.read(here.home_id).px_per_metre is None


def test_a_duty_teacher_finds_no_way_to_it(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert page.open(SCREEN).status == 403
    assert "Screen" not in page.open("/staff/setup").words.split("Children's screen")[-1]
