"""The lending desk: a class borrows in one go, and the return box is emptied."""

import pytest
from playwright.sync_api import expect

from tests.browser.process import Code
from tests.browser.room import Pocket, Room, rows


@pytest.fixture
def teacher(room: Room) -> Code:
    return room.kiosk.codes("staff")[0]


def _lent(room: Room) -> list[tuple[object, ...]]:
    return rows(
        room.kiosk,
        "SELECT code, borrower, ended_as FROM loan JOIN item ON item.id = item_id"
        " WHERE borrower = 'class' ORDER BY loan.id",
    )


def test_a_class_borrows_and_the_box_takes_the_books_back(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    books = [pocket.book() for _ in range(6)]
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/books/desk")
    room.shoot("desk-empty")

    with room.page.expect_navigation():  # keys that come while a page goes belong to none
        room.page.locator(".desk__classes button").first.click()
    for count, book in enumerate(books, start=1):
        room.put(book)
        expect(room.page.locator(f"[data-desk-count='{count}']")).to_be_visible()
    room.shoot("desk-class-loan")
    assert _lent(room) == [(book.code, "class", None) for book in books]

    room.press("取消")
    expect(room.page.locator("[data-desk-count='5']")).to_be_visible()
    room.press("清还书箱")
    expect(room.page.locator(".desk__state--box")).to_be_visible()
    for book in books[:5]:
        room.put(book)
        expect(room.page.locator(".desk__answer--ok")).to_contain_text(book.label)
    room.shoot("desk-return-box")

    endings = [ended_as for _, _, ended_as in _lent(room)]
    assert endings == ["returned"] * 5 + ["undone"]


def test_a_child_s_card_at_the_desk_chooses_the_child(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    child, book = pocket.child(), pocket.book()
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/books/desk")

    room.put(child)
    expect(room.page.locator(".desk__now")).to_contain_text("借给")
    room.put(book)

    expect(room.page.locator(".desk__answer--ok")).to_contain_text(book.label)
    room.shoot("desk-child")
    expect(room.page.locator("body[data-staff]")).to_have_count(1)
