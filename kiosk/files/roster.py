"""A school's roster, however it was typed, as rows of children with their contacts.

What the kiosk must never hold (identity numbers, addresses, health ...; `domain.md` 1.6) is read
past: its header is listed in `ignored_columns`, what stands below it goes nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kiosk.errors import InvalidInputError
from kiosk.files.contacts import ContactRow
from kiosk.files.problems import FileProblem, RowProblem, RowProblemKind
from kiosk.files.roster_rows import RosterRow, RosterSheet, SheetReading
from kiosk.files.roster_sheet import read_sheet
from kiosk.files.school_classes import SchoolClass
from kiosk.files.workbook import read_workbook

__all__ = ["ContactRow", "RosterFile", "RosterRow", "RosterSheet", "SchoolClass", "read_roster"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFile:
    """What a roster says, and what a person should look at before it is applied."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RowProblem, ...]
    ignored_columns: tuple[str, ...]
    sheets: tuple[RosterSheet, ...]

    @property
    def held_back(self) -> tuple[RowProblem, ...]:
        """Why rows were left out; the rest of the file goes on."""
        return tuple(problem for problem in self.problems if problem.kind.holds_back)


def read_roster(path: Path, *, today: date) -> RosterFile:
    """Return the children in a workbook or CSV; `today` says which grade an entry year is in.

    Raises: InvalidInputError(FileProblem); NO_HEADER where no sheet looks like a roster.
    """
    readings = [read_sheet(sheet, today=today) for sheet in read_workbook(path)]
    if all(reading.sheet.header_row is None for reading in readings):
        raise InvalidInputError(FileProblem.NO_HEADER)
    rows, repeats = _without_repeats(row for reading in readings for row in reading.rows)
    found = [problem for reading in readings for problem in reading.problems]
    order = {reading.sheet.name: at for at, reading in enumerate(readings)}
    return RosterFile(
        rows=tuple(rows),
        problems=tuple(
            sorted(
                found + repeats + _namesakes(rows),
                key=lambda problem: (order[problem.sheet], problem.row_number),
            )
        ),
        ignored_columns=tuple(
            dict.fromkeys(header for reading in readings for header in reading.ignored_columns)
        ),
        sheets=tuple(_recount(reading, repeats) for reading in readings),
    )


def _without_repeats(rows: Iterable[RosterRow]) -> tuple[list[RosterRow], list[RowProblem]]:
    """Return the rows that differ in something we keep, and a problem for each that does not."""
    seen: set[tuple[object, ...]] = set()
    kept: list[RosterRow] = []
    repeats: list[RowProblem] = []
    for row in rows:
        said = (*_who(row), row.local_no, row.is_boarder, row.contacts)
        if said in seen:
            repeats.append(_problem(row, RowProblemKind.REPEATED_ROW))
        else:
            seen.add(said)
            kept.append(row)
    return kept, repeats


def _namesakes(rows: Iterable[RosterRow]) -> list[RowProblem]:
    """Return a problem for each of the children who share their name with another of the class."""
    by_name: dict[tuple[object, ...], list[RosterRow]] = defaultdict(list)
    for row in rows:
        by_name[_who(row)].append(row)
    return [
        _problem(row, RowProblemKind.SAME_NAME_IN_CLASS)
        for same in by_name.values()
        if len(same) > 1
        for row in same
    ]


def _who(row: RosterRow) -> tuple[str, SchoolClass]:
    return row.family_name + row.given_name, row.school_class


def _problem(row: RosterRow, kind: RowProblemKind) -> RowProblem:
    return RowProblem(sheet=row.sheet, row_number=row.row_number, kind=kind)


def _recount(reading: SheetReading, repeats: list[RowProblem]) -> RosterSheet:
    """Return the counts of a sheet after repeated rows were held back."""
    sheet = reading.sheet
    held = {problem.row_number for problem in repeats if problem.sheet == sheet.name}
    repeated = sum(row.row_number in held for row in reading.rows)
    return RosterSheet(
        name=sheet.name,
        header_row=sheet.header_row,
        taken=sheet.taken - repeated,
        held_back=sheet.held_back + repeated,
        passed_over=sheet.passed_over,
    )
