"""Goals 11 and 12: memory at rest and after use, and the time to the first page."""

from measure import median
from report import Line, limit
from servers import Server
from worlds import World

from bench import Bench, say

_IN_THE_ROOM = 40


def measure(bench: Bench, goals: set[int]) -> None:
    if 11 in goals:  # noqa: PLR2004
        _memory(bench)
    if 12 in goals:  # noqa: PLR2004
        _starts(bench)


def _memory(bench: Bench) -> None:
    few = bench.sizes.used_scans
    bench.empty.begin_again()
    floor, kiosk = bench.start(bench.floor("orm")), bench.start(bench.kiosk(bench.empty))
    kiosk.settle()
    at_rest, beside = kiosk.rss_mb(), floor.rss_mb()
    say(f"{few} scans, then {10 * few}")
    _use(kiosk, bench.empty, few)
    after_few = kiosk.rss_mb()
    _use(kiosk, bench.empty, 9 * few)
    after_many = kiosk.rss_mb()
    bench.stop_servers()
    ratio, grown = at_rest / beside, after_many / after_few
    bench.lines += [
        Line(goal=11, what="memory at rest", found=f"{ratio:.2f} x ORM floor",
             goal_says="<= 1.4 x", reaches=limit(ratio, 1.4), must_says="<= 1.8 x",
             holds=limit(ratio, 1.8), note=f"{at_rest:.1f} MB, ORM floor {beside:.1f} MB"),
        Line(goal=11, what=f"memory after {10 * few} scans, {few} pages",
             found=f"{grown:.2f} x after {few}", goal_says="<= 1.05 x",
             reaches=limit(grown, 1.05), must_says="-", holds=None,
             note=f"{after_few:.1f} MB, then {after_many:.1f} MB"),
    ]  # fmt: skip


def _use(kiosk: Server, world: World, scans: int) -> None:
    screen = kiosk.screen()
    for number in range(scans):
        screen.scan(world.card())
        if number % 10 == 0:
            screen.open()
        if number % _IN_THE_ROOM == 0:
            world.sweep()
    screen.close()


def _starts(bench: Bench) -> None:
    times: dict[str, list[float]] = {"orm": [], "empty": [], "full": []}
    bench.empty.begin_again()
    worlds = {"empty": bench.empty, "full": bench.full}
    for turn in range(bench.sizes.starts):
        say(f"start {turn + 1} of {bench.sizes.starts}")
        for name, found in times.items():
            server = bench.floor("orm") if name == "orm" else bench.kiosk(worlds[name])
            with bench.foreign:
                found.append(bench.start(server).first_page_s)
            bench.stop_servers()
    pairs = zip(times["orm"], times["empty"], times["full"], strict=True)
    rounds = [(empty / orm, full / empty) for orm, empty, full in pairs]
    start, grown = median(one[0] for one in rounds), median(one[1] for one in rounds)
    seconds = {name: median(found) for name, found in times.items()}
    bench.lines += [
        Line(goal=12, what="start to first page", found=f"{start:.2f} x ORM floor",
             goal_says="<= 2 x", reaches=limit(start, 2.0), must_says="<= 3 x",
             holds=limit(start, 3.0),
             note=f"{seconds['empty']:.2f} s, ORM floor {seconds['orm']:.2f} s"),
        Line(goal=12, what=f"start with {bench.sizes.visits} visits", found=f"{grown:.2f} x none",
             goal_says="<= 1.1 x", reaches=limit(grown, 1.1), must_says="-", holds=None,
             note=f"{seconds['full']:.2f} s"),
    ]  # fmt: skip
