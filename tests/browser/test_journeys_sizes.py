"""Every child screen as the kiosk really serves it, at each size: whole, and for small fingers."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.room import Pocket, Room
from tests.browser.screen import SIZE

SIZES: Final[tuple[ViewportSize, ...]] = (
    {"width": 1366, "height": 768},
    {"width": 1280, "height": 800},
    {"width": 1280, "height": 1024},
    {"width": 1920, "height": 1080},
    {"width": 768, "height": 1366},
)
# What can be touched, also outside `#screen`. Lengths are those of the 1366 x 768 drawing: 100 of
# them are one rem (tokens.css), which is 25 mm; 43 are the dead zone at the foot of the frame.
FAULTS = """(size) => {
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 100;
  const slack = 1, faults = [];
  const box = (element) => element.getBoundingClientRect();
  const name = (element) => `${element.className} ${element.textContent.trim()}`;
  const page = document.documentElement;
  if (page.scrollHeight > innerHeight) faults.push(`scrolls ${page.scrollHeight - innerHeight}`);
  if (page.scrollWidth > innerWidth) faults.push(`sideways ${page.scrollWidth - innerWidth}`);
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
  const targets = [...document.querySelectorAll("a[href], button, input, [role=button]")]
    .filter((element) => isSeen(element) && box(element).width);
  for (const target of targets) {
    const { top, bottom, left, right, height } = box(target);
    if (height < 100 * unit - slack) faults.push(`low, ${height / unit}: ${name(target)}`);
    if (bottom > innerHeight - 43 * unit + slack) faults.push(`deep: ${name(target)}`);
    if (top < 0 || left < 0 || right > innerWidth) faults.push(`outside: ${name(target)}`);
  }
  targets.forEach((one, place) => targets.slice(place + 1).forEach((other) => {
    const a = box(one), b = box(other);
    const gap = Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
    if (gap < 20 * unit - slack) faults.push(`near, ${gap / unit}: ${name(one)} | ${name(other)}`);
  }));
  return faults;
}"""
IS_SO_LARGE = "(size) => innerWidth === size.width && innerHeight === size.height"


class Tour:
    """Looks at each screen it is led to at every size."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.faults: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        page = self.room.page
        for size in SIZES:
            page.set_viewport_size(size)
            page.wait_for_function(IS_SO_LARGE, arg=size)
            self._stay()
            if found := page.evaluate(FAULTS, size):
                self.faults[f"{name} {size['width']}x{size['height']}"] = found
        self.room.screen.shoot(f"sizes-{name}-portrait")
        page.set_viewport_size(SIZE)
        self._stay()

    def _stay(self) -> None:
        """Touch the glass where nothing is: to look takes longer than a child may stand still."""
        page = self.room.page
        if page.locator("#screen [data-session]:visible").count():
            page.touchscreen.tap(2, (page.viewport_size or SIZE)["height"] - 2)


@pytest.fixture
def tour(room: Room) -> Iterator[Tour]:
    tour = Tour(room)
    yield tour
    assert tour.faults == {}


def test_screens_without_a_child(tour: Tour, room: Room, pocket: Pocket) -> None:
    tour.look("idle")
    room.tap("没带卡")
    room.says("没带卡")
    tour.look("no-card")
    room.tap("找老师")
    room.says("老师")
    tour.look("teacher")
    room.open()
    room.put(pocket.book_that_is_out())
    room.says("还好啦")
    tour.look("returned")
    room.put(pocket.book())
    room.says("再放上你的卡")
    tour.look("book-waits")
    room.open()
    room.gun.scan("CARD")
    expect(room.notice).to_be_visible()
    tour.look("notice")


def test_a_child_s_screens_about_books(tour: Tour, room: Room, pocket: Pocket) -> None:
    child, book = pocket.child(grade="一年级"), pocket.book()
    room.sign_in(child)
    tour.look("greeting")
    room.open("/me")
    tour.look("own")
    room.tap("借书")
    room.says("把书放上来")
    tour.look("lend-start")
    room.put(book)
    room.says("借好啦")
    tour.look("lent")
    room.put(book)
    room.says("这本你已经借好啦")
    tour.look("already-yours")
    room.tap("再看几天")
    room.says("再看几天！")
    tour.look("renewed")
    room.open("/me")
    tour.look("own-with-a-book")
    room.tap("借书")
    room.put(pocket.book())
    room.says("先还一本吧")
    tour.look("refused")
    room.put(book)
    room.says("还好啦")
    tour.look("returned-at-the-limit")


def test_a_child_s_screens_about_calls_and_leaving(tour: Tour, room: Room, pocket: Pocket) -> None:
    room.own_page(pocket.child())
    room.ask_whom_to_call()
    tour.look("who")
    room.tap(room.page.locator("#screen a.tile[href^='/me/call/']"))
    room.says("什么时候打")
    tour.look("when")
    room.tap(room.page.locator("#screen form[action='/me/call'] .tile"))
    room.says("约好啦")
    tour.look("booked")
    room.open("/me")
    tour.look("own-with-a-call")
    room.tap("我要走啦")
    room.says("要回家")
    tour.look("leave")
    room.tap("再见")
    room.says("再见")
    tour.look("goodbye")


def test_the_ring(tour: Tour, room: Room, pocket: Pocket) -> None:
    room.page.clock.install()
    room.open()
    room.sign_in(pocket.child())
    room.page.clock.fast_forward(10_000)
    expect(room.page.locator(".still")).to_be_visible()

    tour.look("ring")


def test_a_small_low_target_that_scrolls_is_found(tour: Tour, room: Room) -> None:
    room.page.evaluate(
        "document.querySelector('#screen').insertAdjacentHTML('afterend',"
        " '<button>x</button><a href=\"/\">y</a>')"
    )

    tour.look("made-wrong")

    found = " ".join(fault for faults in tour.faults.values() for fault in faults)
    assert all(fault in found for fault in ("scrolls", "low", "deep", "near"))
    tour.faults.clear()
