"""A lock on a file: the system's own, gone with the process that holds it, however that ends."""

import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def lock_now(file: IO[bytes]) -> None:
        """Lock an open file. Raises: OSError, when another one holds it."""
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def lock_now(file: IO[bytes]) -> None:
        """Lock an open file. Raises: OSError, when another one holds it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
