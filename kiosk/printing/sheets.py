"""Ledgers on numbered sheets: which row stands on which page is settled here, not by the browser.

So page x of y and the table of contents are known before anything is printed, and any browser
prints the same pages: A4 on its side, 25 mm to bind at the left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, TextIO

from kiosk.printing.text_width import lines_of, width_of

WIDTH: Final = 261.5  # mm between the margins, less half a border
HEIGHT: Final = 183.0
_FOOT: Final = 8.0
_TITLE: Final = 10.5
_SUBTITLE: Final = 8.0
_LINE: Final = 7.5
_AGAIN: Final = 7.0  # the title of a ledger on its further pages
_SIZES: Final = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)  # pt
_EM: Final = 25.4 / 72  # mm of a pt
_LEADING: Final = 1.35
_BESIDE: Final = 2.4  # mm in a column that no text has: padding and border
_ABOVE: Final = 1.9
_LOWEST: Final = 6.0
# A text as short as this is not broken where there is any other way: a date, a time, a number.
_WHOLE: Final = 8.0  # ems
_LONGEST_SAMPLE: Final = 400

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
    # Columns of words, which begin at the left; numbers and short words stand in the middle.
    left: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns of a table on paper: the size of its text, and widths in mm."""

    size: float
    widths: tuple[float, ...]

    def height(self, cells: Sequence[str]) -> float:
        """Return how high a row of these cells is, in mm."""
        em = self.size * _EM
        rooms = ((width - _BESIDE) / em for width in self.widths)
        lines = max(lines_of(cell, room) for cell, room in zip(cells, rooms, strict=True))
        return max(lines * em * _LEADING + _ABOVE, _LOWEST)


class Pages:
    """Writes pages one after another and counts them."""

    def __init__(self, output: TextIO, *, foot: str) -> None:
        """Write to `output`; `foot` stands in the corner of every page."""
        self._output = output
        self._foot = escape(foot)
        self.count = 0

    def ledger(self, paper: Paper) -> int:
        """Write a ledger and return which of these pages is its first, counted from 1."""
        first = self.count + 1
        for body in _bodies(paper):
            self.page(body)
        return first

    def page(self, body: str) -> None:
        """Write one page; the style sheet numbers it."""
        self._output.write(
            f"<section>{body}<footer><span>{self._foot}</span><b></b></footer></section>\n"
        )
        self.count += 1


def count(paper: Paper) -> int:
    """Return how many pages a ledger has."""
    return sum(1 for _ in _bodies(paper))


def document(output: TextIO, *, title: str, pages: int) -> None:
    """Write what stands before the pages, once it is known how many there are."""
    output.write(
        f'<!DOCTYPE html>\n<html lang="zh-Hans"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}"
        f'footer b::after{{content:"第 " counter(sheet) " 页 共 {pages} 页"}}'
        "</style></head><body>\n"
    )


_STYLE: Final = """
@page { size: A4 landscape; margin: 12mm 10mm 14mm 25mm }
* { box-sizing: border-box; margin: 0 }
body {
  color: #000; font-size: 9pt; line-height: 1.35; font-variant-numeric: tabular-nums;
  font-family: "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", SimHei,
    SimSun, "WenQuanYi Micro Hei", sans-serif;
}
section {
  position: relative; width: 262mm; height: 183mm; counter-increment: sheet;
  break-after: page; break-inside: avoid;
  /* A sheet knows its size whatever stands on it: half the time of a thousand of them. */
  contain: size layout paint;
}
section:last-of-type { break-after: auto }
h1, h2, .sub, .line { overflow: hidden; white-space: nowrap }
h1, h2, .sub { text-align: center }
h1 { height: 10.5mm; font-size: 18pt; line-height: 10mm }
h2 { height: 7mm; font-size: 11pt; line-height: 6mm }
.sub { height: 8mm; font-size: 11pt; line-height: 6mm }
.line { height: 7.5mm; font-size: 10pt; line-height: 7mm; white-space: pre }
table { width: 261.5mm; border-collapse: collapse; table-layout: fixed }
th, td {
  padding: .7mm 1mm; border: .3mm solid #000; text-align: center; vertical-align: middle;
  word-break: break-all; line-break: anywhere;
}
th, .total td { font-weight: 700 }
td.left { text-align: left }
footer {
  position: absolute; right: 0; bottom: 0; left: 0; font-size: 9pt; line-height: 5mm;
  text-align: center;
}
footer b { font-weight: 400 }
footer span { position: absolute; left: 0; font-size: 8pt }
.cover {
  display: grid; align-content: center; justify-items: center; gap: 9mm; height: 170mm;
  text-align: center;
}
.cover h1 { height: auto; font-size: 30pt; line-height: 1.4; white-space: normal }
.cover p { font-size: 15pt }
.cover dl {
  display: grid; grid-template-columns: auto 90mm; gap: 7mm 4mm; margin-top: 6mm;
  font-size: 13pt; text-align: left;
}
.cover dd { border-bottom: .3mm solid #000 }
"""


