"""The power goes while thousands of books come in: all of them are there, or none (R1)."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files import building

BOOKS = 6_000
KILLS = 4


@pytest.fixture
def books(tmp_path: Path) -> Path:
    fields = ([("200", f"‡a第{n}本书"), ("010", f"‡dCNY{n}.00")] for n in range(BOOKS))
    return building.write(tmp_path, "many.iso", b"".join(map(building.marc, fields)))


def test_killed_in_the_middle_of_the_inserts_the_catalogue_is_as_it_was(
    instance: Path, books: Path
) -> None:
    was_killed = [_bring_in(instance, books, kill=True) for _ in range(KILLS)]
    after_kills = _counted(instance)
    _bring_in(instance, books, kill=False)

    assert any(was_killed)
    assert after_kills in {(0, 0), (BOOKS, BOOKS)}
    assert _counted(instance) == (BOOKS, BOOKS)


def _bring_in(instance: Path, books: Path, *, kill: bool) -> bool:
    """Run the import; return whether it was killed while the database was being written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "import-books", str(books), "--apply"],
        env=os.environ | {"KIOSK_INSTANCE": str(instance)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if kill:
        while process.poll() is None and not any(_journals(instance)):
            time.sleep(0.002)
        process.kill()
    return process.wait() < 0


def _journals(instance: Path) -> Iterator[bool]:
    """Say of each file beside the database whether something waits in it."""
    for name in ("kiosk.db-journal", "kiosk.db-wal"):
        try:
            yield (instance / name).stat().st_size > 0
        except FileNotFoundError:
            yield False


def _counted(instance: Path) -> tuple[int, int]:
    with sqlite3.connect(instance / "kiosk.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        titles = database.execute("SELECT count(*) FROM title").fetchone()[0]
        items = database.execute("SELECT count(*) FROM item").fetchone()[0]
    database.close()
    return titles, items
