"""The power goes while thousands of books come in: all of them are there, or none (R1)."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.files import building

BOOKS = 3_000


def test_taken_off_in_the_middle_the_catalogue_is_as_it_was(instance: Path, tmp_path: Path) -> None:
    """Kill the adding at many moments; each time all books are there, or none."""
    fields = [
        building.marc([("200", f"‡a第{n}本书"), ("010", f"‡dCNY{n}.00")]) for n in range(BOOKS)
    ]
    path = building.write(tmp_path, "many.iso", b"".join(fields))
    counts = set()
    for delay_ms in (*range(900, 2_600, 200), None):
        process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "import-books", str(path), "--apply"],
            env=os.environ | {"KIOSK_INSTANCE": str(instance)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(None if delay_ms is None else delay_ms / 1000)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        counts.add(_counted(instance))

    assert counts <= {(0, 0), (BOOKS, BOOKS)}
    assert _counted(instance) == (BOOKS, BOOKS)


def _counted(instance: Path) -> tuple[int, int]:
    with sqlite3.connect(instance / "kiosk.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        titles = database.execute("SELECT count(*) FROM title").fetchone()[0]
        items = database.execute("SELECT count(*) FROM item").fetchone()[0]
    database.close()
    return titles, items
