"""What all goals share: the options, the instances, the servers, and the load of others."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import servers
import worlds
from measure import Foreign
from report import Line
from servers import Server
from worlds import World

POLLUTED = 0.5  # cores that others used while a round ran
_MOST_REPEATS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured; `--quick` is for a look, not for a report."""

    children: int
    items: int
    visits: int
    loans: int
    sequences: int  # children that go through the door in one round
    crowd: int  # scans of eight clients in one round
    used_scans: int  # for the memory: this many, and ten times as many
    sync_rows: int
    starts: int


FULL = Sizes(children=10_000, items=6_000, visits=1_000_000, loans=300_000, sequences=150,
             crowd=400, used_scans=1_000, sync_rows=1_000_000, starts=5)  # fmt: skip
QUICK = Sizes(children=2_000, items=2_000, visits=100_000, loans=30_000, sequences=40,
              crowd=160, used_scans=200, sync_rows=100_000, starts=3)  # fmt: skip


@dataclass
class Bench:
    """One run."""

    sizes: Sizes
    rounds: int
    place: Path | None = None
    lines: list[Line] = field(default_factory=list)
    foreign: Foreign = field(default_factory=Foreign)
    polluted: int = 0
    repeated: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    _running: list[Server] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    @cached_property
    def folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="nuanwu-bench-", dir=self.place))

    @cached_property
    def empty(self) -> World:
        """An instance without a past."""
        say("making an instance")
        return worlds.make(
            self.folder / "empty", children=self.sizes.children, items=self.sizes.items
        )

    @cached_property
    def full(self) -> World:
        """The same instance with a past."""
        fresh, sizes = self.empty, self.sizes
        say(f"making {sizes.visits} visits and {sizes.loans} loans")
        fresh.begin_again()
        return worlds.with_history(
            fresh, self.folder / "full", visits=sizes.visits, loans=sizes.loans
        )

    def start(self, server: Server) -> Server:
        """Start a server that `close` will stop, if nobody does before."""
        self._running.append(server)
        return server.start()

    def floor(self, kind: str, *, threads: int = 4) -> Server:
        database = None
        if kind in ("raw", "orm"):
            path = self.folder / f"{kind}-{next(self._numbers)}.db"
            database = worlds.floor_database(path, self.empty)
        return servers.floor(kind, self.folder, database=database, threads=threads)

    def kiosk(self, world: World) -> Server:
        return servers.kiosk(world.folder)

    def each_round(self, name: str, work: Callable[[], object], undo: Callable[[], object]) -> None:
        """Run `work` once a round; a round that others disturbed is undone and run again."""
        repeats = 0
        done = 0
        while done < self.rounds:
            say(f"{name}: round {done + 1} of {self.rounds}")
            with self.foreign:
                work()
            if self.foreign.last > POLLUTED and repeats < _MOST_REPEATS:
                repeats += 1
                self.repeated += 1
                undo()
                continue
            self.polluted += self.foreign.last > POLLUTED
            done += 1

    def stop_servers(self) -> None:
        for server in self._running:
            if server.process is not None and server.process.poll() is not None:
                print(f"{server.name} ended by itself: {server.process.returncode}\n{server.log()}")
            server.stop()
        self._running.clear()

    def close(self) -> None:
        self.stop_servers()
        shutil.rmtree(self.folder, ignore_errors=True)


def say(text: str) -> None:
    print(f"  {text} ...", flush=True)
