"""When the record is brought up to date by itself: at start, when the room closes, then hourly.

The room's PC is off at night, so there is no fixed hour (`sync.md` 0.10). The sync runs as a
process of its own, below the kiosk's priority and off its one core, and takes its own lock.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import Clock
from kiosk.errors import KioskError
from kiosk.services import processes

if TYPE_CHECKING:
    import subprocess

EVERY: Final = timedelta(hours=1)
_LOOK_S: Final = 30.0
_LOG: Final = "sync.log"
_LOG_LIMIT: Final = 1_000_000

_log = logging.getLogger("kiosk.app")


class SyncStarter:
    """Starts `kiosk sync` for one instance; one after the other."""

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self) -> bool:
        """Start one; return False while the last one is still at it."""
        if self.is_running():
            return False
        log = self._instance / _LOG
        is_long = log.exists() and log.stat().st_size > _LOG_LIMIT
        with log.open("wb" if is_long else "ab") as output:
            self._process = processes.start("sync", instance=self._instance, output=output)
        return True

    def is_running(self) -> bool:
        """Return whether the last one is still at it."""
        return self._process is not None and self._process.poll() is None


class SyncSchedule:
    """Decides when to start; `tick` is called often; whoever closes the room says `send_now`."""

    def __init__(
        self, *, start: Callable[[], bool], waiting: Callable[[], int], clock: Clock
    ) -> None:
        self._start = start
        self._waiting = waiting
        self._clock = clock
        self._wanted = threading.Event()
        self._wanted.set()  # at start, whatever waits
        self._last: datetime | None = None
        self._wake = threading.Event()
        self._stop = threading.Event()

    def send_now(self) -> None:
        """Ask for a sync now; also for staff who do not want to wait."""
        self._wanted.set()
        self._wake.set()

    def tick(self) -> None:
        """Start a sync if it is time."""
        now = self._clock()
        # A clock that was set back must not put it off for as long again.
        is_due = self._last is None or not timedelta(0) <= now - self._last < EVERY
        if not self._wanted.is_set() and not (is_due and self._waiting()):
            return
        if self._start():
            self._wanted.clear()
            self._last = now

    def run(self) -> None:
        """Tick until `stop`, in a thread of its own."""
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.tick()
            except (OSError, KioskError, SQLAlchemyError):
                # A locked database or a full disk now: the record must not be forgotten for ever.
                _log.exception("the school record could not be looked after")
            self._wake.wait(_LOOK_S)

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()
        self._wake.set()
