"""A real kiosk and a real Chromium; the journeys beside this file need nothing else."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser import dated
from tests.browser.process import Kiosk, command
from tests.browser.room import PATIENCE, Pocket, Room
from tests.browser.screen import SIZE, Screen

ARGUMENTS = (
    "--no-sandbox",  # CI runs as root; the room's browser never gets this
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
# More children than five minutes have scans at the door.
DEMO = ("--children", "240", "--titles", "60", "--days", "10", "--seed", "7")


@pytest.fixture(scope="session")
def player() -> Iterator[Playwright]:
    """Return what starts browsers; there may be one alone in a process."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(player: Playwright) -> Iterator[Browser]:
    browser = start(player)
    yield browser
    browser.close()


def start(player: Playwright, *more: str) -> Browser:
    """Start Chromium, with these arguments besides; skip the test where there is none."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    return player.chromium.launch(executable_path=path, args=[*ARGUMENTS, *more])


@pytest.fixture(scope="session")
def demo_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an instance with the invented school, made once; nobody may change it."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    instance.mkdir()
    dated.begin(instance)
    command(instance, "demo", *DEMO)
    return instance


@pytest.fixture(scope="module")
def kiosk(demo_school: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    """Start a kiosk on a copy of the demo school, one for all journeys of a module.

    It is told that it is no demo: children never see the panel of cards to click.
    """
    instance = tmp_path_factory.mktemp("room") / "instance"
    dated.copy(demo_school, instance)
    settings = (instance / "kiosk.toml").read_text(encoding="utf-8")
    settings = settings.replace("demo = true", "demo = false")
    (instance / "kiosk.toml").write_text(settings, encoding="utf-8")
    running = Kiosk(instance=instance)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def pocket(kiosk: Kiosk) -> Pocket:
    """Return the cards and books that nobody in this module has used yet."""
    return Pocket(kiosk=kiosk)


@pytest.fixture
def screen(chromium: Browser, kiosk: Kiosk) -> Iterator[Screen]:
    """Return the room's screen; fails at the end for whatever went wrong behind it."""
    context = chromium.new_context(
        viewport=SIZE, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(PATIENCE)
    shown = Screen(context=context, url=kiosk.url)
    try:
        yield shown
        shown.check()
    except AssertionError:
        print(kiosk.log()[-4000:])
        raise
    finally:
        context.close()


@pytest.fixture
def room(kiosk: Kiosk, screen: Screen) -> Iterator[Room]:
    """Return the room's screen with its scanner, at the idle screen."""
    room = Room(kiosk=kiosk, screen=screen)
    room.open()
    yield room
    print(room.story)  # read only where a test has failed
