"""The frame that is made as large as a bank card, in a real browser."""

import pytest

from tests.browser.room import Room, rows

pytestmark = pytest.mark.browser
SCREEN = "/staff/setup/screen"


def test_the_frame_grows_and_the_childrens_buttons_with_it(room: Room) -> None:
    room.staff_sign_in(room.kiosk.codes("staff")[-1])
    room.open(SCREEN)
    frame = room.page.locator("[data-glass-card]")

    room.page.locator("[name=card_px]").fill("503")
    room.page.locator("[data-glass-step='10']").click()

    assert frame.bounding_box()["width"] == 513  # type: ignore[index]
    room.press("一样大了，保存")
    room.page.get_by_role("status").wait_for()
    assert rows(room.kiosk, "SELECT px_per_metre FROM device") == [(5993,)]
    room.open("/")
    assert room.page.locator("html").get_attribute("class") == "mm-24"
