"""Files that appear whole or not at all."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def save(path: Path, data: bytes) -> None:
    """Write a file that is in memory."""
    with saving(path) as file:
        file.write(data)


@contextlib.contextmanager
def saving(path: Path) -> Iterator[IO[bytes]]:
    """Write beside the target as `.part`, flush it to the disk, then rename it into place."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut; Windows has no way to ask for it."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
