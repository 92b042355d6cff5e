"""The page by which a printer is measured: where it puts a cross, and how long its 100 mm are."""

from collections.abc import Mapping
from typing import Final

from kiosk.printing import paper
from kiosk.printing.paper import Placing

# Where the middle of the cross lies when a printer is right.
CROSS_MM: Final = 20
LENGTH_MM: Final = 100
_ACROSS, _DOWN = (55.0, 60.0), (30.0, 90.0)
# ISO/IEC 7810, ID-1: every bank card.
_BANK_CARD: Final = (85.6, 53.98)
_LONG, _MIDDLE, _SHORT = 6.0, 4.0, 2.5


def page(words: Mapping[str, str], placing: Placing) -> str:
    """Return the test page; `words` say what to do: `cross`, `length` and `card`."""
    drawn = (
        _cross(CROSS_MM, CROSS_MM),
        paper.words(words["cross"], 120, 21.5, size=4.2, widest=160),
        _ruler(*_ACROSS, is_down=False),
        paper.words(words["length"], 105, 52, size=4.2, widest=180),
        _ruler(*_DOWN, is_down=True),
        _card(80, 110),
        paper.words(words["card"], 80 + _BANK_CARD[0] / 2, 138, size=4.2, widest=80),
        _cross(paper.WIDTH - CROSS_MM, paper.HEIGHT - CROSS_MM),
    )
    return paper.page("".join(drawn), placing)


def _cross(x: float, y: float) -> str:
    return (
        f'<g fill="none" stroke="#000" stroke-width="0.2"><circle cx="{x:g}" cy="{y:g}" r="4"/>'
        f'<path d="M{x - 10:g} {y:g}h20M{x:g} {y - 10:g}v20"/></g>'
    )


def _ruler(x: float, y: float, *, is_down: bool) -> str:
    ticks = []
    for step in range(LENGTH_MM + 1):
        long = _SHORT if step % 5 else _MIDDLE if step % 10 else _LONG
        at = f"M{x:g} {y + step:g}h{long:g}" if is_down else f"M{x + step:g} {y:g}v{long:g}"
        ticks.append(at)
    numbers = "".join(
        paper.words(str(step), x + 9.5, y + step + 1, size=3, widest=10)
        if is_down
        else paper.words(str(step), x + step, y + 10, size=3, widest=10)
        for step in range(0, LENGTH_MM + 1, 10)
    )
    return f'<path d="{"".join(ticks)}" fill="none" stroke="#000" stroke-width="0.2"/>{numbers}'


def _card(x: float, y: float) -> str:
    width, height = _BANK_CARD
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3.2" fill="none"'
        ' stroke="#000" stroke-width="0.2"/>'
    )
