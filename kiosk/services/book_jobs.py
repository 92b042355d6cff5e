"""Work on many books, in a process of its own: a scan goes on meanwhile."""

import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from kiosk.db import reading
from kiosk.errors import UnavailableError
from kiosk.rules.book_imports import ImportProblem
from kiosk.services import processes
from kiosk.services.catalogue_export import CatalogueFormat
from kiosk.settings import Settings

_LOG: Final = "books.log"
_LOG_LIMIT: Final = 1_000_000
_EXPORT_S: Final = 300
_running: Final[dict[UUID, subprocess.Popen[bytes]]] = {}


class Step(StrEnum):
    READ = "read"
    ADD = "add"


def start(import_id: UUID, step: Step, *, settings: Settings) -> None:
    """Begin a step of an import."""
    log = settings.instance / _LOG
    is_long = log.exists() and log.stat().st_size > _LOG_LIMIT
    with log.open("wb" if is_long else "ab") as output:
        # Who holds the write lock must not wait behind others: a scan would wait with it.
        process = processes.start(
            "book-job",
            str(import_id),
            step,
            instance=settings.instance,
            output=output,
            niceness=0 if step is Step.ADD else processes.NICENESS,
        )
    _running[import_id] = process


def is_running(import_id: UUID) -> bool:
    """Return whether a step that this process began is still at it."""
    process = _running.get(import_id)
    if process is None:
        return False
    if process.poll() is None:
        return True
    _running.pop(import_id, None)
    return False


def wait(import_id: UUID, *, within_s: float) -> None:
    """Wait for a step that this process began, if there is one."""
    process = _running.get(import_id)
    if process is not None:
        process.wait(within_s)


def export(kind: CatalogueFormat, *, actor_id: UUID, settings: Settings) -> bytes:
    """Return the catalogue as a file. Raises: UnavailableError(NOT_EXPORTED)."""
    reading().rollback()  # what this request has read would keep the other process from noting it
    with tempfile.TemporaryDirectory(prefix="nuanwu-") as folder:
        output = Path(folder) / f"catalogue{kind.suffix}"
        words = ("export-books", "--format", kind, "--actor", str(actor_id), "-o", str(output))
        try:
            process = processes.start(*words, instance=settings.instance)
            try:
                process.wait(_EXPORT_S)
            finally:
                process.kill()
                process.wait()
            if process.returncode:
                raise UnavailableError(ImportProblem.NOT_EXPORTED)
            return output.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise UnavailableError(ImportProblem.NOT_EXPORTED) from error
