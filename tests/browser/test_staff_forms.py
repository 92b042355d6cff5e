"""Forms on the staff pages in a real browser: two taps, pads, and whole tables beside them."""

import pytest
from playwright.sync_api import expect

from tests.browser.process import Code
from tests.browser.room import PIN, Room


@pytest.fixture
def teacher(room: Room) -> Code:
    return room.kiosk.codes("staff")[0]


def test_two_taps_send_one_form(room: Room, teacher: Code) -> None:
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/record")
    sent: list[str] = []
    room.page.on("request", lambda asked: sent.append(asked.method))

    button = room.page.locator("main form[action='/staff/record'] button")
    button.evaluate("one => { one.click(); one.click(); }")
    room.page.wait_for_url("**/staff/record?asked=1")

    assert sent.count("POST") == 1


def test_a_pin_is_chosen_with_the_pad_alone(room: Room, teacher: Code) -> None:
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/pin")

    for digit in PIN * 3:
        room.page.locator(f"[data-digit='{digit}']").tap()

    fields = room.page.locator("[data-pad-field]")
    expect(fields).to_have_count(3)
    for at in range(3):
        expect(fields.nth(at)).to_have_value(PIN)
    room.page.locator("form[data-pad] [type='submit']").tap()
    room.page.wait_for_url("**/staff")


def test_a_pin_too_short_is_answered_by_us_and_not_by_the_browser(
    room: Room, teacher: Code
) -> None:
    room.put(teacher)
    room.page.wait_for_url("**/staff/door")

    for digit in PIN[:3]:
        room.page.locator(f"[data-digit='{digit}']").tap()
    room.page.locator("form[data-pad] [type='submit']").tap()

    expect(room.page.locator(".door__said")).to_have_text("PIN 是六位数字。")


@pytest.mark.parametrize("name", ["L1", "L3", "L4", "L6"])
def test_every_column_of_a_ledger_is_in_sight(room: Room, name: str) -> None:
    room.page.set_viewport_size({"width": 1280, "height": 800})
    room.staff_sign_in(room.kiosk.codes("staff")[1])

    room.page.goto(f"{room.kiosk.url}/staff/ledgers/{name}?from=2026-01-01&to=2026-12-31")

    table = room.page.locator(".scroll")
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
