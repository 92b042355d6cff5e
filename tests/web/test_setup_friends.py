"""New friends on the staff's pages: cards made and printed, and a name given later."""

from urllib.parse import unquote
from uuid import uuid4

import pytest

from kiosk.rules.staff import Role
from kiosk.services import friends
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in, token

HOME = "/staff/setup/friends"
SVG = "{http://www.w3.org/2000/svg}svg"
TEXT = "{http://www.w3.org/2000/svg}text"


def _cards(here: Here, count: int = 1) -> list[str]:
    """Return the codes of new cards of the pool."""
    staff_id = factories.staff(here).staff_id
    friends.make(count, request_id=uuid4(), actor_id=staff_id, here=here)
    return [card.code for card in friends.sheet(actor_id=staff_id, here=here)]


def _come(page: PageClient, here: Here) -> str:
    """Let a new friend come and return its card's code."""
    factories.open_today(here)
    (code,) = _cards(here)
    assert page.scan(code).status == 200
    return code


def test_a_new_friend_is_greeted_without_a_name_and_has_no_place_for_one(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    (code,) = _cards(here)

    greeted = page.scan(code)
    own = page.open("/me")

    assert "你好呀！" in greeted.words
    assert "签到好啦！" in greeted.words
    assert "新朋友" not in greeted.words + own.words
    assert "rail__name" not in own.response.text
    assert "和老师一起加一个号码吧" in page.open("/me/call").words


def test_cards_are_made_and_printed_with_a_line_for_the_pen(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    made = page.open(HOME).press("Make cards", {"count": "3"})
    printed = made.press("Print the unused cards")

    assert len(friends.pool().unused) == 3
    words = ["".join(one.itertext()) for one in printed.all(TEXT)]
    assert words.count("新朋友") >= 3
    assert printed.all(SVG)
    assert made.press("Take out").status == 200
    assert len(friends.pool().unused) == 2


@pytest.mark.parametrize("count", ["0", "41", "many", ""])
def test_a_number_that_is_none_makes_nothing(page: PageClient, here: Here, count: str) -> None:
    sign_in(page, here)

    answer = page.open(HOME).press("Make cards", {"count": count})

    assert answer.status == 422
    assert "Nothing was changed" in answer.words
    assert friends.pool().unused == ()


def test_a_duty_teacher_names_and_makes_no_cards(page: PageClient, here: Here) -> None:
    _come(page, here)
    sign_in(page, here, Role.DUTY_TEACHER)
    home = page.open(HOME)
    form = {"csrf_token": token(home), "count": "2", "request_id": str(uuid4())}

    assert "Who is it?" in home.words
    assert "Make cards" not in home.words
    assert page.submit(HOME, form).status == 403


def test_the_staff_home_leads_to_the_name_and_the_next_scan_says_it(
    page: PageClient, here: Here
) -> None:
    class_id = factories.school_class(here)
    factories.child(here)
    code = _come(page, here)
    sign_in(page, here, Role.DUTY_TEACHER)
    home = page.open("/staff")
    assert "A new friend has no name yet" in home.words

    asked = home.follow("Who is it?").follow("Who is it?")
    named = asked.press(
        "Give this name", {"family_name": "欧阳", "given_name": "一诺", "class_id": str(class_id)}
    )

    assert "Named." in named.words
    assert "another picture" not in named.words
    assert "A new friend has no name yet" not in page.open("/staff").words
    assert "欧阳一诺" in named.follow("The child's page").words
    assert "一诺" in page.scan(code).words


def test_a_child_of_the_list_is_found_by_name_and_no_name_stands_in_an_address(
    page: PageClient, here: Here
) -> None:
    listed = factories.child(here, family_name="欧阳", given_name="一诺", local_no="17")
    code = _come(page, here)
    sign_in(page, here, Role.DUTY_TEACHER)

    found = page.open(HOME).follow("Who is it?").press("Search", {"text": "欧阳"})
    named = found.press("It is 欧阳一诺")

    assert "17" in found.words
    assert "another picture" in named.words
    assert not any("欧" in unquote(one.path) for one in (found, named))
    assert "一诺" in page.scan(code).words
    assert page.scan(listed.card_code).status == 404


def test_a_name_that_is_missing_is_asked_for_again_with_what_was_typed(
    page: PageClient, here: Here
) -> None:
    factories.child(here)
    _come(page, here)
    sign_in(page, here, Role.DUTY_TEACHER)

    answer = page.open(HOME).follow("Who is it?").press("Give this name", {"family_name": "欧阳"})

    assert answer.status == 422
    assert "family name and given name" in answer.words
    assert answer.all("input", name="family_name")[0].get("value") == "欧阳"


def test_who_names_second_reads_that_it_is_done(page: PageClient, here: Here) -> None:
    factories.child(here)
    _come(page, here)
    sign_in(page, here, Role.DUTY_TEACHER)
    asked = page.open(HOME).follow("Who is it?")
    form = {"family_name": "陈", "given_name": "一诺"}
    asked.press("Give this name", form)

    second = asked.press("Give this name", form)

    assert second.status == 409
    assert "has a name already" in second.words


def test_the_short_code_on_a_card_of_the_pool_leads_to_the_pool(
    page: PageClient, here: Here
) -> None:
    _come(page, here)
    sign_in(page, here)
    (friend,) = friends.pool().used

    assert "Who is it?" in page.open(f"/staff/children/{friend.child_id}").words
