"""Forms on the staff pages in a real browser: two taps, and three fields beside one pad."""

import pytest

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

    fields = room.page.locator("[data-pad-field]").all()
    assert [one.input_value() for one in fields] == [PIN] * 3
    room.page.locator("form[data-pad] [type='submit']").tap()
    room.page.wait_for_url("**/staff")
