"""Cards of 54 x 86 mm, folded: a front and a back, with codes of 25 mm (`domain.md` rule 43).

The front has one code. The back, which looks at a scanner when the animal looks at the child, has
two, set off from one another: no straight crack and no glare of a lamp takes both, and the reading
rates of two codes on one side (`visits-and-lending.md` 3.4) need no child to turn the card.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from kiosk.printing import paper, qr, svg
from kiosk.printing.marks import QUIET_INK, Line, Mark, Panel, Picture, Square, Words
from kiosk.printing.paper import UNMOVED, Cut, Placing

WIDTH: Final = 54.0
HEIGHT: Final = 86.0
# Front and back side by side, lying on their side: four to a page.
CUT: Final = Cut(width=HEIGHT, height=2 * WIDTH, columns=2, rows=2, gap=6, fold=WIDTH)
QR: Final = 25.0
QUIET: Final = 4 * QR / qr.MODULES
_BADGE: Final = 31.0
_GROUND: Final = "#FFF1CC"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFace:
    """What is printed on a card.

    `pictures` are drawings laid one on the other, the first of them the ground, or "" for none.
    Without a name there is a line to write it on.
    """

    name: str | None
    line: str
    pictures: tuple[str, ...]
    found: tuple[str, ...]
    code: str = field(repr=False)
    short_code: str | None = field(repr=False)


def marks(card: CardFace) -> tuple[Mark, ...]:
    """Return front and back as they lie side by side, 108 x 86 mm."""
    return (*_front(card), *_back(card))


def pages(
    cards: Sequence[CardFace], href: Callable[[str], str], placing: Placing = UNMOVED
) -> tuple[str, ...]:
    """Return A4 pages of four cards each, as SVG; `href` gives the address of a drawing."""

    def draw(card: CardFace, x: float, y: float) -> str:
        turned = f"translate({x + HEIGHT:g} {y:g}) rotate(90)"
        return f'<g transform="{turned}">{svg.drawn(marks(card), href)}</g>'

    return tuple(paper.pages(cards, CUT, draw, placing))


def _front(card: CardFace) -> tuple[Mark, ...]:
    middle, widest, beside = WIDTH / 2, WIDTH - 8, 43.2
    code_top = HEIGHT - QUIET - QR
    return (
        Panel(x=3, y=3, width=WIDTH - 6, height=35, corner=6, fill=_GROUND),
        *_pictures(card.pictures),
        _name(card.name, middle, widest),
        Words(text=card.line, x=middle, y=50.6, size=3.8, widest=widest, fill=QUIET_INK),
        Square(x=QUIET, y=code_top, size=QR, code=card.code),
        Picture(name="guide-stand", x=beside - 6.5, y=code_top - 0.5, size=13),
        *_short(card.short_code, beside, HEIGHT - QUIET - 5.6),
    )


def _name(name: str | None, middle: float, widest: float) -> Mark:
    if name is None:
        return Line(x=middle - widest / 2 + 2, y=45.4, width=widest - 4)
    return Words(text=name, x=middle, y=45.4, size=6.8, widest=widest, is_bold=True)


def _pictures(names: tuple[str, ...]) -> tuple[Mark, ...]:
    """Return a ground and what lies on it, as art.css lays an animal on its cloth."""
    left, top = (WIDTH - _BADGE) / 2, 5.0
    ground, *upon = names
    return (
        *((Picture(name=ground, x=left, y=top, size=_BADGE),) if ground else ()),
        *(_upon(one, left, top) for one in upon),
    )


def _upon(name: str, left: float, top: float) -> Picture:
    """Return an animal, which may look over the ground's edge a little, or a face within it."""
    if name.startswith("face-"):
        edge = 0.085 * _BADGE
        size = _BADGE - 2 * edge
        return Picture(name=name, x=left + edge, y=top + edge, size=size, is_round=True)
    return Picture(name=name, x=left + 0.075 * _BADGE, y=top + 0.085 * _BADGE, size=0.85 * _BADGE)


def _back(card: CardFace) -> tuple[Mark, ...]:
    left = WIDTH
    below = 2 * QUIET + QR
    return (
        Square(x=left + QUIET, y=QUIET, size=QR, code=card.code),
        Square(x=left + WIDTH - QUIET - QR, y=below, size=QR, code=card.code),
        Picture(name="guide-wave", x=left + 35.6, y=8, size=16),
        *_short(card.short_code, left + 10.5, below + 11),
        Panel(x=left + 3, y=66, width=WIDTH - 6, height=17, corner=6, fill=_GROUND),
        *(
            Words(text=line, x=left + WIDTH / 2, y=73.2 + 6.2 * n, size=4.4, widest=WIDTH - 12)
            for n, line in enumerate(card.found)
        ),
    )


def _short(short_code: str | None, x: float, y: float) -> tuple[Mark, ...]:
    """Return the short code in two lines, to be read out to a teacher."""
    if short_code is None:
        return ()
    half = len(short_code) // 2
    return tuple(
        Words(text=part, x=x, y=y + 5.6 * n, size=5, widest=16, is_bold=True)
        for n, part in enumerate((short_code[:half], short_code[half:]))
    )
