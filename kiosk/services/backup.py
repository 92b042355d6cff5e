"""Copies of the database, made while the kiosk runs, each checked before it counts."""

import contextlib
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Engine

from kiosk.db import db, transaction
from kiosk.errors import RefusedError, UnavailableError
from kiosk.rules import backups as rules
from kiosk.rules.backups import BackupProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.progress import PARTS, Parts, Progress

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_FOLDER: Final = "backups"
_PAGES_AT_ONCE: Final = 2_000
_PAUSE_S: Final = 0.02
_COPIED: Final = 30  # of PARTS; to walk through every row of the copy takes longer


def make_backup(*, here: Here, progress: Progress | None = None) -> Path:
    """Copy the database into `instance/backups` and return the copy, whole and checked.

    Then those that are no longer to be kept are deleted: 14 days and 3 months stay. `progress`
    hears how many more of PARTS are done.

    Raises:
        RefusedError: NOT_SQLITE. UnavailableError: NOT_WRITTEN or DAMAGED; older ones stay.
    """
    if db.engine.dialect.name != "sqlite":
        raise RefusedError(BackupProblem.NOT_SQLITE)
    folder = here.settings.instance / _FOLDER
    path = folder / f"{here.now.astimezone(UTC):{_STAMP}}.db"
    part = path.with_name(path.name + ".part")
    parts = Parts(progress)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        copy(db.engine, part, parts)
        found = problems(part)
        if not found:
            _flush(part)
            part.replace(path)
            _flush_folder(folder)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise UnavailableError(BackupProblem.NOT_WRITTEN, folder=folder) from error
    if found:
        # What is left of a damaged database may still be worth a look; it never counts as a backup.
        aside = path.with_suffix(".damaged")
        part.replace(aside)
        raise UnavailableError(BackupProblem.DAMAGED, path=aside)
    _prune(folder)
    _note(path, here)
    parts.reach(PARTS)
    return path


def newest(instance: Path) -> tuple[datetime, Path] | None:
    """Return the latest backup and when it was made, or None."""
    return max(_taken(instance / _FOLDER).items(), default=None)


def problems(path: Path) -> list[str]:
    """Return what SQLite finds wrong with a database file; an empty list when it is whole."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            damage = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            orphans = [str(row[0]) for row in connection.execute("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:
            return [str(error)]
    found = [line for line in damage if line != "ok"]
    return found + [f"a row of {table} refers to nothing" for table in orphans]


def _note(path: Path, here: Here) -> None:
    """Add a row to the audit: a copy of everything is an export of everything."""
    with transaction() as session:
        audit.record(
            session,
            AuditAction.EXPORT,
            actor_id=None,
            subject=f"backup:{path.stem}",
            fields="everything",
            purpose="backup",
            here=here,
        )


def copy(engine: Engine, part: Path, parts: Parts) -> None:
    """Copy the database page by page while it is written to; to itself the copy is whole."""

    def tell(_status: int, remaining: int, total: int) -> None:
        parts.reach(_COPIED * (total - remaining) // max(total, 1))

    part.unlink(missing_ok=True)
    with closing(engine.raw_connection()) as pooled, closing(sqlite3.connect(part)) as copied:
        cast("sqlite3.Connection", pooled.driver_connection).backup(
            # In portions: a scan that waits for the read lock of one long copy is not stored.
            copied,
            pages=_PAGES_AT_ONCE,
            sleep=_PAUSE_S,
            progress=tell,
        )
        # One file that needs no other beside it, whatever the journal of the original.
        copied.execute("PRAGMA journal_mode = DELETE")


def _prune(folder: Path) -> None:
    taken = _taken(folder)
    for at in taken.keys() - rules.kept(taken):
        taken[at].unlink(missing_ok=True)


def _taken(folder: Path) -> dict[datetime, Path]:
    """Return the backups by the moment in their names; other files are none of ours."""
    found = {}
    for path in folder.glob("*.db"):
        try:
            at = datetime.strptime(path.stem, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue
        found[at] = path
    return found


def _flush(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the new name survive a power cut; Windows has no way to ask for it."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
