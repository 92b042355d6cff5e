"""A cover that somebody has taken a picture of is shown wherever a child meets the book."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kiosk.db import transaction
from kiosk.models.library import TitleCover
from kiosk.services import holds
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeChild, MadeItem
from tests.page import Page, PageClient

JPEG = b"\xff\xd8-"


@pytest.fixture
def book(here: Here) -> MadeItem:
    """Return a book with a picture of its own."""
    title_id = factories.title(here, name="小马过河", class_mark="I287")
    with transaction() as session:
        session.add(TitleCover(title_id=title_id, jpeg=JPEG, added_at=here.now))
    return factories.item(here, title_id=title_id)


@pytest.fixture
def child(here: Here) -> MadeChild:
    factories.open_today(here)
    return factories.child(here)


def _pictures(page: Page) -> list[str]:
    return [one.get("src", "") for one in page.all("img")]


def _title_id(pictures: list[str]) -> set[str]:
    return {src.split("/")[2] for src in pictures}


@pytest.mark.usefixtures("here")
def test_each_screen_of_a_loan_shows_the_picture(
    page: PageClient, child: MadeChild, book: MadeItem
) -> None:
    idle, waits = page.open("/"), page.scan(book.code)
    page.scan(child.card_code)
    lent, again = page.scan(book.code), page.scan(book.code)
    own, read = page.open("/me"), page.open("/me/books")

    shown = [idle, waits, lent, again, own, read]

    assert [_title_id(_pictures(one)) for one in shown] == [{str(book.title_id)}] * len(shown)
    assert "小马过河" in own.words, "the drawn cover stands until the picture is there"


def test_the_greeting_and_the_return_show_the_picture(
    page: PageClient, here: Here, child: MadeChild, book: MadeItem
) -> None:
    lent_at = here.now - timedelta(days=3)
    factories.loan(here, child.child_id, book.item_id, lent_at=lent_at)

    greeted, returned = page.scan(child.card_code), page.scan(book.code)

    assert [len(_pictures(one)) for one in (greeted, returned)] == [1, 1]


def test_what_is_found_and_waited_for_shows_the_picture(
    page: PageClient, here: Here, child: MadeChild, book: MadeItem
) -> None:
    factories.loan(here, factories.child(here).child_id, book.item_id)
    page.scan(child.card_code)

    pad, found = page.open("/me/find"), page.open(f"/me/find/{book.title_id}")
    _wait(child, book.title_id, here)
    own = page.open("/me")

    assert [len(_pictures(one)) for one in (pad, found, own)] == [1, 1, 1]


def test_a_book_without_a_picture_has_its_drawn_cover_alone(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    factories.loan(here, child.child_id, factories.item(here).item_id)
    page.scan(child.card_code)

    assert _pictures(page.open("/me")) == []


@pytest.mark.usefixtures("child")
def test_a_picture_is_kept_by_the_browser_and_another_has_another_address(
    page: PageClient, book: MadeItem
) -> None:
    (src,) = _pictures(page.scan(book.code))

    picture, other = page.open(src), page.open(src.replace(".jpg", "x.jpg"))

    assert (picture.status, picture.response.data) == (200, JPEG)
    assert "immutable" in picture.response.headers["Cache-Control"]
    assert other.status == 404


@pytest.mark.usefixtures("child")
def test_pictures_come_after_the_page_stands(page: PageClient, book: MadeItem) -> None:
    (picture,) = page.scan(book.code).all("img")

    assert picture.get("loading") == "lazy"


def _wait(child: MadeChild, title_id: UUID, here: Here) -> None:
    holds.place(
        title_id=title_id, child_id=child.child_id, face=child.face, request_id=uuid4(), here=here
    )