def _bodies(paper: Paper) -> Iterator[str]:
    """Yield what stands on each page of a ledger."""
    grid = _grid(paper)
    header = _header(paper, grid)
    head_height = grid.height([label for label, _ in paper.columns])
    totals = None if paper.totals is None else _cells(paper.totals)
    end = (grid.height(totals) if totals else 0.0) + (_LINE if paper.bottom_line else 0.0)
    head, room = _head(paper), HEIGHT - _FOOT - head_height
    room -= _TITLE + (_SUBTITLE if paper.subtitle else 0) + (_LINE if paper.top_line else 0)
    rows: list[str] = []
    heights: list[float] = []
    for row in paper.rows:
        cells = _cells(row)
        height = grid.height(cells)
        if rows and sum(heights) + height > room:
            yield f"{head}{header}{''.join(rows)}</table>"
            head, room, rows, heights = _again(paper), _room_again(head_height), [], []
        rows.append(_row(cells, height, left=paper.left))
        heights.append(height)
    if rows and sum(heights) + end > room:
        # The foot never stands alone: the last row goes with it.
        kept, rows = rows[:-1], rows[-1:]
        if kept:
            yield f"{head}{header}{''.join(kept)}</table>"
            head = _again(paper)
    foot = "" if totals is None else _row(totals, grid.height(totals), kind="total")
    line = f'<p class="line">{escape(paper.bottom_line)}</p>' if paper.bottom_line else ""
    yield f"{head}{header}{''.join(rows)}{foot}</table>{line}"


def _room_again(head_height: float) -> float:
    return HEIGHT - _FOOT - head_height - _AGAIN


def _head(paper: Paper) -> str:
    subtitle = f'<p class="sub">{escape(paper.subtitle)}</p>' if paper.subtitle else ""
    line = f'<p class="line">{escape(paper.top_line)}</p>' if paper.top_line else ""
    return f"<h1>{escape(paper.title)}</h1>{subtitle}{line}"


def _again(paper: Paper) -> str:
    return f"<h2>{escape(paper.title)}（续）</h2>"


def _header(paper: Paper, grid: _Grid) -> str:
    columns = "".join(f'<col style="width:{width:.2f}mm">' for width in grid.widths)
    cells = "".join(f"<th>{escape(label)}</th>" for label, _ in paper.columns)
    height = grid.height([label for label, _ in paper.columns])
    return (
        f'<table style="font-size:{grid.size:g}pt"><colgroup>{columns}</colgroup>'
        f'<tr style="height:{height:.2f}mm">{cells}</tr>'
    )


def _row(cells: Sequence[str], height: float, *, left: Sequence[int] = (), kind: str = "") -> str:
    drawn = "".join(
        f'<td class="left">{escape(cell)}</td>' if at in left else f"<td>{escape(cell)}</td>"
        for at, cell in enumerate(cells)
    )
    of_kind = f' class="{kind}"' if kind else ""
    return f'<tr{of_kind} style="height:{height:.2f}mm">{drawn}</tr>'


def _cells(row: Sequence[Cell]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in row]


def _grid(paper: Paper) -> _Grid:
    """Return columns as wide as the form has them, and wide enough for what is not to be broken."""
    ems = [max(width / 2, 1.0) for _, width in paper.columns]
    for row in (*paper.rows[:_LONGEST_SAMPLE], *([paper.totals] if paper.totals else [])):
        for at, cell in enumerate(row):
            width = width_of(str(cell)) if cell is not None else 0.0
            if ems[at] < width <= _WHOLE:
                ems[at] = width
    fitting = (size for size in _SIZES if sum(_widths(ems, size)) <= WIDTH)
    size = next(fitting, _SIZES[-1])
    natural = _widths(ems, size)
    share = WIDTH / sum(natural)
    return _Grid(size, tuple(width * share for width in natural))


def _widths(ems: Sequence[float], size: float) -> list[float]:
    return [em * size * _EM + _BESIDE for em in ems]
