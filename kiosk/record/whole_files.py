"""Files that appear whole under a new name, or not at all, whenever the power goes."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from kiosk.record.failpoint import failpoint


def write_new(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file that appears whole under a new name, or not at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            failpoint("folder.part-opened")
            write(file)
            failpoint("folder.part-written")
            file.flush()
            os.fsync(file.fileno())
        failpoint("folder.part-synced")
        part.rename(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)  # a full stick gets its room back
        raise
    failpoint("folder.renamed")
    sync_folder(path.parent)


def write_all(file: IO[bytes], content: bytes) -> None:
    """Do what `file.write` does, and return nothing."""
    file.write(content)


def sync_folder(folder: Path) -> None:
    """Let what has come and gone in a folder outlast a power cut."""
    if os.name == "nt":
        return  # a folder cannot be opened there, and its changes are in the journal
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some shares cannot
            raise
    finally:
        os.close(handle)
