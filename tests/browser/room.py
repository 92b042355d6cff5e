"""The room as a child meets it: a card on the scanner, a finger on the glass, a word to read."""

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, Request, Response, expect

from kiosk.rules.codes import CodeKind
from tests.browser.devices import Gun
from tests.browser.process import Code, Kiosk
from tests.browser.screen import Screen

PATIENCE = 30_000  # ms; on a machine that others use as well
PIN = "246810"  # the demo's; its file of codes says it beside the card
_FRESH = 24  # the first so many of the file
# The screen takes no touch for a quarter of a second after its picture has changed, and takes a
# second one at the same spot within 0.4 s for the first one again (touch.js).
_WHEN_SETTLED = """new Promise(done => {
  const since = (at) => performance.now() - at;
  const isEarly = () => since(window.__changed) < 260 || since(window.__touched) < 410;
  const look = () => isEarly() ? requestAnimationFrame(look) : done();
  look();
})"""
_NOTE_CHANGES = """
  window.__changed = window.__touched = -1000;
  window.__headings = [];
  document.addEventListener("pointerup", () => { window.__touched = performance.now(); }, true);
  document.addEventListener("kiosk:ring", () => { window.__changed = performance.now(); });
  document.addEventListener("kiosk:swapped", () => {
    window.__changed = performance.now();
    const heading = document.querySelector("#screen h1");
    if (heading) window.__headings.push(heading.textContent.replace(/\\s+/g, ""));
  });
"""


_HAS_SAID = """([words, since]) => [
  ...window.__headings.slice(since), document.querySelector("#screen h1")?.textContent ?? "",
].some((said) => said.includes(words))"""
_LOOK_EVERY = 20  # ms


@dataclass
class Pocket:
    """The cards and books of a demo school, each handed out once."""

    kiosk: Kiosk
    _taken: set[str] = field(default_factory=set)

    def child(self, *, grade: str = "") -> Code:
        """Return a card of a child who is not here and has no book and no call."""
        fresh = self.kiosk.codes("child")[:_FRESH]
        return self._first(code for code in fresh if code.class_.startswith(grade))

    def book(self) -> Code:
        """Return a book from the shelf."""
        out = self._out()
        return self._first(code for code in self.kiosk.codes("item") if code.code not in out)

    def book_that_is_out(self) -> Code:
        """Return a book that some child has."""
        out = self._out()
        return self._first(code for code in self.kiosk.codes("item") if code.code in out)

    def _out(self) -> set[str]:
        found = rows(
            self.kiosk,
            "SELECT code FROM item JOIN loan ON item_id = item.id WHERE ended_at IS NULL",
        )
        return {code for (code,) in found}

    def _first(self, codes: Iterable[Code]) -> Code:
        found = next(code for code in codes if code.code not in self._taken)
        self._taken.add(found.code)
        return found


