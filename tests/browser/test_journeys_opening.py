"""The teacher opens and closes the room, and what the children's screen says meanwhile."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.process import Code, Kiosk
from tests.browser.room import PIN, Pocket, Room, given_name, rows, visits

# Signing in is the card and the six keys of the PIN, and is among them (`domain.md` 3.4).
MOST_TO_OPEN, MOST_TO_CLOSE = 9, 5
_COUNT_TOUCHES = """
  document.addEventListener("pointerdown", () => {
    sessionStorage.touches = Number(sessionStorage.touches ?? 0) + 1;
  }, true);
"""


@pytest.fixture
def teacher(room: Room) -> Code:
    return room.kiosk.codes("staff")[0]


@pytest.fixture
def closed(room: Room, teacher: Code) -> Iterator[Room]:
    """Return the room, closed; it is open again afterwards."""
    _close(room, teacher)
    yield room
    _open(room, teacher)


def _close(room: Room, teacher: Code) -> None:
    room.staff_sign_in(teacher)
    room.press("关闭")
    _confirm_closing(room)
    room.press("回到孩子屏")
    room.says("现在休息")


def _confirm_closing(room: Room) -> None:
    """Close the room; a child that waits for its call has been told."""
    room.page.wait_for_url("**/staff/opening/close")
    told = room.page.locator("[name='are_told']")
    if told.count():
        told.check()
    room.press("关闭房间")
    room.page.wait_for_url("**/staff")


def _open(room: Room, teacher: Code) -> None:
    room.open()
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/opening/open")
    room.press("八项都正常，开放")
    room.press("回到孩子屏")
    room.says("把你的卡放上来吧")


def _latest_opening(kiosk: Kiosk) -> tuple[str, int, int]:
    """Return the state of the opening that began last, how many checks and how many on duty."""
    found: tuple[str, int, int] = rows(
        kiosk,
        "SELECT state,"
        " (SELECT count(*) FROM safety_check WHERE opening_id = opening.id AND is_fine),"
        " (SELECT count(*) FROM duty WHERE opening_id = opening.id AND signed_off_at IS NULL)"
        " FROM opening WHERE opened_at IS NOT NULL ORDER BY opened_at DESC LIMIT 1",
    )[0]
    return found


def _touches(room: Room) -> int:
    """Return how often the screen was touched since they are counted."""
    return int(room.page.evaluate("Number(sessionStorage.touches ?? 0)"))


def test_the_first_page_is_one_sheet_and_closing_one_screen(
    room: Room, teacher: Code, tmp_path: Path
) -> None:
    """It comes first, before a closing leaves a call to make good for each child that had one."""
    paper = tmp_path / "home.pdf"

    room.staff_sign_in(teacher)
    room.page.pdf(path=paper, format="A4")
    room.press("关闭")
    room.page.wait_for_url("**/staff/opening/close")

    told = subprocess.run(["pdfinfo", paper], capture_output=True, check=True, text=True)
    assert re.search(r"^Pages: +1$", told.stdout, re.MULTILINE)
    expect(room.page.get_by_role("button", name="关闭房间")).to_be_in_viewport(ratio=1)


def test_a_day_ends_and_begins_with_the_staff_card_and_one_touch_each(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    child = pocket.child()
    room.sign_in(child)
    here = rows(room.kiosk, "SELECT count(*) FROM visit WHERE state = 'open'")[0][0]

    room.put(teacher)
    room.page.wait_for_url("**/staff/door")
    room.says("PIN")
    room.shoot("opening-pin")
    for digit in PIN:
        room.page.locator(f"[data-digit='{digit}']").tap()
    room.page.wait_for_url("**/staff")
    room.shoot("opening-staff-home")
    room.press("关闭")
    room.page.wait_for_url("**/staff/opening/close")
    expect(room.page.locator(".present li")).to_have_count(here)
    expect(room.page.locator(".present")).to_contain_text(given_name(room.kiosk, child))
    room.shoot("opening-closing-sheet")
    _confirm_closing(room)
    room.shoot("opening-staff-home-closed")

    assert visits(room.kiosk, child) == [("left_unconfirmed", None)]
    assert rows(room.kiosk, "SELECT count(*) FROM visit WHERE state = 'open'") == [(0,)]
    assert _latest_opening(room.kiosk) == ("held", 8, 0)
    room.press("回到孩子屏")
    room.says("现在休息")
    room.says("4:30")
    room.shoot("opening-idle-closed")

    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/opening/open")
    room.shoot("opening-eight-hazards")
    room.press("八项都正常，开放")
    expect(room.page.locator(".said")).to_contain_text("房间开放了")
    room.shoot("opening-opened")
    assert _latest_opening(room.kiosk) == ("open", 8, 1)
    room.press("回到孩子屏")
    room.says("把你的卡放上来吧")
    room.shoot("opening-idle-open")


def test_a_card_at_the_closed_room_is_told_when_it_opens_and_nothing_is_stored(
    closed: Room, pocket: Pocket
) -> None:
    child = pocket.child()

    closed.put(child)

    closed.says("现在休息")
    closed.says("4:30 开门")
    closed.shoot("opening-card-at-the-closed-room")
    assert visits(closed.kiosk, child) == []


def test_the_closed_room_takes_books_back(closed: Room, pocket: Pocket) -> None:
    book = pocket.book_that_is_out()

    closed.put(book)

    closed.says("还好啦")
    closed.shoot("opening-return-at-the-closed-room")
    out = rows(
        closed.kiosk,
        "SELECT count(*) FROM loan JOIN item ON item.id = item_id"
        " WHERE code = ? AND ended_at IS NULL",
        book.code,
    )
    assert out == [(0,)]


def test_a_wrong_pin_is_said_and_the_right_one_still_goes_in(room: Room, teacher: Code) -> None:
    room.screen.expect_console("responded with a status of 409")
    room.put(teacher)
    room.page.wait_for_url("**/staff/door")

    for digit in "135790":
        room.page.locator(f"[data-digit='{digit}']").tap()
    expect(room.page.locator("[role='alert']").first).to_be_visible()
    room.shoot("opening-wrong-pin")
    for digit in PIN:
        room.page.locator(f"[data-digit='{digit}']").tap()

    room.page.wait_for_url("**/staff")


def test_the_touches_of_opening_and_of_closing_are_counted(room: Room, teacher: Code) -> None:
    _close(room, teacher)
    room.page.add_init_script(_COUNT_TOUCHES)
    room.page.reload()

    room.staff_sign_in(teacher)
    room.page.locator("main a").get_by_text("开放", exact=True).click()
    room.page.wait_for_url("**/staff/opening/open")
    room.page.get_by_label("能用").first.tap()
    room.shoot("opening-with-the-telephone")
    room.press("八项都正常，开放")
    expect(room.page.locator(".said")).to_contain_text("房间开放了")
    to_open = _touches(room)

    room.press("关闭")
    room.page.wait_for_url("**/staff/opening/close")
    for name in ("is_tidy", "is_clean", "is_safe"):
        room.page.locator(f"[name='{name}']").tap()
    room.page.locator("[name='line']").fill("三号灯坏了")
    room.shoot("closing-signed")
    _confirm_closing(room)
    to_close = _touches(room) - to_open

    print(f"touches to open, with card and PIN: {to_open}; to close: {to_close}")
    assert to_open <= MOST_TO_OPEN
    assert to_close <= MOST_TO_CLOSE
    room.press("回到孩子屏")
    _open(room, teacher)
