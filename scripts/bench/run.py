"""Print the table of `performance.md`: what the kiosk takes, beside floors of the same run.

python scripts/bench/run.py [--quick] [--only 1,3,9] [--rounds N] [--install]
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import books  # noqa: E402
import browser  # noqa: E402
import counts  # noqa: E402
import crowd  # noqa: E402
import imports  # noqa: E402
import install  # noqa: E402
import ledgers  # noqa: E402
import measure  # noqa: E402
import memory  # noqa: E402
import pages  # noqa: E402
import record  # noqa: E402
import report  # noqa: E402
import servers  # noqa: E402
import speed  # noqa: E402

import bench as shared  # noqa: E402
from bench import Bench  # noqa: E402
from kiosk.clock import utc_now  # noqa: E402

Measure = Callable[[Bench, set[int]], None]
RESULTS = HERE / "results"
PARTS: list[tuple[set[int], Measure]] = [
    ({1, 2, 4, 7, 8}, speed.measure),
    ({3, 8}, crowd.measure),
    ({5, 6}, counts.measure),
    ({9, 10}, pages.measure),
    ({11, 12}, memory.measure),
    ({13, 14}, record.measure),
    ({15}, install.measure),
    ({16}, browser.measure),
    ({17, 18}, books.measure),
    ({20}, imports.measure),
    ({21}, ledgers.measure),
]


def main() -> int:
    given = _options()
    wanted = _wanted(given)
    os.sched_setaffinity(0, {servers.CLIENT_CORE})
    # As `scripts/run.py` starts the kiosk: what was compiled once is kept, of the floors as well.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sizes = shared.QUICK if given.quick else shared.FULL
    run = Bench(sizes=sizes, rounds=given.rounds, place=given.place)
    run.details["fsync ms"] = measure.fsync_ms(run.folder)
    try:
        for goals, part in PARTS:
            if goals & wanted:
                print(f"goals {', '.join(map(str, sorted(goals & wanted)))}", flush=True)
                part(run, goals & wanted)
                run.stop_servers()
    finally:
        run.close()
    return _finish(run, given)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small: a look, not a report")
    parser.add_argument("--only", help="these goals alone: 1,3,9")
    parser.add_argument("--rounds", type=int, default=3, help="at least three (default: 3)")
    parser.add_argument("--place", type=Path, help="where instances are made (default: temporary)")
    parser.add_argument("--install", action="store_true", help="goal 15 too, which takes long")
    return parser.parse_args()


def _wanted(given: argparse.Namespace) -> set[int]:
    everything = set().union(*(goals for goals, _ in PARTS))
    if given.only:
        return {int(goal) for goal in given.only.split(",")} & everything
    return everything if given.install else everything - {15}


def _finish(run: Bench, given: argparse.Namespace) -> int:
    lines = sorted(run.lines, key=lambda line: line.goal)
    spans = run.foreign.spans or [0.0]
    how = f"{'quick' if given.quick else 'full'}, {run.rounds} rounds, {os.cpu_count()} cores"
    disk = f"journal {servers.journal()}, an fsync {run.details['fsync ms']:.2f} ms"
    load = f"foreign load {measure.median(spans):.2f} cores in the median round"
    repeats = f"{run.repeated} rounds repeated for it, {run.polluted} kept in spite of it"
    head = [
        f"{utc_now():%Y-%m-%d %H:%M} UTC, {how}, Python {sys.version.split()[0]}, {disk}",
        f"{load}, {max(spans):.2f} at most; {repeats}",
    ]
    print("\n" + "\n".join(head) + "\n\n" + report.text(lines))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.md").write_text(report.markdown(lines, head), encoding="utf-8")
    found = {"head": head, "lines": [line.as_dict() for line in lines], "details": run.details}
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (RESULTS / "latest.json").write_text(text, encoding="utf-8")
    return 0 if all(line.holds is not False for line in lines) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
