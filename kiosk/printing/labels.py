"""Labels for books: a QR code and a bar of the same code, and what people read.

A scanner of either kind finds a code, and a scratch through one leaves the other
(`visits-and-lending.md` T-17). The square has 15 mm at the least where the sheet has the room
(`domain.md` 4.9 rule 44); it stands above the bar, or beside it on a flat label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.printing import bars, label_sheets, paper, qr
from kiosk.printing.paper import UNMOVED, Cut, Placing

CUT: Final = label_sheets.sheet("own-38").cut
QUIET: Final = 4 / qr.MODULES  # of the square's size, on each side (ISO/IEC 18004)
LEAST_QR, MOST_QR = 15.0, 22.0
# Start, twelve signs, check and stop of Code 128; on each side ten modules stay free.
BAR_MODULES: Final = 11 * 14 + 13
BAR_QUIET: Final = 10
# A laser of 600 dots draws a bar of 0.2 mm true; wider than a third reads no better.
_LEAST_MODULE, _MOST_MODULE = 0.2, 0.34
_FLAT: Final = 24.0
_EDGE: Final = 0.6
_LONGEST_LINE: Final = 12
# The dot tells children the level of a book (`domain.md` 4.9 rule 44).
_DOTS: Final = {"1-2": "#4FA3A5", "3-4": "#E0A030", "5-6": "#5B6CB5"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFace:
    """What is printed on a label; the last six signs of the code are printed to be read out."""

    code: str
    accession_no: str
    title: str
    class_mark: str | None
    grade_band: str | None


def pages(
    labels: Sequence[LabelFace], placing: Placing = UNMOVED, cut: Cut = CUT
) -> tuple[str, ...]:
    """Return A4 pages of labels, as SVG."""

    def draw(label: LabelFace, x: float, y: float) -> str:
        return _flat(label, cut, x, y) if cut.height < _FLAT else _upright(label, cut, x, y)

    return tuple(paper.pages(labels, cut, draw, placing))


def qr_size(cut: Cut) -> float:
    """Return the side of the square on such a label."""
    if cut.height < _FLAT:
        return cut.height / (1 + 2 * QUIET)
    free = cut.height - _bar_height(cut) - 2 * _EDGE
    return max(LEAST_QR, min(MOST_QR, free / (1 + 2 * QUIET), 0.4 * cut.width))


def module(room: float) -> float:
    """Return how wide the thinnest line of a bar is that has so much room."""
    return max(_LEAST_MODULE, min(_MOST_MODULE, room / (BAR_MODULES + 2 * BAR_QUIET)))


def _bar_height(cut: Cut) -> float:
    return max(3.4, min(9.0, 0.14 * cut.height))


def _upright(label: LabelFace, cut: Cut, x: float, y: float) -> str:
    size, high = qr_size(cut), _bar_height(cut)
    quiet = QUIET * size
    beside = x + 2 * quiet + size
    widest = cut.width - 2 * quiet - size - _EDGE
    middle = beside + widest / 2
    bar_top = y + cut.height - high - _EDGE
    top = min(y + quiet, bar_top - quiet - size)
    return "".join(
        (
            qr.path(label.code, x=x + quiet, y=top, size=size),
            _words(label, middle, y, widest, bar_top - y),
            _bar(label.code, x + cut.width / 2, bar_top, module(cut.width), high),
        )
    )


def _words(label: LabelFace, middle: float, y: float, widest: float, high: float) -> str:
    """Return the lines beside the square: number, short code, title, class; and the dot."""
    lines = [
        (label.accession_no, 1.25, True),
        (label.code[-6:], 1.0, False),
        *((line, 0.95, False) for line in _title_lines(label.title)),
        (label.class_mark or "", 1.0, False),
    ]
    step = high / (sum(size for _, size, _ in lines) + 0.6)
    step = min(step, 4.6)
    drawn, at = [], y + _EDGE
    for text, size, is_bold in lines:
        at += step * size
        if text:
            drawn.append(
                paper.words(
                    text,
                    middle,
                    at - step * 0.2,
                    size=step * size * 0.84,
                    widest=widest,
                    is_bold=is_bold,
                )
            )
    dot = _DOTS.get(label.grade_band or "")
    if dot is not None:
        drawn.append(
            f'<circle cx="{middle + widest / 2 - 1.4:g}" cy="{at - step * 0.5:g}" r="1.3"'
            f' fill="{dot}"/>'
        )
    return "".join(drawn)


def _flat(label: LabelFace, cut: Cut, x: float, y: float) -> str:
    size = qr_size(cut)
    quiet = QUIET * size
    beside = x + 2 * quiet + size
    widest = cut.width - 2 * quiet - size - _EDGE
    middle = beside + widest / 2
    first = f"{label.accession_no}  {label.code[-6:]}"
    last = " ".join(filter(None, (label.class_mark, label.title[: 2 * _LONGEST_LINE])))
    return "".join(
        (
            qr.path(label.code, x=x + quiet, y=y + quiet, size=size),
            paper.words(first, middle, y + 4, size=3.2, widest=widest, is_bold=True),
            _bar(label.code, middle, y + 5, module(widest), cut.height - 10),
            paper.words(last, middle, y + cut.height - 1.6, size=2.6, widest=widest),
        )
    )


def _bar(code: str, middle: float, top: float, thin: float, high: float) -> str:
    left = middle - BAR_MODULES * thin / 2
    return bars.path(bars.code128(code), x=left, y=top, module=thin, height=high)


def _title_lines(title: str) -> tuple[str, str]:
    """Return a title in two short lines, the first the longer one."""
    short = title[: 2 * _LONGEST_LINE]
    half = len(short) if len(short) <= _LONGEST_LINE // 2 else -(-len(short) // 2)
    return short[:half], short[half:]
