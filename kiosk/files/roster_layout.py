"""Where a roster begins in a sheet: titles above, a header of one or two rows, merged cells."""

from dataclasses import dataclass

from kiosk.files.headers import Layout, read_layout
from kiosk.files.text import compact
from kiosk.files.workbook import Sheet

_SEARCHED_ROWS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a sheet: its first row and the first row of data, counted from 0."""

    at: int
    data_at: int
    layout: Layout


def find_header(sheet: Sheet) -> Header | None:
    """Return the header among the first rows that most headings are understood in."""
    found = [
        header
        for at in range(min(_SEARCHED_ROWS, len(sheet.rows)))
        for header in _candidates(sheet, at)
        if header.layout.is_roster
    ]
    return max(
        found,
        key=lambda header: (header.layout.hits, header.at - header.data_at, -header.at),
        default=None,
    )


def _candidates(sheet: Sheet, at: int) -> list[Header]:
    """Return the row read as a header by itself, and together with the row below it."""
    single = Header(at=at, data_at=at + 1, layout=read_layout(sheet.rows[at]))
    if at + 1 == len(sheet.rows):
        return [single]
    above, below = spread(sheet, at), spread(sheet, at + 1)
    joined = (_join(top, bottom) for top, bottom in zip(above, below, strict=True))
    return [single, Header(at=at, data_at=at + 2, layout=read_layout(joined))]


def _join(top: str, bottom: str) -> str:
    return top if compact(top) == compact(bottom) else top + bottom


def spread(sheet: Sheet, row: int) -> tuple[str, ...]:
    """Return a row with every merged cell's text in all the places it covers."""
    cells = list(sheet.rows[row])
    for merge in sheet.merges or ():
        if merge.top <= row <= merge.bottom:
            for column in range(merge.left, min(merge.right + 1, len(cells))):
                cells[column] = sheet.rows[merge.top][merge.left]
    return tuple(cells)


def merged_from(sheet: Sheet, *, below: int) -> dict[tuple[int, int], int]:
    """Return, for each cell that a vertical merge covers, the row its text stands in.

    Only merges of one column that begin in the data count: a title over all columns does not.
    """
    return {
        (row, merge.left): merge.top
        for merge in sheet.merges or ()
        if merge.left == merge.right and merge.top >= below
        for row in range(merge.top + 1, merge.bottom + 1)
    }
