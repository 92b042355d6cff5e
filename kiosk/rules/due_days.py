"""The last day on which an item may come back without being late.

A policy gives a plain day; the calendar makes of it a day on which the room opens, before the last
school day of the term, and after a holiday one of several days by class, so that not everybody
comes on the first (`visits-and-lending.md` T-50 to T-53). The same plain day and the same calendar
always give the same day: a calendar that is changed and changed back moves nothing for good.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from kiosk.rules.lending import LendingPolicy
from kiosk.rules.school_days import SchoolDays

OPEN_DAY_SEARCH_DAYS: Final = 60
# Returns after a holiday are spread over a week, whatever days of it are open.
_SPREAD_OVER_DAYS: Final = 7
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the due day of an item is made of.

    `given_on` is the day it was lent or renewed last, `plain_due_on` the day by the policy alone.
    `turn` is the place of the reader's class, from 0, among the days after a holiday.
    """

    given_on: date
    plain_due_on: date
    is_for_holiday: bool = False
    turn: int = 0


def plain_due_on(policy: LendingPolicy, *, lent_on: date) -> date:
    """Return the day by the policy alone: calendar days, the day of lending not included."""
    return lent_on + timedelta(days=policy.days)


def plain_renewed_on(policy: LendingPolicy, *, plain_due_on: date, today: date) -> date:
    """Return a whole loan time after the old day by the policy, or after today if that is over.

    What the calendar gave besides is not given twice: it is asked again for the new day.
    """
    return max(plain_due_on, today) + timedelta(days=policy.days)


def turn_of_class(grade: int, number: int, *, spread_days: int) -> int:
    """Return on which of the days after a holiday a class brings back its books, from 0."""
    return (grade + number) % spread_days


def due_on(given: Given, *, school: SchoolDays, is_open: Callable[[date], bool]) -> date:
    """Return the day the item is due: never closed, as far as a day near it opens at all.

    It is not after the last school day of the term in which it was given, and not before the day
    it was given. A book for the holiday is due in the first whole week of the next term. A
    calendar without an open day near gives the plain day, never an error.
    """
    if given.is_for_holiday and (term := school.term_after(given.given_on)) is not None:
        monday = term.first_day + _DAY * (-term.first_day.weekday() % 7)
        in_turn = _in_turn(monday, turn=given.turn, is_open=is_open)
        return in_turn or _open_day_from(monday, is_open=is_open)
    day = _open_day_from(given.plain_due_on, is_open=is_open)
    holiday = school.holiday_before(day)
    if holiday is not None:
        in_turn = _in_turn(holiday + _DAY, turn=given.turn, is_open=is_open)
        day = day if in_turn is None else max(day, in_turn)
    return _in_term(given, day, school=school, is_open=is_open)


def _open_day_from(plain: date, *, is_open: Callable[[date], bool]) -> date:
    days = (plain + _DAY * wait for wait in range(OPEN_DAY_SEARCH_DAYS + 1))
    return next(filter(is_open, days), plain)


def _in_turn(first: date, *, turn: int, is_open: Callable[[date], bool]) -> date | None:
    """Return the open day of a week that is a class's turn; the last when there are not so many."""
    days = (first + _DAY * wait for wait in range(_SPREAD_OVER_DAYS))
    found = tuple(islice(filter(is_open, days), turn + 1))
    return found[-1] if found else None


def _in_term(
    given: Given, day: date, *, school: SchoolDays, is_open: Callable[[date], bool]
) -> date:
    term = school.term_of(given.given_on)
    if term is None or day <= term.last_day:
        return day
    return next(filter(is_open, _back(term.last_day, given.given_on)), term.last_day)


def _back(last: date, given_on: date) -> Iterator[date]:
    return (last - _DAY * back for back in range((last - given_on).days))
