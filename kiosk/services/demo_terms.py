"""The demo school's calendar: the term that is going on, those behind it, and their holidays."""

from collections.abc import Iterator
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from kiosk.ids import new_id
from kiosk.models.calendar import CalendarDay, Term
from kiosk.rules.school_days import DayKind, SchoolDays, SpecialDay, TermSpan, plain_term
from kiosk.services import public_holidays
from kiosk.services.demo_world import World

_NUMBERS: Final = "一二"
_FIRST_TERM: Final = (9, 1), (1, 20)
_SECOND_TERM: Final = (2, 24), (7, 3)
# Whenever a demo is made, its term has begun by then and is not over: nobody tries the holidays.
_BEGUN: Final = timedelta(days=28)
_GOES_ON: Final = timedelta(days=42)
_VACATION: Final = timedelta(days=16)
_AT_LEAST: Final = 2


def calendar(today: date, *, days: int) -> SchoolDays:
    """Return the terms that so many days reach back to, at least two, and their days off."""
    spans = tuple(reversed(list(_terms(today, today - timedelta(days=days)))))
    return SchoolDays(terms=spans, days=MappingProxyType(dict(_days_off(spans, today))))


def add_calendar(world: World) -> None:
    """Store the calendar; the administrator has said yes to the holidays behind."""
    before, school = world.before.now, world.here.school
    world.add(
        Term,
        [
            {
                "id": new_id(before),
                "name": term.name,
                "first_day": term.first_day,
                "last_day": term.last_day,
                "first_letter": term.first_letter,
            }
            for term in school.terms
        ],
    )
    world.add(
        CalendarDay,
        [
            {
                "on_date": on,
                "kind": day.kind,
                "name": day.name,
                "decided_by_id": world.staff[-1].staff_id,
                "source": public_holidays.source(),
            }
            for on, day in school.days.items()
        ],
    )


def _terms(today: date, first_wanted: date) -> Iterator[TermSpan]:
    """Yield the terms from that of today back."""
    plain = plain_term(today)
    year, number = plain.year, plain.number
    span = _span(year, number)
    begun = today - _BEGUN
    span = TermSpan(
        first_day=min(span.first_day, begun - timedelta(days=begun.weekday())),
        last_day=max(span.last_day, today + _GOES_ON),
        name=span.name,
    )
    yield span
    count = 1
    while count < _AT_LEAST or span.first_day > first_wanted:
        year, number = (year, 1) if number == _AT_LEAST else (year - 1, 2)
        before = _span(year, number)
        last = min(before.last_day, span.first_day - _VACATION)
        span = TermSpan(first_day=before.first_day, last_day=last, name=before.name)
        yield span
        count += 1


def _span(year: int, number: int) -> TermSpan:
    """Return a term of the school year that begins in `year`, as such schools mostly have it."""
    first, last = (_FIRST_TERM, _SECOND_TERM)[number - 1]
    return TermSpan(
        first_day=date(year + number - 1, *first),
        last_day=date(year + 1, *last),
        name=f"{year}—{year + 1}学年第{_NUMBERS[number - 1]}学期",
    )


def _days_off(spans: tuple[TermSpan, ...], today: date) -> Iterator[tuple[date, SpecialDay]]:
    """Yield the public holidays behind; those ahead are questions.

    The last weeks have none: a demo that is made after long ones would have nothing behind it.
    """
    for year in range(spans[0].first_day.year, today.year + 1):
        for day in public_holidays.published(year) or ():
            is_wanted = day.kind is DayKind.CLOSED and day.on < today - _BEGUN
            if is_wanted and any(span.has(day.on) for span in spans):
                yield day.on, SpecialDay(kind=day.kind, name=day.name)
