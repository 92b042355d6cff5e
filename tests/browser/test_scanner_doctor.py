"""The scanner page: it learns how a scanner writes, says what is wrong, and notices a change."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Request, expect

from kiosk.rules.scanners import SHEET, SheetCode
from tests.browser.devices import Key
from tests.browser.process import Kiosk
from tests.browser.room import Pocket, Room, rows, visits

pytestmark = pytest.mark.browser

PAGE = "/staff/setup/scanner"
STAR = Key("Digit8", "*", 56, 8)  # with Shift


def _learn(room: Room, read: Callable[[str], None]) -> None:
    """Sign in, open the page and read the six codes, the last first."""
    room.open(PAGE)
    if "/staff/" not in room.page.url or room.page.url.endswith("/door"):
        room.open()
        room.staff_sign_in(room.kiosk.codes("staff")[0])
        room.open(PAGE)
    for count, text in enumerate(reversed(SHEET.values()), start=1):
        read(text)
        if count < len(SHEET):
            expect(room.page.locator(".is-heard")).to_have_count(count)
    expect(room.page.locator(".said--fine")).to_be_visible()


def _faults(room: Room) -> list[str]:
    return room.page.locator(".faults b").all_inner_texts()


def _profile(kiosk: Kiosk) -> tuple[object, ...]:
    (found,) = rows(
        kiosk,
        "SELECT terminator, prefix, letter_case, isbn, drops_characters, has_input_method, change"
        " FROM scanner",
    )
    return found


def test_a_change_of_a_learned_scanner_is_a_red_line_until_it_is_learned_again(
    room: Room, pocket: Pocket
) -> None:
    _learn(room, room.gun.scan)
    room.screen.shoot("setup-scanner")
    fine = _faults(room)
    kept = _profile(room.kiosk)

    room.open()
    child = pocket.child()
    for end in ("\r", "\t", "\r"):  # once otherwise is an accident
        with room.page.expect_response("**/scan"):
            room.gun.scan(child.code, end)
    unchanged = _profile(room.kiosk)
    with room.page.expect_response("**/scanner"):
        for _ in range(2):
            room.gun.scan(child.code, "\t")
            room.page.wait_for_timeout(300)  # a child puts a card down and takes it up again
    changed = _profile(room.kiosk)
    room.put(room.kiosk.codes("staff")[0])  # the page was left a moment ago: no PIN
    room.page.wait_for_url("**/staff/setup/scanner**")
    room.open("/staff")
    red = room.page.locator(".todo .is-red")

    expect(red).to_contain_text("扫码器")
    room.screen.shoot("staff-home-scanner")
    assert fine == ["一切正常。"]
    assert kept == unchanged == ("enter", "", "upper", "as_printed", 0, 0, None)
    assert changed == ("enter", "", "upper", "as_printed", 0, 0, "terminator")
    assert len(visits(room.kiosk, child)) == 1

    _learn(room, lambda text: room.gun.scan(text, "\t"))
    room.open("/staff")
    expect(room.page.locator(".home__todo")).to_be_visible()
    expect(red).to_have_count(0)
    assert _profile(room.kiosk) == ("tab", "", "upper", "as_printed", 0, 0, None)


def test_keys_that_a_busy_machine_brings_late_are_no_fault_of_the_scanner(room: Room) -> None:
    def read(text: str) -> None:
        if text == SHEET[SheetCode.LONG]:
            room.gun.scan(text[:12], "")
            room.page.wait_for_timeout(700)  # longer than any gun pauses inside a code
            room.gun.scan_late(text[12:])
        else:
            room.gun.scan(text)

    _learn(room, read)

    assert _faults(room) == ["一切正常。"]


def test_the_enter_of_a_person_is_not_taken_for_the_scanner_s(room: Room) -> None:
    def read(text: str) -> None:
        room.gun.scan(text, "")
        room.page.wait_for_timeout(700)  # longer than any gun pauses inside a code
        room.page.keyboard.press("Enter")

    _learn(room, read)

    assert _faults(room) == ["它在码后面什么也不发送。"]


def test_codes_that_come_before_the_page_has_answered_are_all_heard(room: Room) -> None:
    room.open()
    room.staff_sign_in(room.kiosk.codes("staff")[0])
    room.open(PAGE)

    for text in SHEET.values():
        room.gun.scan(text)

    expect(room.page.locator(".said--fine")).to_be_visible()
    assert _faults(room) == ["一切正常。"]


def test_a_sheet_read_after_the_page_was_left_alone_too_long_says_so(room: Room) -> None:
    room.open()
    room.staff_sign_in(room.kiosk.codes("staff")[0])
    room.open(PAGE)
    room.page.context.clear_cookies()
    room.screen.expect_console("403")

    room.gun.scan(SHEET[SheetCode.LETTERS])

    expect(room.page.locator("[data-scanner-form]")).to_have_count(0)


def test_a_scanner_with_every_vice_is_told_what_to_change_and_still_read(
    room: Room, pocket: Pocket
) -> None:
    def read(text: str) -> None:
        room.gun.press(STAR)
        room.gun.scan(text.lower().replace("0123", "013"), "")

    _learn(room, read)
    room.screen.shoot("setup-scanner-faults")
    faults = _faults(room)
    child = pocket.child()
    room.open()
    room.gun.press(STAR)
    room.gun.scan(child.code.lower(), "")

    expect(room.page.locator("#screen h1")).not_to_contain_text("把你的卡")
    assert len(visits(room.kiosk, child)) == 1
    assert _profile(room.kiosk) == ("nothing", "*", "lower", "as_printed", 1, 0, None)
    assert len(faults) == 4


@pytest.mark.parametrize("prefix", ["S", "77"])
def test_a_child_s_card_is_not_sent_as_a_code_of_the_sheet(
    room: Room, pocket: Pocket, prefix: str
) -> None:
    sent: list[str] = []
    room.open()
    room.staff_sign_in(room.kiosk.codes("staff")[0])
    room.open(PAGE)
    room.page.on("request", lambda request: sent.append(request.post_data or ""))
    room.page.evaluate(
        "document.addEventListener('kiosk:burst', ({ detail }) => { window.burst = detail.text; })"
    )
    card = pocket.child().code

    room.gun.scan(prefix + card, "")
    room.page.wait_for_function("() => window.burst")

    assert room.page.evaluate("window.burst") == prefix + card
    assert not [body for body in sent if "reading=" in body]


def test_an_input_method_and_alt_mode_are_recognised(room: Room) -> None:
    room.gun.with_input_method = True
    _learn(room, room.gun.scan)
    composed = _faults(room)
    room.gun.with_input_method = False
    _learn(room, room.gun.scan_in_alt_mode)

    assert composed == ["中文输入法开着。"]
    assert _faults(room) == ["它用 Alt 加小键盘数字输入每个字符。"]


def test_scans_that_are_damaged_again_and_again_are_told_once(room: Room, pocket: Pocket) -> None:
    told: list[str] = []
    _learn(room, room.gun.scan)

    def note(sent: Request) -> None:
        if sent.url.endswith("/scanner"):
            told.append(sent.post_data or "")

    room.page.on("request", note)
    room.open()
    child = pocket.child()

    for lost in range(2, 6):
        with room.page.expect_response("**/scan"):
            room.gun.scan(child.code[:lost] + child.code[lost + 1 :])
    room.sign_in(child)

    assert told == ["change=dropped_characters"]
    assert child.code not in "".join(told)


def test_the_sheet_read_on_a_child_s_screen_does_nothing(room: Room) -> None:
    room.screen.expect_console("404")  # the book that no publisher has
    room.open()
    before = rows(room.kiosk, "SELECT count(*) FROM visit")

    for text in SHEET.values():
        with room.page.expect_response("**/scan"):
            room.gun.scan(text)

    room.says("把你的卡")
    assert rows(room.kiosk, "SELECT count(*) FROM visit") == before
