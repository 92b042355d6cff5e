"""One sheet of a roster, row by row: children, footers, repeated headers, headings of classes."""

import re
from dataclasses import dataclass, field
from datetime import date

from kiosk.files.headers import CONTACT_COLUMNS, Column, Layout, read_layout
from kiosk.files.problems import RowProblem, RowProblemKind
from kiosk.files.roster_child import ChildReader
from kiosk.files.roster_layout import find_header, merged_from
from kiosk.files.roster_rows import RosterRow, RosterSheet, SheetReading
from kiosk.files.school_classes import SchoolClass, find_class, read_class
from kiosk.files.text import compact, is_blank
from kiosk.files.workbook import Sheet

_FOOTER = re.compile(
    "(合计|总计|小计|共计|总人数|人数合计|填表|填报|制表|复核|审核|单位负责|负责人|校长|经办|"
    "备注:|说明:|注:|备注：|盖章|本表)"
)
_TELLING = CONTACT_COLUMNS | {Column.LOCAL_NO, Column.SCHOOL_CLASS, Column.GRADE}


def read_sheet(sheet: Sheet, *, today: date) -> SheetReading:
    """Return the children of one sheet; nothing where it is hidden or has no header."""
    header = None if sheet.is_hidden else find_header(sheet)
    if header is None:
        unread = RosterSheet(name=sheet.name, header_row=None, taken=0, held_back=0, passed_over=0)
        return SheetReading(rows=(), problems=(), ignored_columns=(), sheet=unread)
    titles = [cell for row in sheet.rows[: header.at] for cell in row] + [sheet.name]
    walk = _Walk(
        sheet=sheet,
        header_at=header.at,
        data_at=header.data_at,
        today=today,
        layout=header.layout,
        block_class=next((found for text in titles if (found := find_class(text))), None),
    )
    walk.read_all()
    return walk.result()


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The way down one sheet; the layout and the class heading change on the way."""

    sheet: Sheet
    header_at: int
    data_at: int
    today: date
    layout: Layout
    block_class: SchoolClass | None
    rows: list[RosterRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)
    held_back: int = 0
    passed_over: int = 0
    child_above: bool = False
    merged: dict[tuple[int, int], int] = field(default_factory=dict)
    reader: ChildReader = field(init=False)

    def read_all(self) -> None:
        self.merged = merged_from(self.sheet, below=self.data_at)
        self._use(self.layout, at=self.header_at)
        for at in range(self.data_at, len(self.sheet.rows)):
            cells = self.sheet.rows[at]
            if all(is_blank(cell) for cell in cells):
                continue
            if self._is_no_child(at, cells):
                self.passed_over += 1
            else:
                self._read_child(at)

    def result(self) -> SheetReading:
        about = RosterSheet(
            name=self.sheet.name,
            header_row=self.header_at + 1,
            taken=len(self.rows),
            held_back=self.held_back,
            passed_over=self.passed_over,
        )
        return SheetReading(
            rows=tuple(self.rows),
            problems=tuple(self.problems),
            ignored_columns=tuple(self.ignored),
            sheet=about,
        )

    def _use(self, layout: Layout, *, at: int) -> None:
        """Read what follows by this header."""
        self.layout = layout
        self.ignored.update(dict.fromkeys(layout.ignored))
        self.reader = ChildReader(
            sheet=self.sheet.name,
            layout=layout,
            today=self.today,
            fills_down=frozenset(
                column
                for column in (Column.SCHOOL_CLASS, Column.GRADE)
                if self._is_written_in_blocks(column, layout)
            ),
        )
        number_at = layout.at(Column.LOCAL_NO)
        if number_at is not None and number_at in self.sheet.lost_digits:
            self._note(at, RowProblemKind.DIGITS_LOST, number_at)
            self.reader.refused_columns = frozenset({number_at})

    def _is_written_in_blocks(self, column: Column, layout: Layout) -> bool:
        """Whether a cell holds for the rows below it: some are merged, or many are empty.

        In a column that is otherwise full, one empty cell is a gap and takes nothing from above.
        """
        place, name_at = layout.at(column), layout.at(Column.NAME)
        if place is None or name_at is None:
            return False
        if any(merged_at == place for _, merged_at in self.merged):
            return True
        named = [row for row in self.sheet.rows[self.data_at :] if not is_blank(row[name_at])]
        return sum(is_blank(row[place]) for row in named) * 3 >= len(named)

    def _is_no_child(self, at: int, cells: tuple[str, ...]) -> bool:
        """Whether a row is a footer, a header again, a heading, or only a number made ready."""
        said = [cell for cell in cells if not is_blank(cell)]
        if _FOOTER.match(compact(said[0])):
            self.reader.end_block()
            return True
        if self._is_header_again(at, cells):
            return True
        name_at = self.layout.at(Column.NAME)
        if self._is_continued(at) or (name_at is not None and not is_blank(cells[name_at])):
            return False
        if len(said) == 1:
            self._read_heading(said[0])
        return not any(
            not is_blank(cell) and heading.column in _TELLING
            for cell, heading in zip(cells, self.layout.headings, strict=True)
        )

    def _is_header_again(self, at: int, cells: tuple[str, ...]) -> bool:
        """Whether this row repeats the header, or heads another table below the first."""
        if cells in self.sheet.rows[self.header_at : self.data_at]:
            return True
        again = read_layout(cells)
        if again.is_roster:
            self._use(again, at=at)
        return again.is_roster

    def _read_heading(self, text: str) -> None:
        """Take the class that a lone text names for what stands below it."""
        reading = read_class(text, grade_text="", today=self.today)
        found = reading.school_class if reading else find_class(text)
        if found is not None:
            self.block_class = found
            self.reader.end_block()

    def _is_continued(self, at: int) -> bool:
        """Whether this row is one more contact of the child above: their name cell is one."""
        name_at = self.layout.at(Column.NAME)
        return self.child_above and name_at is not None and (at, name_at) in self.merged

    def _read_child(self, at: int) -> None:
        cells = tuple(
            self.sheet.rows[self.merged.get((at, column), at)][column]
            for column in range(len(self.sheet.rows[at]))
        )
        if self._is_continued(at):
            if self.rows:
                self.rows[-1] = self.reader.with_more_contacts(self.rows[-1], cells)
                self.passed_over += 1
            return
        row, problems = self.reader.read(cells, at=at, block_class=self.block_class)
        self.problems += problems
        self.child_above = row is not None
        if row is None:
            self.held_back += 1
        else:
            self.rows.append(row)

    def _note(self, at: int, kind: RowProblemKind, column: int) -> None:
        self.problems.append(
            RowProblem(
                sheet=self.sheet.name,
                row_number=at + 1,
                kind=kind,
                column=self.layout.headers[column],
            )
        )
