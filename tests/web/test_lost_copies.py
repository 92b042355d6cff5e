"""A copy is scanned that is lost, withdrawn or on its shelf: each place has its own sentence."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from kiosk.db import reading
from kiosk.models.library import Item
from kiosk.rules.lending import ItemStatus
from kiosk.rules.staff import Role
from kiosk.services import holds
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeItem
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

FOUND = "It was lost, and is there again"
GONE = "It was withdrawn: put it aside"
WAITS = "A child waits for it: lay it with the books that are ready."
FINDABLE = (ItemStatus.LOST, ItemStatus.MISSING)


def _at_the_desk(page: PageClient, code: str, _: Here) -> Page:
    desk = page.open("/staff/books/desk")
    form = {"csrf_token": token(desk), "code": code, "request_id": str(uuid4())}
    return page.submit("/staff/books/desk/scan", form, fragment=True)


def _at_the_pile(page: PageClient, code: str, _: Here) -> Page:
    pile = page.open("/staff/books/pile")
    form = {"csrf_token": token(pile), "code": code, "request_id": str(uuid4())}
    return page.submit("/staff/books/pile", form, fragment=True)


def _on_a_shelf(page: PageClient, code: str, here: Here) -> Page:
    shelf = factories.shelf(here, name="文学一")
    putting = page.open(f"/staff/books/shelves/put?shelf={shelf.shelf_id}")
    form = {"csrf_token": token(putting), "code": code, "label": str(shelf.shelf_id)}
    return page.submit("/staff/books/shelves/put", form, fragment=True)


def _at_a_count(page: PageClient, code: str, here: Here) -> Page:
    shelf = factories.shelf(here, name="文学一")
    counting = page.open("/staff/books/count").press("Begin a stock-take")
    url = next(e.get("data-items-url", "") for e in counting.all("section"))
    at_shelf = page.scan(shelf.code, path=url)
    url = next(
        e.get("data-items-url", "") for e in at_shelf.all("section") if e.get("data-items-url")
    )
    return page.scan(code, path=url)


PLACES = (_at_the_desk, _at_the_pile, _on_a_shelf, _at_a_count)


@pytest.fixture
def book(here: Here, status: ItemStatus) -> MadeItem:
    return factories.item(here, name="小马过河", accession_no="000777", status=status)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", ItemStatus)
def test_each_place_says_of_a_copy_what_it_was(
    page: PageClient,
    here: Here,
    book: MadeItem,
    status: ItemStatus,
    place: Callable[[PageClient, str, Here], Page],
) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    said = place(page, book.code, here).words

    assert (FOUND in said) is (status in FINDABLE)
    is_refused = place is _on_a_shelf and status is ItemStatus.WITHDRAWN
    assert (GONE in said) is (status is ItemStatus.WITHDRAWN and not is_refused)
    assert is_refused or "小马过河" in said
    reading().rollback()
    now = reading().get_one(Item, book.item_id).status
    assert now is (ItemStatus.AVAILABLE if status in FINDABLE else status)


@pytest.mark.parametrize("status", [ItemStatus.LOST])
def test_the_pile_says_of_a_found_copy_that_a_child_waits_for_it(
    page: PageClient, here: Here, book: MadeItem
) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    child = factories.child(here)
    before = factories.item(here, name="小马过河", title_id=book.title_id)
    factories.loan(here, factories.child(here).child_id, before.item_id)
    holds.place(
        title_id=book.title_id,
        child_id=child.child_id,
        face=child.face,
        request_id=uuid4(),
        here=here,
    )

    first = _at_the_pile(page, book.code, here).words
    again = _at_the_pile(page, book.code, here).words

    assert FOUND in first
    assert WAITS in first
    assert FOUND not in again
    assert WAITS in again


@pytest.mark.parametrize("status", [ItemStatus.LOST])
def test_the_pile_finds_a_lost_copy_also_of_a_loan_that_is_open(
    page: PageClient, here: Here, book: MadeItem
) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    factories.loan(here, factories.child(here).child_id, book.item_id)

    said = _at_the_pile(page, book.code, here).words

    assert FOUND in said
    assert WAITS not in said
    assert "nothing was changed" not in said


def test_the_pile_leads_to_what_waits_and_to_no_empty_page(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    before = page.open("/staff/books/pile").words

    taken = page.open("/staff/books/pile").press(
        "Take this one in",
        {
            "Scan the books one after the other. Without a bar, type: ISBN, unified book number or"
            " title": "9787301000007"
        },
    )

    assert "to name" not in before
    assert "waits" not in before
    assert "1 to name" in taken.words
    assert "1 label waits" in taken.words
