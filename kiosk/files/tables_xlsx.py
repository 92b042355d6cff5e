"""A table drawn as a workbook for the printer (`domain.md` 2.4)."""

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kiosk.files.cover_xlsx import Cover, CoverPaper
from kiosk.files.paper_xlsx import LINE, LOWEST_ROW, clean, lines_of, set_page
from kiosk.files.tables import Align, Cell, Table
from kiosk.rules import paper_lines

_LONGEST_SHEET_NAME = 31
_FONT = 11.0  # points
_HEAD = {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True}
_HIGHEST_ROW = 409.0  # more makes office programs mend the file


def xlsx_bytes(table: Table, *, drawn: Callable[[int], object] | None = None) -> bytes:
    """Return the table as a workbook ready to print on A4, with room for the binding.

    `drawn` hears how many rows are on the sheet.
    """
    buffer = io.BytesIO()
    with Workbook(buffer) as book:
        book.add(table, drawn=drawn)
    return buffer.getvalue()


class Workbook:
    """A workbook of several ledgers, a sheet for each; no row of it stays in memory."""

    def __init__(self, output: Path | io.BytesIO, *, cover: Cover | None = None) -> None:
        """Begin a workbook that is written to `output`; a cover is its first sheet."""
        import xlsxwriter

        where = str(output) if isinstance(output, Path) else output
        # xlsxwriter has no types: Any stays within this module.
        self._book: Any = xlsxwriter.Workbook(where, {"constant_memory": True})
        self._names: dict[str, str] = {}
        self._cover: CoverPaper | None = None
        if cover is not None:
            sheet = self._book.add_worksheet(self._free_name(cover.sheet, ""))
            self._cover = CoverPaper(cover, self._book, sheet)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._cover is not None and error is None:
            self._cover.draw({of: name for name, of in self._names.items() if of})
        self._book.close()

    def add(
        self, table: Table, *, of: str = "", drawn: Callable[[int], object] | None = None
    ) -> None:
        """Draw a ledger on a sheet of its own, named by its title; `drawn` as for `xlsx_bytes`.

        The lines of the cover that are `of` it lead there.
        """
        _Paper(table, self._book, self._free_name(table.title, of)).draw(drawn)

    def _free_name(self, title: str, of: str) -> str:
        """Return a name for the next sheet; spreadsheets tell no capitals from small letters."""
        name, taken = sheet_name(title), {one.casefold() for one in self._names}
        for number in range(2, 100):
            if name.casefold() not in taken:
                break
            name = f"{sheet_name(title)[:27]} {number}"
        self._names[name] = of
        return name


class _Paper:
    """One sheet, drawn from the top: rows are written out as soon as they are complete."""

    def __init__(self, table: Table, book: Any, name: str) -> None:  # noqa: ANN401 - no types
        self._table = table
        self._last_column = len(table.columns) - 1
        self._book = book
        self._sheet: Any = book.add_worksheet(name)
        self._row = 0

    def draw(self, drawn: Callable[[int], object] | None) -> None:
        table, head = self._table, _HEAD
        width = len(table.columns)
        self._set_page()
        self._line(table.title, {"bold": True, "font_size": 18, "align": "center"})
        self._line(table.subtitle, {"align": "center"})
        self._line(table.top_line, {})
        self._sheet.repeat_rows(self._row)
        self._cells(tuple(column.label for column in table.columns), [self._format(head)] * width)
        plain = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        cells = {one: self._format(plain | {"align": str(one)}) for one in Align}
        drawn_as = [cells[column.align] for column in table.columns]
        for place, row in enumerate(table.rows, start=1):
            self._cells(row, drawn_as)
            if drawn is not None:
                drawn(place)
        if table.totals is not None:
            bold = {one: self._format(plain | {"bold": True, "align": str(one)}) for one in Align}
            self._cells(table.totals, [bold[column.align] for column in table.columns])
        self._line(table.bottom_line, {})

    def _set_page(self) -> None:
        table = self._table
        set_page(self._sheet, is_upright=table.is_upright, footer=table.page_footer)
        for at, column in enumerate(self._table.columns):
            self._sheet.set_column(at, at, column.width)

    def _format(self, properties: dict[str, object]) -> object:
        drawn: object = self._book.add_format(properties)
        return drawn

    def _line(self, text: str | None, properties: dict[str, object]) -> None:
        """Write a line over the whole width, if there is one."""
        if text is None:
            return
        drawn = self._format(properties | {"text_wrap": True, "valign": "vcenter"})
        width = sum(column.width for column in self._table.columns)
        size = float(str(properties.get("font_size", _FONT))) / _FONT
        if lines_of(text, width / size) > 1:
            text = "\n".join(paper_lines.parts(text))
        self._set_row(LINE * size * lines_of(text, width / size) + 3)
        if self._last_column:
            self._sheet.merge_range(self._row, 0, self._row, self._last_column, "", drawn)
        self._sheet.write_string(self._row, 0, clean(text), drawn)
        self._row += 1

    def _set_row(self, height: float) -> None:
        self._sheet.set_row(self._row, min(height, _HIGHEST_ROW))

    def _cells(self, cells: tuple[Cell, ...], formats: Sequence[object]) -> None:
        lines = max(
            lines_of(cell, column.width) if isinstance(cell, str) else 1
            for cell, column in zip(cells, self._table.columns, strict=True)
        )
        # Not every program makes a row as high as what is in it.
        self._set_row(max(LOWEST_ROW, LINE * lines + 3))
        for column, (cell, drawn) in enumerate(zip(cells, formats, strict=True)):
            if cell is None:
                self._sheet.write_blank(self._row, column, None, drawn)
            elif isinstance(cell, str):
                self._sheet.write_string(self._row, column, clean(cell), drawn)
            else:
                self._sheet.write_number(self._row, column, cell, drawn)
        self._row += 1


def sheet_name(title: str) -> str:
    """Return the title as a name that spreadsheets accept for a sheet."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", clean(title)).strip(" '")
    return name[:_LONGEST_SHEET_NAME].strip(" '") or "1"
