"""Which days are school days: the term, the holidays, and the days made up for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_DAY: Final = timedelta(days=1)
# Monday to Friday; a made-up Saturday is one of them, by the weekday that it follows.
_SCHOOL_DAYS: Final = frozenset(range(1, 6))
# So many closed days within a week are a holiday, after which everything would be due at once.
_HOLIDAY_DAYS: Final = 5
# For so long after a holiday its returns may still be spread.
_LOOK_BACK: Final = timedelta(days=8)
# So long before the last known term ends the next one is asked for.
_ASK_BEFORE: Final = timedelta(days=14)
# In the last week of a term a book goes home for the holiday.
HOLIDAY_LENDING: Final = timedelta(days=7)


# The months in which the two terms of a school year may begin.
_FIRST_TERM_FROM: Final = 8
_SECOND_TERM_FROM: Final = 2


class DayKind(StrEnum):
    """CLOSED: the room stays closed on a day of its plan. MADE_UP: a school day at a weekend."""

    CLOSED = "closed"
    MADE_UP = "made_up"


class WeekLetter(StrEnum):
    """A for the odd school weeks of a term, B for the even ones; its term says which is first."""

    A = "a"
    B = "b"

    @property
    def other(self) -> "WeekLetter":
        return WeekLetter.B if self is WeekLetter.A else WeekLetter.A


class CalendarProblem(StrEnum):
    """Why something cannot be written into the calendar."""

    NO_NAME = "no-name"
    ENDS_BEFORE_IT_BEGINS = "ends-before-it-begins"
    TERMS_OVERLAP = "terms-overlap"
    NAME_TAKEN = "name-taken"
    TOO_MANY_DAYS = "too-many-days"
    IN_THE_PAST = "in-the-past"
    TERM_FROZEN = "term-frozen"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TermSpan:
    """A term, first to last school day, both included; `name` as the school calls it.

    `first_letter` is that of its first school week.
    """

    first_day: date
    last_day: date
    name: str | None = field(default=None, compare=False)
    first_letter: WeekLetter = field(default=WeekLetter.A, compare=False)

    def has(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTerm:
    """A term by the month alone: first or second of the school year that began in `year`."""

    year: int
    number: int
    first_day: date


def school_year(day: date) -> int:
    """Return the year in which the school year of a day began, in August at the earliest."""
    return day.year if day.month >= _FIRST_TERM_FROM else day.year - 1


def plain_term(day: date) -> PlainTerm:
    """Return the term of a day where the calendar has none: from August, and from February."""
    year = school_year(day)
    if day.month >= _FIRST_TERM_FROM or day.month < _SECOND_TERM_FROM:
        return PlainTerm(year=year, number=1, first_day=date(year, _FIRST_TERM_FROM, 1))
    return PlainTerm(year=year, number=2, first_day=date(year + 1, _SECOND_TERM_FROM, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day that is not as its weekday says; `as_weekday` (1-7) is that of a day made up."""

    kind: DayKind
    name: str
    as_weekday: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolDays:
    """The school's calendar. `terms` lie in order and apart from each other.

    Without any term there is no vacation, and after the last known one the plain weeks go on: a
    calendar that has run out closes nothing (`visits-and-lending.md` T-51).
    """

    terms: tuple[TermSpan, ...] = ()
    days: Mapping[date, SpecialDay] = field(default_factory=lambda: MappingProxyType({}))

    def is_closed(self, day: date) -> bool:
        """Return whether the calendar closes this day, whatever the weekly plan says."""
        special = self.days.get(day)
        if special is not None:
            return special.kind is DayKind.CLOSED
        return self.is_vacation(day)

    def is_vacation(self, day: date) -> bool:
        """Return whether the day lies between two terms."""
        if not self.terms or not self.terms[0].last_day < day < self.terms[-1].first_day:
            return False
        return self.term_of(day) is None

    def plan_weekday(self, day: date) -> int | None:
        """Return the weekday (1 for Monday to 7) whose plan holds on this day; None when closed."""
        special = self.days.get(day)
        if special is not None and special.kind is DayKind.MADE_UP:
            return special.as_weekday
        return None if self.is_closed(day) else day.isoweekday()

    def holiday_weekday(self, day: date) -> int | None:
        """Return the weekday (1 to 7) of a day between two terms; None when anything is said of it.

        The plan for the holidays holds then, and no other.
        """
        return day.isoweekday() if self.is_vacation(day) and day not in self.days else None

    def week_number(self, day: date) -> int:
        """Return how many school weeks of the term there were up to the week of this day, from 1.

        A week that the calendar closes from Monday to Friday is a holiday and is not counted: the
        days around it have the number of the week before. Between the terms nothing is counted;
        where no term is known, from the beginning of August or of February.
        """
        term = self.term_of(day)
        first = plain_term(day).first_day if term is None else term.first_day
        monday = first - _DAY * first.weekday()
        weeks = (day - monday).days // 7 + 1
        return max(sum(self._is_school_week(monday + 7 * _DAY * n, first) for n in range(weeks)), 1)

    def week_letter(self, day: date) -> WeekLetter:
        """Return the letter of the school week of a day."""
        term = self.term_of(day)
        first = WeekLetter.A if term is None else term.first_letter
        return first if self.week_number(day) % 2 else first.other

    def _is_school_week(self, monday: date, first: date) -> bool:
        week = [day for day in (monday + _DAY * n for n in range(7)) if day >= first]
        return any(self.plan_weekday(day) in _SCHOOL_DAYS for day in week)

    def term_of(self, day: date) -> TermSpan | None:
        return next((term for term in self.terms if term.has(day)), None)

    def term_began(self, day: date) -> date:
        """Return the first of the days that the term of a day answers for, itself among them."""
        before = [term.last_day + _DAY for term in self.terms if term.last_day < day]
        if (term := self.answering_term(day)) is None:
            return max([plain_term(day).first_day, *before])
        return before[-1] if before else term.first_day

    def term_after(self, day: date) -> TermSpan | None:
        """Return the next term that begins after this day."""
        return next((term for term in self.terms if term.first_day > day), None)

    def runs_out_on(self, day: date) -> date | None:
        """Return the last day of the last known term, once it is near or over; None without any."""
        if not self.terms or day < self.terms[-1].last_day - _ASK_BEFORE:
            return None
        return self.terms[-1].last_day

    def answering_term(self, day: date) -> TermSpan | None:
        """Return the term that a day counts for: the holiday before a term belongs to it.

        None before the first known term and after the last.
        """
        if not self.terms or day < self.terms[0].first_day:
            return None
        return next((term for term in self.terms if day <= term.last_day), None)

    def is_last_of_school_year(self, day: date) -> bool:
        """Return whether the next term is one of the next school year: who leaves has left then."""
        before = [term for term in self.terms if term.first_day <= day]
        after = self.term_after(day)
        if not before or after is None:
            return False
        return school_year(before[-1].first_day) < school_year(after.first_day)

    def lends_for_holiday(self, day: date) -> bool:
        """Return whether a book that is lent on this day comes back after the holiday.

        From a week before the last day of a term until the next one begins; never when that is not
        known yet.
        """
        if self.term_after(day) is None:
            return False
        term = self.term_of(day)
        return self.is_vacation(day) if term is None else day > term.last_day - HOLIDAY_LENDING

    def holiday_before(self, day: date) -> date | None:
        """Return the last day of a holiday that has just ended before this day, or None.

        A holiday is a week of which the calendar closes five days at least.
        """
        if not self.days and not self.terms:
            return None
        back = (day - _DAY * back for back in range(1, _LOOK_BACK.days + 1))
        return next((last for last in back if self._ends_holiday(last)), None)

    def _ends_holiday(self, last: date) -> bool:
        if not self.is_closed(last):
            return False
        week = (last - _DAY * back for back in range(7))
        return sum(map(self.is_closed, week)) >= _HOLIDAY_DAYS


PLAIN_WEEKS: Final = SchoolDays()
