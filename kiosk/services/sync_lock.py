"""Never two syncs of one room at once, whoever starts them.

The lock is the operating system's, not a file that says so: it is gone with the process that held
it, however that ended.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from kiosk.errors import UnavailableError
from kiosk.record.target import RecordProblem

_FILE: Final = "sync.lock"

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def only_one(instance: Path) -> Iterator[None]:
    """Hold the sync of an instance for the block.

    Raises:
        UnavailableError: ALREADY_RUNNING, when another process, or thread, holds it.
    """
    with (instance / _FILE).open("ab") as file:
        try:
            _lock(file)
        except OSError as error:
            raise UnavailableError(RecordProblem.ALREADY_RUNNING) from error
        yield
