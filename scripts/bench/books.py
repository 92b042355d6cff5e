"""Goals 17 and 18: search, and lending beside a room that has next to nothing."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import worlds
from measure import median, p50, percentile
from report import Line, limit
from speed import Door, Times

from bench import Bench, say

_BLOCK: Final = 10
_MOST_MS: Final = 50.0
_MOST_GROWN: Final = 1.1
_CHILDREN, _ITEMS, _LOANS = 1_500, 20_000, 300_000
_FEW_CHILDREN, _FEW_ITEMS = 300, 300
# What people type: two signs, a common sign, initials, an author, a number, two words, nothing.
_WORDS: Final = (
    *("小河", "的", "月亮", "xh", "ydx", "s", "A0000123", "A00", "0199", "9787503717444"),
    *("一禾", "山 禾", "没有这样的书", "zzzzzz", ""),
)
_KEYS: Final = ("", "9", "94", "946", "3", "29", "7777777")


@dataclass
class Desk:
    """The searching of staff and of children at one kiosk."""

    door: Door

    def lend(self, times: Times) -> None:
        """Let a child come and borrow, and somebody bring the book back."""
        card, item = self.door.world.card(), self.door.world.item()
        self.door.timed(times, "scan", self.door.child.scan(card), "data-session")
        self.door.timed(times, "lend", self.door.child.scan(item), "/undo")
        self.door.timed(times, "return", self.door.idle.scan(item), "/me/return/")

    def search(self, times: Times) -> None:
        for word in _WORDS:
            self._timed(times, "search", f"/staff/books?text={quote(word)}")

    def pad(self, times: Times) -> None:
        self.door.child.scan(self.door.world.card())
        for keys in _KEYS:
            self._timed(times, "pad", f"/me/find/covers?keys={keys}", child=True)

    def _timed(self, times: Times, what: str, path: str, *, child: bool = False) -> None:
        screen = self.door.child if child else self.door.staff
        answer, ms = screen.get(path)
        if answer.status != 200:  # noqa: PLR2004
            raise RuntimeError(f"{path}: {answer.status}\n{answer.body[:800]!r}")
        times[f"{self.door.name} {what}"].append(ms)
        times[f"{self.door.name} {what} {path}"].append(ms)


def measure(bench: Bench, goals: set[int]) -> None:
    say(f"making {_ITEMS} titles, {_CHILDREN} children and {_LOANS} loans")
    few = worlds.make(bench.folder / "few-books", children=_FEW_CHILDREN, items=_FEW_ITEMS)
    fresh = worlds.make(bench.folder / "books", children=_CHILDREN, items=_ITEMS, titles=_ITEMS)
    many = worlds.with_history(fresh, bench.folder / "many-books", visits=0, loans=_LOANS)
    doors = [Door(name, bench.start(bench.kiosk(world)), world)
             for name, world in (("few", few), ("many", many))]  # fmt: skip
    desks = [Desk(door) for door in doors]
    rounds: list[Times] = []
    warm: Times = defaultdict(list)
    for desk in desks:
        desk.door.server.settle()
        for _ in range(_BLOCK):
            desk.lend(warm)
        desk.search(warm)
        desk.pad(warm)

    def work() -> None:
        times: Times = defaultdict(list)
        for _ in range(-(-bench.sizes.sequences // _BLOCK)):
            for desk in desks:
                for _ in range(_BLOCK):
                    desk.lend(times)
                desk.door.world.sweep()
                desk.search(times)
                desk.pad(times)
        rounds.append(times)

    bench.each_round("the book house", work, rounds.pop)
    bench.stop_servers()
    _report(bench, goals, rounds)


def _report(bench: Bench, goals: set[int], rounds: list[Times]) -> None:
    def p95(name: str) -> float:
        return median(percentile(times[name], 0.95) for times in rounds)

    if 17 in goals:  # noqa: PLR2004
        for what in ("search", "pad"):
            name = f"many {what}"
            ms = median(p50(times[name]) for times in rounds)
            slowest = max((one for one in rounds[0] if one.startswith(f"{name} /")), key=p95)
            bench.lines.append(
                Line(goal=17, what=f"{what}, {_ITEMS} titles, p95", found=f"{p95(name):.1f} ms",
                     goal_says=f"<= {_MOST_MS:.0f} ms", reaches=limit(p95(name), _MOST_MS),
                     must_says="as goal", holds=limit(p95(name), _MOST_MS),
                     note=f"p50 {ms:.1f} ms; with few books {p95(f'few {what}'):.1f};"
                     f" slowest {slowest.partition('?')[2]}: {p95(slowest):.1f} ms")
            )  # fmt: skip
    for what in ("lend", "return") if 18 in goals else ():  # noqa: PLR2004
        grown = median(p50(times[f"many {what}"]) / p50(times[f"few {what}"]) for times in rounds)
        ms = median(p50(times[f"many {what}"]) for times in rounds)
        bench.lines.append(
            Line(goal=18, what=f"{what}, {_ITEMS} items, {_CHILDREN} children, {_LOANS} loans",
                 found=f"{grown:.2f} x an empty room", goal_says=f"<= {_MOST_GROWN} x",
                 reaches=limit(grown, _MOST_GROWN), must_says="as goal",
                 holds=limit(grown, _MOST_GROWN),
                 note=f"{ms:.2f} ms; {_FEW_CHILDREN} children, {_FEW_ITEMS} items, no past there")
        )  # fmt: skip
    bench.details["books ms"] = {
        name: {"p50": median(p50(times[name]) for times in rounds), "p95": p95(name)}
        for name in rounds[0]
    }
