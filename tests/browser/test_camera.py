"""The camera beside the scanner: what it reads, what it leaves alone, and when it looks away."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from kiosk.rules.codes import ALPHABET, CodeKind, compose
from tests.browser import dated, film
from tests.browser.conftest import ARGUMENTS
from tests.browser.film import Scene
from tests.browser.process import Kiosk
from tests.browser.room import PATIENCE, Pocket, Room, rows, visits
from tests.browser.screen import SIZE, Screen
from tests.browser.stub import Stub

pytestmark = pytest.mark.browser

ISBN = "9787544270878"
CARDS = [compose(CodeKind.CHILD, f"{number:010}") for number in range(2)]
SELDOM_MS = 2_500  # longer than a card must be away to be read again
LONGEST_MS = 120_000  # some turns of the film
_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
# Counts what the page asks of the camera and of its worker, and how long the page was busy.
_WATCH = """
  window.__decodes = [];
  window.__busy = [];
  window.__streams = [];
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    if ("picture" in message) window.__decodes.push(performance.now());
    return post.call(this, message, ...more);
  };
  const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    window.__streams.push(stream);
    return stream;
  };
  const end = MediaStreamTrack.prototype.stop;
  MediaStreamTrack.prototype.stop = function () {
    sessionStorage.setItem("stopped", Number(sessionStorage.getItem("stopped")) + 1);
    return end.call(this);
  };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      window.__busy.push(`${Math.round(duration)} ms at ${(startTime / 1000).toFixed(1)} s`);
    }
  }).observe({ type: "longtask", buffered: true });
"""


def _wrong(code: str) -> str:
    """Return a code whose check symbol is that of another one."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


