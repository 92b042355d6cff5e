"""What a card is drawn of, in millimetres: one layout for two pens, SVG for paper and PNG."""

from dataclasses import dataclass, field
from typing import Final

INK: Final = "#22313F"
QUIET_INK: Final = "#46525E"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A coloured ground with round corners."""

    x: float
    y: float
    width: float
    height: float
    corner: float
    fill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing of `static/art/`, by the name of its file, in a square of `size` or a disc."""

    name: str
    x: float
    y: float
    size: float
    is_round: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line of text, centred at x on the line y, at most `widest` wide."""

    text: str
    x: float
    y: float
    size: float
    widest: float
    is_bold: bool = False
    fill: str = INK


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A dotted line to write on."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A QR code without its quiet zone."""

    x: float
    y: float
    size: float
    code: str = field(repr=False)


Mark = Panel | Picture | Words | Line | Square
