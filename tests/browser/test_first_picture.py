"""What stands on the screen first: words and cards; the drawings come when they are there."""

from playwright.sync_api import Browser, Route, expect

from tests.browser.process import Kiosk
from tests.browser.room import PATIENCE
from tests.browser.screen import SIZE

_IS_PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length === 1"
_IS_DRAWN = """
  () => getComputedStyle(document.querySelector(".i-door")).backgroundImage.includes("svg")
"""


def test_words_do_not_wait_for_drawings(chromium: Browser, kiosk: Kiosk) -> None:
    page = chromium.new_page(viewport=SIZE, locale="zh-CN")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/drawings.css?*", hold)

    page.goto(kiosk.url, wait_until="commit")
    page.wait_for_function(_IS_PAINTED)
    expect(page.locator("#screen h1")).to_contain_text("把你的卡放上来吧")
    assert not page.evaluate(_IS_DRAWN)

    for _ in range(PATIENCE // 20):  # they are asked for last
        if held:
            break
        page.wait_for_timeout(20)
    held[0].continue_()
    page.wait_for_function(_IS_DRAWN)
    page.close()


def test_drawings_stand_where_there_are_no_scripts(chromium: Browser, kiosk: Kiosk) -> None:
    context = chromium.new_context(viewport=SIZE, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()

    with page.expect_response("**/drawings.css?*"):
        page.goto(kiosk.url)

    # The one in <noscript> is not kept for paper.
    assert page.locator("noscript link:not([media])").count() == 1
    context.close()
