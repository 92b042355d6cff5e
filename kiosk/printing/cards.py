"""Children's cards: 54 x 86 mm, with a code of 25 mm (`domain.md` 4.9 rule 43)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from kiosk.printing import paper, qr
from kiosk.printing.paper import Cut

CUT: Final = Cut(width=54, height=86, columns=3, rows=3, gap=5)
_QR: Final = 25.0
_DRAWING: Final = 26.0
_MARGIN: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFace:
    """What is printed on a card. `cloth` and `animal` are addresses of drawings."""

    given_name: str
    class_name: str
    animal: str
    cloth: str
    code: str = field(repr=False)


def pages(cards: Sequence[CardFace]) -> tuple[str, ...]:
    """Return A4 pages of nine cards each, as SVG."""
    return tuple(paper.pages(cards, CUT, _draw))


def _draw(card: CardFace, x: float, y: float) -> str:
    middle, widest = x + CUT.width / 2, CUT.width - 2 * _MARGIN
    return "".join(
        (
            "<g>",
            paper.outline(CUT, x, y, corner=3),
            _drawing(card.cloth, middle, y + 4),
            _drawing(card.animal, middle, y + 4),
            paper.words(card.given_name, middle, y + 37, size=6.5, widest=widest),
            paper.words(card.class_name, middle, y + 43, size=4, widest=widest),
            qr.path(card.code, x=middle - _QR / 2, y=y + 50, size=_QR),
            paper.words(card.code, middle, y + 83, size=2.8, widest=widest),
            "</g>",
        )
    )


def _drawing(href: str, middle: float, y: float) -> str:
    return (
        f'<image href="{escape(href)}" x="{middle - _DRAWING / 2:g}" y="{y:g}"'
        f' width="{_DRAWING:g}" height="{_DRAWING:g}"/>'
    )
