"""A hold's life: wished for, brought back by somebody else, told at the next card, lent."""

from uuid import UUID

from playwright.sync_api import expect

from tests.browser.process import Code
from tests.browser.room import Pocket, Room, rows

# Titles of which one copy alone stands on its shelf.
_ONLY_COPIES = """
    WITH free AS (
        SELECT code, title_id FROM item WHERE status = 'available'
        AND id NOT IN (SELECT item_id FROM loan WHERE ended_at IS NULL))
    SELECT code, title_id FROM free
    WHERE title_id IN (SELECT title_id FROM free GROUP BY title_id HAVING count(*) = 1)"""


def _only_copy(room: Room) -> tuple[Code, UUID]:
    titles = dict(rows(room.kiosk, _ONLY_COPIES))
    book = next(code for code in room.kiosk.codes("item") if code.code in titles)
    return book, UUID(titles[book.code])


def test_a_book_is_waited_for_and_told_of_and_lent(room: Room, pocket: Pocket) -> None:
    has_it, waits = pocket.child(), pocket.child()
    book, title_id = _only_copy(room)
    room.own_page(has_it)
    room.put(book)
    room.says("借好啦")

    room.own_page(waits)
    room.open(f"/me/find/{title_id}")
    room.tap("我也想看")
    room.says("轮到你就告诉你")
    expect(room.page.locator(".hold-place")).to_contain_text("你排第")
    room.shoot("holds-number-one")

    room.open()
    room.put(book)
    room.says("交给老师")
    room.shoot("holds-brought-back")

    room.open()
    room.own_page(waits)
    expect(room.page.locator(".holds")).to_contain_text("来啦")
    room.shoot("holds-here")
    room.put(book)
    room.says("借好啦")

    found = rows(room.kiosk, "SELECT ended_as FROM hold WHERE title_id = ?", title_id.hex)
    assert found == [("lent",)]
