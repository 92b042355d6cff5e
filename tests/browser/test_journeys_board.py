"""An afternoon at the telephone: one child talks, nobody answers another, a tap is undone."""

import re
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import Locator, expect

from kiosk.rules import call_sheets
from tests.browser.process import Kiosk
from tests.browser.room import Room, rows

STILL = "04:00"  # longer than a page waits for somebody
PLACE = "20:00"  # longer than a place and what is left of a call
LOOKS = 6000  # ms
HOME = re.compile(r"^http://[^/]+/$")


@pytest.fixture
def board(room: Room) -> Room:
    """Return the day's calls, open at the teacher's."""
    room.staff_sign_in(room.kiosk.codes("staff")[0])
    room.open("/staff/calls")
    return room


def _call(room: Room, at: int) -> Locator:
    """Return one of the calls that are still to come, which stays itself when the board changes."""
    found = room.page.locator(".board .call", has_text=re.compile("约好了|孩子到了|下一个")).nth(at)
    return room.page.locator(f"#{found.get_attribute('id')}")


def _touch(call: Locator, words: str) -> None:
    call.get_by_role("button", name=words, exact=True).click()


def _state(kiosk: Kiosk, call: Locator) -> str:
    key = str(call.get_attribute("id")).removeprefix("call-").replace("-", "")
    found: str = rows(kiosk, "SELECT state FROM booking WHERE id = ?", key)[0][0]
    return found


def test_an_afternoon_of_calls(board: Room, kiosk: Kiosk) -> None:
    talks, missed = _call(board, 0), _call(board, 1)

    if talks.get_by_role("button", name="叫孩子").count():
        _touch(talks, "叫孩子")
    _touch(talks, "开始拨打")

    expect(talks.locator(".talk__left")).to_have_text(re.compile(r"^[67]:\d\d$"))
    expect(talks.locator("[data-number]")).to_have_text(re.compile(r"^\d{11}$"))
    board.shoot("board-ringing")
    _touch(talks, "打完了")
    _touch(talks, "真的打通了")
    expect(talks.locator(".call__how")).to_contain_text("接通")
    assert _state(kiosk, talks) == "done"

    _touch(talks, "撤回")
    expect(talks.locator(".talk__left")).to_be_visible()
    _touch(talks, "断线了")
    expect(talks.locator(".call__how")).to_contain_text("断线")
    assert _state(kiosk, talks) == "cut"

    _touch(missed, "叫孩子")
    _touch(missed, "开始拨打")
    _touch(missed, "没人接，再打一次")
    _touch(missed, "没人接")
    expect(missed.locator(".call__how")).to_contain_text("打了 2 次")
    board.shoot("board-nobody-answered")
    assert _state(kiosk, missed) == "no_answer"


def test_a_sheet_is_opened_by_its_code_and_typed_in_with_a_key_for_each_call(
    board: Room, kiosk: Kiosk
) -> None:
    ((today,),) = rows(kiosk, "SELECT max(local_day) FROM visit")
    ((home,),) = rows(kiosk, "SELECT id FROM home")
    code = call_sheets.sheet_code(date.fromisoformat(today), UUID(str(home)))

    board.gun.scan(code, "\r")
    board.page.wait_for_url("**/staff/calls/sheet?on=*")
    lines = board.page.locator("[data-sheet] tbody tr")
    for at, key in enumerate("12"):
        expect(lines.nth(at).locator("input").first).to_be_focused()
        board.page.keyboard.press(key)
    expect(lines.nth(2).locator("input").first).to_be_focused()
    board.shoot("board-sheet")
    board.page.keyboard.press("Enter")

    expect(board.page.get_by_role("status")).to_contain_text("已补录 2 通电话")


def test_the_page_of_a_call_that_is_led_waits_until_its_place_is_over(board: Room) -> None:
    board.page.clock.install()
    board.open("/staff/calls")
    rung = _call(board, 0)
    if rung.get_by_role("button", name="叫孩子").count():
        _touch(rung, "叫孩子")
    _touch(rung, "开始拨打")
    expect(rung.locator(".talk__left")).to_be_visible()

    board.page.clock.run_for(LOOKS)  # the page has seen that somebody rings
    board.page.clock.fast_forward(STILL)
    expect(rung.locator(".talk__left")).to_be_visible()
    assert board.page.url.endswith("/staff/calls")

    board.page.clock.fast_forward(PLACE)
    board.page.wait_for_url(HOME)


def test_a_page_without_a_call_goes_home(board: Room) -> None:
    board.page.clock.install()
    board.open("/staff/calls/week")

    board.page.clock.fast_forward(STILL)

    board.page.wait_for_url(HOME)
