"""When a term may be ended for good: once it is over, and by a clock that can be believed."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

# A summer holiday, and half as long again: a clock that claims more has probably lost its battery.
LONGEST_STILLNESS: Final = timedelta(days=100)
_SLACK: Final = timedelta(minutes=5)


class TermEndProblem(StrEnum):
    """Why a term is not ended, or its archive not read."""

    UNKNOWN_TERM = "unknown-term"
    NOT_OVER = "not-over"
    FROZEN = "frozen"
    CLOCK_DOUBT = "clock-doubt"
    ARCHIVE_DAMAGED = "archive-damaged"
    NOT_ENDED = "not-ended"
    UNDER_WAY = "under-way"


def is_leap(*, now: datetime, last_event: datetime | None) -> bool:
    """Say whether the clock stands so far behind what happened last that no holiday explains it."""
    return last_event is not None and now - last_event > LONGEST_STILLNESS


def refusal(
    *, last_day: date, today: date, is_frozen: bool, now: datetime, last_event: datetime | None
) -> TermEndProblem | None:
    """Return why a term cannot be ended now, or None.

    What is cut cannot be joined again, so a clock that stands before what has already happened, or
    so far behind it that no holiday explains it, ends nothing (`security.md` 3 R7).
    """
    if is_frozen:
        return TermEndProblem.FROZEN
    if last_event is not None and not -_SLACK <= now - last_event <= LONGEST_STILLNESS:
        return TermEndProblem.CLOCK_DOUBT
    if today <= last_day:
        return TermEndProblem.NOT_OVER
    return None
