"""The passbook: a child reads a book, brings it back, and finds it among its own."""

from playwright.sync_api import expect

from tests.browser.room import Pocket, Room


def test_a_book_that_was_read_stands_in_the_passbook_and_is_known_again(
    room: Room, pocket: Pocket
) -> None:
    child, book = pocket.child(), pocket.book()
    room.sign_in(child)
    room.put(book)
    room.says("借好啦")
    room.open("/")
    room.put(book)
    room.says("还好啦")

    room.own_page(child)
    room.tap("借书")
    room.tap("我的书")

    room.says("你的书都在这里")
    expect(room.page.locator(".passbook .cover")).to_have_count(1)
    expect(room.page.locator(".passbook .cover")).to_contain_text(book.label)
    room.shoot("passbook")

    room.put(book)
    room.says("借好啦")
    expect(room.page.locator(".more p")).to_contain_text("你看过这本啦")
    room.shoot("lent-again")
