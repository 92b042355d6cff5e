"""Who lives through the two weeks, what each touched and saw, and the clock they all go by."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from kiosk.services.demo import make_demo
from tests.browser.conftest import ARGUMENTS
from tests.browser.process import Code, Kiosk
from tests.browser.room import PIN, Room, rows
from tests.browser.screen import Screen
from tests.browser.timed import set_clock

ZONE = ZoneInfo("Asia/Shanghai")
THURSDAY = date(2026, 11, 19)
MONDAY = THURSDAY + timedelta(days=4)
BEGUN = datetime.combine(THURSDAY, time(17), ZONE)
TEACHER = "teacher"
# How a child goes on: a tile, the way home, the teacher; or the page turns by itself.
WAYS = (
    "#screen a:visible, #screen button:visible,"
    " #screen [hx-trigger^='load'], #screen [data-goes-home]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as the database has it."""

    id: UUID
    on: date
    start_min: int
    state: str
    companion_of: str | None
    is_moved: bool

    @property
    def tile(self) -> str:
        return f"#call-{self.id}"


@dataclass(kw_only=True, eq=False)
class Weeks:
    """The room's screen, the teacher's window, and the story that comes of it."""

    room: Room
    window: Room
    folder: Path
    children: dict[str, Code] = field(default_factory=dict)
    touches: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    now: datetime = BEGUN
    shots: int = 0

    @property
    def kiosk(self) -> Kiosk:
        return self.room.kiosk

    @property
    def page(self) -> Page:
        """The teacher's window."""
        return self.window.page

    # --- time

    def at(self, on: date, minute: int) -> None:
        """Let it be this minute of this day, in the kiosk and at both screens."""
        self.now = datetime.combine(on, time(), ZONE) + timedelta(minutes=minute)
        set_clock(self.kiosk.instance, self.now)
        for one in (self.room, self.window):
            one.page.clock.set_fixed_time(self.now)

    def later(self, minutes: int) -> None:
        self.at(self.now.date(), self.now.hour * 60 + self.now.minute + minutes)

    # --- what is told

    def tell(self, who: str, what: str) -> None:
        line = f"{self.now:%a %d %b %H:%M}  {who}: {what}"
        self.story.append(line)
        print(line, flush=True)

    def shoot(self, who: str, what: str, *, whole: bool = False) -> None:
        """Keep a picture of what this person sees now; the story names it."""
        self.shots += 1
        name = f"{self.shots:03}-{who}-{what.replace(' ', '-')}.png"
        page = self.page if who == TEACHER else self.room.page
        # A picture that is still being drawn is not what anybody looks at.
        page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
        page.screenshot(path=self.folder / name, full_page=whole, animations="disabled")
        self.tell(who, f"sees {what} ({name})")

    # --- the teacher

    def sign_in(self, number: int = 0) -> None:
        """Sign in at the teacher's window: 0 is on duty, 1 is the administrator."""
        self.window.open()
        self.touches[TEACHER] += 1
        self.window.put(self.kiosk.codes("staff")[number])
        self.page.wait_for_url("**/staff**")
        if self.page.url.endswith("/staff/door"):
            expect(self.page.locator("[data-pad-field]")).to_be_focused()
            self.page.keyboard.type(PIN, delay=70)  # slower than any gun
            self.touches[TEACHER] += len(PIN)
            self.page.wait_for_url("**/staff")

    def go(self, path: str, touches: int = 1) -> None:
        """Be at a page that is so many touches away."""
        self.touches[TEACHER] += touches
        self.window.open(path)
        expect(self.page.locator("h1").first).to_be_visible()

    def press(self, what: str | Locator) -> None:
        """Press a button that stores something, and wait for the answer."""
        self.touches[TEACHER] += 1
        button = self.page.locator(what) if isinstance(what, str) else what
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            button.first.click()
        status = answered.value.status
        assert status < 400 or status in {409, 422}, f"{status} at {answered.value.url}"
        self.page.wait_for_load_state()

    def move(self, call: Call, to_state: str) -> None:
        self.press(f"{call.tile} button[name=to_state][value={to_state}]")

    # --- a child

    def card(self, who: str, words: str) -> None:
        """Let a child put its card on the scanner; the room's screen stands idle before."""
        self.room.open()
        self.touches[who] += 1
        self.room.hear(self.children[who])
        expect(self.room.page.locator("#screen [data-session]")).to_be_visible()
        self.look(who, words)

    def own_page(self, who: str, words: str) -> None:
        """Let the greeting turn to the own page, as it does by itself."""
        self.room.open("/me")
        self.look(who, words)

    def tap(self, who: str, what: str | Locator, words: str) -> None:
        self.touches[who] += 1
        seen = len(self.room.headings)
        self.room.tap(self.room.page.locator(what) if isinstance(what, str) else what)
        self.room.page.wait_for_function("seen => window.__headings.length > seen", arg=seen)
        self.look(who, words)

    def look(self, who: str, words: str) -> None:
        """Keep what the child sees, and fail where it cannot go on from there."""
        expect(self.room.heading.first).to_be_visible()
        said = self.room.heading.first.inner_text().replace("\n", " ")
        self.shoot(who, words)
        self.tell(who, f"is told: {said}")
        ways = self.room.page.locator(WAYS).count()
        assert ways, f"{who} meets a dead end: {said} ({self.room.page.url})"

    # --- what the database has

    def child_id(self, who: str) -> UUID:
        found = rows(
            self.kiosk,
            "SELECT id FROM child WHERE family_name || given_name = ?",
            self.children[who].label,
        )
        return UUID(found[0][0])

    def calls(self, who: str, monday: date) -> list[Call]:
        """Return a child's calls of a week, in the order in which they were booked."""
        found = rows(
            self.kiosk,
            "SELECT id, on_date, start_min, state, companion_of_id, replaces_id FROM booking"
            " WHERE child_id = ? AND on_date BETWEEN ? AND ? ORDER BY booked_at, id",
            self.child_id(who).hex,
            monday.isoformat(),
            (monday + timedelta(days=6)).isoformat(),
        )
        return [
            Call(
                id=UUID(key),
                on=date.fromisoformat(on),
                start_min=start,
                state=state,
                companion_of=along,
                is_moved=before is not None,
            )
            for key, on, start, state, along, before in found
        ]

    def next_call(self, who: str, monday: date) -> Call | None:
        """Return the call of a week that is still to come."""
        ahead = [one for one in self.calls(who, monday) if one.state in {"booked", "waiting"}]
        return ahead[0] if ahead else None

    @staticmethod
    def uuid(key: str) -> UUID:
        return UUID(key)


@contextmanager
def school(folder: Path, size: ViewportSize) -> Iterator[Weeks]:
    """Make the demo school on a Thursday afternoon, with a room's screen and a teacher's window."""
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        instance = Path(made)
        make_demo(
            instance,
            env={},
            children=72,
            titles=20,
            days=10,
            seed=7,
            now=BEGUN,
            progress=lambda _part: None,
        )
        toml = instance / "kiosk.toml"
        toml.write_text(toml.read_text("utf-8").replace("demo = true", "demo = false"), "utf-8")
        set_clock(instance, BEGUN)
        kiosk = Kiosk(instance=instance, module="tests.browser.timed")
        kiosk.start()
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(ARGUMENTS)
        )
        try:
            room, window = (_room(browser, kiosk, size) for _ in range(2))
            weeks = Weeks(room=room, window=window, folder=folder)
            weeks.at(THURSDAY, 17 * 60)
            yield weeks
        finally:
            browser.close()
            kiosk.stop()


def _room(browser: Browser, kiosk: Kiosk, size: ViewportSize) -> Room:
    context = browser.new_context(
        viewport=size, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    return Room(kiosk=kiosk, screen=Screen(context=context, url=kiosk.url))
