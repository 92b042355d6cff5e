"""A child's three pictures: what it taps, in order, when its card is at home (`domain.md` rule 33).

They only say which child asks; that it is here, the teacher says. So three of nine are enough, and
few tries are free.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import IntEnum
from random import Random
from typing import Final

FREE_TRIES: Final = 3
CODE_LENGTH: Final = 3
DAY: Final = timedelta(hours=20)
_FIRST_WAIT: Final = timedelta(minutes=5)
_LONGEST_WAIT: Final = timedelta(hours=1)


class Picture(IntEnum):
    """The nine pictures. A number keeps its picture for ever: children know them by heart."""

    SUN = 1
    MOON = 2
    APPLE = 3
    BALL = 4
    KITE = 5
    UMBRELLA = 6
    LEAF = 7
    BOAT = 8
    BELL = 9


def new_code(chance: Random) -> tuple[Picture, ...]:
    """Return three different pictures in an order."""
    return tuple(chance.sample(list(Picture), k=CODE_LENGTH))


def is_complete(picked: Sequence[Picture]) -> bool:
    return len(picked) == CODE_LENGTH


def wait_after(failures: int) -> timedelta | None:
    """Return how long only the teacher can help after this many wrong tries; None: not at all."""
    over = failures - FREE_TRIES
    if over < 0:
        return None
    doublings: int = 2 ** min(over, 10)
    return min(_FIRST_WAIT * doublings, _LONGEST_WAIT)
