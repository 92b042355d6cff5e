"""A term is read from a copy of the database: a long look at the original would block commits.

The copy is its own who holds the lock, and the lock goes with the process, however that ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from kiosk.db import db, open_database, reading
from kiosk.errors import UnavailableError
from kiosk.files.locking import lock_now
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import backup
from kiosk.services.here import Here
from kiosk.services.progress import Parts

_COPY: Final = "term-end.db"
_LOCK: Final = "end-term.lock"


@contextmanager
def apart(here: Here) -> Iterator[Session]:
    """Let the block read everything as it stands now; the copy is gone afterwards.

    PostgreSQL has readers who see one moment and keep nobody waiting.

    Raises:
        UnavailableError: UNDER_WAY, while another process, or thread, is at it.
    """
    with _only_one(here.settings.instance):
        if db.engine.dialect.name != "sqlite":
            with open_database(here.settings.database_url):
                session = reading()
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                yield session
            return
        copy = here.settings.instance / _COPY
        try:
            backup.copy(db.engine, copy, Parts(None))
            with open_database(f"sqlite:///{copy}"):
                yield reading()
        finally:
            _take_away(here.settings.instance)


def clear(here: Here) -> None:
    """Take away a copy that a power cut has left; not one that is being read."""
    with suppress(UnavailableError), _only_one(here.settings.instance):
        _take_away(here.settings.instance)


@contextmanager
def _only_one(instance: Path) -> Iterator[None]:
    with (instance / _LOCK).open("ab") as file:
        try:
            lock_now(file)
        except OSError as error:
            raise UnavailableError(TermEndProblem.UNDER_WAY) from error
        yield


def _take_away(instance: Path) -> None:
    for name in (_COPY, f"{_COPY}-journal", f"{_COPY}-wal", f"{_COPY}-shm"):
        with suppress(
            OSError
        ):  # Windows keeps what a virus scanner looks at; the next start goes on
            (instance / name).unlink(missing_ok=True)
