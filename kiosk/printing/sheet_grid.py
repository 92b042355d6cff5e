"""The columns of a table on paper: how wide they are, how large its letters, how high a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Final

from kiosk.printing.text_width import lines_of, pieces, width_of

WIDTH: Final = 261.5  # mm between the margins of a sheet on its side, less half a border
UPRIGHT_WIDTH: Final = 174.5
_SIZES: Final = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)  # pt
LARGEST: Final = _SIZES[0]
EM: Final = 25.4 / 72  # mm of a pt
_LEADING: Final = 1.35
_BESIDE: Final = 2.4  # mm in a column that no text has: padding and border
_ABOVE: Final = 1.9
_ABOVE_CLOSE: Final = 0.5
_LOWEST: Final = 6.0
# A text as short as this is not broken where there is any other way: a date, a time, a number.
_WHOLE: Final = 8.0  # ems


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a table on paper: the size of its text, and widths in mm."""

    size: float
    widths: tuple[float, ...]
    is_close: bool = False

    def height(self, cells: Sequence[str]) -> float:
        """Return how high a row of these cells is, in mm."""
        lines = max(map(lines_of, cells, self._rooms()))
        text = lines * self.size * EM * _LEADING
        return text + _ABOVE_CLOSE if self.is_close else max(text + _ABOVE, _LOWEST)

    def markup(self, cells: Sequence[str]) -> Iterator[str]:
        """Yield the cells as HTML; in what takes several lines, pieces are kept whole."""
        for cell, room in zip(cells, self._rooms(), strict=True):
            if lines_of(cell, room) == 1:
                yield escape(cell)
                continue
            yield "".join(
                f"<i>{escape(one)}</i>" if len(one) > 1 else escape(one)
                for one in pieces(cell, room)
            )

    def _rooms(self) -> tuple[float, ...]:
        """Return how many ems of text each column takes."""
        return tuple((width - _BESIDE) / (self.size * EM) for width in self.widths)


def grid_of(
    columns: Sequence[tuple[str, int]],
    sample: Sequence[Sequence[object]],
    *,
    at_most: float,
    room: float = WIDTH,
) -> Grid:
    """Return columns as wide as the form has them, and wide enough for what is not to be broken.

    `columns` are header and width in signs, a Han sign being two; `sample` are rows of the table,
    `room` is how wide the paper is.
    Where they do not fit beside one another, they are as narrow as what stands in them lets them
    be, before the letters become smaller than `at_most` points.
    """
    longest = [
        max((width_of(str(row[at])) for row in sample if row[at] is not None), default=0.0)
        for at in range(len(columns))
    ]
    ems = [
        max(width / 2, 1.0, long if long <= _WHOLE else 0.0)
        for (_, width), long in zip(columns, longest, strict=True)
    ]
    least = ems
    if sum(_widths(ems, at_most)) > room:
        least = [
            # In a column without words somebody writes with a pen.
            max(min(wide, longest[at]), _narrowest(columns[at][0]))
            if any(row[at] not in {None, ""} for row in sample)
            else wide
            for at, wide in enumerate(ems)
        ]
    sizes = (size for size in _SIZES if size <= at_most)
    fitting = (size for size in sizes if sum(_widths(least, size)) <= room)
    size = next(fitting, _SIZES[-1])
    widths = _nearer(_widths(least, size), _widths(ems, size), room)
    share = room / sum(widths)
    return Grid(size, tuple(width * share for width in widths))


def _nearer(least: Sequence[float], wished: Sequence[float], room: float) -> list[float]:
    """Return widths between both, as wide as there is room for."""
    gap, spare = sum(wished) - sum(least), room - sum(least)
    part = min(max(spare / gap, 0.0), 1.0) if gap > 0 else 0.0
    return [one + part * (other - one) for one, other in zip(least, wished, strict=True)]


def _narrowest(label: str) -> float:
    """Return how many ems a header needs on two lines."""
    whole = max(map(width_of, pieces(label, _WHOLE)), default=0.0)
    return max(ceil(width_of(label) / 2), whole)


def _widths(ems: Sequence[float], size: float) -> list[float]:
    return [em * size * EM + _BESIDE for em in ems]
