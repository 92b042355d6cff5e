"""Percentiles, the load of others, and what the kernel knows of a process."""

import os
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p99(values: Sequence[float]) -> float:
    return percentile(values, 0.99)


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def rss_mb(pid: int) -> float:
    """Return the resident memory of one process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / 1e6


def cpu_ms(pid: int) -> float:
    """Return what all threads of a process have used so far, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e6


def fsync_ms(folder: Path) -> float:
    """Return what one fsync of a small file costs here, the median of thirty."""
    path, times = folder / "fsync", []
    with path.open("wb") as file:
        for _ in range(30):
            file.write(b"x" * 512)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - start) * 1000)
    path.unlink()
    return median(times)


@dataclass(slots=True)
class Foreign:
    """The load of everybody else on the machine, in cores, over the spans that are measured."""

    spans: list[float] = field(default_factory=list)
    _started: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __enter__(self) -> Self:
        self._started = (time.monotonic(), _busy_s(), _family_s())
        return self

    def __exit__(self, *_: object) -> None:
        at, busy, own = self._started
        passed = time.monotonic() - at
        if passed > 0:
            load = ((_busy_s() - busy) - (_family_s() - own)) / passed
            self.spans.append(max(load, 0.0))

    @property
    def last(self) -> float:
        return self.spans[-1]


def _busy_s() -> float:
    """Return the seconds that all cores together were busy since the machine started."""
    with Path("/proc/stat").open(encoding="ascii") as stat:
        user, nice, system, _idle, _wait, irq, soft, *_ = map(int, stat.readline().split()[1:])
    return (user + nice + system + irq + soft) / _TICKS


def _family_s() -> float:
    """Return the seconds that this process and its descendants, dead or alive, have used."""
    times: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        _, _, rest = fields.rpartition(")")
        values = rest.split()
        used = sum(map(int, values[11:15])) / _TICKS  # with the children that it has waited for
        times[int(entry.name)] = (int(values[1]), used)
    family, total = {os.getpid()}, 0.0
    for _ in range(6):  # generations
        family |= {pid for pid, (parent, _) in times.items() if parent in family}
    for pid in family & times.keys():
        total += times[pid][1]
    return total
