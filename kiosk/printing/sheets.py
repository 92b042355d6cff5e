"""Ledgers on numbered sheets: which row stands on which page is settled here, not by the browser.

So page x of y and the table of contents are known before anything is printed, and any browser
prints the same pages: A4, upright or on its side, 25 mm to bind at the left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final, TextIO

from kiosk.printing.sheet_grid import EM, LARGEST, UPRIGHT_WIDTH, WIDTH, Grid, grid_of
from kiosk.printing.sheet_style import SIZES, STYLE
from kiosk.printing.text_width import width_of
from kiosk.rules import paper_lines

HEIGHT: Final = 183.0
UPRIGHT_HEIGHT: Final = 270.0
FOOT: Final = 8.0
TITLE: Final = 10.5
SUBTITLE: Final = 8.0
LINE: Final = 7.5
_LINE_SIZE: Final = 10.0  # pt, as the style has it
_AGAIN: Final = 7.0  # the title of a ledger on its further pages
# What is rather on one page than on two: rows closer together, letters not below this.
_CLOSE_SIZES: Final = (9.0, 8.5, 8.0, 7.5)
_LONGEST_SAMPLE: Final = 400
_DASH: Final = "—"
_DITTO: Final = "〃"
_FURTHER: Final = "（续）"

Cell = object


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A ledger to be printed; `columns` are header and width in signs, a Han sign being two."""

    title: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] | None = None
    subtitle: str = ""
    top_line: str = ""
    bottom_line: str = ""
    # Columns of words, which begin at the left, and of numbers; all others stand in the middle.
    left: Sequence[int] = ()
    right: Sequence[int] = ()
    # Its rows stand closer together where that brings it onto one page.
    may_be_close: bool = False
    is_upright: bool = False

    @property
    def width(self) -> float:
        return UPRIGHT_WIDTH if self.is_upright else WIDTH

    @property
    def height(self) -> float:
        return UPRIGHT_HEIGHT if self.is_upright else HEIGHT


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of a table on paper. A heading has words in its first cell alone."""

    cells: Sequence[str]
    height: float

    @property
    def is_heading(self) -> bool:
        return len(self.cells) > 2 and set(self.cells[1:]) == {_DASH} != {self.cells[0]}  # noqa: PLR2004


class Pages:
    """Writes pages one after another and counts them."""

    def __init__(self, output: TextIO, *, foot: str) -> None:
        """Write to `output`; `foot` stands in the corner of every page."""
        self._output = output
        self._foot = escape(foot)
        self.count = 0
        self.upright = 0

    def ledger(self, paper: Paper) -> int:
        """Write a ledger and return which of these pages is its first, counted from 1."""
        first = self.count + 1
        for body in _bodies(paper):
            self.page(body, is_upright=paper.is_upright)
        return first

    def page(self, body: str, *, is_upright: bool) -> None:
        """Write one page; the style sheet numbers it."""
        drawn = f"{body}<footer><span>{self._foot}</span><b></b></footer>"
        self._output.write(
            f'<section class="up"><div>{drawn}</div></section>\n'
            if is_upright
            else f"<section>{drawn}</section>\n"
        )
        self.count += 1
        self.upright += is_upright


def count(paper: Paper) -> int:
    """Return how many pages a ledger has."""
    return sum(1 for _ in _bodies(paper))


def document(output: TextIO, *, title: str, pages: int) -> None:
    """Write what stands before the pages, once it is known how many there are."""
    output.write(
        f'<!DOCTYPE html>\n<html lang="zh-Hans"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{SIZES}{STYLE}"
        f'footer b::after{{content:"第 " counter(sheet) " 页 共 {pages} 页"}}'
        "</style></head><body>\n"
    )


def _bodies(paper: Paper) -> Iterator[str]:
    """Yield what stands on each page of a ledger."""
    grid = _fitting(paper)
    header = _header(paper, grid)
    totals = None if paper.totals is None else _line(_cells(paper.totals), grid)
    head, begins = _head(paper), _begins(paper)
    for lines, is_last in _sheets(paper, grid, totals):
        rows = "".join(_row(line, grid, begins) for line in lines)
        if is_last:
            rows += "" if totals is None else _row(totals, grid, begins, kind="total")
        line = _beside(paper.bottom_line, paper)
        yield f"{head}{header}{rows}</table>{line if is_last else ''}"
        head = _again(paper)


def _fitting(paper: Paper) -> Grid:
    """Return the columns; close ones, if they bring a paper that may be so onto one page."""
    grid = _grid(paper, LARGEST)
    if not paper.may_be_close or _is_one_page(paper, grid):
        return grid
    close = (replace(_grid(paper, size), is_close=True) for size in _CLOSE_SIZES)
    return next((one for one in close if _is_one_page(paper, one)), grid)


def _is_one_page(paper: Paper, grid: Grid) -> bool:
    totals = None if paper.totals is None else _line(_cells(paper.totals), grid)
    _, is_last = next(_sheets(paper, grid, totals))
    return is_last


def _sheets(paper: Paper, grid: Grid, totals: _Line | None) -> Iterator[tuple[list[_Line], bool]]:
    """Yield the rows of each page, and whether it is the last."""
    room_again = paper.height - FOOT - _AGAIN - grid.height([label for label, _ in paper.columns])
    room = room_again + _AGAIN - TITLE
    room -= (SUBTITLE if paper.subtitle else 0) + _beside_height(paper.top_line, paper)
    lines: list[_Line] = []
    above = _Above(grid)
    for row in paper.rows:
        line = _line(_cells(row), grid)
        if lines and _height(lines) + line.height > room:
            kept, moved = _without_last_headings(lines)
            yield kept, False
            room, lines = room_again, above.repeated([*moved, line])
        else:
            lines.append(line)
        above.pass_by(line)
    end = (totals.height if totals else 0.0) + _beside_height(paper.bottom_line, paper)
    if len(lines) > 1 and _height(lines) + end > room:
        # The foot never stands alone: the last row goes with it.
        kept, moved = _without_last_headings(lines[:-1])
        yield kept, False
        lines = above.repeated([*moved, lines[-1]])
    yield lines, True


class _Above:
    """What a row at the top of a page refers to on the page before it."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._heading: _Line | None = None
        self._first = ""

    def pass_by(self, line: _Line) -> None:
        """Note a row that the next one may refer to."""
        if line.is_heading:
            self._heading = line
        if _DITTO not in line.cells[0]:
            self._first = line.cells[0]

    def repeated(self, lines: list[_Line]) -> list[_Line]:
        """Return the first rows of a page with what they are about said again."""
        first, *rest = lines
        if first.is_heading:
            return lines
        if _DITTO in first.cells[0]:
            first = _line([self._first + _FURTHER, *first.cells[1:]], self._grid)
        if self._heading is None:
            return [first, *rest]
        again = [self._heading.cells[0] + _FURTHER, *self._heading.cells[1:]]
        return [_line(again, self._grid), first, *rest]


