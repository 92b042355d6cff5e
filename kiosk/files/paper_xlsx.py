"""What all sheets of a printed workbook share: margins, lines of text, what a cell holds."""

from math import ceil
from typing import Final

A4: Final = 9
BINDING: Final = 25 / 25.4  # inches
EDGE: Final = 10 / 25.4
LINE: Final = 15.0  # points
_LONGEST_CELL: Final = 32_767


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
