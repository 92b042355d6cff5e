"""Goal 16: the children's screen on a slow PC. Chromium, its processor slowed six times."""

import os
import shutil
from typing import TYPE_CHECKING, Any

import servers
from measure import p50, percentile
from report import Line, limit
from servers import Server

from bench import Bench, say

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
              "--autoplay-policy=no-user-gesture-required"]  # fmt: skip
_SLOWED = 6
_WARM = 20
_TIMED = 40
_LONG = {True: 2_000, False: 200}
_QUIET_MS = 900  # in which pictures and letters of an answer have come, or never will
_MB = 1024 * 1024
_A_FEW_SCREENS = 1_000  # nodes that the browser itself may hold a while longer
# Told before any script of the page: when the last key went down, when the answer stood in the
# page, when the first frame with it had been drawn, and when something was to be heard. The whole
# answer is all that is seen of it: what is fetched for the ears is not waited for.
_WATCH = """
  window.__seen = { key: 0, paint: 0, sound: 0, full: 0 };
  const now = () => performance.now(), seen = window.__seen;
  addEventListener("keydown", (event) => {
    if (event.code !== "Enter") return;
    Object.assign(seen, { key: event.timeStamp, paint: 0, sound: 0, full: 0 });
  }, true);
  const heard = () => { seen.sound ||= now(); };
  for (const [kind, name] of [[AudioBufferSourceNode, "start"], [HTMLMediaElement, "play"]]) {
    const inner = kind.prototype[name];
    kind.prototype[name] = function (...given) { heard(); return inner.apply(this, given); };
  }
  const framed = (then) => requestAnimationFrame(() => {
    const after = new MessageChannel(); // its message comes when the frame has been drawn
    after.port1.onmessage = then;
    after.port2.postMessage(0);
  });
  document.addEventListener("kiosk:swapped", () => framed(() => {
    seen.paint ||= now();
    seen.full = Math.max(seen.full, now());
    document.fonts.ready.then(() => framed(() => { seen.full = Math.max(seen.full, now()); }));
  }));
  new PerformanceObserver((list) => {
    for (const { name, responseEnd } of list.getEntries()) {
      const isHeard = /\\/(voice|sounds)\\b/.test(name);
      if (isHeard || responseEnd < seen.key) continue;
      framed(() => { seen.full = Math.max(seen.full, now()); });
    }
  }).observe({ type: "resource" });
"""


def measure(bench: Bench, goals: set[int]) -> None:
    path = shutil.which("chromium")
    if path is None:
        bench.lines += [
            Line(goal=goal, what="on a slow PC", found="not measured", goal_says="-",
                 reaches=None, must_says="-", holds=None, note="Chromium is not installed")
            for goal in goals
        ]  # fmt: skip
        return
    from playwright.sync_api import sync_playwright

    bench.empty.begin_again()
    kiosk = bench.start(bench.kiosk(bench.empty))
    kiosk.settle()
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # a browser needs more than one core
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
            _first_load(bench, browser, kiosk)
            _scans(bench, browser, kiosk)
            _growth(bench, browser, kiosk)
            browser.close()
    finally:
        os.sched_setaffinity(0, {servers.CLIENT_CORE})
    bench.stop_servers()


def _first_load(bench: Bench, browser: "Browser", kiosk: Server) -> None:
    say("loading the page on a slow PC")
    found = []
    for _ in range(bench.rounds):
        page, wire = _open(browser)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWED})
        page.goto(_address(kiosk), wait_until="load")
        found.append(float(page.evaluate("performance.timing.loadEventEnd"
                                         " - performance.timing.navigationStart")))  # fmt: skip
        page.context.close()
    _say(bench, "first load, cold", p50(found), 1000, "median of cold loads")


def _scans(bench: Bench, browser: "Browser", kiosk: Server) -> None:
    say(f"{_TIMED} scans on a slow PC")
    page, wire = _open(browser)
    page.goto(_address(kiosk), wait_until="load")
    for _ in range(_WARM):
        _scan(bench, page, wire)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWED})
    times: dict[str, list[float]] = {"paint": [], "sound": [], "full": []}
    for _ in range(_TIMED):
        _scan(bench, page, wire)
        page.wait_for_timeout(_QUIET_MS)
        seen = page.evaluate("window.__seen")
        for name, values in times.items():
            if seen[name]:
                values.append(seen[name] - seen["key"])
    page.context.close()
    bench.details["scan on a slow PC"] = times
    for name, what, most in (("paint", "scan to the first picture", 100),
                             ("sound", "scan to the call that plays", 100),
                             ("full", "scan to the whole answer", 300)):  # fmt: skip
        if times[name]:
            note = f"p50 {p50(times[name]):.0f} ms, {len(times[name])} scans"
            _say(bench, f"{what}, p95", percentile(times[name], 0.95), most, note)


def _growth(bench: Bench, browser: "Browser", kiosk: Server) -> None:
    count = _LONG[bench.sizes.visits >= 1_000_000]  # noqa: PLR2004 - the long form
    say(f"{count} scans at one page")
    page, wire = _open(browser)
    page.goto(_address(kiosk), wait_until="load")
    kept = []
    for quarter in range(5):
        for _ in range(_WARM if quarter == 0 else count // 4):
            _scan(bench, page, wire)
        kept.append(_held(wire))
    page.context.close()
    bench.details["held by the page"] = kept
    first, last = kept[1], kept[-1]
    more = (last["JSHeapUsedSize"] - first["JSHeapUsedSize"]) / _MB
    nodes, listeners = (last[name] - first[name] for name in ("Nodes", "JSEventListeners"))
    is_still = more < 1 and nodes < _A_FEW_SCREENS and listeners <= 10  # noqa: PLR2004
    bench.lines.append(
        Line(goal=16, what=f"{count} scans at one page", found=f"{more:+.2f} MB",
             goal_says="no growth", reaches=is_still, must_says="no growth", holds=is_still,
             note=f"heap {last['JSHeapUsedSize'] / _MB:.1f} MB, nodes {nodes:+.0f}, listeners"
             f" {listeners:+.0f}, from the first quarter to the last")
    )  # fmt: skip


def _open(browser: "Browser") -> "tuple[Page, CDPSession]":
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_init_script(_WATCH)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Performance.enable")
    return page, wire


def _address(kiosk: Server) -> str:
    return f"http://127.0.0.1:{kiosk.port}/"


def _scan(bench: Bench, page: "Page", wire: "CDPSession") -> None:
    with page.expect_response("**/scan"):
        for character in bench.empty.card():
            row = "Digit" if character.isdigit() else "Key"
            _press(wire, f"{row}{character}", character, ord(character))
        _press(wire, "Enter", "Enter", 13)
    page.wait_for_timeout(30)


def _press(wire: "CDPSession", code: str, key: str, number: int) -> None:
    for kind in ("rawKeyDown", "keyUp"):
        wire.send("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": key,
                                             "windowsVirtualKeyCode": number})  # fmt: skip


def _held(wire: "CDPSession") -> dict[str, Any]:
    """Return what the page holds once what is garbage has gone."""
    for _ in range(2):
        wire.send("HeapProfiler.collectGarbage")
    found = wire.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in found}


def _say(bench: Bench, what: str, found_ms: float, most_ms: int, note: str) -> None:
    is_soon = limit(found_ms, most_ms)
    bench.lines.append(
        Line(goal=16, what=f"{what}, processor slowed {_SLOWED} x", found=f"{found_ms:.0f} ms",
             goal_says=f"<= {most_ms} ms", reaches=is_soon, must_says="-", holds=None, note=note)
    )  # fmt: skip
