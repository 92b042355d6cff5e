"""Servers as processes of their own, all on one core; whoever asks sits on another."""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import measure
from client import HOST, Screen

ROOT = Path(__file__).resolve().parents[2]
FLOORS = Path(__file__).parent / "floors.py"
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = _CORES[0], _CORES[-1]
_PATIENCE_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True, kw_only=True)
class Server:
    """A floor, or a kiosk; `start` returns once the first page is there."""

    name: str
    command: list[str | Path]
    folder: Path
    port: int
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    first_page_s: float = 0.0

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self.process.pid

    def start(self) -> Self:
        began = time.perf_counter()
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=os.environ | self.env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=_on_server_core,  # noqa: PLW1509 - no thread runs here
            )
        while not self._answers():
            if self.process.poll() is not None or time.perf_counter() - began > _PATIENCE_S:
                raise RuntimeError(f"{self.name} did not start:\n{self.log()}")
            time.sleep(0.005)
        self.first_page_s = time.perf_counter() - began
        return self

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def settle(self) -> None:
        """Wait until nothing that it started at its start is still at it."""
        for _ in range(200):
            lists = Path(f"/proc/{self.pid}/task").glob("*/children")
            children = " ".join(one.read_text(encoding="ascii") for one in lists).split()
            if not any(_is_alive(child) for child in children):
                return
            time.sleep(0.05)

    def log(self) -> str:
        text = (self.folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")
        return text[-3000:]

    def rss_mb(self) -> float:
        return measure.rss_mb(self.pid)

    def cpu_ms(self) -> float:
        return measure.cpu_ms(self.pid)

    def screen(self) -> Screen:
        """Return a browser that has the page open."""
        screen = Screen(self.port)
        screen.open()
        return screen

    def _answers(self) -> bool:
        screen = Screen(self.port)
        with suppress(OSError):
            try:
                return screen.ask(screen.request("GET", "/", page=True)).status == 200  # noqa: PLR2004
            finally:
                screen.close()
        return False


def floor(kind: str, folder: Path, *, database: Path | None = None, threads: int = 4) -> Server:
    port = free_port()
    command: list[str | Path] = [sys.executable, FLOORS, kind, "--port", str(port)]
    command += ["--threads", str(threads), "--journal", journal()]
    if database is not None:
        command += ["--database", database]
    return Server(name=f"{kind}-{threads}-{port}", command=command, folder=folder, port=port)


def kiosk(instance: Path) -> Server:
    port = free_port()
    command: list[str | Path] = [sys.executable, "-m", "kiosk", "run", "--no-browser"]
    return Server(
        name=f"kiosk-{port}",
        command=[*command, "--port", str(port)],
        folder=instance,
        port=port,
        # No target for the record: its own process would wake up in the midst of a measurement.
        env={"KIOSK_INSTANCE": str(instance), "KIOSK_RECORD": "postgres"},
    )


def journal() -> str:
    """Return the journal mode that the kiosk uses with this SQLite."""
    import sqlite3

    from kiosk.pragmas import journal_mode

    return journal_mode(sqlite3.sqlite_version_info)


def _is_alive(pid: str) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def _on_server_core() -> None:
    os.sched_setaffinity(0, {SERVER_CORE})
