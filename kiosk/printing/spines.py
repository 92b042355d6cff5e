"""Labels for the spine and for the shelf: the child's colour, letter and picture, the marks small.

The cloth's pattern carries the colour for eyes that do not see hue (`look.md`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from kiosk.printing import bars, labels, paper, qr
from kiosk.printing.paper import UNMOVED, Cut, Placing
from kiosk.rules.book_classes import BookIcon
from kiosk.rules.catalogue import ShelfColour

# As tokens.css and the cloths have them.
LIGHT: Final = {
    ShelfColour.PERSIMMON: "#F0A45E",
    ShelfColour.WHEAT: "#F6D277",
    ShelfColour.SPROUT: "#A9CF90",
    ShelfColour.LAKE: "#8CCBC9",
    ShelfColour.INDIGO: "#93B4DC",
    ShelfColour.TARO: "#C3B0DC",
}
_NO_COLOUR: Final = "#FFFDF6"
_INK: Final = "#22313F"
_LEAST_BAR: Final = 0.2  # mm; a finer line no printer here draws true


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a child looks for: a colour, a letter, a picture; `letter` may be empty."""

    colour: ShelfColour | None
    letter: str
    icon: BookIcon | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineFace:
    """What stands on a spine: a band with letter and picture, class mark and author's sign."""

    sign: Sign
    class_mark: str | None
    author_sign: str
    accession_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfFace:
    """What hangs on a shelf."""

    code: str
    name: str
    sign: Sign


def spine_pages(
    faces: Sequence[SpineFace],
    href: Callable[[str], str],
    placing: Placing = UNMOVED,
    cut: Cut = labels.CUT,
) -> tuple[str, ...]:
    """Return A4 pages of labels for spines, as SVG; `href` gives the address of a drawing."""

    def draw(face: SpineFace, x: float, y: float) -> str:
        band = 0.42 * cut.height
        lines = [line for line in (face.class_mark, face.author_sign, face.accession_no) if line]
        step = min(5.0, (cut.height - band - 1.5) / max(len(lines), 1))
        said = "".join(
            paper.words(
                line,
                x + cut.width / 2,
                y + band + step * (place + 0.85),
                size=step * 0.84,
                widest=cut.width - 4,
                is_bold=place == 0,
            )
            for place, line in enumerate(lines)
        )
        sign = _band(face.sign, (x, y), (cut.width, band), href)
        return sign + said

    return tuple(paper.pages(faces, cut, draw, placing))


def shelf_pages(
    faces: Sequence[ShelfFace],
    href: Callable[[str], str],
    placing: Placing = UNMOVED,
    cut: Cut = labels.CUT,
) -> tuple[str, ...]:
    """Return A4 pages of labels for shelves, as SVG."""

    def draw(face: ShelfFace, x: float, y: float) -> str:
        size = min(0.55 * cut.height, 0.3 * cut.width)
        beside = x + (1 + 2 * labels.QUIET) * size
        widest, band = cut.width - (beside - x), 0.44 * cut.height
        high = 0.2 * cut.height
        name_at = y + band + 0.5 * (cut.height - band - high)
        middle = beside + widest / 2
        drawn = (
            _band(face.sign, (beside, y), (widest, band), href),
            qr.path(
                face.code, x=x + labels.QUIET * size, y=y + (cut.height - size) / 2, size=size
            ),
            paper.words(
                face.name, middle, name_at + 1.2, size=min(6, band * 0.5), widest=widest - 2,
                is_bold=True,
            ),
            _bar(face.code, (beside, y + cut.height - high - 1), widest, high),
        )  # fmt: skip
        return "".join(drawn)

    return tuple(paper.pages(faces, cut, draw, placing))


def _band(
    sign: Sign,
    corner: tuple[float, float],
    size: tuple[float, float],
    href: Callable[[str], str],
) -> str:
    """Return the band of a class: its colour, its letter on white, its picture."""
    (x, y), (width, height), letter = corner, size, sign.letter
    fill = _NO_COLOUR if sign.colour is None else LIGHT[sign.colour]
    radius, middle = 0.4 * height, y + height / 2
    left = x + width * (0.3 if sign.icon else 0.5)
    drawn = [f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"/>']
    if letter:
        drawn.append(f'<circle cx="{left:g}" cy="{middle:g}" r="{radius:g}" fill="#FFFDF6"/>')
        drawn.append(
            paper.words(
                letter,
                left,
                middle + radius * 0.5,
                size=radius * 1.4,
                widest=radius * 1.7,
                is_bold=True,
                fill=_INK,
            )
        )
    if sign.icon is not None:
        side = 0.86 * height
        drawn.append(
            f'<image href="{escape(href(f"topic-{sign.icon}"))}" x="{x + width * 0.7 - side / 2:g}"'
            f' y="{middle - side / 2:g}" width="{side:g}" height="{side:g}"/>'
        )
    return "".join(drawn)


def _bar(code: str, corner: tuple[float, float], widest: float, high: float) -> str:
    """Return the bar of a shelf; where it would be too fine to print, the square alone is read."""
    thin = widest / (labels.BAR_MODULES + 2 * labels.BAR_QUIET)
    if thin < _LEAST_BAR:
        return ""
    (left, top), free = corner, labels.BAR_QUIET * thin
    return bars.path(bars.code128(code), x=left + free, y=top, module=thin, height=high)
