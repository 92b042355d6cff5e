"""A stand-in for the server, to try the scripts of the child screen on.

It serves the layout's attributes, the real scripts, the vendored htmx and the real headers, keeps a
ledger of what arrived, and can be slow, refuse, die and come back.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from kiosk.web.headers import HEADERS
from tests.browser.process import free_port

STATIC: Final = Path(__file__).parents[2] / "kiosk" / "static"
_TYPES: Final = {".js": "text/javascript", ".css": "text/css"}
_WAIT: Final = 60.0  # s; a busy machine takes its time
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
<button type="button" data-still="done">done</button></div></template>
<template id="machine-tired"><h1 id="tired">tired</h1></template>{beside}</body></html>"""
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
    """What the server says: after `delay` seconds, or `is_held` until the test lets it go."""

    html: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    is_held: bool = False


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


def always(reply: Reply) -> Callable[[Post], Reply]:
    """Answer each scan alike."""
    return lambda _: reply


def notice(text: str, *, status: int = 422) -> Reply:
    return Reply(html=f"<p>{text}</p>", status=status, headers={"HX-Retarget": "#notice"})


class Stub:
    """The server. `scans` is the ledger of the scans that arrived, `posts` of everything else."""

    def __init__(self) -> None:
        self.token = "first"  # noqa: S105  # no secret: a form token
        self.kind = "data-kiosk"
        self.scripts = [
            "vendor/htmx.min.js",
            "js/scanner.js",
            "js/post.js",
            "js/wait.js",
            "js/idle.js",
        ]
        self.screen = '<section id="home">home</section>'
        self.beside = ""
        self.scans: list[Post] = []
        self.posts: list[Post] = []
        self.gets: list[str] = []
        self.most_at_once = 0
        self.let_go = threading.Event()
        self.on_scan: Callable[[Post], Reply] = lambda scan: Reply(html=f"<p>{scan.code}</p>")
        self.pages: dict[str, Reply] = {}
        self._at_once = 0
        self._changed = threading.Condition()
        self._server: ThreadingHTTPServer | None = None
        self._port = free_port()  # its own also while nothing listens
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Listen, each time on the same port."""
        handler = type("Handler", (_Handler,), {"stub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._server.daemon_threads = True
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
        """Count how many scans are under way at the same time, each until its answer goes out."""
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
        return Reply(html=self.page()) if path in ("/", "/no-card") else Reply(status=404)

    def answer_post(self, post: Post) -> Reply:
        with self._changed:
            (self.scans if post.path == "/scan" else self.posts).append(post)
            self._changed.notify_all()
        if post.token != self.token:
            return Reply(html="<p>which page was that?</p>", status=400)
        if post.path == "/scan":
            return self.on_scan(post)
        return self.pages.get(post.path, Reply(status=204))


class _Handler(BaseHTTPRequestHandler):
    stub: Stub

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/stub.css":
            self._send(_STYLE, "text/css")
        elif path == "/static/naive.js":
            self._send(NAIVE, "text/javascript")
        elif path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            self._send(file.read_text(encoding="utf-8"), _TYPES[file.suffix])
        else:
            reply = self.stub.answer_get(path)
            self._think(reply)
            self._answer(reply)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[-1] for name, values in parse_qs(raw).items()}
        token = self.headers.get("X-CSRFToken", "")
        with self.stub.counted(self.path):
            reply = self.stub.answer_post(Post(path=self.path, form=form, token=token))
            self._think(reply)
        self._answer(reply)

    def _think(self, reply: Reply) -> None:
        time.sleep(reply.delay)  # a slow server is what is tried
        if reply.is_held:
            self.stub.let_go.wait(_WAIT)

    def _answer(self, reply: Reply) -> None:
        if reply.status:  # else the connection breaks, as when the process is killed
            self._send(reply.html, "text/html", reply)

    def _send(self, text: str, kind: str, reply: Reply | None = None) -> None:
        content = text.encode()
        reply = reply or Reply()
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
