"""A staff page without a finger or a mouse."""

import re
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser import reach
from tests.browser.room import PIN, Room, rows

# What has the focus: its words or its label, and whether the eye sees that it has it.
FOCUSED: Final = """() => {
  const one = document.activeElement, label = one.closest("label");
  const words = one.getAttribute("aria-label") || (label ?? one).textContent;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const { width, height } = one.getBoundingClientRect();
  const isSeen = outlineStyle === "solid" && parseFloat(outlineWidth) >= 2 && width * height > 0;
  return [words.replace(/\\s+/g, " ").trim(), one.name ?? "", isSeen];
}"""
MOST_TABS: Final = 80
FREE: Final = """
  SELECT family_name || given_name, given_name FROM child
  WHERE id IN (SELECT child_id FROM contact WHERE status = 'approved')
  AND id NOT IN (SELECT child_id FROM booking) LIMIT 1"""


def _paste_the_pin(room: Room) -> None:
    room.screen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    room.put(room.kiosk.codes("staff")[0])
    _be_at(room, "**/staff/door")
    expect(room.page.locator("[data-pad-field]")).to_be_focused()
    room.page.evaluate("pin => navigator.clipboard.writeText(pin)", PIN)
    room.page.keyboard.press("Control+V")
    _be_at(room, "**/staff")


def _be_at(room: Room, address: str | re.Pattern[str]) -> None:
    """Wait until a page is there and takes keys."""
    room.page.wait_for_url(address)
    room.wait_for_the_first_picture()


def _tab_to(room: Room, words: str, *, field: str = "") -> None:
    """Press Tab until something with these words, or the field of this name, has the focus."""
    for _ in range(MOST_TABS):
        room.page.keyboard.press("Tab")
        said, name, is_seen = room.page.evaluate(FOCUSED)
        if said and room.page.evaluate("document.activeElement !== document.body"):
            assert is_seen, f"the focus is not to be seen: {said}"
        if name == field if field else said.startswith(words):
            return
    raise AssertionError(f"no key leads to {words or field}")


def test_keys_alone_lead_in_and_past_the_menu(room: Room) -> None:
    keyboard = room.page.keyboard
    room.put(room.kiosk.codes("staff")[0])
    _be_at(room, "**/staff/door")
    expect(room.page.locator("[data-pad-field]")).to_be_focused()

    keyboard.type(PIN)
    _be_at(room, "**/staff")
    keyboard.press("Tab")
    expect(room.page.locator(".skip")).to_be_in_viewport()
    keyboard.press("Enter")
    room.page.wait_for_url("**/staff#*")
    keyboard.press("Tab")

    assert room.page.evaluate("document.activeElement.closest('main') !== null")
    assert room.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_room_is_closed_and_opened_with_keys_alone(room: Room) -> None:
    _paste_the_pin(room)

    _tab_to(room, "关闭")
    room.page.keyboard.press("Enter")
    _be_at(room, "**/staff/opening/close")
    if room.page.locator("[name='are_told']").count():  # a child waits for its call
        _tab_to(room, "", field="are_told")
        room.page.keyboard.press("Space")
    _tab_to(room, "", field="is_tidy")
    room.page.keyboard.press("Space")
    _tab_to(room, "关闭房间")
    room.page.keyboard.press("Enter")
    _be_at(room, "**/staff")
    assert rows(room.kiosk, "SELECT count(*) FROM opening WHERE state = 'open'") == [(0,)]
    room.open("/staff/opening/open")
    _tab_to(room, "八项都正常，开放")
    room.page.keyboard.press("Enter")

    expect(room.page.locator(".said")).to_contain_text("房间开放了")
    assert rows(room.kiosk, "SELECT count(*) FROM opening WHERE state = 'open'") == [(1,)]


def test_a_child_is_found_and_a_call_booked_with_keys_alone(room: Room) -> None:
    whole_name, given_name = rows(room.kiosk, FREE)[0]
    _paste_the_pin(room)
    before = rows(room.kiosk, "SELECT count(*) FROM booking")[0][0]

    _tab_to(room, "名册")
    room.page.keyboard.press("Enter")
    _be_at(room, "**/staff/children")
    expect(room.page.locator("[name='text']")).to_be_focused()
    room.page.keyboard.insert_text(whole_name)
    room.page.keyboard.press("Enter")
    expect(room.page.locator(".person").first).to_contain_text(whole_name)
    room.wait_for_the_first_picture()
    _tab_to(room, whole_name)
    room.page.keyboard.press("Enter")
    expect(room.page).to_have_title(re.compile(given_name))
    room.wait_for_the_first_picture()
    _tab_to(room, "约电话")
    room.page.keyboard.press("Enter")
    _be_at(room, "**/staff/calls/child/*")
    _tab_to(room, "", field="slot_id")
    room.page.keyboard.press("Space")
    _tab_to(room, "约好")
    room.page.keyboard.press("Enter")

    room.page.wait_for_url(re.compile("/staff/calls(?!/child)"))
    assert rows(room.kiosk, "SELECT count(*) FROM booking") == [(before + 1,)]


def test_a_focus_that_nobody_sees_is_found(room: Room) -> None:
    _paste_the_pin(room)
    reach.restyle(room.page, ":focus-visible { outline: none !important; }")

    with pytest.raises(AssertionError, match="not to be seen"):
        _tab_to(room, "关闭")
