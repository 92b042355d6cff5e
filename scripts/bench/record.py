"""Goals 13 and 14: the sync to PostgreSQL beside a plain COPY, and the door while it runs."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import servers
import worlds
from measure import median, p99
from report import Line, limit
from worlds import World

from bench import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Cluster

_PATIENCE_S = 900.0
_ALONE = 300
_ASK_EVERY_S = 0.1
_MB_MORE = 30.0
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """One `kiosk sync`, from its start until the record has given the last receipt, and to its end.

    Between the two lies the proof that both sides hold the same, which no floor does.
    """

    received_s: float
    seconds: float
    peak_mb: float


def measure(bench: Bench, goals: set[int]) -> None:
    from tests.postgres import programs

    binaries = programs()
    if binaries is None:
        for goal in goals:
            bench.lines.append(
                Line(goal=goal, what="the record", found="not measured", goal_says="-",
                     reaches=None, must_says="-", holds=None, note="PostgreSQL is not installed")
            )  # fmt: skip
        return
    with _cluster(binaries) as cluster:
        if 13 in goals:  # noqa: PLR2004
            _throughput(bench, cluster)
        if 14 in goals:  # noqa: PLR2004
            _door_meanwhile(bench, cluster)


@contextmanager
def _cluster(binaries: Path) -> "Iterator[Cluster]":
    """Start the private cluster of the tests; it must not sit on the client's core alone."""
    from tests.postgres import running_cluster

    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        with running_cluster(binaries) as cluster:
            yield cluster
    finally:
        os.sched_setaffinity(0, {servers.CLIENT_CORE})


def _throughput(bench: Bench, cluster: "Cluster") -> None:
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    found: list[dict[str, float]] = []
    peaks: list[tuple[float, float]] = []
    tenth = _a_tenth(bench)

    def work() -> None:
        with cluster.database() as name:
            sent = _sync(bench.full, cluster.dsn(name))
            _forget(bench.full)
            again = _sync(bench.full, cluster.dsn(name))
        with cluster.database() as name:
            few = _sync(tenth, cluster.dsn(name))
        with cluster.database() as name:
            floor = _floor(bench.full, cluster.dsn(name))
        rows = floor["rows"]
        found.append(
            {"rows": rows, "copy": floor["copy"], "executemany": floor["executemany"],
             "sync": rows / sent.received_s, "resend": rows / again.received_s,
             "proven": rows / sent.seconds}
        )  # fmt: skip
        peaks.append((sent.peak_mb, few.peak_mb))

    def undo() -> None:
        found.pop()
        peaks.pop()

    bench.each_round("sync", work, undo)
    bench.details["sync"] = found
    _report(bench, found, median(many - few for many, few in peaks), peaks[-1][0])


def _report(bench: Bench, found: list[dict[str, float]], more_mb: float, peak_mb: float) -> None:
    def ratio(what: str, beside: str) -> float:
        return median(one[what] / one[beside] for one in found)

    sync, resend, many = (
        ratio("sync", "copy"),
        ratio("resend", "copy"),
        ratio("sync", "executemany"),
    )
    proven = ratio("proven", "copy")
    speeds = ", ".join(
        f"{name} {median(one[name] for one in found) / 1000:.1f}"
        for name in ("copy", "sync", "proven", "resend", "executemany")
    )
    rows = int(found[0]["rows"])
    bench.lines += [
        Line(goal=13, what=f"sync of {rows} rows, to the last receipt", found=f"{sync:.2f} x COPY",
             goal_says=">= 0.40 x", reaches=round(sync, 2) >= 0.40,  # noqa: PLR2004
             must_says=f">= 2 x executemany ({many:.1f})", holds=many >= 2.0,  # noqa: PLR2004
             note=f"thousand rows a second: {speeds}"),
        Line(goal=13, what="the same with the proof of each day", found=f"{proven:.2f} x COPY",
             goal_says="-", reaches=None, must_says="-", holds=None,
             note="count and digest of every day on both sides, as after each sync"),
        Line(goal=13, what="all sent again under a new epoch", found=f"{resend:.2f} x COPY",
             goal_says=">= 0.2 x", reaches=round(resend, 2) >= 0.2,  # noqa: PLR2004
             must_says="-", holds=None, note="each row is written anew"),
        Line(goal=13, what="memory of the sync, ten times the rows", found=f"{more_mb:+.1f} MB",
             goal_says=f"<= +{_MB_MORE:.0f} MB", reaches=more_mb <= _MB_MORE, must_says="-",
             holds=None, note=f"peak {peak_mb:.0f} MB"),
    ]  # fmt: skip


