"""A real kiosk: its own process, its own instance folder, a free port."""

import csv
import os
import random
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests import warm
from tests.warm import Process

HOST = "127.0.0.1"
_ROOT = Path(__file__).resolve().parents[2]
_DATED = "tests.browser.dated"
_TRIES = 1200  # a minute: a busy machine is slow to start anything
# Below those that a system hands out by itself: whoever asks for any gets none of these.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Return a port that is free, and stays so until it is listened on, or listened on again."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise AssertionError("every port is taken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A line of `demo-codes.csv`."""

    kind: str
    code: str
    label: str
    class_: str
    animal: str


@dataclass(slots=True, kw_only=True)
class Kiosk:
    """`kiosk run` on an instance; may be killed and started again on the same port."""

    instance: Path
    port: int = field(default_factory=free_port)
    module: str = _DATED  # what runs; it takes what `kiosk run` takes
    _process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        words = ("run", "--port", str(self.port), "--no-browser")
        env, log = _environment(self.instance), self.instance / "kiosk.out"
        if self.module == _DATED:
            self._process = warm.start(*words, env=env, log=log)
        else:
            with log.open("ab") as output:
                command = [sys.executable, "-m", self.module, *words]
                self._process = subprocess.Popen(
                    command, env=env, cwd=_ROOT, stdout=output, stderr=output
                )
        for _ in range(_TRIES):
            if _answers(self.port):
                return
            try:
                self._process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError(f"the kiosk did not start:\n{self.log()}")

    def stop(self) -> None:
        self._end(kill=False)

    def kill(self) -> None:
        """Take the power away."""
        self._end(kill=True)

    def freeze(self) -> None:
        """Let it be there and answer nobody, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def log(self) -> str:
        return (self.instance / "kiosk.out").read_text(encoding="utf-8", errors="replace")

    def codes(self, kind: str) -> list[Code]:
        """Return the demo's codes of a kind: `child`, `item`, `staff` or `command`."""
        with (self.instance / "demo-codes.csv").open(encoding="utf-8-sig", newline="") as table:
            rows = list(csv.DictReader(table))
        return [
            Code(
                kind=row["kind"],
                code=row["code"],
                label=row["label"],
                class_=row["class"],
                animal=row["animal"],
            )
            for row in rows
            if row["kind"] == kind
        ]

    def _signal(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        else:
            process.terminate()
        process.wait(timeout=60)


_KIOSK = (sys.executable, "-m", _DATED)


def command(instance: Path, *arguments: str) -> str:
    """Run one `kiosk` command on an instance and return what it printed."""
    ran = subprocess.run(
        [*_KIOSK, *arguments],
        env=_environment(instance),
        cwd=_ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, f"kiosk {' '.join(arguments)}:\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def _environment(instance: Path) -> dict[str, str]:
    return os.environ | {"KIOSK_INSTANCE": str(instance), "PYTHONUTF8": "1"}


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