@pytest.fixture(scope="module")
def watching(demo_school: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    """Start a kiosk whose camera staff have switched on."""
    instance = tmp_path_factory.mktemp("watching") / "instance"
    dated.copy(demo_school, instance)
    settings = (instance / "kiosk.toml").read_text(encoding="utf-8")
    settings = settings.replace("demo = true", "demo = false")
    (instance / "kiosk.toml").write_text(settings, encoding="utf-8")
    with closing(sqlite3.connect(instance / "kiosk.db")) as connection, connection:
        connection.execute(
            "INSERT INTO device (home_id, pinyin_grades, is_sound_on, volume, voice, is_camera_on,"
            " print_right, print_down) SELECT id, 3, 1, 80, 'best', 1, 0, 0 FROM home"
        )
    running = Kiosk(instance=instance)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def cards(watching: Kiosk) -> Pocket:
    return Pocket(kiosk=watching)


def _context(browser: Browser) -> BrowserContext:
    context = browser.new_context(
        viewport=SIZE, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(_WATCH)
    return context


def _read(page: Page) -> list[str]:
    """Return the list that fills with the codes that the page sends."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/scan"):
            sent.append(parse_qs(request.post_data or "")["code"][0])

    page.on("request", note)
    return sent


def _wait_for(page: Page, read: list[str], wanted: list[str]) -> None:
    """Wait until each of these has been read."""
    for _ in range(LONGEST_MS // 50):
        if set(wanted) <= set(read):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"of {wanted} only {read} were read")


def _most_a_second(times: list[float]) -> int:
    return max(sum(start <= one < start + 1000 for one in times) for start in times)


def test_cards_and_books_are_read_off_the_camera(
    chromium: Browser, watching: Kiosk, cards: Pocket, tmp_path: Path
) -> None:
    good, blurred, turned, covered, wrong, one, two = (cards.child() for _ in range(7))
    bad = _wrong(wrong.code)
    path = film.write(
        tmp_path / "room.y4m",
        [
            Scene(picture=film.held(film.card(good.code)), seconds=3.2),
            Scene(picture=film.held(film.card(blurred.code), blurred=2)),
            Scene(picture=film.held(film.card(turned.code), turned=25)),
            Scene(picture=film.held(film.half_covered(film.card(covered.code)))),
            Scene(picture=film.held(film.card(bad))),
            Scene(picture=film.held(film.card(one.code), film.card(two.code))),
            Scene(picture=film.held(film.bar(ISBN))),
        ],
    )
    browser = chromium.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=[*ARGUMENTS, *_CAMERA, f"--use-file-for-fake-video-capture={path}"],
    )
    context = _context(browser)
    screen = Screen(context=context, url=watching.url)
    screen.expect_console("422")
    screen.expect_console("404")
    screen.expect_console("401")  # on a busy machine a child's page asks when its time is over
    page, read = screen.page, _read(screen.page)

    screen.open("/")
    expect(page.locator(".camera-sign")).to_be_visible()
    wanted = [good.code, blurred.code, turned.code, covered.code, bad, ISBN]
    _wait_for(page, read, wanted)
    decodes, busy = page.evaluate("[window.__decodes, window.__busy]")
    screen.shoot("camera-looks")

    # Once each time, however long they were held; nothing of the wall, nothing of two cards at
    # once. Where the machine has missed one, the film shows it again.
    assert set(read) == set(wanted)
    assert not [one for one, two in pairwise(read) if one == two]
    assert len(read) > len(wanted) or read == wanted
    for child in (good, blurred, turned, covered):
        assert len(visits(watching, child)) == 1, child
    for child in (wrong, one, two):
        assert visits(watching, child) == []
    assert _most_a_second(decodes) <= 8
    print(f"{len(decodes)} decodes, {_most_a_second(decodes)} a second at most, long tasks {busy}")

    # Who looks away lets go of the camera, and takes it again.
    _hide(page, is_hidden=True)
    assert _states(page) == ["ended"]
    expect(page.locator(".camera-sign")).to_be_hidden()
    _hide(page, is_hidden=False)
    expect(page.locator(".camera-sign")).to_be_visible()
    assert _states(page) == ["ended", "live"]
    page.goto(f"{watching.url}/staff/door")
    assert page.evaluate("sessionStorage.getItem('stopped')") == "2"

    # The teacher sees what was read as a kind, never as a code.
    room = Room(kiosk=watching, screen=screen)
    room.open()
    _hide(page, is_hidden=True)  # the film goes on to show children's cards
    room.staff_sign_in(watching.codes("staff")[0])
    room.open("/staff/setup/camera")
    page.locator("[data-camera-try]").click()
    expect(page.locator("[data-camera-read='C']")).to_be_visible()
    assert good.code not in page.content() + page.url
    screen.shoot("setup-camera")
    screen.check()
    context.close()
    browser.close()


def _hide(page: Page, *, is_hidden: bool) -> None:
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden,"
        " configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }",
        is_hidden,
    )


def _states(page: Page) -> list[str]:
    states: list[str] = page.evaluate(
        "window.__streams.map((stream) => stream.getVideoTracks()[0].readyState)"
    )
    return states


def test_without_a_camera_the_scanner_goes_on_and_staff_are_told(
    chromium: Browser, watching: Kiosk, cards: Pocket
) -> None:
    context = _context(chromium)
    room = Room(kiosk=watching, screen=Screen(context=context, url=watching.url))
    with room.page.expect_request("**/camera") as told:
        room.open()
    state = parse_qs(told.value.post_data or "")["state"][0]

    room.sign_in(cards.child())

    assert state in {"missing", "refused"}
    expect(room.page.locator(".camera-sign")).to_be_hidden()
    room.staff_sign_in(watching.codes("staff")[0])
    room.open("/staff/setup/camera")
    expect(room.page.locator(".not-fine").first).to_contain_text("儿童界面")
    room.screen.check()
    context.close()


# A camera whose pictures are looked at when the test says what stands in them.
_LOOKS = """() => {
  window.Worker = class {
    addEventListener(name, told) { if (name === "message") this.told = told; }
    postMessage(asked) { if ("picture" in asked) window.look = (data) => this.told({ data }); }
    terminate() { }
  };
  window.MediaStreamTrackProcessor = class { };
  const stream = { getTracks: () => [], getVideoTracks: () => [new EventTarget()] };
  navigator.mediaDevices.getUserMedia = async () => stream;
  window.seen = [];
  document.addEventListener("kiosk:seen", ({ detail }) => window.seen.push(detail));
}"""


def test_what_lies_before_the_camera_of_a_slow_pc_is_read_once(chromium: Browser) -> None:
    stub = Stub()
    stub.scripts = ["js/camera.js"]
    stub.beside = '<div data-camera="room" data-worker="/w" data-decoder="/d" data-wasm="/m"></div>'
    page = chromium.new_page()
    page.clock.install()
    page.add_init_script(f"({_LOOKS})()")
    page.goto(stub.url)
    page.wait_for_function("window.look !== undefined")
    page.clock.pause_at("2036-01-01")
    one, two = CARDS

    for texts in ([one], [one], [one, two], [one], [], [one], [two], [two]):
        page.evaluate("(texts) => window.look(texts)", texts)
        page.clock.run_for(SELDOM_MS)

    assert page.evaluate("window.seen") == [one, one, two]
    page.close()
    stub.stop()


def test_while_it_is_off_nothing_of_it_is_fetched(room: Room) -> None:
    fetched: list[str] = []
    room.page.on("request", lambda request: fetched.append(request.url))

    room.open()
    room.page.wait_for_load_state("networkidle")

    assert not [one for one in fetched if "camera" in one or "zxing" in one]
    assert rows(room.kiosk, "SELECT count(*) FROM device") == [(0,)]