def _a_tenth(bench: Bench) -> World:
    sizes = bench.sizes
    return worlds.with_history(
        bench.empty, bench.folder / "tenth", visits=sizes.visits // 10, loans=sizes.loans // 10
    )


def _sync(world: World, dsn: str) -> Synced:
    """Run `kiosk sync` to its end."""
    with closing(sqlite3.connect(world.folder / "kiosk.db")) as room:
        (newest,) = room.execute("SELECT max(seq) FROM sync_change").fetchone()
    before = _known(dsn)
    began = time.perf_counter()
    process = _start_sync(world, dsn)
    while _is_running(process):
        epoch, last = _known(dsn)
        # What it knew under the epoch before says nothing about this run.
        if epoch > before[0] and last >= newest:
            break
        time.sleep(_ASK_EVERY_S)
    received_s = time.perf_counter() - began
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((world.folder / "bench-sync.log").read_text(encoding="utf-8"))
    return Synced(
        received_s=received_s,
        seconds=time.perf_counter() - began,
        peak_mb=used.ru_maxrss / 1000,
    )


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    """Say whether it goes on, without taking what its end will tell of the memory it used."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _known(dsn: str) -> tuple[int, int]:
    """Return the epoch and the last number that the record has of the room."""
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as record:
        try:
            found = record.execute("SELECT epoch, last_seq FROM record_room").fetchone()
        except psycopg.errors.UndefinedTable:
            return 0, 0
    return (0, 0) if found is None else (int(found[0]), int(found[1]))


def _start_sync(world: World, dsn: str) -> subprocess.Popen[bytes]:
    with (world.folder / "bench-sync.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "kiosk", "sync", "--target", "postgres"],
            env=os.environ | {"KIOSK_INSTANCE": str(world.folder), "KIOSK_RECORD_POSTGRES": dsn},
            cwd=servers.ROOT,
            stdout=log,
            stderr=log,
            preexec_fn=_as_the_kiosk_does,  # noqa: PLW1509 - no thread runs here
        )


def _as_the_kiosk_does() -> None:
    os.nice(10)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))


def _forget(world: World) -> None:
    """Set the account back, as on a disk from before: everything is sent again."""
    with sqlite3.connect(world.folder / "kiosk.db") as connection:
        connection.execute("UPDATE sync_state SET acked_seq = 1, verified_seq = 0, chain = 'x'")
    connection.close()


def _floor(world: World, dsn: str) -> dict[str, float]:
    ran = subprocess.run(
        [sys.executable, HERE / "copying.py"], check=False, capture_output=True, text=True,
        input=json.dumps({"instance": str(world.folder), "dsn": dsn}), cwd=servers.ROOT,
        timeout=_PATIENCE_S,
    )  # fmt: skip
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def _door_meanwhile(bench: Bench, cluster: "Cluster") -> None:
    os.sched_setaffinity(0, {servers.CLIENT_CORE})
    bench.full.begin_again()
    kiosk = bench.start(bench.kiosk(bench.full))
    kiosk.settle()
    screen = kiosk.screen()
    found: list[tuple[float, float, int]] = []

    def scan(times: list[float]) -> None:
        answer, ms = screen.scan(bench.full.card())
        if answer.status != 200:  # noqa: PLR2004
            raise RuntimeError(answer.body.decode())
        times.append(ms)
        if len(times) % 30 == 0:
            bench.full.sweep()

    def work() -> None:
        alone: list[float] = []
        meanwhile: list[float] = []
        while len(alone) < _ALONE:
            scan(alone)
        with cluster.database() as name:
            process = _start_sync(bench.full, cluster.dsn(name))
            ends = time.monotonic() + _PATIENCE_S
            while process.poll() is None and time.monotonic() < ends:
                scan(meanwhile)
            process.kill()
            process.wait()
        found.append((p99(alone), p99(meanwhile), len(meanwhile)))

    bench.each_round("the door while the sync runs", work, found.pop)
    bench.stop_servers()
    ratio = median(meanwhile / alone for alone, meanwhile, _ in found)
    bench.lines.append(
        Line(goal=14, what="scan p99 while the sync runs", found=f"{ratio:.2f} x alone",
             goal_says="<= 2 x", reaches=limit(ratio, 2.0), must_says="as goal",
             holds=limit(ratio, 2.0),
             note=f"{median(one[1] for one in found):.1f} ms, alone"
             f" {median(one[0] for one in found):.1f} ms; {found[-1][2]} scans a round")
    )  # fmt: skip
