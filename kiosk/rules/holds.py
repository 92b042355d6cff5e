"""Waiting for a title: who is next, and for how long a book lies ready."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

# A calendar that ends, or a room that never opens, must not keep a book for ever.
_SEARCH_DAYS: Final = 60


class HoldEnd(StrEnum):
    """How waiting came to its end: with the book, by the child's wish, or not picked up in time."""

    LENT = "lent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class HoldRefusal(StrEnum):
    RESERVED = "reserved"  # the book lies ready for another child
    WAITED_FOR = "waited-for"  # not to be kept longer: somebody waits
    TOO_MANY_HOLDS = "too-many-holds"
    HAVE_IT = "have-it"
    NO_COPY = "no-copy"
    OVER = "over"  # the waiting has come to its end meanwhile


class HoldShelfProblem(StrEnum):
    """Why a teacher cannot lay a copy ready."""

    NOT_FREE = "not-free"  # it is out, lost or somebody else's by now


def refusal(
    *, open_holds: int, most: int, has_it: bool, is_waiting: bool, copies: int
) -> HoldRefusal | None:
    """Return why this child cannot wait for this title, or None.

    `copies` are those that there are, lost ones too: what is lost is often found. Who `is_waiting`
    for it already is not refused for having as many holds as there may be.
    """
    if has_it:
        return HoldRefusal.HAVE_IT
    if not copies:
        return HoldRefusal.NO_COPY
    if open_holds >= most and not is_waiting:
        return HoldRefusal.TOO_MANY_HOLDS
    return None


def pick_up_by(*, ready_on: date, days: int, is_open: Callable[[date], bool]) -> date:
    """Return the last day on which a book lies ready: so many open days after it came.

    A closed day does not count. Where no open day is near, plain days do.
    """
    left, day = days, ready_on
    for _ in range(_SEARCH_DAYS):
        day += timedelta(days=1)
        left -= is_open(day)
        if not left:
            return day
    return ready_on + timedelta(days=days)


def is_lapsed(*, pick_up_by: date, today: date) -> bool:
    """Return whether the last day to pick a book up is over."""
    return today > pick_up_by
