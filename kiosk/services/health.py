"""Is everything as it should be? The database, the audit, the backups, the disk, the record."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from kiosk.db import db, reading
from kiosk.services import audit, backup, sync
from kiosk.services.here import Here
from kiosk.services.progress import Progress

_OLDEST_BACKUP: Final = timedelta(days=2)
_LONGEST_WAIT: Final = timedelta(days=2)
_LEAST_FREE: Final = 500_000_000
_MEGABYTE: Final = 1_000_000
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    is_well: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was looked at; `lines` say it for the command line."""

    all: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        return all(finding.is_well for finding in self.all)

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(
            f"{'ok     ' if finding.is_well else 'PROBLEM'} {finding.sentence}"
            for finding in self.all
        )


def verify_all(*, here: Here, progress: Progress | None = None) -> Findings:
    """Look at everything; nothing is changed. `progress` hears how many more of CHECKS are done."""
    return Findings(all=tuple(_looks(here, progress)))


def _looks(here: Here, progress: Progress | None) -> Iterator[Finding]:
    if progress is not None:
        progress(0)  # the first look takes longest
    for check in CHECKS:
        yield _look(check, here)
        if progress is not None:
            progress(1)


def _look(check: Callable[[Here], Finding], here: Here) -> Finding:
    """Look at one thing; a database too damaged to be asked is a finding as well."""
    try:
        return check(here)
    except DatabaseError as error:
        return _problem(f"The database could not be asked: {error.orig}")


def _whole(here: Here) -> Finding:
    del here
    if not _is_sqlite():
        reading().execute(text("SELECT 1"))
        return _well("The database answers; PostgreSQL checks itself.")
    damage = [str(line) for line in reading().scalars(text("PRAGMA integrity_check"))]
    if damage == ["ok"]:
        return _well("The database is whole.")
    return _problem(f"The database is damaged: {'; '.join(damage[:_SHOWN])}")


def _references(here: Here) -> Finding:
    del here
    orphans: list[str] = []
    if _is_sqlite():
        orphans += [str(row[0]) for row in reading().execute(text("PRAGMA foreign_key_check"))]
    if not orphans:
        return _well("Every row refers to one that is there.")
    tables = ", ".join(sorted(set(orphans)))
    return _problem(f"{len(orphans)} rows refer to nothing, in: {tables}")


def _audit(here: Here) -> Finding:
    broken = audit.broken_at(reading(), key=here.settings.keys.audit)
    if broken is None:
        return _well("The audit is complete.")
    return _problem(f"The audit was changed or cut: row {broken} does not fit.")


def _backup(here: Here) -> Finding:
    if not _is_sqlite():
        return _well("Backups of PostgreSQL are made by the school with pg_dump.")
    found = backup.newest(here.settings.instance)
    if found is None:
        age = here.now - _made_at(here)
        sentence = "There is no backup yet; `kiosk backup` makes one."
        return _well(sentence) if age <= _OLDEST_BACKUP else _problem(sentence)
    at, path = found
    wrong = backup.problems(path)
    if wrong:
        return _problem(f"The backup {path.name} does not open: {wrong[0]}")
    if here.now - at > _OLDEST_BACKUP:
        return _problem(f"The newest backup is {(here.now - at).days} days old: {path.name}")
    return _well(f"The newest backup opens and is whole: {path.name}")


def _made_at(here: Here) -> datetime:
    """Return when the room was made: its key tells (UUIDv7)."""
    return datetime.fromtimestamp((here.home_id.int >> 80) / 1000, tz=UTC)


def disk(here: Here) -> Finding:
    """Look whether there is room on the disk."""
    free = shutil.disk_usage(here.settings.instance).free
    sentence = f"{free // _MEGABYTE} MB are free on the disk."
    return _well(sentence) if free >= _LEAST_FREE else _problem(sentence)


def record(here: Here) -> Finding:
    """Look whether the school's record waits for too long."""
    status = sync.status(here.settings)
    last = status.last_success_at
    waiting = f"{status.waiting} changes wait for the school record"
    if not status.waiting:
        return _well("The school record has everything.")
    if last is None:
        sentence = f"{waiting}; it has not received anything yet."
        is_late = here.now - _made_at(here) > _LONGEST_WAIT
    else:
        sentence = f"{waiting}; it last received something on {last:%Y-%m-%d}."
        is_late = here.now - last > _LONGEST_WAIT
    return _problem(sentence) if is_late else _well(sentence)


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _well(sentence: str) -> Finding:
    return Finding(is_well=True, sentence=sentence)


def _problem(sentence: str) -> Finding:
    return Finding(is_well=False, sentence=sentence)


CHECKS: Final = (_whole, _references, _audit, _backup, disk, record)
