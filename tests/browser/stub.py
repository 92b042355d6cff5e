"""A stand-in for the server, for the scripts of the child screen: the layout's attributes, the real
scripts, the vendored htmx and the real headers. It keeps a ledger of what arrived, and it can be
slow, refuse, die and come back.

`Gun` types as a keyboard-type scanner does, through Chromium's own input queue.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import CDPSession, Page

from kiosk.web.headers import HEADERS

STATIC: Final = Path(__file__).parents[2] / "kiosk" / "static"
_TYPES: Final = {".js": "text/javascript", ".css": "text/css"}
_WAIT: Final = 15.0
_HTMX: Final = (
    '{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,'
    '"historyCacheSize":0,"selfRequestsOnly":true}'
)
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>stub</title>
<meta name="csrf-token" content="{token}"><meta name="htmx-config" content='{htmx}'>
<link rel="stylesheet" href="/stub.css">
{scripts}</head>
<body {kind} data-scan-url="/scan" data-idle-url="/idle" data-end-url="/me/end"
 data-stay-url="/me/stay" data-utc-offset-min="480">
<main id="screen">{screen}</main><div id="notice" role="alert" hidden></div>
<template id="still-there"><div>{lanterns}
<button type="button" data-still="stay">here</button>
<button type="button" data-still="done">done</button></div></template>{beside}</body></html>"""
_STYLE: Final = """html { font-size: 100px; } body { margin: 0; font-size: 16px; }
#screen { height: 700px; } #notice { position: fixed; bottom: 0; }
.still-there { position: fixed; inset: 0; background: white; }
button { position: absolute; width: 100px; height: 100px; }
#one { left: 100px; top: 100px; } #two { left: 220px; top: 100px; }
.is-pressed { background: gold; }
.still-there [data-still=stay] { left: 500px; top: 500px; }
.still-there [data-still=done] { left: 700px; top: 500px; }"""
# What a listener does that has not thought of input methods, of busy servers, of lost answers.
NAIVE: Final = """(() => {
  let text = "", isBusy = false;
  document.addEventListener("keydown", async ({ key }) => {
    if (key.length === 1) text += key;
    if (key !== "Enter" || isBusy) return;
    isBusy = true;
    const body = new URLSearchParams({ code: text, request_id: String(Math.random()) });
    text = "";
    const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
    try { await fetch("/scan", { method: "POST", body, headers }); } catch { }
    isBusy = false;
  });
})();"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server says. `delay` holds the answer back by so many seconds."""

    html: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request that changed something, as it arrived."""

    path: str
    form: dict[str, str]
    token: str

    @property
    def code(self) -> str:
        return self.form.get("code", "")

    @property
    def request_id(self) -> str:
        return self.form.get("request_id", "")


def notice(text: str, *, status: int = 422) -> Reply:
    return Reply(html=f"<p>{text}</p>", status=status, headers={"HX-Retarget": "#notice"})


class Stub:
    """The server. `scans` is the ledger of the scans that arrived, `posts` of everything else."""

    def __init__(self) -> None:
        self.token = "first"
        self.kind = "data-kiosk"
        self.scripts = ["vendor/htmx.min.js", "js/scanner.js", "js/post.js", "js/idle.js"]
        self.screen = '<section id="home">home</section>'
        self.beside = ""
        self.scans: list[Post] = []
        self.posts: list[Post] = []
        self.gets: list[str] = []
        self.most_at_once = 0
        self.on_scan: Callable[[Post], Reply] = lambda scan: Reply(html=f"<p>{scan.code}</p>")
        self.pages: dict[str, Reply] = {}
        self._at_once = 0
        self._changed = threading.Condition()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Listen, on the port of the first time."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Be gone: from now on nothing listens."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def codes(self) -> list[str]:
        """What was scanned, in order, a repeated request counted once."""
        return list({scan.request_id: scan.code for scan in self.scans}.values())

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until the ledger says so."""
        with self._changed:
            assert self._changed.wait_for(until, _WAIT), f"arrived: {self.scans} {self.posts}"

    def wait_for_codes(self, count: int) -> list[str]:
        self.wait(lambda: len(self.codes) >= count)
        return self.codes

    def wait_for_post(self, path: str) -> None:
        self.wait(lambda: any(post.path == path for post in self.posts))

    @contextmanager
    def counted(self, path: str) -> Iterator[None]:
        """Count how many scans are under way at the same time."""
        weight = 1 if path == "/scan" else 0
        with self._changed:
            self._at_once += weight
            self.most_at_once = max(self.most_at_once, self._at_once)
        yield
        with self._changed:
            self._at_once -= weight

    def page(self) -> str:
        scripts = "".join(f'<script src="/static/{name}" defer></script>' for name in self.scripts)
        return _PAGE.format(
            token=self.token,
            htmx=_HTMX,
            scripts=scripts,
            kind=self.kind,
            screen=self.screen,
            beside=self.beside,
            lanterns="<i data-lantern></i>" * 20,
        )

    def answer_get(self, path: str) -> Reply:
        with self._changed:
            self.gets.append(path)
            self._changed.notify_all()
        if path in self.pages:
            return self.pages[path]
        if path == "/idle":
            return Reply(html='<section id="home">home</section>')
        return Reply(html=self.page()) if path == "/" else Reply(status=404)

    def answer_post(self, post: Post) -> Reply:
        with self._changed:
            (self.scans if post.path == "/scan" else self.posts).append(post)
            self._changed.notify_all()
        if post.token != self.token:
            return Reply(html="<p>which page was that?</p>", status=400)
        if post.path == "/scan":
            return self.on_scan(post)
        return self.pages.get(post.path, Reply(status=204))


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/stub.css":
                return self._send(_STYLE.encode(), "text/css", Reply())
            if path == "/static/naive.js":
                return self._send(NAIVE.encode(), "text/javascript", Reply())
            if path.startswith("/static/"):
                file = STATIC / path.removeprefix("/static/")
                return self._send(file.read_bytes(), _TYPES[file.suffix], Reply())
            reply = stub.answer_get(path)
            time.sleep(reply.delay)
            return self._send(reply.html.encode(), "text/html", reply)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[-1] for name, values in parse_qs(raw).items()}
            token = self.headers.get("X-CSRFToken", "")
            with stub.counted(self.path):
                reply = stub.answer_post(Post(path=self.path, form=form, token=token))
                time.sleep(reply.delay)  # a slow server is what is tried
            if reply.status == 0:
                return  # the connection breaks, as when the process is killed
            self._send(reply.html.encode(), "text/html", reply)

        def _send(self, content: bytes, kind: str, reply: Reply) -> None:
            try:
                self.send_response(reply.status)
                for name, value in {**HEADERS, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the page did not wait

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
            del format, args

    return Handler


_Event: TypeAlias = dict[str, str | int]
ALT, CTRL = 1, 2


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
        return [self.event("rawKeyDown"), self.event("keyUp")]


_KEYS: Final = {
    "\r": Key("Enter", "Enter", 13),
    "\n": Key("KeyJ", "j", 74, CTRL),
    "\t": Key("Tab", "Tab", 9),
    " ": Key("Space", " ", 32),
    "-": Key("Minus", "-", 189),
    "]": Key("BracketRight", "]", 221),
    "/": Key("Slash", "/", 191),
}


@dataclass
class Gun:
    """A scanner that is a keyboard. `with_input_method` makes the keys that a Chinese one leaves."""

    page: Page
    with_input_method: bool = False
    cdp: CDPSession = field(init=False)

    def __post_init__(self) -> None:
        self.cdp = self.page.context.new_cdp_session(self.page)

    def scan(self, text: str, end: str = "\r") -> None:
        """Type `text` and its terminator as fast as the machine takes it."""
        self.press(*(_KEYS.get(character) or _plain(character) for character in text + end))

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
            strokes = [{**one, "key": "Process", "windowsVirtualKeyCode": 229} for one in strokes]
        self._send(strokes)

    def _send(self, strokes: list[_Event]) -> None:
        # All at once, as a gun does: one call a key waits for the page after each, and a loaded
        # machine then makes pauses that no gun makes. The public interface has no such call.
        async def send() -> None:
            inner = self.cdp._impl_obj  # noqa: SLF001
            await asyncio.gather(
                *(
                    inner.send(method="Input.dispatchKeyEvent", params=stroke, timeout=0)
                    for stroke in strokes
                )
            )

        self.cdp._sync(send())  # noqa: SLF001


def _plain(character: str) -> Key:
    row = "Digit" if character.isdigit() else "Key"
    return Key(f"{row}{character.upper()}", character, ord(character.upper()))
