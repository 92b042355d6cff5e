"""What all sheets of a printed workbook share: margins, lines of text, what a cell holds."""

from math import ceil
from typing import Any, Final

LINE: Final = 15.0  # points
LOWEST_ROW: Final = 18.0  # a row that a pen can sign
_A4: Final = 9
_BINDING: Final = 25 / 25.4  # inches
_EDGE: Final = 10 / 25.4
_LONGEST_CELL: Final = 32_767


def set_page(sheet: Any, *, is_upright: bool, footer: str) -> None:  # noqa: ANN401 - no types
    """Let a sheet of xlsxwriter's be printed on A4, as wide as the paper between its margins."""
    if not is_upright:
        sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=_BINDING, right=_EDGE, top=_EDGE * 1.5, bottom=_EDGE * 2)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C{footer}")


def lines_of(text: str, width: float) -> int:
    """Return in how many lines a text stands in so many signs; a Han sign is two, as its bytes."""
    if "\n" in text:
        return sum(lines_of(line, width) for line in text.split("\n"))
    if 2 * len(text) <= width:
        return 1
    return max(1, ceil(len(text.encode("gb18030", "replace")) / max(width - 1, 1)))


def clean(text: str) -> str:
    """Return text that a cell can hold: half signs replaced, not longer than a cell may be."""
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= _LONGEST_CELL else whole[: _LONGEST_CELL - 1] + "…"
