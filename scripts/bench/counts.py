"""Goals 5 and 6: how often the disk is waited for, and how many statements something takes."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import servers
import worlds
from report import Line
from servers import Server
from worlds import World

from bench import Bench, say

_TIMES = 6
_FEW = 10
_FSYNC = re.compile(r"^\d+ +(?:fsync|fdatasync)\(", re.MULTILINE)
_MOST = {"scan": 5, "lend": 7}
HERE = Path(__file__).parent


def measure(bench: Bench, goals: set[int]) -> None:
    if 5 in goals:  # noqa: PLR2004
        _fsyncs(bench)
    if 6 in goals:  # noqa: PLR2004
        _statements(bench)


def _fsyncs(bench: Bench) -> None:
    says = "one commit's worth; repeat 0"
    if shutil.which("strace") is None:
        bench.lines.append(
            Line(goal=5, what="fsyncs of an operation", found="not measured", goal_says=says,
                 reaches=None, must_says="as goal", holds=None, note="strace is not installed")
        )  # fmt: skip
        return
    world = bench.empty
    world.begin_again()
    floor, kiosk = bench.start(bench.floor("raw")), bench.start(bench.kiosk(world))
    kiosk.settle()
    commit = _count(floor, bench.folder, _scans(floor, world))
    found = {name: _count(kiosk, bench.folder, work) for name, work in _work(kiosk, world).items()}
    bench.stop_servers()
    for name, count in found.items():
        most = 0.0 if name == "repeat scan" else commit
        bench.lines.append(
            Line(goal=5, what=f"fsyncs of a {name}", found=f"{count:g}", goal_says=f"{most:g}",
                 reaches=count <= most, must_says="as goal", holds=count <= most,
                 note=f"one commit of the raw floor has {commit:g} in {servers.journal()} mode")
        )  # fmt: skip


def _scans(server: Server, world: World) -> Callable[[], object]:
    screen = server.screen()

    def work() -> None:
        for _ in range(_TIMES):
            screen.scan(world.card())

    work()  # what is set up at the first commit does not count
    return work


def _work(kiosk: Server, world: World) -> dict[str, Callable[[], object]]:
    """Return what to count; each runs `_TIMES` times, in this order."""
    idle, screens, items, cards = kiosk.screen(), [], [], []
    idle.scan(world.item())
    for _ in range(_TIMES):
        screens.append(kiosk.screen())
        cards.append(world.card())
        items.append(world.item())

    def each(what: Callable[[int], object]) -> Callable[[], object]:
        return lambda: [what(place) for place in range(_TIMES)]

    def book(place: int) -> None:
        form = {"contact_id": world.contacts[cards[place]], "slot_id": world.slot(),
                "request_id": str(uuid4())}  # fmt: skip
        screens[place].post("/me/call", form)

    return {
        "scan": each(lambda place: screens[place].scan(cards[place])),
        "repeat scan": each(lambda place: screens[place].scan(cards[place])),
        "loan": each(lambda place: screens[place].scan(items[place])),
        "booking": each(book),
        "return": each(lambda place: idle.scan(items[place])),
    }


def _count(server: Server, folder: Path, work: Callable[[], object]) -> float:
    """Return the fsyncs of the server while `work` runs, for one operation."""
    trace = folder / f"fsync-{time.monotonic_ns()}.txt"
    command: list[str | Path] = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace]
    strace = subprocess.Popen([*command, "-p", str(server.pid)])
    tasks = Path(f"/proc/{server.pid}/task")
    for _ in range(200):
        states = [(task / "status").read_text(encoding="ascii") for task in tasks.iterdir()]
        if not any("TracerPid:\t0" in state for state in states):
            break
        time.sleep(0.02)
    work()
    strace.send_signal(signal.SIGINT)
    strace.wait(timeout=20)
    return len(_FSYNC.findall(trace.read_text(encoding="utf-8"))) / _TIMES


def _statements(bench: Bench) -> None:
    say(f"counting statements at {_FEW} and {bench.sizes.children} children")
    bench.empty.begin_again()
    few = worlds.make(bench.folder / "few", children=_FEW, items=_FEW)
    counts = {world.folder.name: _counted(world) for world in (few, bench.empty)}
    bench.details["statements"] = counts
    for name, found in counts["empty"].items():
        most, same = _MOST.get(name), counts["few"][name] == found
        is_kept = same and (most is None or found <= most)
        says = f"{'' if most is None else f'<= {most}, '}equal"
        bench.lines.append(
            Line(goal=6, what=f"SQL statements of a {name}",
                 found=f"{found} ({counts['few'][name]})", goal_says=says,
                 reaches=is_kept, must_says="as goal", holds=is_kept,
                 note=f"with {bench.sizes.children} ({_FEW}) children; BEGIN and COMMIT apart")
        )  # fmt: skip


def _counted(world: World) -> dict[str, int]:
    given = {"instance": str(world.folder), "card": world.card(), "item": world.item(),
             "slot": world.slot(), "contacts": dict(list(world.contacts.items())[:5])}  # fmt: skip
    ran = subprocess.run(
        [sys.executable, HERE / "statements.py"], input=json.dumps(given), text=True,
        capture_output=True, check=False, cwd=servers.ROOT,
    )  # fmt: skip
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    found: dict[str, int] = json.loads(ran.stdout)
    return found
