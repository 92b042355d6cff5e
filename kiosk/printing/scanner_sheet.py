"""The A4 sheet from which the scanner page learns: numbered codes, squares and bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.printing import bars, paper, qr

_HEIGHT: Final = 40.0  # mm of paper a code has for itself
_TOP: Final = 26.0
_QR: Final = 25.0
_MODULE: Final = 0.33  # mm: the usual size of a book's bar
_BAR: Final = 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """A code to print: as a square, or as a bar (thirteen digits are a book's)."""

    text: str
    is_square: bool


def page(lines: Sequence[SheetLine]) -> str:
    """Return the sheet as SVG, the lines numbered from 1."""
    drawn = "".join(
        _line(at, line, _TOP + (at - 1) * _HEIGHT) for at, line in enumerate(lines, start=1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{paper.WIDTH:g}mm"'
        f' height="{paper.HEIGHT:g}mm" viewBox="0 0 {paper.WIDTH:g} {paper.HEIGHT:g}"'
        f' font-family="sans-serif">{drawn}</svg>'
    )


def _line(at: int, line: SheetLine, y: float) -> str:
    number = paper.words(str(at), 24, y + 17, size=12, widest=20)
    text = paper.words(line.text, 172, y + 15, size=3.4, widest=56)
    if line.is_square:
        return number + qr.path(line.text, x=50, y=y, size=_QR) + text
    is_book = line.text.isdigit()
    modules = bars.ean13(line.text) if is_book else bars.code128(line.text)
    return number + bars.path(modules, x=42, y=y + 2, module=_MODULE, height=_BAR) + text
