"""How wide a text is on paper, and how many lines it takes, without a browser to ask.

Everything is rounded up, so that no line is longer and no row higher than it is taken for.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# In ems of a Chinese sans serif: a Han character is one, a digit 0.56 of it, a hyphen 0.35.
_NARROW: Final = 0.6
_DIGIT: Final = 0.57
_POINT: Final = 0.4
_BROAD: Final = 0.95
_POINTS: Final = frozenset(" -:.,;'()[]")
# A line begins with no sign that closes, and ends with none that opens.
_PIECE: Final = re.compile(
    r"[（《“‘〈【(]*(?:[!-'*-~]+(?:\([!-'*-~]+)*|[^!-~])[、，。；：！？）》”’〉】…),;]*|.",
    re.DOTALL,
)
_WHOLE: Final = 8.0
_BROAD_SIGNS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZmw@%&")


@lru_cache(maxsize=8192)
def _sign(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WFA":
        return 1.0
    if sign.isascii() and (sign.isdigit() or sign in _POINTS):
        return _DIGIT if sign.isdigit() else _POINT
    return _BROAD if sign in _BROAD_SIGNS or not sign.isascii() else _NARROW


@lru_cache(maxsize=16384)
def width_of(text: str) -> float:
    """Return the width of a text on one line, in ems."""
    return sum(map(_sign, text))


def pieces(text: str, room: float) -> list[str]:
    """Return a text in what is not broken: a date, a word of letters, a sign with its stops.

    `room` is how many ems there are: what is wider is broken all the same.
    """
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if len(piece) > 1 and width_of(piece) <= min(room, _WHOLE):
            found.append(piece)
        else:
            found.extend(piece)
    return found


def lines_of(text: str, room: float) -> int:
    """Return how many lines a text takes where it is broken between its pieces.

    `room` is how many ems there are.
    """
    if len(text) <= room or width_of(text) <= room:
        return 1
    lines, used = 1, 0.0
    for piece in pieces(text, room):
        width = width_of(piece)
        if used + width > room:
            lines, used = lines + 1, 0.0
        used += width
    return lines
