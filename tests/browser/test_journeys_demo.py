"""A demo is tried with a mouse: cards and books to click stand for the scanner."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import dated
from tests.browser.process import Kiosk
from tests.browser.room import Room


@pytest.fixture(scope="module")
def kiosk(demo_school: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    """Start the demo as `kiosk demo` leaves it."""
    instance = tmp_path_factory.mktemp("demo-room") / "instance"
    dated.copy(demo_school, instance)
    running = Kiosk(instance=instance)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def test_a_click_beside_the_screen_is_a_scan(room: Room) -> None:
    child = room.kiosk.codes("child")[0]
    book = room.kiosk.codes("item")[0]

    room.page.locator("[data-demo-toggle]").click()
    room.page.locator(f"[data-scan-code='{child.code}']").click()
    room.greets(child)
    room.shoot("demo-greeting")
    room.page.locator(f"[data-scan-code='{book.code}']").click()

    room.says("借好啦")
    room.shoot("demo-lent")


def test_a_click_in_a_second_window_is_a_scan_too(room: Room) -> None:
    child = room.kiosk.codes("child")[1]
    panel = room.screen.context.new_page()
    panel.goto(f"{room.kiosk.url}/demo")

    panel.locator(f"[data-scan-code='{child.code}']").click()

    room.greets(child)
    panel.close()
    room.shoot("demo-from-the-second-window")


def test_the_staff_card_and_the_pin_to_click_are_there(room: Room) -> None:
    teacher = room.kiosk.codes("staff")[0]
    room.page.locator("[data-demo-toggle]").click()
    card = room.page.locator(f"[data-scan-code='{teacher.code}']")
    label = card.locator(".demo-label")
    expect(label).to_contain_text("246810")
    room.shoot("demo-panel")
    assert label.evaluate("label => label.scrollWidth <= label.clientWidth")

    card.click()

    room.page.wait_for_url("**/staff/door")
    room.shoot("demo-pin")
