"""What a running kiosk does besides answering: it is alone, it plans ahead, it feeds the record."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import IO, Final

from sqlalchemy.exc import SQLAlchemyError

from kiosk.db import db
from kiosk.errors import KioskError, UnavailableError
from kiosk.services import (
    erasure,
    homes,
    library_settings,
    migrate,
    opening_plan,
    pack_files,
    public_holidays,
    school_calendar,
    term_copy,
    term_end,
    title_keys,
)
from kiosk.services.here import Here
from kiosk.services.signs_of_life import SignsOfLife
from kiosk.services.sync_schedule import SyncSchedule
from kiosk.settings import Settings

_LOCK: Final = "kiosk.lock"
_log = logging.getLogger("kiosk.app")


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
    homes.name_as_set(homes.find(settings), settings)
    here = _here(settings, now)
    _erase_again(here)
    opening_plan.plan_ahead(here=here)
    term_copy.clear(here)
    title_keys.fill()


def _erase_again(here: Here) -> None:
    """Erase whom an older backup brought back, before anybody sees it."""
    try:
        back = erasure.again(here)
    except (KioskError, SQLAlchemyError):
        _log.exception("children could not be erased again; the next start tries once more")
        return
    if back:
        _log.warning("an older backup had %d children that were erased since; they are again", back)


def go_on(settings: Settings, *, now: datetime) -> None:
    """End what a power cut has left half done and learn new holidays, beside a kiosk that answers.

    Needs an application context. What fails is left to the next start.
    """
    here = _here(settings, now)
    try:
        term_end.finish(actor_id=None, here=here)
    except (KioskError, SQLAlchemyError):
        _log.exception("the end of a term could not be gone on with")
    try:
        pack_files.forget_old(settings, now=now)
    except (KioskError, OSError):
        _log.exception("old inspection packs could not be deleted")
    try:
        public_holidays.seed(here=here)
    except (KioskError, SQLAlchemyError):
        _log.exception("the public holidays could not be stored")


@contextmanager
def background(
    schedule: SyncSchedule, unfinished: Callable[[], None], life: SignsOfLife
) -> Iterator[None]:
    """Keep the clock of the school record in a thread of its own while the server runs.

    In another one, what the last run left unfinished is ended; a third leaves signs of life.
    """
    for name, work in (
        ("record", schedule.run),
        ("unfinished", unfinished),
        ("signs-of-life", life.run),
    ):
        threading.Thread(target=work, name=name, daemon=True).start()
    try:
        yield
    finally:
        schedule.stop()
        life.stop()


def _here(settings: Settings, now: datetime) -> Here:
    home_id = homes.find(settings)
    return Here(
        now=now,
        settings=settings,
        home_id=home_id,
        library=library_settings.read(home_id),
        school=school_calendar.read(),
    )


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
