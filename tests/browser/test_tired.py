"""The machine is tired: what a child sees while no server answers, and that nothing is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kiosk.rules.codes import CodeKind, compose
from tests.browser import sound
from tests.browser.devices import Fingers, Gun
from tests.browser.room import Pocket, Room, given_name, visits
from tests.browser.stub import Post, Reply, Stub, always

CARD = compose(CodeKind.CHILD, "7K3M9QX2AB")
CHILDS_PAGE = (
    '<section data-session><p id="name">Xiaoman</p><form hx-post="/one" hx-target="#screen">'
    '<input type="hidden" name="request_id" value="r1"><button id="one">1</button></form></section>'
)
GONE = Reply(status=0)


# --- with the real kiosk


def _tired(room: Room) -> Locator:
    return room.page.locator(".tired")


def test_the_page_of_the_tired_machine_comes_and_goes_by_itself(room: Room, pocket: Pocket) -> None:
    here, next_one = pocket.child(), pocket.child()
    room.screen.expect_console("net::ERR_")
    sound.listen(room.screen.context)
    room.own_page(here)
    sound.ready(room.page)

    room.kiosk.kill()
    room.put(next_one)
    expect(_tired(room)).to_be_visible()
    expect(_tired(room).get_by_role("heading")).to_have_text(re.compile("机器累了.*先找老师记一下"))
    assert given_name(room.kiosk, here) not in room.page.locator("body").inner_text()
    assert room.page.locator("button:visible, a:visible").count() == 0
    room.screen.shoot("door-machine-tired")
    assert sound.heard(room.page) == ["/static/sounds/teacher.wav"]
    room.kiosk.start()

    room.greets(next_one)
    expect(_tired(room)).to_have_count(0)
    assert visits(room.kiosk, next_one) == [("open", None)]


def test_a_tile_touched_while_the_machine_is_tired_is_not_lost(room: Room, pocket: Pocket) -> None:
    room.own_page(pocket.child())

    room.kiosk.freeze()
    room.tap("我要走啦")
    expect(_tired(room)).to_be_visible()
    room.kiosk.thaw()

    room.says("要回家")
    expect(_tired(room)).to_have_count(0)


def test_a_kiosk_that_has_forgotten_who_touched_asks_for_the_card(
    room: Room, pocket: Pocket
) -> None:
    for known in ("net::ERR_", "htmx:", "status of 401", "Status Error Code 401"):
        room.screen.expect_console(known)
    room.own_page(pocket.child())

    room.kiosk.kill()
    room.tap("我要走啦")
    expect(_tired(room)).to_be_visible()
    room.kiosk.start()

    room.says("把你的卡放上来吧")
    expect(_tired(room)).to_have_count(0)


# --- with a server that does what it is told


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    stub.scripts.append("js/touch.js")
    yield stub
    stub.stop()


@pytest.fixture
def page(chromium: Browser, stub: Stub) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, has_touch=True)
    page.clock.install(time="2026-11-22T08:42:00Z")
    page.clock.pause_at("2026-11-22T08:45:00Z")  # first: for a child's page a jump is time to go
    stub.screen = CHILDS_PAGE
    page.goto(stub.url)
    page.evaluate("document.dispatchEvent(new CustomEvent('kiosk:swapped'))")
    page.clock.run_for(300)
    yield page
    page.close()


def _shown(page: Page) -> tuple[int, int]:
    """Return whether "just a moment" and the tired machine are shown."""
    waiting = page.locator("body[data-waiting]").count()
    return waiting, page.locator("body[data-tired] #tired").count()


def test_after_two_seconds_a_moment_and_after_eight_the_machine_is_tired(
    stub: Stub, page: Page
) -> None:
    stub.on_scan = always(Reply(html="<p>welcome</p>", is_held=True))

    Gun(page).scan(CARD)
    stub.wait_for_codes(1)
    page.clock.run_for(1_900)
    at_once = _shown(page)
    page.clock.run_for(200)
    soon = _shown(page)
    page.clock.run_for(6_000)

    assert (at_once, soon, _shown(page)) == ((0, 0), (1, 0), (1, 1))
    stub.let_go.set()
    page.clock.resume()
    expect(page.locator("#screen")).to_have_text("welcome")
    assert _shown(page) == (0, 0)


@pytest.mark.parametrize("status", [0, 503])
def test_a_scan_without_an_answer_is_no_question_whether_the_child_is_still_here(
    stub: Stub, page: Page, status: int
) -> None:
    stub.on_scan = always(Reply(status=status))

    Gun(page).scan(CARD)
    stub.wait_for_codes(1)
    page.clock.run_for(12_000)

    assert _shown(page) == (1, 1)
    expect(page.locator(".still-there")).to_have_count(0)


def test_a_server_that_answers_each_scan_makes_nobody_wait(stub: Stub, page: Page) -> None:
    for number in range(12):
        Gun(page).scan(CARD)
        stub.wait(lambda: len(stub.scans) > number)  # noqa: B023
        expect(page.locator("body[data-scanning]")).to_have_count(0)
        page.clock.run_for(1_000)

    assert _shown(page) == (0, 0)


def test_the_screen_s_own_questions_make_nobody_tired(stub: Stub, page: Page) -> None:
    page.evaluate(
        """() => htmx.swap("#screen", '<section hx-get="/gone" hx-trigger="every 1s"></section>',
        { swapStyle: "innerHTML", settleDelay: 0 })"""
    )
    stub.pages["/gone"] = GONE

    for _ in range(12):
        page.clock.run_for(1_000)
    stub.wait(lambda: "/gone" in stub.gets)

    assert _shown(page) == (0, 0)


def test_a_tile_without_an_answer_is_sent_again_under_its_id(stub: Stub, page: Page) -> None:
    def sent() -> list[Post]:
        return [post for post in stub.posts if post.path == "/one"]

    stub.pages["/one"] = GONE

    Fingers(page).tap(150, 150)
    stub.wait(lambda: len(sent()) == 1)
    for _ in range(9):
        page.clock.run_for(1_000)
        page.wait_for_timeout(0)
    tired = _shown(page)
    stub.pages["/one"] = Reply(html="<p>done</p>")
    page.clock.resume()

    expect(page.locator("#screen")).to_have_text("done")
    assert tired == (1, 1)
    assert _shown(page) == (0, 0)
    assert {post.request_id for post in sent()} == {"r1"}


def test_nobody_s_empty_screen_is_tired_when_it_is_touched(stub: Stub, page: Page) -> None:
    stub.stop()
    page.clock.run_for(30_000)
    page.clock.run_for(5_000)
    page.clock.run_for(5_000)
    expect(page.locator("#name")).to_have_count(0)
    untouched = _shown(page)

    Fingers(page).tap(700, 300)
    page.clock.run_for(8_100)
    touched = _shown(page)
    stub.start()
    page.clock.resume()

    expect(page.locator("#home")).to_be_visible()
    assert (untouched, touched, _shown(page)) == ((0, 0), (1, 1), (0, 0))
