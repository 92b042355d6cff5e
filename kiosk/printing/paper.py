"""A4 pages of equal pieces to cut out, in millimetres; each page is one SVG."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

WIDTH: Final = 210.0
HEIGHT: Final = 297.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How pieces lie on a page; `gap` is between them, and they are centred on the paper."""

    width: float
    height: float
    columns: int
    rows: int
    gap: float

    @property
    def a_page(self) -> int:
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Return the upper left corner of a piece, counted along the rows."""
        row, column = divmod(place, self.columns)
        left = (WIDTH - self.columns * self.width - (self.columns - 1) * self.gap) / 2
        top = (HEIGHT - self.rows * self.height - (self.rows - 1) * self.gap) / 2
        return left + column * (self.width + self.gap), top + row * (self.height + self.gap)


def pages(pieces: Sequence[T], cut: Cut, draw: Callable[[T, float, float], str]) -> Iterator[str]:
    """Yield one SVG a page; `draw` returns a piece whose upper left corner is at x, y."""
    for start in range(0, len(pieces), cut.a_page):
        some = pieces[start : start + cut.a_page]
        drawn = "".join(draw(piece, *cut.corner(place)) for place, piece in enumerate(some))
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm"'
            f' viewBox="0 0 {WIDTH:g} {HEIGHT:g}" font-family="sans-serif">{drawn}</svg>'
        )


def outline(cut: Cut, x: float, y: float, *, corner: float) -> str:
    """Return the thin line to cut along."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{cut.width:g}" height="{cut.height:g}" rx="{corner:g}"'
        ' fill="#fff" stroke="#999" stroke-width="0.2"/>'
    )


def words(text: str, x: float, y: float, *, size: float, widest: float) -> str:
    """Return a line of text, centred at x on the line y and pressed together if it is too wide."""
    from html import escape

    wide = sum(size if sign > "\u2e7f" else size * 0.6 for sign in text)
    fit = f' textLength="{widest:g}" lengthAdjust="spacingAndGlyphs"' if wide > widest else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="middle"{fit}>'
        f"{escape(text)}</text>"
    )
