"""The rows of a roster as values."""

from dataclasses import dataclass, field

from kiosk.files.contacts import ContactRow
from kiosk.files.problems import RowProblem
from kiosk.files.school_classes import SchoolClass


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """A child as the file has it. `row_number` counts as the spreadsheet does, from 1.

    `family_name` is empty where a name is not divided; the whole name is always both together.
    """

    sheet: str
    row_number: int
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    school_class: SchoolClass
    local_no: str | None
    is_boarder: bool | None
    contacts: tuple[ContactRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterSheet:
    """What became of one sheet: every row below the header that is not blank is counted once.

    `header_row` is None where the sheet is hidden or no header was found: nothing was read.
    """

    name: str
    header_row: int | None
    taken: int
    held_back: int
    passed_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReading:
    """What one sheet gave."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RowProblem, ...]
    ignored_columns: tuple[str, ...]
    sheet: RosterSheet
