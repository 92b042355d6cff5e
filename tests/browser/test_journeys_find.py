"""A child that cannot type finds a book: eight keys, a cover, the sign over its shelf."""

from playwright.sync_api import Locator, expect

from kiosk.rules import pad
from kiosk.services import pinyin
from tests.browser.room import Pocket, Room


def key(room: Room, which: str) -> Locator:
    return room.page.locator(f"[data-key='{which}']")


def pressed(room: Room) -> Locator:
    return room.page.locator("[data-typed] .art")


def test_a_child_spells_a_title_and_is_shown_where_it_stands(room: Room, pocket: Pocket) -> None:
    book = pocket.book()
    keys = pad.keys_of(pinyin.initials(book.label))[: pad.LONGEST]
    room.own_page(pocket.child())
    room.tap("借书")
    room.tap("找书")
    room.says("想看哪本书")
    expect(room.page.locator("#found .cover").first).to_be_visible()
    room.shoot("find-pad")

    for one in keys:
        key(room, one).tap()

    expect(pressed(room)).to_have_count(len(keys))
    cover = room.page.locator("#found .tile", has_text=book.label)
    expect(cover.first).to_be_visible()
    expect(room.page.locator("#found .tile").first).to_contain_text(book.label)
    room.shoot("find-covers")
    room.tap(cover)
    room.says("书在这个架子上")
    room.shoot("find-where")
    room.tap("回去")
    expect(pressed(room)).to_have_count(len(keys))


def test_each_touch_of_a_key_counts_and_one_is_taken_back(room: Room, pocket: Pocket) -> None:
    room.own_page(pocket.child())
    room.open("/me/find")
    room.says("想看哪本书")

    for one in ("6", "6", "6", "back"):
        key(room, one).tap()

    expect(pressed(room)).to_have_count(2)
    with room.page.expect_response("**/me/find/covers?keys=2222222") as answer:
        for one in ("back", "back", *"2222222"):
            key(room, one).tap()
    assert answer.value.ok
    expect(room.page.locator("#found")).to_contain_text("没找到这样的书")