def _without_last_headings(lines: list[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Return rows without the headings at their end, which go with what follows, and these."""
    at = len(lines)
    while at > 1 and lines[at - 1].is_heading:
        at -= 1
    return lines[:at], lines[at:]


def _height(lines: Sequence[_Line]) -> float:
    return sum(line.height for line in lines)


def _line(cells: Sequence[str], grid: Grid) -> _Line:
    return _Line(cells, grid.height(cells))


def _head(paper: Paper) -> str:
    subtitle = f'<p class="sub">{escape(paper.subtitle)}</p>' if paper.subtitle else ""
    return f"<h1>{escape(paper.title)}</h1>{subtitle}{_beside(paper.top_line, paper)}"


def _beside(words: str, paper: Paper) -> str:
    """Return the line above or below a table: in several, before it becomes a smaller one."""
    return "".join(_one_beside(line, paper) for line in _beside_lines(words, paper))


def _one_beside(words: str, paper: Paper) -> str:
    fits = paper.width / (EM * width_of(words))
    size = "" if fits >= _LINE_SIZE else f' style="font-size:{int(fits * 10) / 10}pt"'
    return f'<p class="line"{size}>{escape(words)}</p>'


def _beside_height(words: str, paper: Paper) -> float:
    return LINE * len(_beside_lines(words, paper))


def _beside_lines(words: str, paper: Paper) -> list[str]:
    lines: list[str] = []
    for part in paper_lines.parts(words):
        longer = paper_lines.joined(lines[-1], part) if lines else part
        if lines and width_of(longer) * EM * _LINE_SIZE <= paper.width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _again(paper: Paper) -> str:
    return f"<h2>{escape(paper.title)}（续）</h2>"


def _header(paper: Paper, grid: Grid) -> str:
    labels = [label for label, _ in paper.columns]
    columns = "".join(f'<col style="width:{width:.2f}mm">' for width in grid.widths)
    cells = "".join(f"<th>{label}</th>" for label in grid.markup(labels))
    kind = ' class="close"' if grid.is_close else ""
    return (
        f'<table{kind} style="font-size:{grid.size:g}pt"><colgroup>{columns}</colgroup>'
        f'<tr style="height:{grid.height(labels):.2f}mm">{cells}</tr>'
    )


def _begins(paper: Paper) -> list[str]:
    """Return how the cells of each column begin."""
    sides = dict.fromkeys(paper.left, ' class="left"') | dict.fromkeys(
        paper.right, ' class="right"'
    )
    return [f"<td{sides.get(at, '')}>" for at in range(len(paper.columns))]


def _row(line: _Line, grid: Grid, begins: Sequence[str], *, kind: str = "") -> str:
    cells = zip(begins, grid.markup(line.cells), strict=True)
    drawn = "".join(f"{begin}{cell}</td>" for begin, cell in cells)
    kind = kind or ("part" if line.is_heading else "")
    of_kind = f' class="{kind}"' if kind else ""
    return f'<tr{of_kind} style="height:{line.height:.2f}mm">{drawn}</tr>'


def _cells(row: Sequence[Cell]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in row]


def _grid(paper: Paper, at_most: float) -> Grid:
    sample = [*paper.rows[:_LONGEST_SAMPLE], *([paper.totals] if paper.totals else [])]
    return grid_of(paper.columns, sample, at_most=at_most, room=paper.width)
