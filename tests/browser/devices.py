"""What stands before the screen, through Chromium's own input queue: a scanner and fingers."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from playwright.sync_api import CDPSession, Error, Page

from kiosk.clock import utc_now

_Event: TypeAlias = dict[str, str | int | float]
_PATIENCE_MS, _LOOK_EVERY_MS = 30_000, 20
_APART_S = 0.004  # between what happens to a gun's keys
ALT, CTRL = 1, 2
# Painted, and what the page runs once it is read has run.
_IS_READY: Final = """
  performance.getEntriesByType("paint").length > 0
  && performance.getEntriesByType("navigation").every((one) => one.domContentLoadedEventEnd > 0)
"""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keyboard: where it lies, what it says, its number in Windows, what is held."""

    code: str
    key: str
    number: int
    modifiers: int = 0

    def event(self, kind: str) -> _Event:
        return {
            "type": kind,
            "code": self.code,
            "key": self.key,
            "windowsVirtualKeyCode": self.number,
            "modifiers": self.modifiers,
        }

    def stroke(self) -> list[_Event]:
        """Return the key going down, with the text that it writes, and up again."""
        text = {"Enter": "\r"}.get(self.key, self.key if len(self.key) == 1 else "")
        down: _Event = {**self.event("keyDown"), "text": text}
        writes = bool(text) and not self.modifiers
        return [down if writes else self.event("rawKeyDown"), self.event("keyUp")]


_KEYS: Final = {
    "\r": Key("Enter", "Enter", 13),
    "\n": Key("KeyJ", "j", 74, CTRL),
    "\t": Key("Tab", "Tab", 9),
    " ": Key("Space", " ", 32),
    "-": Key("Minus", "-", 189),
    "]": Key("BracketRight", "]", 221),
    "/": Key("Slash", "/", 191),
}


def keys_of(text: str) -> list[Key]:
    """Return the keys that write a text."""
    return [_KEYS.get(character) or _plain(character) for character in text]


@dataclass
class Gun:
    """A scanner that is a keyboard; `with_input_method`: a Chinese one takes the keys first."""

    page: Page
    with_input_method: bool = False
    cdp: CDPSession = field(init=False)
    _last_s: float = field(init=False, default=0)
    _drawn: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.cdp = self.page.context.new_cdp_session(self.page)

    def scan(self, text: str, end: str = "\r") -> None:
        """Type `text` and its terminator as fast as the machine takes it."""
        self.press(*keys_of(text + end))

    def scan_late(self, text: str) -> None:
        """Type the rest of a code, which the gun sent at once and the machine brings only now."""
        self._send([one for key in keys_of(f"{text}\r") for one in key.stroke()], are_late=True)

    def scan_in_alt_mode(self, text: str) -> None:
        """Type each character's number on the pad while Alt is held."""
        strokes: list[_Event] = []
        for character in text:
            strokes.append(Key("AltLeft", "Alt", 18, ALT).event("rawKeyDown"))
            for digit in f"{ord(character):03}":
                strokes += Key(f"Numpad{digit}", digit, 96 + int(digit), ALT).stroke()
            strokes.append(Key("AltLeft", "Alt", 18).event("keyUp"))
        self._send(strokes + _KEYS["\r"].stroke())

    def press(self, *keys: Key) -> None:
        strokes = [event for key in keys for event in key.stroke()]
        if self.with_input_method:
            strokes = [_taken_by_an_input_method(stroke) for stroke in strokes]
        self._send(strokes)

    def wait_for_the_first_picture(self) -> None:
        """Wait until the page takes keys: before its first picture Chromium throws them away.

        And before its scripts have run nobody listens. It is asked from a world beside the page's
        own, for a test may have stopped its clock.
        """
        for _ in range(_PATIENCE_MS // _LOOK_EVERY_MS):
            with suppress(Error):  # the page went on to another one
                frame = self.cdp.send("Page.getFrameTree")["frameTree"]["frame"]
                if frame["loaderId"] == self._drawn or self._is_drawn(frame["id"]):
                    self._drawn = frame["loaderId"]
                    return
            self.page.wait_for_timeout(_LOOK_EVERY_MS)
        raise AssertionError("the page was never drawn")

    def _is_drawn(self, frame_id: str) -> bool:
        beside = {"frameId": frame_id, "worldName": "gun"}
        world = self.cdp.send("Page.createIsolatedWorld", beside)["executionContextId"]
        asked = {
            "expression": _IS_READY,
            "contextId": world,
        }
        return bool(self.cdp.send("Runtime.evaluate", asked)["result"]["value"])

    def _send(self, strokes: list[_Event], *, are_late: bool = False) -> None:
        # All at once and with a gun's own times: one call a key waits for the page after each, and
        # a loaded machine then makes pauses that no gun makes. The public interface cannot do it.
        self.wait_for_the_first_picture()
        start_s = max(0 if are_late else utc_now().timestamp(), self._last_s + _APART_S)
        for number, stroke in enumerate(strokes):
            stroke["timestamp"] = self._last_s = start_s + number * _APART_S

        async def send() -> None:
            inner = self.cdp._impl_obj  # noqa: SLF001
            await asyncio.gather(
                *(
                    inner.send(method="Input.dispatchKeyEvent", params=stroke, timeout=0)
                    for stroke in strokes
                )
            )

        self.cdp._sync(send())  # noqa: SLF001


def _taken_by_an_input_method(stroke: _Event) -> _Event:
    kind = "keyUp" if stroke["type"] == "keyUp" else "rawKeyDown"
    kept = {name: value for name, value in stroke.items() if name != "text"}
    return {**kept, "type": kind, "key": "Process", "windowsVirtualKeyCode": 229}


def _plain(character: str) -> Key:
    row = "Digit" if character.isdigit() else "Key"
    return Key(f"{row}{character.upper()}", character, ord(character.upper()))


class Fingers:
    """Fingers on the glass, each with a number of its own."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._down: dict[int, tuple[float, float]] = {}

    def down(self, x: float, y: float, *, finger: int = 0) -> None:
        self._down[finger] = (x, y)
        self._send("touchStart", self._down)

    def move(self, x: float, y: float, *, finger: int = 0) -> None:
        self._down[finger] = (x, y)
        self._send("touchMove", self._down)

    def up(self, *, finger: int = 0) -> None:
        self._send("touchEnd", {finger: self._down.pop(finger)})

    def tap(self, x: float, y: float, *, finger: int = 0) -> None:
        self.down(x, y, finger=finger)
        self.up(finger=finger)

    def _send(self, kind: str, fingers: dict[int, tuple[float, float]]) -> None:
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in fingers.items()]
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
