"""One row of a roster as one child, with what a person should look at."""

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import date

from kiosk.files.contacts import ContactRow, read_contacts
from kiosk.files.headers import Column, Layout
from kiosk.files.names import read_name
from kiosk.files.problems import RowProblem, RowProblemKind
from kiosk.files.roster_rows import RosterRow
from kiosk.files.school_classes import SchoolClass, read_class
from kiosk.files.text import compact, is_blank

# Shorter than any identity number (15 or 18 signs) and any 学籍号 (19), so that none gets through.
_LOCAL_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-]{0,13}")
_BOARDING = {
    **dict.fromkeys(
        ["是", "住校", "寄宿", "住宿", "内宿", "住", "寄宿生", "住校生", "住宿生"], True
    ),
    **dict.fromkeys(["y", "yes", "true", "1", "√", "✓", "✔"], True),
    **dict.fromkeys(["否", "走读", "不住校", "不住", "不寄宿", "走读生", "外宿", "通学"], False),
    **dict.fromkeys(["n", "no", "false", "0", "×", "x", "✗"], False),
}
_REMARKS = {
    word: _BOARDING[word] for word in ("住校", "寄宿", "住宿", "住校生", "寄宿生", "走读", "走读生")
}


@dataclass(slots=True, kw_only=True)
class ChildReader:
    """Reads the rows below one header.

    `fills_down`: the columns, of class and grade, that are written once for a block of rows;
    where such cells are not merged an empty one takes what stands above it, and says so.
    """

    sheet: str
    layout: Layout
    today: date
    fills_down: frozenset[Column]
    refused_columns: frozenset[int] = frozenset()
    _class_above: tuple[str, str] = ("", "")
    _at: int = 0
    _problems: list[RowProblem] = field(default_factory=list)

    def read(
        self, cells: tuple[str, ...], *, at: int, block_class: SchoolClass | None
    ) -> tuple[RosterRow | None, list[RowProblem]]:
        """Return the child, or None where the row is held back, and its problems."""
        self._at, self._problems = at, []
        reading = read_name(self._cell(cells, Column.NAME))
        if reading.problem is not None:
            self._note(reading.problem, self.layout.at(Column.NAME))
        school_class = self._read_class(cells) or self._block_class(cells, block_class)
        row = None
        if reading.name is not None and school_class is not None:
            row = RosterRow(
                sheet=self.sheet,
                row_number=at + 1,
                family_name=reading.name.family_name,
                given_name=reading.name.given_name,
                school_class=school_class,
                local_no=self._read_local_no(cells),
                is_boarder=self._read_is_boarder(cells),
                contacts=read_contacts(self.layout.contacts, cells, note=self._note),
            )
        return row, self._problems

    def end_block(self) -> None:
        """Forget the class above: a sum ends its block."""
        self._class_above = ("", "")

    def with_more_contacts(self, row: RosterRow, cells: tuple[str, ...]) -> RosterRow:
        """Return the child above with the contacts of one more row."""
        more = read_contacts(self.layout.contacts, cells, note=self._note)
        added: tuple[ContactRow, ...] = tuple(one for one in more if one not in row.contacts)
        return dataclasses.replace(row, contacts=row.contacts + added)

    def _cell(self, cells: tuple[str, ...], column: Column) -> str:
        at = self.layout.at(column)
        return "" if at is None or at in self.refused_columns or is_blank(cells[at]) else cells[at]

    def _note(self, kind: RowProblemKind, column: int | None) -> None:
        header = None if column is None else self.layout.headers[column]
        problem = RowProblem(sheet=self.sheet, row_number=self._at + 1, kind=kind, column=header)
        if problem not in self._problems:
            self._problems.append(problem)

    def _class_at(self) -> int | None:
        at = self.layout.at(Column.SCHOOL_CLASS)
        return self.layout.at(Column.GRADE) if at is None else at

    def _read_class(self, cells: tuple[str, ...]) -> SchoolClass | None:
        class_text, grade_text = self._written_class(cells)
        if not class_text and not grade_text:
            return None
        reading = read_class(class_text, grade_text=grade_text, today=self.today)
        if reading is None:
            self._note(RowProblemKind.CLASS_UNREADABLE, self._class_at())
            return None
        if reading.number_assumed:
            self._note(RowProblemKind.CLASS_NUMBER_ASSUMED, self._class_at())
        return reading.school_class

    def _written_class(self, cells: tuple[str, ...]) -> tuple[str, str]:
        """Return class and grade as written here or, in a block, above; say when from above."""
        own = self._cell(cells, Column.SCHOOL_CLASS), self._cell(cells, Column.GRADE)
        class_text, grade_text = own
        class_above, grade_above = self._class_above
        if not grade_text and Column.GRADE in self.fills_down:
            grade_text = grade_above
        # A grade that begins here does not take the class of the grade before it.
        if not class_text and Column.SCHOOL_CLASS in self.fills_down and not own[1]:
            class_text = class_above
        self._class_above = class_text, grade_text
        if (class_text, grade_text) != own:
            self._note(RowProblemKind.CLASS_FROM_ABOVE, self._class_at())
        return self._class_above

    def _block_class(
        self, cells: tuple[str, ...], block_class: SchoolClass | None
    ) -> SchoolClass | None:
        """Return the class of the heading for a row that does not write its own."""
        if self._cell(cells, Column.SCHOOL_CLASS) or self._cell(cells, Column.GRADE):
            return None
        if block_class is None:
            self._note(RowProblemKind.CLASS_MISSING, self._class_at())
        return block_class

    def _read_local_no(self, cells: tuple[str, ...]) -> str | None:
        text = compact(self._cell(cells, Column.LOCAL_NO))
        if not text or _LOCAL_NO.fullmatch(text):
            return text or None
        self._note(RowProblemKind.LOCAL_NO_UNUSABLE, self.layout.at(Column.LOCAL_NO))
        return None

    def _read_is_boarder(self, cells: tuple[str, ...]) -> bool | None:
        text = compact(self._cell(cells, Column.IS_BOARDER)).lower()
        remark = compact(self._cell(cells, Column.REMARK))
        if remark and remark not in _REMARKS:
            self._note(RowProblemKind.REMARK_PASSED_OVER, self.layout.at(Column.REMARK))
        if not text:
            return _REMARKS.get(remark)
        if text not in _BOARDING:
            self._note(RowProblemKind.BOARDER_UNCLEAR, self.layout.at(Column.IS_BOARDER))
        return _BOARDING.get(text)
