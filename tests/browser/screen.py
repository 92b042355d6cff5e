"""One Chromium page in front of a kiosk: pictures out, every fault noted."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, ViewportSize

SHOTS = Path(__file__).parent / "shots"
SIZE: ViewportSize = {"width": 1280, "height": 800}
# A refusal answers with the true status, and Chromium notes each such answer in the console.
_REFUSALS = ("responded with a status of 409", "responded with a status of 422")
# A page that is left lets go of what it asked, and htmx says so.
_LET_GO = ("console: htmx:sendAbort", "console: htmx:afterRequest")
# Told before any script of the page runs; the page's own policy does not bind it.
_NOTE_VIOLATIONS = """
  window.__violations = [];
  document.addEventListener("securitypolicyviolation",
    (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass(kw_only=True, eq=False)  # no slots: Playwright keeps notes on whoever listens
class Screen:
    """What stands in the room. `open` begins; `faults` must be empty at the end."""

    context: BrowserContext
    url: str
    page: Page = field(init=False)
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [*_REFUSALS, *_LET_GO])

    def __post_init__(self) -> None:
        self.context.add_init_script(_NOTE_VIOLATIONS)
        self.page = self.context.new_page()
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def open(self, path: str = "/") -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page

    def shoot(self, name: str) -> Path:
        """Keep a picture of the screen among the artefacts."""
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def expect_console(self, part: str) -> None:
        """Let console errors with these words pass: this test provokes them."""
        self.expected.append(part)

    def check(self) -> None:
        """Fail for any request that left the kiosk, breach of its policy, or script error."""
        if self.page.url.startswith(self.url):
            found: Any = self.page.evaluate("window.__violations")
            self.faults += [f"policy: {one}" for one in found]
        unexpected = [
            fault for fault in self.faults if not any(part in fault for part in self.expected)
        ]
        assert not unexpected, "\n".join(unexpected)

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and not request.url.startswith(
            f"{self.url}/"
        ):
            self.faults.append(f"left the kiosk: {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text} {message.location.get('url', '')}")
