"""The ring, the way home, the wall clock, and the forgiving touch."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.rules.codes import CodeKind, compose
from tests.browser.devices import Fingers, Gun
from tests.browser.stub import Reply, Stub, always

pytestmark = pytest.mark.browser

CARD = compose(CodeKind.CHILD, "7K3M9QX2AB")
CHILDS_PAGE = '<section data-session><p id="name">Xiaoman</p></section>'
TILES = (
    "<section>"
    '<button id="one" hx-post="/one" hx-swap="none">1</button>'
    '<button id="two" hx-post="/two" hx-swap="none">2</button>'
    "</section>"
)


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    stub.scripts.append("js/touch.js")
    yield stub
    stub.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, has_touch=True)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.clock.install(time="2026-11-22T08:42:00Z")
    yield page
    page.close()
    assert not complaints


def _open(page: Page, stub: Stub, screen: str) -> None:
    """Show a screen, as an answer of the server does, and stop the clock at 16:45."""
    page.goto(stub.url)
    page.clock.pause_at("2026-11-22T08:45:00Z")
    page.evaluate(
        "html => htmx.swap('#screen', html, { swapStyle: 'innerHTML', settleDelay: 0 })", screen
    )


def _posts(stub: Stub, path: str) -> int:
    return sum(post.path == path for post in stub.posts)


# --- the ring


def test_after_ten_seconds_the_ring_hides_the_child_s_page(stub: Stub, page: Page) -> None:
    _open(page, stub, CHILDS_PAGE)

    page.clock.run_for(9_700)
    expect(page.locator(".still-there")).to_have_count(0)
    page.clock.run_for(300)

    expect(page.locator(".still-there")).to_be_visible()
    expect(page.locator("#name")).to_be_hidden()


def test_one_of_twenty_lanterns_goes_out_each_second(stub: Stub, page: Page) -> None:
    _open(page, stub, CHILDS_PAGE)
    out = page.locator(".lantern--out")
    page.clock.run_for(10_000)

    for second in range(19):
        expect(out).to_have_count(second)
        page.clock.run_for(1_000)

    expect(page.locator("[data-lantern]")).to_have_count(20)


def test_after_thirty_seconds_the_session_ends_and_the_idle_screen_stands(
    stub: Stub, page: Page
) -> None:
    _open(page, stub, CHILDS_PAGE)

    page.clock.run_for(29_500)
    assert _posts(stub, "/me/end") == 0
    page.clock.run_for(500)

    stub.wait_for_post("/me/end")
    expect(page.locator("#home")).to_be_visible()
    expect(page.locator("#name")).to_have_count(0)
    expect(page.locator(".still-there")).to_have_count(0)
    assert _posts(stub, "/me/end") == 1


@pytest.mark.parametrize("place", ["[data-still=stay]", ".still-there"])
def test_any_touch_on_the_ring_means_i_am_here(stub: Stub, page: Page, place: str) -> None:
    _open(page, stub, CHILDS_PAGE)
    page.clock.run_for(11_000)
    assert _posts(stub, "/me/stay") == 0

    page.locator(place).last.tap(position={"x": 20, "y": 20})

    expect(page.locator("#name")).to_be_visible()
    stub.wait_for_post("/me/stay")
    page.clock.run_for(9_500)
    expect(page.locator(".still-there")).to_have_count(0)


def test_i_am_done_ends_at_once(stub: Stub, page: Page) -> None:
    _open(page, stub, CHILDS_PAGE)
    page.clock.run_for(11_000)

    page.locator("[data-still=done]").tap()

    stub.wait_for_post("/me/end")
    expect(page.locator("#home")).to_be_visible()
    assert _posts(stub, "/me/stay") == 0


def test_a_touch_begins_the_ten_seconds_anew_and_the_server_hears_of_it(
    stub: Stub, page: Page
) -> None:
    _open(page, stub, CHILDS_PAGE)
    page.clock.run_for(9_000)

    page.touchscreen.tap(600, 400)

    stub.wait_for_post("/me/stay")
    page.clock.run_for(9_500)
    expect(page.locator(".still-there")).to_have_count(0)
    page.clock.run_for(500)
    expect(page.locator(".still-there")).to_be_visible()


def test_a_card_on_the_scanner_takes_the_ring_away(stub: Stub, page: Page) -> None:
    stub.on_scan = always(Reply(html='<section data-session id="other">other</section>'))
    _open(page, stub, CHILDS_PAGE)
    page.clock.run_for(12_000)
    expect(page.locator(".still-there")).to_be_visible()

    Gun(page).scan(CARD)

    expect(page.locator("#other")).to_be_visible()
    expect(page.locator(".still-there")).to_have_count(0)


def test_a_page_that_slept_ends_the_session_when_it_wakes(stub: Stub, page: Page) -> None:
    _open(page, stub, CHILDS_PAGE)

    page.clock.fast_forward(3_600_000)

    stub.wait_for_post("/me/end")
    expect(page.locator("#home")).to_be_visible()


def test_a_pc_that_slept_ends_the_session_when_it_wakes(stub: Stub, page: Page) -> None:
    _open(page, stub, CHILDS_PAGE)

    page.clock.set_system_time("2026-11-22T09:45:00Z")  # what counts uptime stood still
    page.clock.run_for(250)

    stub.wait_for_post("/me/end")


def test_without_a_server_nothing_of_the_child_stays(stub: Stub, page: Page) -> None:
    _open(page, stub, CHILDS_PAGE)
    stub.stop()

    page.clock.run_for(30_000)
    page.clock.run_for(7_000)
    expect(page.locator("#name")).to_have_count(0)
    stub.start()
    page.clock.resume()

    expect(page.locator("#home")).to_be_visible()


def test_a_session_that_the_server_has_ended_goes_home_with_the_next_touch(
    stub: Stub, page: Page
) -> None:
    stub.pages["/me/stay"] = Reply(status=404)
    _open(page, stub, CHILDS_PAGE)
    page.clock.run_for(5_000)

    page.touchscreen.tap(600, 400)

    expect(page.locator("#home")).to_be_visible()


def test_a_screen_without_a_child_has_no_ring(stub: Stub, page: Page) -> None:
    _open(page, stub, '<section id="home">home</section>')

    page.clock.run_for(60_000)

    expect(page.locator(".still-there")).to_have_count(0)
    assert stub.posts == []


def test_the_goodbye_goes_home_by_itself(stub: Stub, page: Page) -> None:
    _open(page, stub, '<section data-goes-home="6">bye</section>')

    page.clock.run_for(5_500)
    expect(page.locator("#home")).to_have_count(0)
    page.clock.run_for(500)

    expect(page.locator("#home")).to_be_visible()


def test_the_wall_clock_shows_the_school_s_time(stub: Stub, page: Page) -> None:
    _open(
        page,
        stub,
        '<time data-clock>?</time><svg viewBox="0 0 100 100">'
        '<path data-hand="hour" transform="rotate(0 50 50)" d="M50 50V20"/>'
        '<path data-hand="minute" transform="rotate(6.5 50 50)" d="M50 50V10"/></svg>',
    )
    expect(page.locator("time")).to_have_text("4:45")  # 08:45 in UTC

    page.clock.run_for(15 * 60_000)

    expect(page.locator("time")).to_have_text("5:00")
    expect(page.locator("[data-hand=hour]")).to_have_attribute("transform", "rotate(150 50 50)")
    expect(page.locator("[data-hand=minute]")).to_have_attribute("transform", "rotate(0 50 50)")


def test_noon_is_twelve(stub: Stub, page: Page) -> None:
    _open(page, stub, "<time data-clock>?</time>")

    page.clock.set_system_time("2026-11-22T04:05:00Z")
    page.clock.run_for(5_000)

    expect(page.locator("time")).to_have_text("12:05")


# --- what comes after the first picture

PAINTS = """() => {
  window.PerformanceObserver = class {
    constructor(seen) {
      window.paint = (name) => {
        const entries = [{ name }];
        seen({
          getEntries: () => entries,
          getEntriesByName: (wanted) => entries.filter((one) => one.name === wanted),
        });
      };
    }
    observe() { }
  };
}"""


def test_bare_ground_is_no_first_picture(stub: Stub, page: Page) -> None:
    stub.kind = 'data-kiosk data-later="/static/js/find.js"'
    page.add_init_script(f"({PAINTS})()")
    page.goto(stub.url)
    later = page.locator("script[src*='find.js']")

    page.evaluate("window.paint('first-paint')")
    page.clock.run_for(1_000)
    too_early = later.count()
    page.evaluate("window.paint('first-contentful-paint')")

    expect(later).to_have_count(1)
    assert too_early == 0


# --- the touch


@pytest.fixture
def fingers(page: Page, stub: Stub) -> Fingers:
    """Two tiles of 100 px, 20 px apart: x 100-200 and 220-320, y 100-200."""
    _open(page, stub, TILES)
    page.clock.run_for(1_000)
    return Fingers(page)


def test_a_tile_sinks_when_it_is_pressed_and_acts_when_it_is_let_go(
    stub: Stub, page: Page, fingers: Fingers
) -> None:
    fingers.down(150, 150)
    expect(page.locator("#one.is-pressed")).to_have_count(1)
    page.clock.run_for(5_000)
    assert stub.posts == []

    fingers.up()

    stub.wait_for_post("/one")
    expect(page.locator(".is-pressed")).to_have_count(0)
    assert _posts(stub, "/one") == 1


@pytest.mark.usefixtures("fingers")
def test_a_mouse_presses_a_tile_once(stub: Stub, page: Page) -> None:
    page.mouse.click(150, 150)

    stub.wait_for_post("/one")
    page.clock.run_for(1_000)
    page.mouse.click(270, 150)
    stub.wait_for_post("/two")
    assert [post.path for post in stub.posts] == ["/one", "/two"]


@pytest.mark.parametrize(("x", "tile"), [(207, "/one"), (213, "/two"), (82, "/one"), (338, "/two")])
def test_a_touch_beside_a_tile_is_the_nearest_one_s(
    stub: Stub, fingers: Fingers, x: int, tile: str
) -> None:
    fingers.tap(x, 150)

    stub.wait_for_post(tile)
    assert [post.path for post in stub.posts] == [tile]


def test_a_finger_that_slides_off_a_tile_presses_nothing(
    stub: Stub, page: Page, fingers: Fingers
) -> None:
    fingers.down(150, 150)
    fingers.move(150, 400)
    expect(page.locator(".is-pressed")).to_have_count(0)
    fingers.up()
    page.clock.run_for(1_000)

    fingers.tap(270, 150)

    stub.wait_for_post("/two")
    assert _posts(stub, "/one") == 0


def test_only_the_first_finger_counts(stub: Stub, fingers: Fingers) -> None:
    fingers.down(150, 150, finger=0)
    fingers.tap(270, 150, finger=1)
    fingers.up(finger=0)

    stub.wait_for_post("/one")
    assert _posts(stub, "/two") == 0


def test_a_hand_that_rests_on_the_glass_does_not_block_a_finger_for_long(
    stub: Stub, page: Page, fingers: Fingers
) -> None:
    fingers.down(600, 600, finger=0)
    fingers.tap(150, 150, finger=1)
    page.clock.run_for(2_000)
    fingers.tap(270, 150, finger=1)

    stub.wait_for_post("/two")
    assert _posts(stub, "/one") == 0


def test_a_second_touch_on_the_same_spot_is_the_first_one_again(
    stub: Stub, page: Page, fingers: Fingers
) -> None:
    fingers.tap(150, 150)
    stub.wait_for_post("/one")
    page.clock.run_for(300)
    fingers.tap(155, 150)
    page.clock.run_for(400)
    fingers.tap(270, 150)

    stub.wait_for_post("/two")
    assert _posts(stub, "/one") == 1


def test_a_touch_right_after_a_new_picture_is_not_meant_for_it(
    stub: Stub, page: Page, fingers: Fingers
) -> None:
    page.evaluate("document.dispatchEvent(new CustomEvent('kiosk:swapped'))")
    page.clock.run_for(200)
    fingers.tap(150, 150)
    page.clock.run_for(100)
    fingers.tap(270, 150)

    stub.wait_for_post("/two")
    assert _posts(stub, "/one") == 0


def test_a_pinch_does_not_zoom_and_a_long_press_opens_no_menu(page: Page, fingers: Fingers) -> None:
    page.evaluate(
        "window.menus = 0; addEventListener('contextmenu',"
        " e => { if (!e.defaultPrevented) window.menus += 1; })"
    )
    fingers.down(500, 400, finger=0)
    fingers.down(600, 400, finger=1)
    for step in range(1, 8):
        fingers.move(500 - 20 * step, 400, finger=0)
        fingers.move(600 + 20 * step, 400, finger=1)
    fingers.up(finger=0)
    fingers.up(finger=1)
    page.mouse.click(150, 150, button="right")

    assert page.evaluate("visualViewport.scale") == 1
    assert page.evaluate("window.menus") == 0


def test_a_tile_has_sunk_before_the_next_picture_is_drawn(page: Page, fingers: Fingers) -> None:
    page.evaluate(
        """() => addEventListener("pointerdown", () => {
          window.sunk = document.querySelector("#one").classList.contains("is-pressed");
        })"""
    )

    fingers.down(150, 150)

    assert page.evaluate("window.sunk") is True


# What a page does that takes each finger as it comes.
NAIVE_TOUCH = """addEventListener("pointerdown", ({ clientX: x, clientY: y }) => {
  requestAnimationFrame(() => document.elementFromPoint(x, y)?.classList.add("is-pressed"));
  window.sunk = Boolean(document.querySelector(".is-pressed"));
  document.elementFromPoint(x, y)?.closest("button")?.click();
})"""


NOTE_CLICKS = """() => {
  window.clicks = [];
  addEventListener("click", ({ isTrusted, target }) => isTrusted || window.clicks.push(target.id));
}"""


def test_a_page_that_takes_each_finger_as_it_comes_fails_each_of_these(
    stub: Stub, page: Page
) -> None:
    stub.scripts.remove("js/touch.js")
    _open(page, stub, TILES)
    page.evaluate(NAIVE_TOUCH)
    page.evaluate(NOTE_CLICKS)
    fingers = Fingers(page)

    fingers.down(150, 150, finger=0)  # presses at once, and a second finger too
    fingers.down(270, 150, finger=1)
    fingers.up(finger=1)
    fingers.move(150, 400, finger=0)  # slides off
    fingers.up(finger=0)
    fingers.tap(155, 150)  # again, at once
    page.evaluate("document.dispatchEvent(new CustomEvent('kiosk:swapped'))")
    fingers.tap(150, 150)  # right after a new picture

    assert page.evaluate("window.sunk") is False
    assert page.evaluate("window.clicks") == ["one", "two", "one", "one"]


NOTE_MENUS = """() => {
  window.menus = 0;
  addEventListener("contextmenu", (event) => { window.menus += !event.defaultPrevented; });
}"""


@pytest.mark.parametrize("is_ours", [True, False], ids=["kiosk", "plain"])
def test_no_menu_opens_and_no_words_are_marked(stub: Stub, page: Page, *, is_ours: bool) -> None:
    if not is_ours:
        stub.scripts.remove("js/touch.js")
    _open(page, stub, "<p style='font-size:60px'>words</p>")
    page.evaluate(NOTE_MENUS)

    page.mouse.dblclick(80, 90)
    marked = page.evaluate("getSelection().toString().trim()")
    page.mouse.click(80, 90, button="right")

    found = page.evaluate("window.menus"), marked
    assert found == ((0, "") if is_ours else (1, "words"))


@pytest.mark.parametrize("is_ours", [True, False], ids=["kiosk", "plain"])
def test_ctrl_and_wheel_do_not_zoom(stub: Stub, page: Page, *, is_ours: bool) -> None:
    if not is_ours:
        stub.scripts.remove("js/touch.js")
    _open(page, stub, TILES)
    page.evaluate(
        "addEventListener('wheel', (event) => { window.swallowed = event.defaultPrevented; })"
    )

    turn = {"type": "mouseWheel", "x": 600, "y": 300, "deltaX": 0, "deltaY": -100, "modifiers": 2}
    page.context.new_cdp_session(page).send("Input.dispatchMouseEvent", turn)

    page.wait_for_function("window.swallowed !== undefined", polling=50)
    assert page.evaluate("window.swallowed") is is_ours


def test_buttons_work_without_the_script(stub: Stub, page: Page) -> None:
    stub.scripts.remove("js/touch.js")
    _open(page, stub, TILES)

    page.locator("#one").tap()
    page.mouse.click(270, 150)

    stub.wait_for_post("/one")
    stub.wait_for_post("/two")
