"""Without a card, as a browser without a script goes through it: touch by touch."""

from uuid import uuid4

import pytest

from kiosk.db import db
from kiosk.rules.pictures import Picture
from kiosk.services import picture_codes
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.factories import MadeChild
from tests.page import Page, PageClient
from tests.web.staff import sign_in

FAMILY_NAME = "欧阳"


@pytest.fixture
def child(here: Here) -> MadeChild:
    """Return a child with pictures in an open room."""
    staff_id = factories.staff(here).staff_id
    factories.open_today(here, staff_id=staff_id)
    child = factories.child(here, family_name=FAMILY_NAME, given_name="小满")
    factories.child(here, family_name="陈", given_name="一诺")
    picture_codes.give(child.child_id, actor_id=staff_id, here=here)
    return child


def _form(page: Page, **wanted: str) -> dict[str, str]:
    """Return the fields of the form that has these among its own."""
    for form in page.all("form", action="/no-card"):
        fields = {one.get("name", ""): one.get("value", "") for one in form.iter("input")}
        if wanted.items() <= fields.items():
            return fields
    raise AssertionError(wanted)


def _touch(page: Page, browser: PageClient, **wanted: str) -> Page:
    return browser.submit("/no-card", _form(page, **wanted))


def _to_the_pictures(browser: PageClient, child: MadeChild) -> list[Page]:
    badge = child.face.badge
    pages = [browser.open("/no-card")]
    pages.append(_touch(pages[-1], browser, class_id=str(child.class_id)))
    pages.append(_touch(pages[-1], browser, animal=badge.animal, cloth=badge.cloth))
    return pages


def _tap(browser: PageClient, start: Page, pictures: tuple[Picture, ...]) -> list[Page]:
    pages = [start]
    for length in range(1, 4):
        picked = "-".join(str(one.value) for one in pictures[:length])
        pages.append(_touch(pages[-1], browser, pictures=picked))
    return pages[1:]


def test_class_animal_and_pictures_lead_to_the_teacher_and_then_to_the_own_page(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    pictures = picture_codes.of(child.child_id)
    db.session.remove()

    steps = _to_the_pictures(page, child)
    steps += _tap(page, steps[-1], pictures)
    sign_in(page, here)
    home = page.open("/staff")
    confirmed = home.press("All are here")
    page.open("/")
    own = _tap(page, _to_the_pictures(page, child)[-1], pictures)[-1]

    assert "老师点一下就好" in steps[-1].words
    assert "1 child waits without a card" in home.words
    assert "waits without a card" not in confirmed.words
    assert "今天想做什么" in own.words
    assert "小满" in own.words
    for shown in steps:
        assert "小满" not in shown.words
        assert "一诺" not in shown.words
        assert FAMILY_NAME not in shown.words
        assert str(child.child_id) not in shown.response.text
        assert not shown.all("input", type="text")


def test_the_waiting_screen_calls_the_teacher(page: PageClient, child: MadeChild) -> None:
    pictures = picture_codes.of(child.child_id)
    db.session.remove()

    waiting = _tap(page, _to_the_pictures(page, child)[-1], pictures)[-1]

    sound = {"data-sound": "teacher", "data-say": "card.wait_teacher"}
    assert len(waiting.all("section", **sound)) == 1


def test_three_times_other_pictures_end_at_the_teacher(page: PageClient, child: MadeChild) -> None:
    right = picture_codes.of(child.child_id)
    db.session.remove()
    wrong = (right[1], right[0], right[2])

    said = [_tap(page, _to_the_pictures(page, child)[-1], wrong)[-1].words for _ in range(3)]
    then = _tap(page, _to_the_pictures(page, child)[-1], right)[-1]

    assert ["再想一想" in words for words in said] == [True, True, False]
    assert "老师就在旁边" in said[-1]
    assert "老师就在旁边" in then.words


def test_who_waits_is_said_on_every_staff_page_and_may_be_taken_out(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    pictures = picture_codes.of(child.child_id)
    db.session.remove()
    _tap(page, _to_the_pictures(page, child)[-1], pictures)
    sign_in(page, here)

    other = page.open("/staff/books")
    home = page.open("/staff").press("小满 is not here")

    assert "1 child waits without a card" in other.words
    assert "waits without a card" not in home.words


def test_staff_see_a_childs_pictures_and_give_new_ones(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    before = picture_codes.of(child.child_id)
    db.session.remove()
    sign_in(page, here)

    detail = page.open(f"/staff/children/{child.child_id}")
    changed = {before}
    while changed == {before}:
        detail = detail.press("New pictures")
        changed.add(picture_codes.of(child.child_id))
        db.session.remove()

    assert len(detail.all("span", **{"class": "pictures__three"})) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"class_id": "x"},
        {"class_id": str(uuid4()), "animal": "pig"},
        {"class_id": str(uuid4()), "animal": "cat", "cloth": "red"},
        {"grade": "77"},
        {"pictures": "1-1"},
        {"pictures": "1-2-3-4"},
        {"pictures": "0"},
        {"pictures": "x"},
    ],
)
def test_what_no_tile_can_send_changes_nothing(
    page: PageClient, child: MadeChild, form: dict[str, str]
) -> None:
    token = _form(page.open("/no-card"), class_id=str(child.class_id))["csrf_token"]

    assert page.submit("/no-card", {"csrf_token": token, **form}).status == 422


def test_a_class_nobody_is_in_and_an_id_that_is_none_are_said(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    sign_in(page, here)
    token = _form(page.open("/no-card"), class_id=str(child.class_id))["csrf_token"]
    unknown = page.submit("/no-card", {"csrf_token": token, "class_id": str(uuid4())})
    broken = page.submit("/staff/waiting", {"csrf_token": token, "waiting_id": "x"})

    assert (unknown.status, broken.status) == (404, 422)


def test_before_the_room_opens_the_tile_says_when(page: PageClient, clock: FrozenClock) -> None:
    clock.advance(hours=-8)

    assert page.open("/no-card").status == 409
