"""A page as PDF, by the Chromium or Edge that the room's PC has anyway."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

_NAMES: Final = (
    # Without a window, and without the policies of the children's browser.
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
)
_WINDOWS: Final = (
    r"Microsoft\Edge\Application\msedge.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
)
_WINDOWS_FOLDERS: Final = ("PROGRAMFILES(X86)", "PROGRAMFILES", "PROGRAMW6432", "LOCALAPPDATA")
_PAGE: Final = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_BOX: Final = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]{1,12})\s+([\d.]{1,12})\s*\]")
_LONGEST_FOUND: Final = 64
_PIECE: Final = 1 << 20
_LOOK_S: Final = 0.5


class NoBrowserError(Exception):
    """This PC has no browser that prints PDF."""


class NotPrintedError(Exception):
    """The browser printed nothing, or not in time."""


class OtherPagesError(NotPrintedError):
    """It printed other pages than were laid out, as one does that has them all lie one way."""


def find_browsers(
    named: str = "", *, env: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> tuple[Path, ...]:
    """Return the browsers that may print: the one that is named, or all that this PC has.

    Raises:
        NoBrowserError: there is none.
    """
    candidates = [Path(named)] if named else _candidates(env, platform)
    found = tuple(dict.fromkeys(one for one in candidates if one.is_file()))
    if not found:
        raise NoBrowserError
    return found


def _candidates(env: Mapping[str, str], platform: str) -> Iterator[Path]:
    if platform == "win32":
        for inside in _WINDOWS:
            for folder in _WINDOWS_FOLDERS:
                if env.get(folder):
                    yield Path(env[folder], inside)
        return
    for name in _NAMES:
        found = shutil.which(name, path=env.get("PATH"))
        if found is not None:
            yield Path(found)


def print_pdf(
    page: Path,
    output: Path,
    *,
    browser: Path,
    pages: int,
    upright: int,
    within_s: float,
    is_wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Print a document of ours, a file, into another file; it has so many pages, some upright.

    The browser has a profile of its own beside the output, which is gone afterwards. It is ended
    as soon as nobody wants the pages any more.

    Raises:
        NotPrintedError: it printed nothing, or not in time. OtherPagesError: it printed others.
    """
    with tempfile.TemporaryDirectory(
        prefix="browser-", dir=output.parent, ignore_cleanup_errors=True
    ) as profile:
        words = _words(page, output, browser=browser, profile=Path(profile))
        process = subprocess.Popen(  # noqa: S603 - a browser of this PC, and a page of ours
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": profile, "XDG_RUNTIME_DIR": profile},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            _wait(process, within_s, is_wanted)
        finally:
            _end(process)
    if process.returncode or not output.is_file():
        raise NotPrintedError
    if page_counts(output) != (pages, upright):
        raise OtherPagesError


def _wait(
    process: "subprocess.Popen[bytes]", within_s: float, is_wanted: Callable[[], bool]
) -> None:
    """Wait for the browser. Raises: NotPrintedError, when it is late or in vain."""
    for _ in range(int(within_s / _LOOK_S) + 1):
        try:
            process.wait(_LOOK_S)
        except subprocess.TimeoutExpired as error:
            if not is_wanted():
                raise NotPrintedError from error
        else:
            return
    raise NotPrintedError


def _words(page: Path, output: Path, *, browser: Path, profile: Path) -> list[str]:
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        str(browser),
        "--headless",
        "--disable-gpu",
        "--disable-extensions",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-default-browser-check",
        # As root a browser starts in no other way; the page is ours and has no script.
        *(["--no-sandbox"] if as_root else []),
        f"--user-data-dir={profile}",
        "--disable-pdf-tagging",
        "--no-pdf-header-footer",
        "--print-to-pdf-no-header",  # the same, as browsers before 2023 call it
        f"--print-to-pdf={output}",
        page.as_uri(),
    ]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the browser with all that it started."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, 9)
    process.wait()


def page_counts(pdf: Path) -> tuple[int, int]:
    """Return how many pages a PDF of a browser has, and how many of them stand upright."""
    pages, upright, tail = 0, 0, b""
    with pdf.open("rb") as file:
        while tail or file.peek(1):
            piece = file.read(_PIECE)
            text = tail + piece
            # What may be cut in the middle is looked at with the next piece.
            end = max(len(text) - _LONGEST_FOUND, 0) if piece else len(text)
            pages += sum(match.start() < end for match in _PAGE.finditer(text))
            upright += sum(
                match.start() < end and float(match[1]) < float(match[2])
                for match in _BOX.finditer(text)
            )
            tail = text[end:]
    return pages, upright
