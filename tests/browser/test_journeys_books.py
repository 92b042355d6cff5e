"""Books: out of the shelf, back into it, and whoever brings them."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.process import Code, Kiosk
from tests.browser.room import Pocket, Room, rows

# What the style sheet counts by itself: so many milliseconds after a screen came.
LATER = """(ms) => {
  for (const one of document.getAnimations()) {
    one.pause();
    one.currentTime = ms;
  }
}"""


@pytest.fixture
def child(pocket: Pocket) -> Code:
    return pocket.child()


@pytest.fixture
def book(pocket: Pocket) -> Code:
    return pocket.book()


def _loan(kiosk: Kiosk, book: Code) -> tuple[Any, ...]:
    """Return holder, renewals and ending of a book's last loan."""
    return rows(
        kiosk,
        "SELECT family_name || given_name, renewals, ended_as FROM loan"
        " JOIN item ON item.id = item_id JOIN child ON child.id = child_id"
        " WHERE code = ? ORDER BY lent_at DESC LIMIT 1",
        book.code,
    )[0]


def test_a_child_borrows_a_book_and_reads_when_to_bring_it_back(
    room: Room, child: Code, book: Code
) -> None:
    room.own_page(child)
    room.tap("借书")
    room.says("把书放上来")
    room.shoot("books-put-the-book-here")

    room.put(book)

    room.says("借好啦")
    room.says("还")
    expect(room.page.locator(".cover").first).to_contain_text(book.label)
    room.shoot("books-lent")
    assert _loan(room.kiosk, book) == (child.label, 0, None)


def test_a_card_and_a_book_are_enough(room: Room, child: Code, book: Code) -> None:
    room.put(child)
    room.put(book)

    room.says("借好啦")
    assert _loan(room.kiosk, book) == (child.label, 0, None)


def test_a_book_just_borrowed_is_put_back_with_one_touch(
    room: Room, child: Code, book: Code
) -> None:
    room.sign_in(child)
    room.put(book)
    room.says("借好啦")

    room.tap("取消")

    room.says("把书放回去吧")
    room.shoot("books-lending-undone")
    expect(room.page.locator(".shelf")).not_to_contain_text(book.label)
    assert _loan(room.kiosk, book) == (child.label, 0, "undone")


def test_the_way_back_goes_after_ten_seconds(room: Room, child: Code, book: Code) -> None:
    room.sign_in(child)
    room.put(book)
    room.says("借好啦")
    way_back = room.page.locator("#screen .undo", has_text="取消")
    expect(way_back).to_be_visible()

    room.page.evaluate(LATER, 9_900)
    still_there = way_back.is_visible()
    room.page.evaluate(LATER, 10_100)

    assert still_there
    expect(way_back).to_be_hidden()


def test_who_has_enough_books_sees_the_own_shelf_and_the_way_on(
    room: Room, pocket: Pocket, book: Code
) -> None:
    first_grader, second_book = pocket.child(grade="一年级"), pocket.book()
    room.sign_in(first_grader)
    room.put(book)
    room.says("借好啦")

    room.put(second_book)

    room.says("先还一本吧")
    expect(room.page.locator(".shelf .cover")).to_have_text([book.label])
    room.shoot("books-enough")
    room.tap("还书")
    room.says("把书放上来")


def test_the_book_just_borrowed_is_already_yours_and_may_stay_longer_once(
    room: Room, child: Code, book: Code
) -> None:
    room.sign_in(child)
    room.put(book)
    room.says("借好啦")

    room.put(book)
    room.says("这本你已经借好啦")
    room.shoot("books-already-yours")
    room.tap("再看几天")

    room.says("再看几天！")
    room.shoot("books-renewed")
    assert _loan(room.kiosk, book) == (child.label, 1, None)
    room.put(book)
    room.says("这本你已经借好啦")
    expect(room.tile("再看几天")).to_have_count(0)
    room.shoot("books-already-yours-and-renewed")


def test_an_own_book_of_an_earlier_visit_is_taken_back_and_may_be_kept_after_all(
    room: Room, pocket: Pocket, child: Code, book: Code
) -> None:
    room.put(child)
    room.put(book)
    room.says("借好啦")
    room.sign_in(pocket.child())
    room.hear(child)

    room.put(book)

    room.says("还好啦")
    room.shoot("books-own-one-back")
    assert _loan(room.kiosk, book) == (child.label, 0, "returned")
    room.tap("再看几天")
    room.says("再看几天！")
    assert _loan(room.kiosk, book) == (child.label, 1, None)


# --- brought back


def test_anybody_brings_a_book_back_without_a_card(room: Room, pocket: Pocket) -> None:
    book = pocket.book_that_is_out()
    holder = _loan(room.kiosk, book)[0]

    room.put(book)

    room.says("还好啦")
    expect(room.page.locator(".cover")).to_have_text(book.label)
    room.shoot("books-brought-back-by-anybody")
    assert holder[1:] not in room.page.content()
    assert _loan(room.kiosk, book)[2] == "returned"


def test_a_book_brought_back_by_mistake_stays_where_it_was(room: Room, pocket: Pocket) -> None:
    book = pocket.book_that_is_out()
    before = _loan(room.kiosk, book)
    room.put(book)
    room.says("还好啦")

    room.tap("取消")

    room.says("把你的卡放上来吧")
    assert _loan(room.kiosk, book) == before


def test_another_s_book_is_taken_back_and_may_be_borrowed_with_one_touch(
    room: Room, pocket: Pocket, child: Code
) -> None:
    book = pocket.book_that_is_out()
    holder = _loan(room.kiosk, book)[0]
    room.sign_in(child)

    room.put(book)

    room.says("还好啦")
    room.shoot("books-another-s-book")
    assert holder[1:] not in room.page.content()
    room.tap("我要借")
    room.says("借好啦")
    assert _loan(room.kiosk, book) == (child.label, 0, None)


def test_a_book_put_there_first_waits_for_the_card(room: Room, child: Code, book: Code) -> None:
    room.put(book)
    room.says("再放上你的卡")
    room.shoot("books-waits-for-the-card")

    room.put(child)

    room.says("借好啦")
    assert _loan(room.kiosk, book) == (child.label, 0, None)


def test_after_a_return_the_next_card_finds_its_own_page(
    room: Room, pocket: Pocket, child: Code
) -> None:
    room.put(pocket.book_that_is_out())
    room.says("还好啦")

    room.put(child)

    room.greets(child)
