"""Forms that are filled in by hand, on sheets: as much room for the pen as the paper has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from html import escape
from typing import Final

from kiosk.printing.sheet_grid import LARGEST, UPRIGHT_WIDTH, WIDTH, Grid
from kiosk.printing.sheets import FOOT, HEIGHT, LINE, SUBTITLE, TITLE, UPRIGHT_HEIGHT

# Of a row for the pen, mm, as high as brings the form onto one page; the lowest otherwise.
_HEIGHTS: Final = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)
_LOWEST_TALL: Final = 18.0
_LABEL: Final = 0.2  # of the width


class BlankKind(Enum):
    HEADING = auto()
    PAIR = auto()
    TALL = auto()


@dataclass(frozen=True, slots=True)
class BlankRow:
    """A heading, one or two fields, or one that takes what is left of the page."""

    kind: BlankKind
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A form; `top` and `signatures` are for the pen above and below it."""

    title: str
    subtitle: str
    top: Sequence[str]
    rows: Sequence[BlankRow]
    signatures: Sequence[str]
    is_upright: bool


def bodies(blank: Blank) -> Iterator[str]:
    """Yield what stands on each page of a form."""
    width = UPRIGHT_WIDTH if blank.is_upright else WIDTH
    room = UPRIGHT_HEIGHT if blank.is_upright else HEIGHT
    room -= FOOT + TITLE + SUBTITLE + LINE * (bool(blank.top) + bool(blank.signatures))
    grid = Grid(LARGEST, (width * _LABEL, width * (0.5 - _LABEL)) * 2)
    fitting = (least for least in _HEIGHTS if sum(_heights(blank.rows, least, grid)) <= room)
    least = next(fitting, _HEIGHTS[-1])
    pages = list(_pages(blank.rows, _heights(blank.rows, least, grid), room))
    for number, rows in enumerate(pages, start=1):
        head = f"<h1>{escape(blank.title)}</h1>"
        head += f'<p class="sub">{escape(blank.subtitle)}</p>{_apart(blank.top)}'
        drawn = "".join(_row(row, height, grid) for row, height in _grown(rows, room))
        columns = "".join(f'<col style="width:{one:.2f}mm">' for one in grid.widths)
        end = _apart(blank.signatures) if number == len(pages) else ""
        yield f'{head}<table class="blank"><colgroup>{columns}</colgroup>{drawn}</table>{end}'


def _heights(rows: Sequence[BlankRow], least: float, grid: Grid) -> list[float]:
    return [
        max(_LOWEST_TALL if row.kind is BlankKind.TALL else least, grid.height(_cells(row)))
        for row in rows
    ]


def _cells(row: BlankRow) -> list[str]:
    if row.kind is BlankKind.HEADING:
        return [""] * 4  # over the whole width
    return [*(cell for label in row.labels for cell in (label, "")), "", ""][:4]


def _pages(
    rows: Sequence[BlankRow], heights: Sequence[float], room: float
) -> Iterator[list[tuple[BlankRow, float]]]:
    page: list[tuple[BlankRow, float]] = []
    for one in zip(rows, heights, strict=True):
        if page and sum(height for _, height in page) + one[1] > room:
            yield page
            page = []
        page.append(one)
    yield page


def _grown(rows: Sequence[tuple[BlankRow, float]], room: float) -> Iterator[tuple[BlankRow, float]]:
    """Yield the rows of a page, the tall ones with all that is left of it."""
    tall = sum(row.kind is BlankKind.TALL for row, _ in rows)
    spare = (room - sum(height for _, height in rows)) / tall if tall else 0.0
    for row, height in rows:
        yield row, height + spare if row.kind is BlankKind.TALL else height


def _row(row: BlankRow, height: float, grid: Grid) -> str:
    begin = f'<tr style="height:{height:.2f}mm">'
    if row.kind is BlankKind.HEADING:
        return f'{begin}<th colspan="4">{escape(row.labels[0])}</th></tr>'
    labels = list(grid.markup(_cells(row)))
    if len(row.labels) > 1:
        return f"{begin}<th>{labels[0]}</th><td></td><th>{labels[2]}</th><td></td></tr>"
    return f'{begin}<th>{labels[0]}</th><td colspan="3"></td></tr>'


def _apart(words: Sequence[str]) -> str:
    if not words:
        return ""
    return f'<p class="line apart">{"".join(f"<span>{escape(one)}：</span>" for one in words)}</p>'
