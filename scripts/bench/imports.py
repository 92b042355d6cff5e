"""Goal 20: 25,000 library records into the catalogue, beside pymarc alone; the door meanwhile."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import servers
from measure import median, p50, p99
from report import Line, limit
from worlds import World

from bench import Bench, say

HERE = Path(__file__).parent
RECORDS = 25_000
_QUICK_RECORDS = 2_500
_FULL_CHILDREN = 10_000
_MOST_S = 60.0
_MOST_MB = 200.0
_ALONE = 300
_SAMPLE = servers.ROOT / "tests" / "data" / "cnmarc_bnu10_utf8.iso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One `kiosk import-books --apply`, from its start to its end."""

    seconds: float
    peak_mb: float


def measure(bench: Bench, goals: set[int]) -> None:
    del goals
    records = RECORDS if bench.sizes.children == _FULL_CHILDREN else _QUICK_RECORDS
    path = write_records(bench.folder / "books.iso", records)
    found: list[tuple[float, Imported]] = []

    def work() -> None:
        bench.empty.begin_again()
        _forget_books(bench.empty)
        floor = _floor(path)
        found.append((floor, _import(bench.empty, path)))

    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    bench.each_round(f"import of {records} records", work, found.pop)
    os.sched_setaffinity(0, {servers.CLIENT_CORE})
    ratio = median(ours.seconds / floor for floor, ours in found)
    seconds = median(ours.seconds for _, ours in found)
    peak = max(ours.peak_mb for _, ours in found)
    bench.lines += [
        Line(goal=20, what=f"import of {records} library records", found=f"{seconds:.1f} s",
             goal_says=f"<= {_MOST_S:.0f} s", reaches=seconds <= _MOST_S, must_says="as goal",
             holds=seconds <= _MOST_S,
             note=f"{ratio:.1f} x pymarc alone ({median(floor for floor, _ in found):.1f} s)"),
        Line(goal=20, what="memory of the import", found=f"{peak:.0f} MB",
             goal_says=f"<= {_MOST_MB:.0f} MB", reaches=peak <= _MOST_MB, must_says="as goal",
             holds=peak <= _MOST_MB),
    ]  # fmt: skip
    _door_meanwhile(bench, path)


def write_records(path: Path, records: int) -> Path:
    """Write real records over and over, each with a title, an ISBN and numbers of its own."""
    raws = [raw for raw in _SAMPLE.read_bytes().split(b"\x1d") if raw]
    with path.open("wb") as file:
        for number in range(records):
            file.write(_renamed(raws[number % len(raws)], number))
    return path


def _renamed(raw: bytes, number: int) -> bytes:
    base = int(raw[12:17])
    directory, fields = raw[24 : base - 1], raw[base:].split(b"\x1e")[:-1]
    tags = [directory[at : at + 3] for at in range(0, len(directory), 12)]
    pairs = [
        (tag, _field(tag, content, number))
        for tag, content in zip(tags, fields, strict=True)
        if tag != b"906"
    ]
    pairs.append((b"906", b"  \x1fb%08d" % (20_000_000 + number)))
    entries, body = b"", b""
    for tag, content in pairs:
        entries += tag + b"%04d%05d" % (len(content) + 1, len(body))
        body += content + b"\x1e"
    base = 24 + len(entries) + 1
    return (
        b"%05d" % (base + len(body) + 1) + raw[5:12] + b"%05d" % base + raw[17:24]
        + entries + b"\x1e" + body + b"\x1d"
    )  # fmt: skip


def _field(tag: bytes, content: bytes, number: int) -> bytes:
    if tag == b"200":
        return re.sub(rb"\x1fa[^\x1f]*", b"\\g<0>%d" % number, content, count=1)
    if tag == b"010":
        digits = f"978{700_000_000 + number}"
        total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
        return b"  \x1fa%s%d\x1fdCNY18.00" % (digits.encode(), -total % 10)
    return content


def _floor(path: Path) -> float:
    ran = subprocess.run(
        [sys.executable, HERE / "parsing.py", path], check=True, capture_output=True, text=True
    )
    return float(json.loads(ran.stdout)["seconds"])


def _start(world: World, path: Path) -> subprocess.Popen[bytes]:
    with (world.folder / "bench-import.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "kiosk", "import-books", path, "--copies", "numbers:906b",
             "--apply"],
            env=os.environ | {"KIOSK_INSTANCE": str(world.folder)},
            cwd=servers.ROOT, stdout=log, stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, range(os.cpu_count() or 1)),  # noqa: PLW1509
        )  # fmt: skip


def _import(world: World, path: Path) -> Imported:
    began = time.perf_counter()
    process = _start(world, path)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((world.folder / "bench-import.log").read_text(encoding="utf-8"))
    return Imported(seconds=time.perf_counter() - began, peak_mb=used.ru_maxrss / 1000)


def _forget_books(world: World) -> None:
    """Let what an import has added be gone; the books of the instance itself stay."""
    import sqlite3

    with sqlite3.connect(world.folder / "kiosk.db", timeout=30) as connection:
        connection.execute("DELETE FROM item WHERE accession_no LIKE '20______'")
        connection.execute("DELETE FROM title WHERE id NOT IN (SELECT title_id FROM item)")
    connection.close()


def _door_meanwhile(bench: Bench, path: Path) -> None:
    bench.empty.begin_again()
    _forget_books(bench.empty)
    kiosk = bench.start(bench.kiosk(bench.empty))
    kiosk.settle()
    screen = kiosk.screen()
    found: list[tuple[list[float], list[float]]] = []

    def scan(times: list[float]) -> None:
        answer, ms = screen.scan(bench.empty.card())
        if answer.status != 200:  # noqa: PLR2004
            raise RuntimeError(answer.body.decode())
        times.append(ms)
        if len(times) % 30 == 0:
            bench.empty.sweep()

    def work() -> None:
        alone: list[float] = []
        meanwhile: list[float] = []
        while len(alone) < _ALONE:
            scan(alone)
        say("scanning while the books come in")
        process = _start(bench.empty, path)
        while process.poll() is None:
            scan(meanwhile)
        _forget_books(bench.empty)
        found.append((alone, meanwhile))

    bench.each_round("the door while books come in", work, found.pop)
    bench.stop_servers()
    ratio = median(p99(meanwhile) / p99(alone) for alone, meanwhile in found)
    longest = max(max(meanwhile) for _, meanwhile in found)
    bench.lines.append(
        Line(goal=20, what="scan p99 while books come in", found=f"{ratio:.2f} x alone",
             goal_says="<= 2 x", reaches=limit(ratio, 2.0), must_says="-", holds=None,
             note=f"p50 {median(p50(one) for _, one in found):.1f} ms, alone"
             f" {median(p50(one) for one, _ in found):.1f} ms; one waits for the inserts:"
             f" {longest:.0f} ms")
    )  # fmt: skip
