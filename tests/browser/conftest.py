"""A real kiosk and a real Chromium; the journeys beside this file need nothing else."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.process import Kiosk, command
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
DEMO = ("--children", "60", "--titles", "60", "--days", "10", "--seed", "7")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an instance with the invented school, made once; nobody may change it."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    command(instance, "demo", *DEMO)
    return instance


@pytest.fixture
def kiosk(demo_school: Path, tmp_path: Path) -> Iterator[Kiosk]:
    """Start a kiosk on a fresh copy of the demo school."""
    shutil.copytree(demo_school, tmp_path / "instance")
    running = Kiosk(instance=tmp_path / "instance")
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def screen(chromium: Browser, kiosk: Kiosk) -> Iterator[Screen]:
    """Return the room's screen; fails at the end for whatever went wrong behind it."""
    context = chromium.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(10_000)
    shown = Screen(context=context, url=kiosk.url)
    try:
        yield shown
        shown.check()
    finally:
        context.close()
