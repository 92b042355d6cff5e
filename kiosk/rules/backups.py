"""Which backups are kept: what is erased in the room is gone from all of them after a while."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Final

DAYS_KEPT: Final = 14
MONTHS_KEPT: Final = 3


class BackupProblem(StrEnum):
    NOT_SQLITE = "backup-not-sqlite"
    NOT_WRITTEN = "backup-not-written"
    DAMAGED = "backup-damaged"


def kept(taken: Iterable[datetime]) -> frozenset[datetime]:
    """Return the last backup of each of the 14 newest days, and of the 3 newest months."""
    newest_first = sorted(taken, reverse=True)
    by_day = [next(group) for _, group in groupby(newest_first, key=lambda at: at.date())]
    by_month = [
        next(group) for _, group in groupby(newest_first, key=lambda at: (at.year, at.month))
    ]
    return frozenset(by_day[:DAYS_KEPT] + by_month[:MONTHS_KEPT])
