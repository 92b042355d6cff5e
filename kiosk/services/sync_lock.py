"""Never two syncs of one room at once, whoever starts them.

The lock is the operating system's, not a file that says so: it is gone with the process that held
it, however that ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kiosk.errors import UnavailableError
from kiosk.files.locking import lock_now
from kiosk.record.target import RecordProblem

_FILE: Final = "sync.lock"


@contextmanager
def only_one(instance: Path) -> Iterator[None]:
    """Hold the sync of an instance for the block.

    Raises:
        UnavailableError: ALREADY_RUNNING, when another process, or thread, holds it.
    """
    with (instance / _FILE).open("ab") as file:
        try:
            lock_now(file)
        except OSError as error:
            raise UnavailableError(RecordProblem.ALREADY_RUNNING) from error
        yield
