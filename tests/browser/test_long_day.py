"""A screen that stands all day: scan after scan, it holds no more than before."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.rules.codes import CodeKind, compose
from tests.browser import drawing
from tests.browser.devices import Gun
from tests.browser.stub import Reply, Stub
from tests.web import gallery

pytestmark = pytest.mark.browser

WARM, LOOKS, SCANS = 20, 2, 200  # the long form, 2,000, is read off the bench
A_FEW_SCREENS = 1_000  # nodes: what the browser may hold a while longer, however many came before
# A greeting that was replaced is held until its timer to the own page is over.
GREETED_MS = 4_500
TURNS = ("03a-greeting-morning", "05b-lent", "05h-returned", "09-refusal")
LEAK = """document.addEventListener("kiosk:swapped", () => {
  (window.kept ??= []).push(document.querySelector("#screen").firstElementChild);
  document.addEventListener("never", () => {});
})"""


@pytest.fixture
def stub() -> Iterator[Stub]:
    """Return a server that answers each scan with one of four screens."""
    made, screens = drawing.environment("zh-1"), gallery.screens()
    drawn = [made.get_template(screens[one].template).render(screens[one].values) for one in TURNS]
    stub = Stub()
    stub.scripts.append("js/touch.js")
    stub.on_scan = lambda _: Reply(html=drawn[len(stub.scans) % len(drawn)])
    yield stub
    stub.stop()


@pytest.fixture
def page(chromium: Browser, stub: Stub) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.goto(stub.url)
    yield page
    page.close()


def _scan(stub: Stub, gun: Gun, count: int) -> None:
    before = len(stub.codes)
    for number in range(count):
        gun.scan(compose(CodeKind.CHILD, f"{before + number:010}"))
    stub.wait_for_codes(before + count)
    expect(gun.page.locator("body[data-scanning]")).to_have_count(0)


def _held(stub: Stub, gun: Gun) -> tuple[float, float]:
    """Return the nodes and listeners that the page holds once what is garbage has gone.

    The browser itself may keep the last few screens for a while: the least of some looks counts.
    """
    looks = []
    for _ in range(LOOKS):
        _scan(stub, gun, len(TURNS))
        gun.page.wait_for_timeout(GREETED_MS)
        for _ in range(4):
            gun.cdp.send("HeapProfiler.collectGarbage")
        metrics = gun.cdp.send("Performance.getMetrics")["metrics"]
        looks.append({one["name"]: one["value"] for one in metrics})
    return min(look["Nodes"] for look in looks), min(look["JSEventListeners"] for look in looks)


def _growth(stub: Stub, page: Page) -> tuple[float, float]:
    gun = Gun(page)
    gun.cdp.send("Performance.enable")
    _scan(stub, gun, WARM)
    nodes, listeners = _held(stub, gun)
    _scan(stub, gun, SCANS)
    more_nodes, more_listeners = _held(stub, gun)
    return more_nodes - nodes, more_listeners - listeners


def test_two_hundred_scans_leave_no_node_and_no_listener_behind(stub: Stub, page: Page) -> None:
    nodes, listeners = _growth(stub, page)

    assert nodes < A_FEW_SCREENS
    assert listeners < SCANS / 10


def test_a_screen_that_is_kept_after_each_scan_is_seen(stub: Stub, page: Page) -> None:
    page.evaluate(LEAK)

    nodes, listeners = _growth(stub, page)

    assert nodes > 10 * A_FEW_SCREENS
    assert listeners >= SCANS
