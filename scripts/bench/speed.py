"""Goals 1, 2, 4, 7 and 8: one child after the other at the door, beside the floors."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import uuid4

from client import Answer, Screen
from measure import median, p50, p99
from report import Line, limit
from servers import Server
from worlds import World

from bench import Bench

_BLOCK = 10
_SLIMS, _KOLIBRI = 4.4, 14.0  # in raw floors (`performance.md`)
_HISTORY = ("scan", "lend", "return", "book", "idle page", "hours page")
Times = dict[str, list[float]]


@dataclass
class Door:
    """One kiosk with a screen for children and an idle one for returns."""

    name: str
    server: Server
    world: World
    child: Screen = field(init=False)
    idle: Screen = field(init=False)
    staff: Screen = field(init=False)

    def __post_init__(self) -> None:
        self.child, self.idle = self.server.screen(), self.server.screen()
        self.staff = self.server.screen()
        self.staff.scan(self.world.staff_card)
        self.staff.open("/staff/door")
        self.staff.post("/staff/door", {"pin": self.world.pin})
        self.staff.open("/staff/openings")

    def visit(self, times: Times) -> None:
        """Let a child come, borrow, book a call and go, and somebody bring the book back."""
        card, item, world = self.world.card(), self.world.item(), self.world
        self.timed(times, "scan", self.child.scan(card), "data-session")
        self.timed(times, "lend", self.child.scan(item), "/undo")
        form = {
            "contact_id": world.contacts[card],
            "slot_id": world.slot(),
            "request_id": str(uuid4()),
        }
        self.timed(times, "book", self.child.post("/me/call", form), "/undo")
        self.timed(times, "leave", self.child.post("/me/leave", {}), "")
        self.timed(times, "return", self.idle.scan(item), "/me/return/")
        self.timed(times, "idle page", self.idle.get("/idle"), "")
        self.timed(times, "hours page", self.staff.get("/staff/openings", page=True), "")

    def queue(self, times: Times) -> None:
        """Let the next card of a queue be scanned."""
        self.timed(times, "queue", self.child.scan(self.world.card()), "data-session")

    def timed(self, times: Times, what: str, got: tuple[Answer, float], sign: str) -> None:
        answer, ms = got
        body = answer.body.decode()
        if answer.status != 200 or sign not in body:  # noqa: PLR2004
            raise RuntimeError(f"{self.name} {what}: {answer.status}\n{body[:1500]}")
        times[f"{self.name} {what}"].append(ms)


@dataclass
class Floor:
    name: str
    server: Server
    world: World
    screen: Screen = field(init=False)

    def __post_init__(self) -> None:
        self.screen = self.server.screen()

    def queue(self, times: Times) -> None:
        answer, ms = self.screen.scan(self.world.card())
        if answer.status != 200:  # noqa: PLR2004
            raise RuntimeError(f"{self.name}: {answer.status}")
        times[self.name].append(ms)


def measure(bench: Bench, goals: set[int]) -> None:
    rounds: list[Times] = []
    cpu: list[dict[str, float]] = []
    floors = [
        Floor(kind, bench.start(bench.floor(kind)), bench.empty)
        for kind in ("wsgi", "page", "raw", "orm")
    ]
    doors = [Door("kiosk", bench.start(bench.kiosk(bench.empty)), bench.empty)]
    if 4 in goals:  # noqa: PLR2004
        doors.append(Door("full", bench.start(bench.kiosk(bench.full)), bench.full))
    warm: Times = defaultdict(list)
    for door in doors:
        door.server.settle()
        for _ in range(_BLOCK):
            door.visit(warm)

    def work() -> None:
        times, used = _round(bench, floors, doors)
        rounds.append(times)
        cpu.append({name: median(values) for name, values in used.items()})

    def undo() -> None:
        rounds.pop()
        cpu.pop()

    bench.each_round("at the door", work, undo)
    bench.stop_servers()
    found = Found(rounds, cpu)
    bench.details["ms"] = {
        name: {"p50": found.ms(name), "p99": median(p99(times[name]) for times in rounds)}
        for name in rounds[0]
    }
    bench.details["cpu ms of a scan"] = {name: median(one[name] for one in cpu) for name in cpu[0]}
    _report(bench, goals, found)


def _round(bench: Bench, floors: list[Floor], doors: list[Door]) -> tuple[Times, Times]:
    """Return the milliseconds of each request, and of processor time of each block's scans."""
    times: Times = defaultdict(list)
    used: Times = defaultdict(list)
    for turn in range(-(-bench.sizes.sequences // _BLOCK)):
        queues: list[Floor | Door] = [*floors, doors[0]]
        for one in queues:
            before = one.server.cpu_ms()
            for _ in range(_BLOCK):
                one.queue(times)
            used[one.name].append((one.server.cpu_ms() - before) / _BLOCK)
        if turn % 2:
            doors[0].world.sweep()  # twenty came; so many sit in a room
        for door in doors:
            for _ in range(_BLOCK):
                door.visit(times)
    return times, used


@dataclass
class Found:
    rounds: list[Times]
    cpu: list[dict[str, float]]

    def ms(self, name: str) -> float:
        return median(p50(times[name]) for times in self.rounds)

    def cpu_ratio(self, name: str, floor: str) -> float:
        return median(one[name] / one[floor] for one in self.cpu)

    def ratio(self, name: str, floor: str) -> float:
        """Return the median over the rounds of p50 beside the floor's in the same round."""
        return median(p50(times[name]) / p50(times[floor]) for times in self.rounds)


def _report(bench: Bench, goals: set[int], found: Found) -> None:
    add = bench.lines.append
    raw, orm = found.ratio("kiosk queue", "raw"), found.ratio("kiosk queue", "orm")
    ms = f"{found.ms('kiosk queue'):.2f} ms"
    if 1 in goals:
        add(Line(goal=1, what="a stored scan, one client", found=f"{raw:.2f} x raw",
                 goal_says="<= 1.6 x raw floor", reaches=limit(raw, 1.6),
                 must_says=f"<= 1.0 x ORM floor ({orm:.2f})", holds=limit(orm, 1.0),
                 note=f"{ms}; wsgi {found.ms('wsgi'):.2f}, page {found.ms('page'):.2f}, raw"
                 f" {found.ms('raw'):.2f}, ORM {found.ms('orm'):.2f};"
                 f" CPU {found.cpu_ratio('kiosk', 'raw'):.2f} x raw,"
                 f" {found.cpu_ratio('kiosk', 'orm'):.2f} x ORM"))  # fmt: skip
    if 2 in goals:  # noqa: PLR2004
        for name, theirs, share in (("SLiMS check-in", _SLIMS, 0.5),
                                    ("Kolibri attendance", _KOLIBRI, 0.15)):  # fmt: skip
            part = raw / theirs
            add(Line(goal=2, what=f"beside {name}", found=f"{part:.2f} x",
                     goal_says=f"<= {share} x", reaches=limit(part, share), must_says="as goal",
                     holds=limit(part, share), note=f"theirs is {theirs} x raw floor"))  # fmt: skip
    if 4 in goals:  # noqa: PLR2004
        sizes = bench.sizes
        for what in _HISTORY:
            grown = found.ratio(f"full {what}", f"kiosk {what}")
            add(Line(goal=4, what=f"{what} with {sizes.visits} visits, {sizes.loans} loans",
                     found=f"{grown:.2f} x none", goal_says="<= 1.1 x", reaches=limit(grown, 1.1),
                     must_says="as goal", holds=limit(grown, 1.1),
                     note=f"{found.ms(f'full {what}'):.2f} ms"))  # fmt: skip
    for goal, whats in ((7, ("lend", "return")), (8, ("book",))):
        for what in whats if goal in goals else ():
            part = found.ratio(f"kiosk {what}", "kiosk scan")
            add(Line(goal=goal, what=f"{what}, one request", found=f"{part:.2f} x scan",
                     goal_says="<= 1.3 x", reaches=limit(part, 1.3), must_says="as goal",
                     holds=limit(part, 1.3),
                     note=f"{found.ms(f'kiosk {what}'):.2f} ms"))  # fmt: skip
