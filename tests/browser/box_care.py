"""What befalls the books, the stock-take, and what is told of them on paper and in files."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import TypeAlias

from playwright.sync_api import expect

from kiosk.services import pinyin
from tests.browser.box_walk import Walk
from tests.browser.room import Room, rows
from tests.browser.screen import Screen

Book: TypeAlias = tuple[str, str]
LEDGERS = ("L6", "L7", "L8", "L9", "L10", "L11", "L19", "L20")
# What stands on each shelf; what is on no shelf is counted as a shelf of its own.
STANDING = (
    "SELECT coalesce(shelf.name, '没有定架位'), item.code, accession_no FROM item"
    " LEFT JOIN shelf ON shelf.id = shelf_id"
    " WHERE status IN ('available', 'in_room_only', 'damaged') AND NOT EXISTS"
    " (SELECT 1 FROM loan WHERE item_id = item.id AND ended_at IS NULL) ORDER BY 1, 2"
)


def run(walk: Walk) -> None:
    """Lose, find, mend and count the books, and tell of them."""
    for part in (lose, find, mend, count, passbook, reading_list, catalogue, ledgers):
        part(walk)


def _its_page(walk: Walk, code: str) -> None:
    """Open the page of a copy's title by the letters of its pinyin."""
    [(name,)] = rows(
        walk.room.kiosk,
        "SELECT name FROM title JOIN item ON title.id = title_id WHERE code = ?",
        code,
    )
    walk.go("图书")
    expect(walk.page.locator("[name=text]")).to_be_focused()
    walk.type(pinyin.initials(name))
    walk.go(walk.page.locator("#found").get_by_role("link", name=name, exact=True))


def _befalls(walk: Walk, code: str, what: str) -> None:
    row = walk.page.locator("tr", has_text=walk.number(code))
    walk.touch(row.locator("summary"))
    walk.go(row.get_by_role("button", name=what, exact=True))


def lose(walk: Walk) -> None:
    lost = walk.box()[:2]
    with walk.step("say that a book is lost", len(lost)):
        walk.staff(0)
        _its_page(walk, lost[0])
        for code in lost:
            _befalls(walk, code, "遗失")


def find(walk: Walk) -> None:
    code = walk.box()[0]
    with walk.step("a lost one is found, by its label", 1):
        walk.room.open()
        walk.scan(code)
        walk.room.says("再放上你的卡")  # it could be lent at once
    assert _status(walk, code) == "available"


def mend(walk: Walk) -> None:
    code = walk.box()[2]
    with walk.step("damaged, sent away, repaired", 1):
        walk.staff(0)
        _its_page(walk, code)
        _befalls(walk, code, "破损")
        row = walk.page.locator("tr", has_text=walk.number(code))
        walk.go(row.get_by_text("处理", exact=True))
        walk.go("送去修补")
        walk.go(row.get_by_text("处理", exact=True))
        walk.go("修好了")
    assert _status(walk, code) == "available"


def _status(walk: Walk, code: str) -> object:
    return rows(walk.room.kiosk, "SELECT status FROM item WHERE code = ?", code)[0][0]


def count(walk: Walk) -> None:
    """Count every shelf, every other one in a window beside this."""
    shelves: dict[str, list[Book]] = {}
    for name, code, number in rows(walk.room.kiosk, STANDING):
        shelves.setdefault(name, []).append((code, number))
    times = sum(map(len, shelves.values()))
    with walk.step(f"stock-take, {len(shelves)} shelves, two windows", times):
        walk.staff(1)
        walk.books("图书盘点")
        walk.go("开始盘点")
        every = list(shelves.items())
        with _beside(walk) as beside:
            for _ in zip_longest(
                _hand(walk, walk.room, every[::2]), _hand(walk, beside, every[1::2])
            ):
                pass
        walk.page.reload()  # to see what the other window counted
        walk.shoot("every-shelf-is-counted")
        walk.go("结束盘点")
        walk.go("现在结束")
        expect(walk.page.locator("h1")).to_contain_text("盘点结果")


@contextmanager
def _beside(walk: Walk) -> Iterator[Room]:
    """Give a second window of the same person, at the same page."""
    first = walk.room.screen.context
    assert first.browser is not None
    context = first.browser.new_context(
        viewport=walk.page.viewport_size,
        has_touch=True,
        locale="zh-CN",
        storage_state=first.storage_state(),
    )
    room = Room(kiosk=walk.room.kiosk, screen=Screen(context=context, url=walk.room.screen.url))
    room.page.goto(walk.page.url)
    yield room
    context.close()


def _hand(
    walk: Walk, room: Room, shelves: list[tuple[str, list[tuple[str, str]]]]
) -> Iterator[None]:
    for name, books in shelves:
        walk.touch(room.page.locator(".shelf-tile", has_text=name))
        expect(room.page.locator(".taking h2")).to_contain_text(name)
        for code, number in books:
            walk.scan(code, room.gun)
            expect(room.page.locator(".taking__last")).to_contain_text(number)
            yield
        with room.page.expect_navigation():
            walk.touch(room.page.get_by_role("button", name="这架好了"))


def passbook(walk: Walk) -> None:
    child = walk.readers[0]
    with walk.step("a child sees what it has read", 1):
        walk.room.open()
        walk.greeted(child.code)
        walk.room.open("/me")  # the greeting turns to it by itself
        walk.tap("借书")
        walk.tap("我的书")
        walk.room.says("你的书都在这里")


def reading_list(walk: Walk) -> None:
    name = walk.readers[0].label
    with walk.step("print its reading list", 1):
        walk.staff(1)
        walk.go("名册")
        walk.touch(walk.page.locator("[name=text]"))
        walk.type(pinyin.initials(name))
        walk.enter()
        walk.go(walk.page.locator("main a", has_text=name))
        walk.go("打印阅读书目")
        expect(walk.page.locator(".ledger")).to_be_visible()
        walk.now.touches += 2  # print, and once more in the printer's dialogue
        walk.paper("reading-list")


def catalogue(walk: Walk) -> None:
    with walk.step("the whole catalogue as a file", 1):
        walk.staff(1)
        walk.books("从文件导入图书")
        with walk.page.expect_download() as given:
            walk.touch(walk.page.get_by_role("button", name="XLSX"))
        given.value.save_as(walk.folder / given.value.suggested_filename)


def ledgers(walk: Walk) -> None:
    with walk.step("look at ledgers L6-L11, L19, L20 and the stock-take", len(LEDGERS) + 1):
        for which in LEDGERS:
            walk.go("台账")
            line = walk.page.locator("li").filter(has=walk.page.get_by_text(which, exact=True))
            walk.go(line.get_by_text("本月"))
            expect(walk.page.locator("h1")).to_contain_text(which)
            walk.shoot(which)
        walk.books("图书盘点")
        walk.go("上次盘点结果")
        walk.go(walk.page.get_by_role("button", name="打印").first)
        expect(walk.page.locator("h1")).to_have_text("图书盘点表")
        walk.paper("stocktake")
