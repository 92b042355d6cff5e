"""A box of thirty books comes in: what a teacher scans, taps and types for it is counted here."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from kiosk.rules import codes
from kiosk.rules.codes import CodeKind
from tests.browser.devices import Gun
from tests.browser.process import Kiosk
from tests.browser.room import PIN, Pocket, Room, rows

pytestmark = pytest.mark.browser

PILE = "/staff/books/pile"
SHELVES = "/staff/books/shelves/put"
MILK = "6901234567892"
MAGAZINE = "977100012300605"
# What is typed for each title: the letters of its pinyin where the offline list has it, and the
# keys of an input method, with one more to choose the word, where it has not.
LISTED = {
    "没头脑和不高兴": "mtnhbgx",
    "小巴掌童话": "xbzth",
    "萝卜回来了": "lbhll",
    "小马过河": "xmgh",
}
TYPED = {"稻草人的春天": "daocaorendechuntian ", "山里的灯": "shanlidedeng ", "雨后": "yuhou "}


def _isbn(number: int) -> str:
    body = f"97875302{number:04}"
    return next(f"{body}{end}" for end in range(10) if _is_whole(f"{body}{end}"))


def _is_whole(text: str) -> bool:
    return sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(text)) % 10 == 0


@dataclass
class Teacher:
    """A teacher with a scanner at the pile page; counts what the hands do."""

    room: Room
    scans: int = 0
    taps: int = 0
    keys: int = 0

    def scan(self, text: str) -> None:
        self.scans += 1
        self.room.gun.scan(text)

    def tap(self, words: str) -> None:
        self.taps += 1
        self.room.page.locator("#pile button").get_by_text(words, exact=True).first.click()

    def choose(self, title: str) -> None:
        """Tap one of the titles that are suggested."""
        self.taps += 1
        self.room.page.locator(f"#known [value='{title}']").click()

    def type(self, text: str) -> None:
        """Type letters into the field that has the focus already."""
        self.keys += len(text)
        self.room.page.keyboard.type(text, delay=90)

    def compose(self, title: str, keys: str) -> None:
        """Write a title with a Chinese input method, which takes these keys for it."""
        self.keys += len(keys)
        self.room.page.keyboard.insert_text(title)

    def is_asked(self, number: str) -> None:
        """Wait until the title of the book with this number is asked for."""
        expect(self.room.page.locator(".pile")).to_contain_text(number)
        expect(self.room.page.locator("#pile [name='name']")).to_be_focused()

    def sees(self, name: str, count: int) -> None:
        pile = self.room.page.locator("#pile")
        expect(pile.locator(".pile__name")).to_have_text(name)
        expect(pile.locator(".pile__count b")).to_have_text(str(count))


def _items(kiosk: Kiosk) -> int:
    found: int = rows(kiosk, "SELECT count(*) FROM item WHERE label_queued_at IS NOT NULL")[0][0]
    return found


def _at_the_pile(room: Room) -> Teacher:
    room.staff_sign_in(room.kiosk.codes("staff")[1])
    room.open(PILE)
    return Teacher(room=room)


def test_a_box_of_thirty_books(room: Room, pocket: Pocket) -> None:
    teacher = _at_the_pile(room)
    notice, before = room.page.locator("#notice"), _items(room.kiosk)

    for place, (title, letters) in enumerate(LISTED.items()):  # four, each a second time: eight
        teacher.scan(_isbn(place))
        teacher.is_asked(_isbn(place))
        teacher.type(letters)
        teacher.choose(title)
        teacher.sees(title, 1)
        teacher.scan(_isbn(place))
        teacher.sees(title, 2)
    for place, (title, keys) in enumerate(TYPED.items(), start=10):  # three: the next scan sends it
        teacher.scan(_isbn(place))
        teacher.is_asked(_isbn(place))
        teacher.compose(title, keys)
    teacher.scan(MAGAZINE)  # twelve
    teacher.is_asked("10001239 · 第 05 期")
    teacher.type("xiaohaizi")
    assert room.page.locator("#pile [name='name']").input_value() == "xiaohaizi"
    teacher.scan(_isbn(10))  # thirteen
    teacher.sees("稻草人的春天", 2)
    teacher.scan(MILK)
    expect(notice).to_contain_text("978")
    teacher.scan(pocket.book().code)
    expect(room.page.locator("#pile .said")).to_contain_text("没有重复登记")
    teacher.scan(_isbn(99))
    teacher.is_asked(_isbn(99))
    teacher.tap("取消")
    teacher.sees("稻草人的春天", 2)
    teacher.scan(_isbn(11))  # fourteen
    teacher.sees("山里的灯", 2)
    teacher.tap("再加 5 本")  # nineteen
    teacher.sees("山里的灯", 7)
    for _ in range(11):  # thirty
        teacher.scan(_isbn(12))
    teacher.sees("雨后", 12)

    assert _items(room.kiosk) == before + 30
    print(f"30 books: {teacher.scans} scans, {teacher.taps} taps, {teacher.keys} keys")
    assert (teacher.taps, teacher.keys) == (6, 69)


def test_a_number_that_a_busy_machine_brings_late_is_one_scan(room: Room) -> None:
    # So late that the shorter of the two patiences is over between any two keys.
    room.page.add_init_script(
        "const plain = setTimeout, other = { 400: 0, 2000: 60_000 };"
        " window.setTimeout = (then, ms, ...more) => plain(then, other[ms] ?? ms, ...more);"
    )
    teacher = _at_the_pile(room)

    room.gun.scan(_isbn(20)[:9], "")
    room.page.wait_for_timeout(50)
    room.gun.scan_late(_isbn(20)[9:])

    teacher.is_asked(_isbn(20))


def test_a_gun_behind_an_input_method_writes_nothing_into_a_title(room: Room) -> None:
    teacher = _at_the_pile(room)
    before = _items(room.kiosk)
    room.gun = Gun(room.page, with_input_method=True)

    teacher.scan(_isbn(501))
    teacher.is_asked(_isbn(501))
    room.page.keyboard.insert_text("桥")
    teacher.scan(_isbn(502))
    teacher.scan(_isbn(502))

    expect(room.page.locator(".pile__count b")).to_have_text("2")
    expect(room.page.locator("#pile [name='name']")).to_have_value("")
    assert _items(room.kiosk) == before + 3
    assert rows(room.kiosk, "SELECT count(*) FROM title WHERE name = '桥'") == [(1,)]


def test_a_pair_that_does_not_fit_is_heard(room: Room) -> None:
    room.staff_sign_in(room.kiosk.codes("staff")[1])
    room.page.add_init_script(
        "window.heard = [];"
        "HTMLMediaElement.prototype.play = function () {"
        " window.heard.push(this.dataset.pileSound); return Promise.resolve(); };"
    )
    label = rows(room.kiosk, "SELECT code FROM item WHERE label_queued_at IS NULL LIMIT 1")[0][0]
    assert codes.is_whole(label)
    room.open("/staff/books/pairs")

    room.gun.scan(label)
    expect(room.page.locator("#pair h2.pile__name")).to_be_visible()
    room.gun.scan(_isbn(77))

    expect(room.page.locator(".pair--other")).to_be_visible()
    room.page.wait_for_function("() => window.heard.length === 2")
    assert room.page.evaluate("window.heard") == ["notice", "teacher"]


def test_one_typed_book_after_the_other_comes_in(room: Room) -> None:
    _at_the_pile(room)
    before = _items(room.kiosk)
    field = room.page.locator("[name='code']")
    field.click()

    for title in ("剪纸", "剪纸", "皮影"):
        room.page.keyboard.insert_text(title)
        room.page.keyboard.press("Enter")
        expect(field).to_have_value("")
        expect(field).to_be_focused()
    expect(room.page.locator("#pile .pile__name")).to_have_text("皮影")

    assert _items(room.kiosk) == before + 3


def test_enter_takes_the_title_that_the_letters_stand_for(room: Room) -> None:
    teacher = _at_the_pile(room)
    keyboard, name = room.page.keyboard, room.page.locator("#pile .pile__name")
    cover_of_last = room.page.locator("[data-shot-of=last]")

    expect(cover_of_last).to_be_hidden()
    teacher.scan(_isbn(701))
    teacher.is_asked(_isbn(701))
    expect(cover_of_last).to_be_visible()
    keyboard.type("zhrw", delay=90)
    expect(room.page.locator("#known .button--now")).to_contain_text("回车")
    first = room.page.locator("#known button").first.get_attribute("value")
    keyboard.press("Enter")
    expect(name).to_have_text(first or "")
    expect(cover_of_last).to_be_hidden()
    teacher.scan(_isbn(702))
    teacher.is_asked(_isbn(702))
    keyboard.type("xmgh", delay=20)
    keyboard.press("Enter")  # sooner than the titles have come; it stands for one only
    expect(name).to_have_text("小马过河")
    teacher.scan(_isbn(703))
    teacher.is_asked(_isbn(703))
    keyboard.type("qqqq", delay=90)
    keyboard.press("Enter")

    expect(name).to_have_text("qqqq")


def test_books_scanned_after_the_pins_time_ran_out_come_in_with_the_next_sign_in(
    room: Room,
) -> None:
    teacher = _at_the_pile(room)
    before = _items(room.kiosk)
    room.screen.expect_console("responded with a status of 401")
    teacher.scan(_isbn(801))
    teacher.is_asked(_isbn(801))
    _let_the_pin_run_out(room.kiosk)

    with room.page.expect_navigation(url="**/"):
        teacher.scan(_isbn(802))
    assert _items(room.kiosk) == before + 1
    _at_the_pile(room)

    teacher.is_asked(_isbn(802))
    assert _items(room.kiosk) == before + 2
    room.open(PILE)
    expect(room.page.locator(".pile")).to_contain_text(_isbn(802))
    assert room.page.evaluate("sessionStorage.getItem('pile')") is None
    assert _items(room.kiosk) == before + 2, "what has come in is not sent again"


def _labelled(kiosk: Kiosk) -> tuple[str, str]:
    """Give two shelves a label, and return them."""
    found = []
    for number, (shelf_id,) in enumerate(rows(kiosk, "SELECT id FROM shelf LIMIT 2")):
        label = codes.compose(CodeKind.COMMAND, f"{number:09}Z")
        with closing(sqlite3.connect(kiosk.instance / "kiosk.db", timeout=30)) as base, base:
            base.execute("UPDATE shelf SET code = ? WHERE id = ?", (label, shelf_id))
        found.append(label)
    return found[0], found[1]


def _shelf_of(kiosk: Kiosk, book: str) -> str:
    found: str = rows(
        kiosk, "SELECT s.code FROM item JOIN shelf s ON s.id = shelf_id WHERE item.code = ?", book
    )[0][0]
    return found


def test_books_scanned_while_the_server_is_slow_stand_on_the_shelf_before_them(
    room: Room, pocket: Pocket
) -> None:
    page, (one, two) = room.page, _labelled(room.kiosk)
    first, second, third = (pocket.book().code for _ in range(3))
    room.staff_sign_in(room.kiosk.codes("staff")[1])
    room.open(SHELVES)
    room.gun.scan(one)
    expect(page.locator("#shelving [name='label']")).not_to_have_value("")
    room.screen.expect_console("net::ERR_FAILED")
    page.route(f"**{SHELVES}", lambda route: route.abort())

    for code in (first, two, second, third):
        room.gun.scan(code)
    expect(page.locator("#shelving[data-busy]")).to_be_attached()
    page.unroute(f"**{SHELVES}")

    expect(page.locator("#shelving[data-busy]")).to_have_count(0)
    shelves = [_shelf_of(room.kiosk, book) for book in (first, second, third)]
    assert shelves == [one, two, two]


def test_a_book_on_a_shelf_that_is_not_known_stands_on_no_other(room: Room, pocket: Pocket) -> None:
    (one, _), book = _labelled(room.kiosk), pocket.book().code
    room.screen.expect_console("responded with a status of 404")
    room.staff_sign_in(room.kiosk.codes("staff")[1])
    room.open(SHELVES)
    room.gun.scan(one)
    expect(room.page.locator("#shelving [name='label']")).not_to_have_value("")
    before = rows(room.kiosk, "SELECT shelf_id FROM item WHERE code = ?", book)

    for code in (codes.compose(CodeKind.COMMAND, "77777777Z7"), book):
        with room.page.expect_response(f"**{SHELVES}") as answer:
            room.gun.scan(code)
        assert answer.value.status == 404

    assert rows(room.kiosk, "SELECT shelf_id FROM item WHERE code = ?", book) == before


def test_a_sign_in_in_another_window_loses_no_scan(room: Room) -> None:
    teacher = _at_the_pile(room)
    before = _items(room.kiosk)
    room.screen.expect_console("responded with a status of 403")
    other = room.page.context.new_page()
    other.goto(f"{room.kiosk.url}/")
    Gun(other).scan(room.kiosk.codes("staff")[0].code)
    other.wait_for_url("**/staff/door")
    for digit in PIN:
        other.locator(f"[data-digit='{digit}']").tap()
    other.wait_for_url("**/staff")

    with room.page.expect_navigation(url=f"**{PILE}"):
        teacher.scan(_isbn(811))
    assert _items(room.kiosk) == before, "this card may not open the page"
    room.open()
    _at_the_pile(room)

    teacher.is_asked(_isbn(811))
    assert _items(room.kiosk) == before + 1


def _let_the_pin_run_out(kiosk: Kiosk) -> None:
    address = kiosk.instance / "kiosk.db"
    with closing(sqlite3.connect(address, timeout=30)) as database, database:
        database.execute(
            "UPDATE staff_session SET last_seen_at ="
            " strftime('%Y-%m-%d %H:%M:%S.000000', last_seen_at, '-1 hour')"
        )
