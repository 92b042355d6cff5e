"""The page says what is asked of the room, how far it is kept, and what to do about it."""

import pytest

from kiosk.rules.staff import Role
from kiosk.services import rule_sets
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in

STANDARD = "/staff/openings/standard"


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here)


def test_a_rule_set_is_chosen_and_says_what_is_missing(page: PageClient) -> None:
    before = page.open(STANDARD)

    chosen = before.press("Follow it", {"Rule set": "每周开放三次"})
    listing = page.open("/staff/openings")

    assert "No rule set is followed yet." in before.words
    assert "每周开放 3 次 0 of 3 times 2 more have to be planned" in chosen.words
    # On a Friday one opening is left; the list of the openings says so too.
    assert "每周开放 3 次 · 0 of 3 times · 2 more have to be planned" in listing.words


def test_letters_that_nobody_plans_are_still_possible_without_a_number(
    page: PageClient, here: Here
) -> None:
    factories.contact(here, factories.child(here).child_id)

    chosen = page.open(STANDARD).press("Follow it", {"Rule set": "每周开放三次"})

    assert "0 of 1 children have written still possible" in chosen.words
    assert "0 planned" not in chosen.words


def test_none_is_followed_again(page: PageClient) -> None:
    page.open(STANDARD).press("Follow it", {"Rule set": "每周开放三次"})

    after = page.open(STANDARD).press("Follow it", {"Rule set": "none"})

    assert "No rule set is followed yet." in after.words


def test_a_duty_teacher_sees_it_and_does_not_choose(page: PageClient, here: Here) -> None:
    rule_sets.follow("every_day", staff_id=factories.staff(here).staff_id, here=here)
    page.open("/staff").press("Children's screen")
    sign_in(page, here, Role.DUTY_TEACHER)

    seen = page.open(STANDARD)

    assert "周一至周五中午、放学后开放" in seen.words
    assert "Follow it" not in seen.words
