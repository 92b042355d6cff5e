"""A staff page without a finger or a mouse."""

from playwright.sync_api import expect

from tests.browser.room import PIN, Room


def test_keys_alone_lead_in_and_past_the_menu(room: Room) -> None:
    keyboard = room.page.keyboard
    room.put(room.kiosk.codes("staff")[0])
    room.page.wait_for_url("**/staff/door")

    keyboard.type(PIN)
    room.page.wait_for_url("**/staff")
    keyboard.press("Tab")
    expect(room.page.locator(".skip")).to_be_in_viewport()
    keyboard.press("Enter")
    keyboard.press("Tab")

    assert room.page.evaluate("document.activeElement.closest('main') !== null")
    assert room.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
