"""What an inspector would find missing, and when there is still time to mend it."""

import calendar
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

# So long before the end of a month its gaps are told.
AHEAD: Final = timedelta(days=14)
# A child without a call for so long is told of: the law's floor is once a week.
CALL_WITHIN: Final = timedelta(days=7)


class GapKind(StrEnum):
    """In the order of the ledgers: openings, visits, calls, children, books, heads of the forms."""

    MISSED = "missed"
    SHORT = "short"
    NO_CHECK = "no_check"
    NO_DUTY = "no_duty"
    NOT_CLOSED = "not_closed"
    NOT_SEEN_OUT = "not_seen_out"
    CALL_UNCLEAR = "call_unclear"
    CALL_STAYS_UNCLEAR = "call_stays_unclear"
    NO_CALL = "no_call"
    CONTACT = "contact"
    LATE_QUESTION = "late_question"
    NO_CARD = "no_card"
    NEW_FRIEND = "new_friend"
    NO_TERM = "no_term"
    NO_SCHOOL = "no_school"


# What nobody can mend any more: it is told before an inspection, and nobody is sent after it.
PAST_MENDING: Final = frozenset({GapKind.NOT_SEEN_OUT, GapKind.CALL_STAYS_UNCLEAR})


def last_of_month(today: date) -> date:
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def is_time(today: date) -> bool:
    """Return whether the end of the month is so near that its gaps are told unasked."""
    return last_of_month(today) - today <= AHEAD
