"""The stock-take: two screens at once, the power gone in the middle, and a child who helps."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from kiosk.rules import codes
from kiosk.rules.codes import CodeKind
from tests.browser.process import Code, Kiosk
from tests.browser.room import PATIENCE, Room, rows
from tests.browser.screen import SIZE, Screen

COUNT = "/staff/books/count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A shelf of the demo school: its label, and books that stand there or ought to."""

    shelf_id: str
    name: str
    label: Code
    here: tuple[Code, ...]
    out: tuple[Code, ...]


def _code(text: str) -> Code:
    return Code(kind="item", code=text, label="", class_="", animal="")


def _shelves(kiosk: Kiosk) -> tuple[Shelf, ...]:
    """Return two shelves with a label each, and all books of the room on them.

    How much of a shelf is out depends on the day that the demo school lives in.
    """
    found = []
    chosen = rows(kiosk, "SELECT id, name FROM shelf ORDER BY name LIMIT 2")
    with closing(sqlite3.connect(kiosk.instance / "kiosk.db", timeout=30)) as connection:
        for half, (shelf_id, _) in enumerate(chosen):
            move = "UPDATE item SET shelf_id = ? WHERE shelf_id IS NOT NULL AND rowid % 2 = ?"
            connection.execute(move, (shelf_id, half))
        connection.commit()
    for number, (shelf_id, name) in enumerate(chosen):
        label = codes.compose(CodeKind.COMMAND, f"{number:09}Z")
        with closing(sqlite3.connect(kiosk.instance / "kiosk.db", timeout=30)) as connection:
            connection.execute("UPDATE shelf SET code = ? WHERE id = ?", (label, shelf_id))
            connection.commit()
        is_out = "(SELECT 1 FROM loan WHERE item_id = item.id AND ended_at IS NULL)"
        of_shelf = f"SELECT code FROM item WHERE shelf_id = ? AND status = 'available' AND {{}} {is_out} ORDER BY code"  # noqa: E501, S608 - our own words
        here = rows(kiosk, of_shelf.format("NOT EXISTS"), shelf_id)
        out = rows(kiosk, of_shelf.format("EXISTS"), shelf_id)
        found.append(
            Shelf(
                shelf_id=shelf_id,
                name=name,
                label=_code(label),
                here=tuple(_code(code) for (code,) in here),
                out=tuple(_code(code) for (code,) in out),
            )
        )
    return tuple(found)


def _sights(kiosk: Kiosk) -> dict[str, str]:
    """Return on which shelf each book was seen."""
    return dict(
        rows(
            kiosk,
            "SELECT code, stocktake_sight.shelf_id FROM stocktake_sight"
            " JOIN item ON item.id = item_id",
        )
    )


def _says_seen(room: Room, title_or_figure: str) -> None:
    expect(room.page.locator("#taking")).to_contain_text(title_or_figure)


@pytest.fixture
def counting(room: Room) -> Room:
    """Return the room's screen at a stock-take that has begun."""
    administrator = room.kiosk.codes("staff")[1]
    room.staff_sign_in(administrator)
    room.page.goto(f"{room.kiosk.url}{COUNT}")
    if room.page.get_by_text("开始盘点", exact=True).count():
        room.press("开始盘点")
    expect(room.page.locator(".shelf-tile").first).to_be_visible()
    return room


@pytest.fixture
def beside(chromium: Browser, counting: Room) -> Iterator[Room]:
    """Return a second screen of the same person, at the same stock-take."""
    context = chromium.new_context(
        viewport=SIZE,
        has_touch=True,
        locale="zh-CN",
        storage_state=counting.screen.context.storage_state(),
    )
    context.set_default_timeout(PATIENCE)
    screen = Screen(context=context, url=counting.kiosk.url)
    other = Room(kiosk=counting.kiosk, screen=screen)
    other.open(COUNT)
    yield other
    context.close()


def test_two_screens_count_at_once_and_a_power_cut_loses_nothing(
    counting: Room, beside: Room
) -> None:
    kiosk = counting.kiosk
    one, two = _shelves(kiosk)
    counting.put(one.label)
    beside.put(two.label)
    expect(counting.page.locator(".taking h2")).to_contain_text(one.name)
    expect(beside.page.locator(".taking h2")).to_contain_text(two.name)

    for left, right in zip(one.here[:3], two.here[:3], strict=True):
        counting.put(left)
        beside.put(right)
    _says_seen(counting, "3 / ")
    _says_seen(beside, "3 / ")
    kiosk.kill()
    counting.put(one.here[3])
    beside.put(two.here[3])
    kiosk.start()
    counting.screen.expect_console("net::ERR_")
    _says_seen(counting, "4 / ")
    _says_seen(beside, "4 / ")

    expected = {book.code: one.shelf_id for book in one.here[:4]}
    expected |= {book.code: two.shelf_id for book in two.here[:4]}
    assert _sights(kiosk) == expected
    counting.shoot("stocktake-at-a-shelf")

    counting.page.reload()
    expect(counting.page.locator(".taking h2")).to_contain_text(one.name)


def test_a_misplaced_book_and_a_ghost_loan_until_the_report(counting: Room) -> None:
    one, two = _shelves(counting.kiosk)
    ghost = (*one.out, *two.out)[0]
    counting.put(one.label)
    counting.put(two.here[-1])
    expect(counting.page.locator(".taking__said").last).to_contain_text("应放在")
    counting.shoot("stocktake-wrong-shelf")
    counting.put(ghost)
    expect(counting.page.locator("#taking")).to_contain_text("已经收回")

    counting.press("结束盘点")
    counting.press("现在结束")

    expect(counting.page.locator("h1")).to_contain_text("盘点结果")
    counting.shoot("stocktake-report")
    ended = rows(
        counting.kiosk,
        "SELECT ended_as FROM loan JOIN item ON item.id = item_id WHERE code = ?"
        " ORDER BY lent_at DESC LIMIT 1",
        ghost.code,
    )
    assert ended == [("found",)]


def test_a_child_helps_and_reaches_nothing_else(counting: Room) -> None:
    one = _shelves(counting.kiosk)[0]
    counting.press("请小助手来点")
    expect(counting.page.locator(".helper")).to_be_visible()

    counting.put(one.label)
    counting.put(one.here[-1])

    expect(counting.page.locator(".helper__last h1")).to_contain_text("找到啦")
    counting.shoot("stocktake-helper")
    counting.page.goto(f"{counting.kiosk.url}/staff/children")
    expect(counting.page.locator(".helper")).to_be_visible()
    counting.press("我好了")
    expect(counting.page.locator("body[data-kiosk]")).to_have_count(1)
