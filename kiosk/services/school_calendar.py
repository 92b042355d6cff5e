"""The school's calendar: terms, closed days and days made up, kept in memory by a running kiosk."""

from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.models.calendar import CalendarDay, Term
from kiosk.rules.school_days import SchoolDays, SpecialDay, TermSpan


def read() -> SchoolDays:
    """Return the calendar as it stands."""
    return read_in(reading())


def read_in(session: Session) -> SchoolDays:
    """Do what `read` does, inside a transaction that is under way."""
    terms = session.execute(select(Term.first_day, Term.last_day).order_by(Term.first_day))
    days = session.scalars(select(CalendarDay))
    return SchoolDays(
        terms=tuple(TermSpan(first_day=row.first_day, last_day=row.last_day) for row in terms),
        days=MappingProxyType(
            {
                day.on_date: SpecialDay(kind=day.kind, name=day.name, as_weekday=day.as_weekday)
                for day in days
            }
        ),
    )
