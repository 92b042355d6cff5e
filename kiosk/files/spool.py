"""Tables that wait on the disk for their turn, so that one at a time is in memory."""

import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

from kiosk.files.tables import Table


class Spool:
    """A file without a name, which is gone when it is closed, however that happens."""

    def __init__(self, folder: Path) -> None:
        """Begin a spool on the disk of this folder."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed on leaving
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, name: str, table: Table) -> None:
        """Keep a table; its marks, which no paper shows, are left out."""
        pickle.dump((name, replace(table, marks=())), self._file, pickle.HIGHEST_PROTOCOL)
        self.count += 1

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Yield the tables with their names, in the order in which they came."""
        self._file.seek(0)
        for _ in range(self.count):
            # Nobody else can have written it: it has no name, and this process holds it.
            yield pickle.load(self._file)  # noqa: S301
