"""What a child leaves behind on the screen: nothing."""

import pytest
from playwright.sync_api import expect

from tests.browser.process import Code
from tests.browser.room import Pocket, Room, given_name
from tests.browser.screen import Screen

STILL = 10_000  # ms until the ring
RING = 20_000


@pytest.fixture
def child(pocket: Pocket) -> Code:
    return pocket.child()


@pytest.fixture
def book(pocket: Pocket) -> Code:
    return pocket.book()


@pytest.fixture
def later(room: Room) -> Room:
    """Return the room with a clock that the test can put forward."""
    room.page.clock.install()
    room.open()
    return room


def _traces(room: Room, child: Code, book: Code) -> list[str]:
    """Return what of a child stands in the page, seen or unseen, or in the browser's storage."""
    kept = room.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    source = room.page.content() + kept + room.page.url
    own = (given_name(room.kiosk, child), child.label, child.code, book.label)
    return [one for one in own if one in source]


def _with_a_book(room: Room, child: Code, book: Code) -> None:
    room.sign_in(child)
    room.put(book)
    room.says("借好啦")
    assert _traces(room, child, book)


def _answer_to_the_next_who_asks(screen: Screen) -> tuple[int, str]:
    """Ask for the child's page with the screen's own cookie, as the page itself would."""
    answer = screen.context.request.get(f"{screen.url}/me", headers={"HX-Request": "true"})
    return answer.status, answer.text()


def test_after_ten_still_seconds_the_ring_hides_what_is_the_child_s_own(
    later: Room, child: Code, book: Code
) -> None:
    _with_a_book(later, child, book)

    later.page.clock.fast_forward(STILL)

    expect(later.page.locator(".still")).to_be_visible()
    expect(later.page.get_by_text(given_name(later.kiosk, child))).to_be_hidden()
    expect(later.page.get_by_text(book.label).first).to_be_hidden()
    later.shoot("idle-ring")


def test_half_way_round_the_ring_half_the_lanterns_are_out(
    later: Room, child: Code, book: Code
) -> None:
    _with_a_book(later, child, book)
    later.page.clock.fast_forward(STILL)
    expect(later.page.locator(".still")).to_be_visible()

    later.page.clock.fast_forward(RING // 2)

    expect(later.page.locator(".lantern--out").nth(9)).to_be_visible()
    later.shoot("idle-ring-half-way")


def test_after_the_ring_the_idle_screen_stands_and_the_server_knows_nobody(
    later: Room, child: Code, book: Code
) -> None:
    _with_a_book(later, child, book)

    later.page.clock.fast_forward(STILL)
    expect(later.page.locator(".still")).to_be_visible()
    later.page.clock.fast_forward(RING)

    later.says("把你的卡放上来吧")
    later.shoot("idle-after-the-ring")
    assert _traces(later, child, book) == []
    status, said = _answer_to_the_next_who_asks(later.screen)
    assert status == 401
    assert given_name(later.kiosk, child) not in said


def test_i_am_still_here_brings_the_page_back(later: Room, child: Code, book: Code) -> None:
    _with_a_book(later, child, book)
    later.page.clock.fast_forward(STILL)
    stay = later.page.locator(".still .tile", has_text="我还在")
    expect(stay).to_be_visible()
    later.page.clock.run_for(300)  # no touch counts before the eye has seen the change

    stay.tap()

    expect(later.page.locator(".still")).to_have_count(0)
    expect(later.heading).to_be_visible()
    later.says("借好啦")


def test_a_card_during_the_ring_is_the_next_child_s(
    later: Room, pocket: Pocket, child: Code, book: Code
) -> None:
    _with_a_book(later, child, book)
    later.page.clock.fast_forward(STILL)
    expect(later.page.locator(".still")).to_be_visible()
    second = pocket.child()

    later.sign_in(second)

    expect(later.page.locator(".still")).to_have_count(0)
    expect(later.heading).to_be_visible()
    assert _traces(later, child, book) == []


def test_another_card_takes_the_screen_over_at_once(
    room: Room, pocket: Pocket, child: Code, book: Code
) -> None:
    _with_a_book(room, child, book)
    second = pocket.child()

    room.sign_in(second)

    assert _traces(room, child, book) == []
    room.open("/me")
    room.says("想做什么")
    room.shoot("privacy-the-second-child-s-page")
    assert _traces(room, child, book) == []


def test_i_am_done_leaves_nothing_behind(room: Room, child: Code, book: Code) -> None:
    _with_a_book(room, child, book)

    room.tap("我好了")

    room.says("把你的卡放上来吧")
    room.shoot("privacy-after-done")
    assert _traces(room, child, book) == []
    assert _answer_to_the_next_who_asks(room.screen)[0] == 401


def test_back_forward_and_reload_show_nothing_of_who_was_there(
    room: Room, child: Code, book: Code
) -> None:
    room.screen.expect_console("responded with a status of 401")
    room.own_page(child)
    room.put(book)
    room.says("借好啦")
    room.tap("我好了")
    room.says("把你的卡放上来吧")

    for move in (room.page.reload, room.page.go_back, room.page.go_forward, room.page.go_back):
        move()
        expect(room.page.locator("#screen")).to_be_visible()
        assert _traces(room, child, book) == []
    room.shoot("privacy-after-going-back")


def test_the_own_page_s_address_is_nobody_s_without_a_card(room: Room) -> None:
    room.screen.expect_console("responded with a status of 401")

    room.open("/me")

    room.says("再放一次")
    room.shoot("privacy-own-page-without-a-card")
