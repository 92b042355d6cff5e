"""What a running kiosk does besides answering: it is alone, it plans ahead, it feeds the record."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import IO, Final

from kiosk.db import db
from kiosk.errors import UnavailableError
from kiosk.services import homes, migrate, opening_plan, school_calendar, title_keys
from kiosk.services.here import Here
from kiosk.services.sync_schedule import SyncSchedule
from kiosk.settings import Settings

_LOCK: Final = "kiosk.lock"


class RunningProblem(StrEnum):
    ALREADY_RUNNING = "already-running"


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the instance for this server; the lock goes with the process, however it ends.

    Raises:
        UnavailableError: ALREADY_RUNNING.
    """
    with (settings.instance / _LOCK).open("a+b") as file:
        try:
            _lock(file)
        except OSError as error:
            raise UnavailableError(RunningProblem.ALREADY_RUNNING) from error
        yield


def prepare(settings: Settings, *, now: datetime) -> None:
    """Bring the database up to date and lay out the days ahead; needs an application context.

    Raises:
        RefusedError: NAME_TAKEN, when another room of the same database has this room's name.
    """
    migrate.bring_up_to_date(db.engine)
    home_id = homes.find(settings)
    homes.name_as_set(home_id, settings)
    school = school_calendar.read()
    opening_plan.plan_ahead(here=Here(now=now, settings=settings, home_id=home_id, school=school))
    title_keys.fill()


@contextmanager
def background(schedule: SyncSchedule) -> Iterator[None]:
    """Keep the clock of the school record in a thread of its own while the server runs."""
    thread = threading.Thread(target=schedule.run, name="record", daemon=True)
    thread.start()
    try:
        yield
    finally:
        schedule.stop()


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
