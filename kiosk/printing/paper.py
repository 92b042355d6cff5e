"""A4 pages of equal pieces to cut out, in millimetres; each page is one SVG."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, TypeVar

WIDTH: Final = 210.0
HEIGHT: Final = 297.0
# A mark begins so far outside a piece: whoever cuts a little beside it leaves no line on the card.
_OFF: Final = 0.4
_LONGEST_MARK: Final = 3.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How pieces lie on a page; `gap` is between them, `gap_down` below them if it is another one.

    `left` and `top` are the margins of the paper; without them the pieces are centred on it.
    `fold` is how far below its upper edge a piece is folded; None: it is not. Paper that is cut
    already (`is_precut`) gets no marks.
    """

    width: float
    height: float
    columns: int
    rows: int
    gap: float
    fold: float | None = None
    gap_down: float | None = None
    left: float | None = None
    top: float | None = None
    is_precut: bool = False

    @property
    def a_page(self) -> int:
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Return the upper left corner of a piece, counted along the rows."""
        row, column = divmod(place, self.columns)
        down = self.gap if self.gap_down is None else self.gap_down
        left, top = self.left, self.top
        if left is None:
            left = (WIDTH - self.columns * self.width - (self.columns - 1) * self.gap) / 2
        if top is None:
            top = (HEIGHT - self.rows * self.height - (self.rows - 1) * down) / 2
        return left + column * (self.width + self.gap), top + row * (self.height + down)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where printing begins and how it is moved: the first free place, from 0, and millimetres."""

    start: int = 0
    right: float = 0.0
    down: float = 0.0


UNMOVED: Final = Placing()


def pages(
    pieces: Sequence[T],
    cut: Cut,
    draw: Callable[[T, float, float], str],
    placing: Placing = UNMOVED,
) -> Iterator[str]:
    """Yield one SVG a page; `draw` returns a piece whose upper left corner is at x, y."""
    start = placing.start % cut.a_page
    places = range(start, start + len(pieces))
    for first in range(0, places.stop if pieces else 0, cut.a_page):
        drawn = []
        for piece, place in zip(pieces, places, strict=True):
            if first <= place < first + cut.a_page:
                x, y = cut.corner(place - first)
                marks = "" if cut.is_precut else _cut_marks(cut, x, y)
                drawn.append(f"<g>{draw(piece, x, y)}</g>{marks}")
        yield page("".join(drawn), placing)


def page(drawn: str, placing: Placing = UNMOVED) -> str:
    """Return one page with what is drawn on it, moved as this printer needs it."""
    moved = f"translate({placing.right:g} {placing.down:g})"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm"'
        f' viewBox="0 0 {WIDTH:g} {HEIGHT:g}" font-family="sans-serif">'
        f'<g transform="{moved}">{drawn}</g></svg>'
    )


def words(
    text: str,
    x: float,
    y: float,
    *,
    size: float,
    widest: float,
    is_bold: bool = False,
    fill: str = "#000",
) -> str:
    """Return a line of text, centred at x on the line y and pressed together if it is too wide."""
    wide = sum(size if sign > "\u2e7f" else size * 0.6 for sign in text)
    fit = f' textLength="{widest:g}" lengthAdjust="spacingAndGlyphs"' if wide > widest else ""
    bold = ' font-weight="700"' if is_bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="middle" fill="{fill}"'
        f"{bold}{fit}>{escape(text)}</text>"
    )


def _cut_marks(cut: Cut, x: float, y: float) -> str:
    """Return the short lines beside a piece along which it is cut; none of them lies on a piece."""
    length = min(_LONGEST_MARK, cut.gap / 2)
    strokes = []
    for edge, out in ((x, -1), (x + cut.width, 1)):
        begin, end = edge + out * _OFF, edge + out * length
        strokes += [f"M{begin:g} {level:g}H{end:g}" for level in (y, y + cut.height)]
        if cut.fold is not None:
            middle = (begin + end) / 2
            strokes += [f"M{at:g} {y + cut.fold:g}h{out * 0.5:g}" for at in (begin, middle, end)]
    for edge, out in ((y, -1), (y + cut.height, 1)):
        begin, end = edge + out * _OFF, edge + out * length
        strokes += [f"M{level:g} {begin:g}V{end:g}" for level in (x, x + cut.width)]
    return f'<path fill="none" stroke="#777" stroke-width="0.15" d="{"".join(strokes)}"/>'
