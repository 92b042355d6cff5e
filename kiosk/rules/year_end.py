"""The end of a school year: when the classes may be moved up, and what stands in the way."""

from datetime import date
from enum import StrEnum
from typing import Final

# Whoever moves classes up in these months means the school year that begins in the same year.
_MONTHS: Final = range(5, 10)


class YearEndProblem(StrEnum):
    """Why the classes are not moved up."""

    MOVED_UP = "moved-up"
    NOT_NOW = "not-now"
    TERM_NOT_ENDED = "term-not-ended"
    ROOM_OPEN = "room-open"
    LEAVER_HAS_CALL = "leaver-has-call"
    NOBODY_FOLLOWS = "nobody-follows"
    CLASS_HAS_BOOKS = "class-has-books"


def coming_year(today: date) -> int | None:
    """Return the year in which the school year begins that classes are moved into now, or None."""
    return today.year if today.month in _MONTHS else None


def refusal(
    *,
    year: int | None,
    moved_up: bool,
    terms_not_ended: int,
    is_open: bool,
    leavers_with_calls: int,
    books_for_nobody: int,
) -> YearEndProblem | None:
    """Return what stands in the way, the first of all, or None.

    The ledgers name a child's class as it is today: so the terms are frozen before. The books of a
    class into whose place nobody comes can be handed on to nobody.
    """
    if year is None:
        return YearEndProblem.NOT_NOW
    for stands, problem in (
        (moved_up, YearEndProblem.MOVED_UP),
        (terms_not_ended, YearEndProblem.TERM_NOT_ENDED),
        (is_open, YearEndProblem.ROOM_OPEN),
        (leavers_with_calls, YearEndProblem.LEAVER_HAS_CALL),
        (books_for_nobody, YearEndProblem.NOBODY_FOLLOWS),
    ):
        if stands:
            return problem
    return None
