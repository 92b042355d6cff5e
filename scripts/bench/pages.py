"""Goals 9 and 10: what the kiosk's page weighs on the wire, and how soon something is painted."""

import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import servers
from measure import median
from report import Line, limit
from servers import Server

from bench import Bench, say

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_KB = 1024
_LATER = {"Font", "Media"}  # loaded after the first paint; they do not count (ruling 21)
# Fetched by idle.js once the first picture stands, and a sound like the others.
_HEARD = ("/voice", "/static/js/speak.js", "/static/sounds/", "/static/voice/")
_PAINT = "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)[0] || 0"
_SETTLE_MS = 400
_LOADS = 4


def measure(bench: Bench, goals: set[int]) -> None:
    path = shutil.which("chromium")
    if path is None:
        for goal in goals:
            bench.lines.append(
                Line(goal=goal, what="in a browser", found="not measured", goal_says="-",
                     reaches=None, must_says="-", holds=None, note="Chromium is not installed")
            )  # fmt: skip
        return
    from playwright.sync_api import sync_playwright

    bench.empty.begin_again()
    kiosk = bench.start(bench.kiosk(bench.empty))
    htmx = bench.start(bench.floor("htmx"))
    kiosk.settle()
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # a browser needs more than one core
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
            if 9 in goals:  # noqa: PLR2004
                _weigh(bench, browser, kiosk)
            if 10 in goals:  # noqa: PLR2004
                _paint(bench, browser, kiosk, htmx)
            browser.close()
    finally:
        os.sched_setaffinity(0, {servers.CLIENT_CORE})
    bench.stop_servers()


@dataclass
class Loaded:
    """The requests of one load: kind, address and bytes on the wire."""

    kinds: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)

    def began(self, event: dict[str, Any]) -> None:
        key, url = event["requestId"], event["request"]["url"]
        if not url.startswith(("data:", "blob:")):
            self.kinds[key], self.urls[key] = event.get("type", ""), url

    def ended(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def counting(self) -> list[str]:
        return [
            key
            for key, kind in self.kinds.items()
            if kind not in _LATER and not urlsplit(self.urls[key]).path.startswith(_HEARD)
        ]

    def bytes(self, *, assets_only: bool = False) -> float:
        return sum(
            self.sizes.get(key, 0)
            for key in self.counting()
            if not (assets_only and self.kinds[key] == "Document")
        )

    def outside(self) -> set[str]:
        return {urlsplit(url).hostname or "" for url in self.urls.values()} - {"127.0.0.1"}


def _weigh(bench: Bench, browser: "Browser", kiosk: Server) -> None:
    say("weighing the page")
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    first, again = _load(context, kiosk), _load(context, kiosk)
    context.close()
    scan, _ = kiosk.screen().scan(bench.empty.card())
    asset_bytes, outside = again.bytes(assets_only=True), first.outside() | again.outside()
    kb, requests = first.bytes() / _KB, len(first.counting())
    bench.details["page"] = {first.urls[key]: first.sizes.get(key, 0) for key in first.counting()}
    is_clean = not outside and asset_bytes == 0
    bench.lines += [
        Line(goal=9, what="first load, fonts and sounds apart", found=f"{kb:.1f} KB",
             goal_says="<= 40 KB", reaches=limit(kb, 40.0), must_says="<= 80 KB",
             holds=limit(kb, 80.0), note=_heaviest(first)),
        Line(goal=9, what="requests of the first load", found=str(requests), goal_says="<= 8",
             reaches=requests <= 8, must_says="-", holds=None),  # noqa: PLR2004
        Line(goal=9, what="a scan, in one request", found=f"{scan.size / _KB:.2f} KB",
             goal_says="<= 2 KB", reaches=limit(scan.size / _KB, 2.0), must_says="-", holds=None,
             note=f"{len(scan.head)} bytes of it are headers"),
        Line(goal=9, what="a second load", found=f"{asset_bytes:g} bytes of assets",
             goal_says="0, no other host", reaches=is_clean, must_says="-", holds=None,
             note=f"other hosts: {', '.join(sorted(outside)) or 'none'}"),
    ]  # fmt: skip


def _load(context: "BrowserContext", server: Server) -> Loaded:
    page, loaded = context.new_page(), Loaded()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", loaded.began)
    wire.on("Network.loadingFinished", loaded.ended)
    page.goto(f"http://127.0.0.1:{server.port}/", wait_until="load")
    page.wait_for_timeout(_SETTLE_MS)
    page.close()
    return loaded


def _heaviest(loaded: Loaded) -> str:
    ordered = sorted(loaded.counting(), key=lambda key: -loaded.sizes.get(key, 0))
    return ", ".join(
        f"{urlsplit(loaded.urls[key]).path.rpartition('/')[2] or 'page'}"
        f" {loaded.sizes.get(key, 0) / _KB:.1f}"
        for key in ordered[:4]
    )


def _paint(bench: Bench, browser: "Browser", kiosk: Server, htmx: Server) -> None:
    found: list[dict[str, float]] = []

    def work() -> None:
        times: dict[str, list[float]] = {"kiosk": [], "htmx": []}
        for _ in range(_LOADS):
            for name, server in (("htmx", htmx), ("kiosk", kiosk)):
                times[name].append(_first_paint(browser, server))
        found.append({name: median(values) for name, values in times.items()})

    bench.each_round("first paint", work, found.pop)
    ratio = median(one["kiosk"] / one["htmx"] for one in found)
    bench.lines.append(
        Line(goal=10, what="first paint", found=f"{ratio:.2f} x minimal htmx page",
             goal_says="<= 1.5 x", reaches=limit(ratio, 1.5), must_says="<= 2 x",
             holds=limit(ratio, 2.0),
             note=f"{median(one['kiosk'] for one in found):.0f} ms, htmx page"
             f" {median(one['htmx'] for one in found):.0f} ms")
    )  # fmt: skip


def _first_paint(browser: "Browser", server: Server) -> float:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/", wait_until="load")
    page.wait_for_function(f"() => ({_PAINT}) > 0", timeout=10_000)
    found = float(page.evaluate(_PAINT))
    context.close()
    return found
