"""Asking for a talk at the children's screen, and what the adult sees of it."""

import pytest

from kiosk.models.talks import TalkRequest
from kiosk.rules.badges import Cloth
from kiosk.rules.staff import Role
from kiosk.services import talks
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeChild, MadeStaff
from tests.page import PageClient
from tests.web.staff import enter_pin, show_card, sign_in


@pytest.fixture
def adult(here: Here) -> MadeStaff:
    who = factories.staff(here, display_name="王老师")
    talks.offer(Cloth.LAKE, staff_id=who.staff_id, here=here)
    return who


@pytest.fixture
def child(here: Here) -> MadeChild:
    factories.open_today(here)
    return factories.child(here, given_name="浩然")


@pytest.mark.usefixtures("adult")
def test_a_child_asks_with_two_touches_and_the_tile_then_says_so(
    page: PageClient, child: MadeChild
) -> None:
    page.scan(child.card_code)

    pick = page.open("/teacher").follow("说说话")
    told = pick.press("王老师")
    again = page.open("/teacher")

    assert "想和谁说说话" in pick.words
    assert "老师知道啦，会来找你" in told.words
    assert "talk.ok" in told.response.text
    assert "老师知道啦，会来找你" in again.words
    assert "说说话" not in again.words
    assert factories.how_many(TalkRequest) == 1


def test_the_tile_is_there_for_a_child_with_somebody_to_ask_for_alone(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    page.scan(child.card_code)
    without = page.open("/teacher")
    who = factories.staff(here, display_name="王老师")
    talks.offer(Cloth.LAKE, staff_id=who.staff_id, here=here)
    with_adult = page.open("/teacher")
    page.submit("/me/end", {}, fragment=True)
    nobody = page.open("/teacher")

    assert "说说话" not in without.words
    assert "说说话" in with_adult.words
    assert "说说话" not in nobody.words


def test_an_adult_who_is_no_longer_there_leads_on_kindly(
    page: PageClient, here: Here, child: MadeChild, adult: MadeStaff
) -> None:
    page.scan(child.card_code)
    pick = page.open("/me/talk")
    talks.offer(None, staff_id=adult.staff_id, here=here)

    on = pick.press("王老师")

    assert "今天想做什么" in on.words
    assert factories.how_many(TalkRequest) == 0


def test_the_adult_is_told_at_home_and_ticks_the_day(
    page: PageClient, here: Here, child: MadeChild, adult: MadeStaff
) -> None:
    talks.ask(adult.staff_id, child_id=child.child_id, here=here)
    show_card(page, adult)
    home = enter_pin(page, adult.pin)

    own = page.open("/staff/talks")
    after = own.press("今天和浩然谈过了")

    assert "1 个孩子想和你说说话" in home.words
    assert "浩然" in own.words
    assert "现在没有孩子约你" in after.words
    assert "1 个孩子想和你说说话" not in page.open("/staff").words


def test_an_administrator_does_not_see_whom_others_talk_to(
    page: PageClient, here: Here, child: MadeChild, adult: MadeStaff
) -> None:
    talks.ask(adult.staff_id, child_id=child.child_id, here=here)
    sign_in(page, here, Role.ADMINISTRATOR)

    assert "would like to talk to you" not in page.open("/staff").words
    assert "浩然" not in page.open("/staff/talks").words


def test_an_adult_offers_changes_and_withdraws(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    own = page.open("/staff/talks")

    offered = own.press("Lake waves")
    changed = offered.press("Taro checks")
    withdrawn = changed.press("No longer")

    assert "so children find you" in offered.words
    assert "so children find you" in changed.words
    assert "Lake waves" in changed.words
    assert "so children find you" not in withdrawn.words
