"""A box of thirty books comes in: what a teacher scans, taps and types for it is counted here."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from kiosk.rules import codes
from tests.browser.devices import Gun
from tests.browser.process import Kiosk
from tests.browser.room import Pocket, Room, rows

pytestmark = pytest.mark.browser

PILE = "/staff/books/pile"
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
    assert room.page.evaluate("window.heard") == ["notice", "teacher"]
