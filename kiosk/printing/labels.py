"""Labels for books: 38 x 25 mm, with a code of 15 mm (`domain.md` 4.9 rule 44)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.printing import paper, qr
from kiosk.printing.paper import UNMOVED, Cut, Placing

CUT: Final = Cut(width=38, height=25, columns=5, rows=10, gap=2)
_QR: Final = 15.0
_LONGEST_TITLE: Final = 12
# The dot tells children the level of a book (`domain.md` 4.9 rule 44).
_DOTS: Final = {"1-2": "#4FA3A5", "3-4": "#E0A030", "5-6": "#5B6CB5"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFace:
    """What is printed on a label."""

    code: str
    accession_no: str
    title: str
    class_mark: str | None
    grade_band: str | None


def pages(labels: Sequence[LabelFace], placing: Placing = UNMOVED) -> tuple[str, ...]:
    """Return A4 pages of fifty labels each, as SVG."""
    return tuple(paper.pages(labels, CUT, _draw, placing))


def _draw(label: LabelFace, x: float, y: float) -> str:
    beside = x + 28.5
    dot = _DOTS.get(label.grade_band or "")
    return "".join(
        (
            qr.path(label.code, x=x + 3, y=y + 3, size=_QR),
            paper.words(label.accession_no, beside, y + 7, size=3.6, widest=14),
            paper.words(label.class_mark or "", beside, y + 12, size=3.2, widest=14),
            "" if dot is None else f'<circle cx="{beside:g}" cy="{y + 16:g}" r="2" fill="{dot}"/>',
            paper.words(
                label.title[:_LONGEST_TITLE], x + CUT.width / 2, y + 23.2, size=2.6, widest=34
            ),
        )
    )
