"""What SQLite is told at each new connection, read back and asserted.

A pragma that is misspelt or not compiled in is otherwise silently ignored.
"""

import sqlite3
from collections.abc import Mapping
from typing import Final

_LONGEST_VALUE: Final = 2_000_000
_LONGEST_PATTERN: Final = 500


def journal_mode(version: tuple[int, int, int]) -> str:
    """Return WAL where SQLite has the WAL-reset bug fixed, else TRUNCATE (`sync.md` 0.1)."""
    fixed = (
        version >= (3, 51, 3)
        or (version[:2] == (3, 50) and version >= (3, 50, 7))
        or (version[:2] == (3, 44) and version >= (3, 44, 6))
    )
    return "wal" if fixed else "truncate"


def expected_pragmas() -> dict[str, str | int]:
    """Return what each connection must read back. `synchronous` 2 is FULL."""
    return {
        "journal_mode": journal_mode(sqlite3.sqlite_version_info),
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 5000,
    }


def keep_pragmas(connection: sqlite3.Connection, wanted: Mapping[str, str | int]) -> None:
    """Set pragmas and read each back.

    Raises:
        RuntimeError: SQLite does not know one, or keeps it at something else.
    """
    for name, value in wanted.items():
        connection.execute(f"PRAGMA {name} = {value}")
        row = connection.execute(f"PRAGMA {name}").fetchone()
        if row is None or row[0] != value:
            found = "nothing" if row is None else row[0]
            raise RuntimeError(f"SQLite keeps PRAGMA {name} at {found}, not {value}")


def set_all(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None
    keep_pragmas(connection, expected_pragmas())
    # No other database file is ever joined to ours, no value is larger than a small picture, and
    # no search is longer than a title.
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LONGEST_PATTERN)
