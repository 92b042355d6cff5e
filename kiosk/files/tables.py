"""Ledgers as files for offices: CSV and XLSX of plain text and numbers, never formulas."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

Cell = str | int | float | Decimal | None

# What a spreadsheet may take for the start of a formula, in both widths (`security.md` 1, row 24).
# A `'` that stands before one already gets another, so that exactly ours can be taken off again.
_FORMULA = re.compile("[' \\n\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff]*[-=+@\\t\\r\\0＝＋－＠]")


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column; `width` in signs as a spreadsheet counts them, a Han character being two.

    `key` says what stands in it, whatever it is called on paper.
    """

    label: str
    width: int = 12
    key: str = ""
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMark:
    """What a row is about, which no paper shows: its day, and the child it names.

    `times` is how often it counts in the foot: a child that comes back in one opening counts once.
    `children` are those that a row counts without naming them.
    """

    day: date
    child_id: UUID | None = None
    times: int = 1
    children: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A ledger as it is printed. Every row and the totals have as many cells as columns.

    `marks` are one for each row, where rows are of a day; otherwise there are none. `counted` is
    what the line below the table says in numbers. The first `carried` rows tell only of before.
    `lacks` says what of the period was not kept, if anything.
    """

    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...] | None = None
    subtitle: str | None = None
    top_line: str | None = None
    bottom_line: str | None = None
    page_footer: str = "第 &P 页 共 &N 页"
    marks: tuple[RowMark, ...] = ()
    is_upright: bool = False
    carried: int = 0
    lacks: str = ""
    counted: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a table whose rows do not fit its columns."""
        width = len(self.columns)
        if not width or any(len(row) != width for row in self.body):
            raise ValueError("a row of another width than the columns")
        if self.marks and len(self.marks) != len(self.rows):
            raise ValueError("a mark for each row, or none")

    @property
    def body(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows with the totals below them."""
        return self.rows if self.totals is None else (*self.rows, self.totals)


def csv_bytes(table: Table) -> bytes:
    """Return header and rows as CSV that Excel and WPS open rightly: UTF-8 with mark, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(guarded(column.label) for column in table.columns)
    writer.writerows(tuple(_csv_cell(cell) for cell in row) for row in table.body)
    return text.getvalue().encode("utf-8-sig", "replace")


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, by a `'` in front where one could."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    # A number is only a number, also a negative one.
    return "" if cell is None else str(cell)
