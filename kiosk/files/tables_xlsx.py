"""A table drawn as a workbook for the printer (`domain.md` 2.4)."""

import io
import re
from collections.abc import Callable
from typing import Any

from kiosk.files.tables import Cell, Table

_LONGEST_CELL = 32_767
_LONGEST_SHEET_NAME = 31
_A4 = 9
_BINDING = 25 / 25.4  # inches
_EDGE = 10 / 25.4


def xlsx_bytes(table: Table, *, drawn: Callable[[int], object] | None = None) -> bytes:
    """Return the table as a workbook ready to print on A4, landscape, with room for the binding.

    `drawn` hears how many rows are on the sheet.
    """
    return Paper(table).draw(drawn)


class Paper:
    """One sheet, drawn from the top: rows are written out as soon as they are complete."""

    def __init__(self, table: Table) -> None:
        """Open a workbook in memory for the table."""
        import xlsxwriter

        self._table = table
        self._last_column = len(table.columns) - 1
        self._buffer = io.BytesIO()
        # xlsxwriter has no types: Any stays within this class.
        self._book: Any = xlsxwriter.Workbook(self._buffer, {"constant_memory": True})
        self._sheet: Any = self._book.add_worksheet(sheet_name(table.title))
        self._row = 0

    def draw(self, drawn: Callable[[int], object] | None) -> bytes:
        """Return the finished workbook; `drawn` as for `xlsx_bytes`."""
        table, head = self._table, {"bold": True, "align": "center", "border": 1, "text_wrap": True}
        self._set_page()
        self._line(table.title, {"bold": True, "font_size": 18, "align": "center"})
        self._line(table.subtitle, {"align": "center"})
        self._line(table.top_line, {})
        self._sheet.repeat_rows(self._row)
        self._cells(tuple(column.label for column in table.columns), self._format(head))
        plain = self._format({"border": 1, "text_wrap": True, "valign": "vcenter"})
        for place, row in enumerate(table.rows, start=1):
            self._cells(row, plain)
            if drawn is not None:
                drawn(place)
        if table.totals is not None:
            self._cells(table.totals, self._format({"bold": True, "border": 1}))
        self._line(table.bottom_line, {})
        self._book.close()
        return self._buffer.getvalue()

    def _set_page(self) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.set_margins(left=_BINDING, right=_EDGE, top=_EDGE * 1.5, bottom=_EDGE * 2)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer(f"&C{self._table.page_footer}")
        for at, column in enumerate(self._table.columns):
            self._sheet.set_column(at, at, column.width)

    def _format(self, properties: dict[str, object]) -> object:
        drawn: object = self._book.add_format(properties)
        return drawn

    def _line(self, text: str | None, properties: dict[str, object]) -> None:
        """Write a line over the whole width, if there is one."""
        if text is None:
            return
        drawn = self._format(properties)
        if self._last_column:
            self._sheet.merge_range(self._row, 0, self._row, self._last_column, "", drawn)
        self._sheet.write_string(self._row, 0, _clean(text), drawn)
        self._row += 1

    def _cells(self, cells: tuple[Cell, ...], drawn: object) -> None:
        for column, cell in enumerate(cells):
            if cell is None:
                self._sheet.write_blank(self._row, column, None, drawn)
            elif isinstance(cell, str):
                self._sheet.write_string(self._row, column, _clean(cell), drawn)
            else:
                self._sheet.write_number(self._row, column, cell, drawn)
        self._row += 1


def _clean(text: str) -> str:
    """Return text that a cell can hold: half signs replaced, not longer than a cell may be."""
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= _LONGEST_CELL else whole[: _LONGEST_CELL - 1] + "…"


def sheet_name(title: str) -> str:
    """Return the title as a name that spreadsheets accept for a sheet."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", _clean(title)).strip(" '")
    return name[:_LONGEST_SHEET_NAME].strip(" '") or "1"
