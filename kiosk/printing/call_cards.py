"""Pictures to send: the times of a class, or of one child; first names and times, no number."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from kiosk.printing.marks import QUIET_INK, Mark, Panel, Picture, Words

_GROUND: Final = "#FFF1CC"
_PAPER: Final = "#FFFDF6"
_EDGE: Final = 5.0
_HEAD: Final = 34.0
_FOOT: Final = 14.0
_ROW: Final = 9.0
_COLUMN: Final = 76.0
_ROWS_A_COLUMN: Final = 20
_CHILD_WIDTH: Final = 80.0
_CHILD_HEIGHT: Final = 94.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """A first name, and when its call is."""

    name: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Marks on a white ground, in millimetres."""

    marks: tuple[Mark, ...]
    width: float
    height: float


def of_class(*, title: str, days: str, foot: str, lines: Sequence[CallLine]) -> Drawn:
    """Return the picture of a class; more than twenty children stand in two columns."""
    columns = max(ceil(len(lines) / _ROWS_A_COLUMN), 1)
    a_column = max(ceil(len(lines) / columns), 1)
    width = columns * _COLUMN + 2 * _EDGE
    height = _HEAD + a_column * _ROW + _FOOT + 2 * _EDGE
    rows = (
        _line(
            line,
            x=_EDGE + n // a_column * _COLUMN,
            y=_EDGE + _HEAD + n % a_column * _ROW,
            is_tinted=n % a_column % 2 == 0,
        )
        for n, line in enumerate(lines)
    )
    widest = width - 2 * _EDGE - 4
    foot_y = height - _EDGE - _FOOT + 9
    return Drawn(
        marks=(
            Panel(x=0, y=0, width=width, height=height, corner=0, fill=_PAPER),
            *_head(title, days, width),
            *(mark for row in rows for mark in row),
            Words(text=foot, x=width / 2, y=foot_y, size=4, widest=widest, fill=QUIET_INK),
        ),
        width=width,
        height=height,
    )


def _head(title: str, days: str, width: float) -> tuple[Mark, ...]:
    middle, widest = width / 2 + 10, width - 2 * _EDGE - 28
    return (
        Panel(x=_EDGE, y=_EDGE, width=width - 2 * _EDGE, height=_HEAD - 6, corner=5, fill=_GROUND),
        Picture(name="guide-wave", x=_EDGE + 2, y=_EDGE + 4, size=20),
        Words(text=title, x=middle, y=_EDGE + 13, size=6.4, widest=widest, is_bold=True),
        Words(text=days, x=middle, y=_EDGE + 21.5, size=4.2, widest=widest, fill=QUIET_INK),
    )


def of_child(
    *, name: str, pictures: tuple[str, str], day: str, time: str, foot: Sequence[str]
) -> Drawn:
    """Return the picture of one child: its animal, its name, when it rings."""
    middle, widest = _CHILD_WIDTH / 2, _CHILD_WIDTH - 16
    cloth, animal = pictures
    return Drawn(
        marks=(
            Panel(x=0, y=0, width=_CHILD_WIDTH, height=_CHILD_HEIGHT, corner=0, fill=_PAPER),
            Panel(x=5, y=5, width=_CHILD_WIDTH - 10, height=40, corner=6, fill=_GROUND),
            Picture(name=cloth, x=middle - 17, y=8, size=34),
            Picture(name=animal, x=middle - 14.5, y=10.5, size=29),
            Words(text=name, x=middle, y=56, size=7.4, widest=widest, is_bold=True),
            Words(text=day, x=middle, y=66, size=5, widest=widest),
            Words(text=time, x=middle, y=79, size=12, widest=widest, is_bold=True),
            *(
                Words(text=text, x=middle, y=87 + 5.6 * n, size=3.8, widest=widest, fill=QUIET_INK)
                for n, text in enumerate(foot)
            ),
        ),
        width=_CHILD_WIDTH,
        height=_CHILD_HEIGHT,
    )


def _line(line: CallLine, *, x: float, y: float, is_tinted: bool) -> tuple[Mark, ...]:
    ground = Panel(x=x + 1, y=y, width=_COLUMN - 2, height=_ROW - 0.6, corner=2, fill=_GROUND)
    return (
        *((ground,) if is_tinted else ()),
        Words(text=line.name, x=x + 20, y=y + 6, size=4.6, widest=34, is_bold=True),
        Words(text=line.time, x=x + 54, y=y + 6, size=4.6, widest=38),
    )