def rows(kiosk: Kiosk, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Read from the kiosk's database, beside the kiosk and without its help."""
    address = f"file:{kiosk.instance / 'kiosk.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
        return connection.execute(statement, values).fetchall()


def given_name(kiosk: Kiosk, child: Code) -> str:
    """Return what the screen calls a child; the file of codes has the whole name."""
    found: str = rows(
        kiosk,
        "SELECT given_name FROM child WHERE family_name || given_name = ?",
        child.label,
    )[0][0]
    return found


def visits(kiosk: Kiosk, child: Code) -> list[tuple[Any, ...]]:
    """Return state and time of leaving of a child's visits of today, earliest first."""
    return rows(
        kiosk,
        "SELECT state, signed_out_at FROM visit JOIN child ON child.id = child_id"
        " WHERE family_name || given_name = ? AND local_day = (SELECT max(local_day) FROM visit)"
        " ORDER BY signed_in_at",
        child.label,
    )


@dataclass
class Room:
    """One screen with its scanner."""

    kiosk: Kiosk
    screen: Screen
    gun: Gun = field(init=False)
    answers: list[Response] = field(default_factory=list)
    sent: int = 0

    def __post_init__(self) -> None:
        self.screen.context.add_init_script(_NOTE_CHANGES)
        self.page.on("request", self._note_scan)
        self.page.on("response", self._note)
        self.gun = Gun(self.page)

    @property
    def page(self) -> Page:
        return self.screen.page

    @property
    def heading(self) -> Locator:
        return self.page.locator("#screen h1")

    @property
    def notice(self) -> Locator:
        return self.page.locator("#notice")

    @property
    def headings(self) -> list[str]:
        """What the screen has said since it was opened, without spaces."""
        found: list[str] = self.page.evaluate("window.__headings")
        return found

    @property
    def story(self) -> str:
        """What happened here: the answers to the scans, and what the page has said."""
        answers = [answer.status for answer in self.answers]
        said = [self.headings, self.notice.all_text_contents()]
        return f"answers {answers} to {self.sent} scans, headings and notice {said}"

    def open(self, path: str = "/") -> None:
        self.screen.open(path)
        self.wait_for_the_first_picture()

    def wait_for_the_first_picture(self) -> None:
        self.gun.wait_for_the_first_picture()

    def put(self, what: Code, end: str = "\r") -> None:
        """Put a card or a book on the scanner."""
        self.gun.scan(what.code, end)

    def hear(self, what: Code) -> None:
        """Put it on the scanner and wait until the kiosk has answered."""
        with self.page.expect_response("**/scan"):
            self.put(what)

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many scans have been answered; one after the other, each takes its time."""
        for _ in range((PATIENCE + 1000 * count) // _LOOK_EVERY):
            if len(self.answers) >= count:
                return
            self.page.wait_for_timeout(_LOOK_EVERY)
        raise AssertionError(self.story)

    def sign_in(self, child: Code) -> None:
        since = len(self.headings)
        self.put(child)
        self.greets(child, since=since)

    def greets(self, child: Code, *, since: int = 0) -> None:
        self.has_said(given_name(self.kiosk, child), since=since)

    def own_page(self, child: Code) -> None:
        """Sign in and be at the own page at once; the greeting goes there by itself in a while."""
        self.sign_in(child)
        self.open("/me")
        self.says("想做什么")

    def says(self, words: str) -> None:
        """Wait for a screen that says this and stays."""
        expect(self.heading).to_contain_text(words)

    def has_said(self, words: str, *, since: int = 0) -> None:
        """Wait until a screen has said this, though it may have gone by itself meanwhile.

        `since` leaves out so many of the `headings` of before.
        """
        self.page.wait_for_function(_HAS_SAID, arg=[words, since])

    def tile(self, words: str) -> Locator:
        return self.page.locator("#screen .tile", has_text=words)

    def tap(self, target: str | Locator) -> None:
        """Touch a tile, or the one with these words, as soon as the screen takes a touch."""
        tile = (self.tile(target) if isinstance(target, str) else target).first
        expect(tile).to_be_visible()
        self.page.evaluate(_WHEN_SETTLED)
        tile.tap()

    def ask_whom_to_call(self) -> None:
        """Touch the telephone; at a free one a child may ring at once, or later."""
        self.tap("打电话")
        expect(self.heading).to_contain_text(re.compile("打给谁|电话有空"))
        if self.page.locator("#screen [href='/me/call/later']").count():
            self.tap("等一下")
        self.says("打给谁")

    def shoot(self, name: str) -> None:
        """Keep a picture of the screen once it stands still."""
        self.page.evaluate(_WHEN_SETTLED)
        self.screen.shoot(name)

    def staff_sign_in(self, person: Code) -> None:
        """Put the staff card on the scanner and tap the PIN."""
        self.put(person)
        self.page.wait_for_url("**/staff/door")
        for digit in PIN:
            self.page.locator(f"[data-digit='{digit}']").tap()
        self.page.wait_for_url("**/staff")
        self.wait_for_the_first_picture()

    def press(self, words: str) -> None:
        """Press what has these words on a staff page."""
        self.page.locator("a, button, summary").get_by_text(words, exact=True).first.click()

    def printed_card(self) -> Code:
        """Return the first card of the sheet that is shown, as its code is read off the paper."""
        shot = self.page.locator("main svg").first.screenshot()
        picture = Image.open(BytesIO(shot)).convert("L")
        picture = picture.resize((picture.width * 2, picture.height * 2))
        read = {found.text for found in zxingcpp.read_barcodes(picture)}
        (code,) = (one for one in read if one.startswith(CodeKind.CHILD))
        return Code(kind="child", code=code, label="", class_="", animal="")

    def _note_scan(self, request: Request) -> None:
        self.sent += request.url.endswith("/scan")

    def _note(self, response: Response) -> None:
        if response.url.endswith("/scan"):
            self.answers.append(response)
