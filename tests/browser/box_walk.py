"""Who works through the box, and what hands, scanner and keyboard did for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.devices import Gun
from tests.browser.process import Code
from tests.browser.room import PIN, Pocket, Room, rows


@dataclass(slots=True, kw_only=True)
class Step:
    """What one step took, for so many books or tasks."""

    name: str
    times: int
    touches: int = 0
    scans: int = 0
    keys: int = 0
    seconds: float = 0

    def line(self) -> str:
        each = (self.touches + self.scans + self.keys) / self.times
        return (
            f"| {self.name} | {self.times} | {self.touches} | {self.scans} | {self.keys}"
            f" | {each:.1f} | {self.seconds:.0f} |"
        )


@dataclass(kw_only=True, eq=False)
class Walk:
    """The teacher, two colleagues' cards, the children's cards, and the box."""

    room: Room
    pocket: Pocket
    folder: Path
    steps: list[Step] = field(default_factory=list)
    readers: list[Code] = field(default_factory=list)  # who has borrowed, in turn

    @property
    def page(self) -> Page:
        return self.room.page

    @property
    def now(self) -> Step:
        return self.steps[-1]

    @contextmanager
    def step(self, name: str, times: int) -> Iterator[None]:
        self.steps.append(Step(name=name, times=times))
        began = time.monotonic()
        yield
        self.now.seconds = time.monotonic() - began
        self.shoot(f"{len(self.steps):02}-{name.replace(' ', '-').replace(',', '')}")
        print(self.now.line(), flush=True)

    def shoot(self, name: str) -> None:
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=self.folder / f"{name}.png")

    def touch(self, what: str | Locator) -> None:
        self.now.touches += 1
        if isinstance(what, str):
            what = self.page.locator("a, button, summary").get_by_text(what, exact=True)
        what.first.click()

    def tap(self, what: str | Locator) -> None:
        """Touch a tile of the children's screen."""
        self.now.touches += 1
        self.room.tap(what)

    def scan(self, text: str, gun: Gun | None = None) -> None:
        self.now.scans += 1
        (gun or self.room.gun).scan(text)

    def type(self, text: str, keys: str | None = None) -> None:
        """Type into what has the focus; `keys`: what an input method is given for it."""
        self.now.keys += len(keys or text)
        if keys:
            self.page.keyboard.insert_text(text)
        else:
            self.page.keyboard.type(text, delay=70)  # slower than any gun

    def enter(self) -> None:
        self.now.keys += 1
        self.page.keyboard.press("Enter")

    def staff(self, number: int) -> None:
        """Sign in: 0 is on duty, 1 is the administrator."""
        self.room.open()
        self.scan(self.room.kiosk.codes("staff")[number].code)
        self.page.wait_for_url("**/staff**")
        if self.page.url.endswith("/staff/door"):
            expect(self.page.locator("[data-pad-field]")).to_be_focused()
            self.type(PIN)
            self.page.wait_for_url("**/staff")

    def books(self, words: str) -> None:
        self.touch("图书")
        self.go(words)

    def go(self, what: str | Locator) -> None:
        """Touch what leads to another page; keys that come while a page goes belong to none."""
        with self.page.expect_navigation():
            self.touch(what)

    def greeted(self, code: str) -> None:
        """Put a child's card on the scanner and be greeted."""
        self.scan(code)
        expect(self.page.locator("[data-session]")).to_be_visible()

    def number(self, code: str) -> str:
        """Return the book number of a copy by its label."""
        found = rows(self.room.kiosk, "SELECT accession_no FROM item WHERE code = ?", code)
        return str(found[0][0])

    def box(self) -> list[str]:
        """Return the labels of the box, in the order in which its books came in."""
        found = rows(
            self.room.kiosk,
            "SELECT code FROM item WHERE batch_id IS NOT NULL ORDER BY accession_no",
        )
        return [code for (code,) in found]

    def paper(self, name: str) -> None:
        """Keep the page as it is printed."""
        self.page.wait_for_load_state()
        self.page.pdf(path=self.folder / f"{name}.pdf", prefer_css_page_size=True)
