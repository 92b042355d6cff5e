"""Goals 3 and 8: eight screens at once, and eight children who want one place."""

import threading
from collections.abc import Iterator
from uuid import uuid4

from client import Crowd
from measure import median, p50, p99
from report import Line, limit
from servers import Server
from worlds import World

from bench import Bench

_SCREENS = 8
_RACES = 3


def measure(bench: Bench, goals: set[int]) -> None:
    if 3 in goals:  # noqa: PLR2004
        _eight_clients(bench)
    if 8 in goals:  # noqa: PLR2004
        _one_place(bench)


def _eight_clients(bench: Bench) -> None:
    found: list[dict[str, tuple[float, float, float]]] = []
    bench.empty.begin_again()
    floor = bench.start(bench.floor("raw", threads=1))
    kiosk = bench.start(bench.kiosk(bench.empty))
    kiosk.settle()
    for server in (floor, kiosk):
        _crowd(server, bench.empty, 40)

    def work() -> None:
        this: dict[str, tuple[float, float, float]] = {}
        for name, server in (("raw", floor), ("kiosk", kiosk)):
            bench.empty.sweep()
            this[name] = _crowd(server, bench.empty, bench.sizes.crowd)
        found.append(this)

    bench.each_round("eight screens", work, found.pop)
    bench.stop_servers()
    tail = median(one["kiosk"][1] / one["raw"][1] for one in found)
    speed = median(one["kiosk"][2] / one["raw"][2] for one in found)
    note = "; ".join(_said(name, [one[name] for one in found]) for name in ("raw", "kiosk"))
    bench.lines.append(
        Line(goal=3, what="eight screens scan at once: p99", found=f"{tail:.2f} x raw, 1 thread",
             goal_says="<= 1.5 x", reaches=limit(tail, 1.5), must_says="<= 3 x",
             holds=limit(tail, 3.0), note=note)
    )  # fmt: skip
    bench.lines.append(
        Line(goal=3, what="eight screens: scans a second", found=f"{speed:.2f} x raw, 1 thread",
             goal_says=">= 0.6 x", reaches=round(speed, 2) >= 0.6, must_says="-",  # noqa: PLR2004
             holds=None)
    )  # fmt: skip


def _said(name: str, found: list[tuple[float, float, float]]) -> str:
    middle, tail, speed = (median(one[place] for one in found) for place in range(3))
    return f"{name} p50 {middle:.1f} p99 {tail:.1f} ms, {speed:.0f}/s"


def _crowd(server: Server, world: World, scans: int) -> tuple[float, float, float]:
    crowd = Crowd([server.screen() for _ in range(_SCREENS)])

    def codes() -> Iterator[str]:
        for _ in range(scans):
            yield world.card()

    per_second = crowd.scan(codes())
    if set(crowd.statuses) != {200}:
        raise RuntimeError(f"{server.name} answered {set(crowd.statuses)}\n{server.log()}")
    for screen in crowd.screens:
        screen.close()
    return p50(crowd.times_ms), p99(crowd.times_ms), per_second


def _one_place(bench: Bench) -> None:
    bench.empty.begin_again()
    kiosk = bench.start(bench.kiosk(bench.empty))
    winners = [_race(kiosk, bench.empty) for _ in range(_RACES * bench.rounds)]
    bench.stop_servers()
    is_right = set(winners) == {1}
    found = "exactly one" if is_right else f"{sorted(set(winners))} of 8"
    bench.lines.append(
        Line(goal=8, what="eight want one place", found=found, goal_says="exactly one wins",
             reaches=is_right, must_says="as goal", holds=is_right,
             note=f"{len(winners)} races")
    )  # fmt: skip


def _race(kiosk: Server, world: World) -> int:
    """Return how many of eight got the place."""
    slot, screens, messages = world.slot(), [], []
    for _ in range(_SCREENS):
        card, screen = world.card(), kiosk.screen()
        screen.scan(card)
        form = {"contact_id": world.contacts[card], "slot_id": slot, "request_id": str(uuid4())}
        screens.append(screen)
        messages.append(screen.request("POST", "/me/call", form))
    statuses: list[int] = []
    start = threading.Barrier(_SCREENS)

    def ask(place: int) -> None:
        start.wait()
        statuses.append(screens[place].ask(messages[place]).status)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(_SCREENS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for screen in screens:
        screen.close()
    return statuses.count(200)
