"""The school's calendar: terms, closed days and days made up, kept in memory by a running kiosk.

Each change is one transaction with all that follows from it: the openings of the plan, the calls
that had a place in them, and the days on which loans are due.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.calendar import CalendarDay, Term
from kiosk.rules.school_days import CalendarProblem, DayKind, SchoolDays, SpecialDay, TermSpan
from kiosk.services import audit, calendar_changes
from kiosk.services.audit import AuditAction
from kiosk.services.calendar_changes import Followed
from kiosk.services.here import Here

_LONGEST_TERM: Final = timedelta(days=366)
_LONGEST_CLOSURE: Final = timedelta(days=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A term as the calendar page lists it; one that is frozen stays as it is."""

    term_id: UUID
    name: str
    span: TermSpan
    is_frozen: bool


@dataclass(slots=True, kw_only=True)
class Changed:
    """The calendar after a change, and what followed from it."""

    school: SchoolDays = field(default_factory=SchoolDays)
    followed: Followed = field(default_factory=lambda: Followed(moved=0, calls_released=0))


def read() -> SchoolDays:
    """Return the calendar as it stands."""
    return _read(reading())


def _read(session: Session) -> SchoolDays:
    terms = session.execute(
        select(Term.first_day, Term.last_day, Term.name, Term.first_letter).order_by(Term.first_day)
    )
    days = session.scalars(select(CalendarDay))
    return SchoolDays(
        terms=tuple(
            TermSpan(
                first_day=row.first_day,
                last_day=row.last_day,
                name=row.name,
                first_letter=row.first_letter,
            )
            for row in terms
        ),
        days=MappingProxyType(
            {
                day.on_date: SpecialDay(kind=day.kind, name=day.name, as_weekday=day.as_weekday)
                for day in days
            }
        ),
    )


def terms() -> tuple[TermRow, ...]:
    """Return the terms, the newest first."""
    rows = reading().scalars(select(Term).order_by(Term.first_day.desc()))
    return tuple(
        TermRow(
            term_id=row.id,
            name=row.name,
            span=TermSpan(
                first_day=row.first_day, last_day=row.last_day, first_letter=row.first_letter
            ),
            is_frozen=row.frozen_at is not None,
        )
        for row in rows
    )


def set_term(
    term_id: UUID | None,
    *,
    name: str,
    span: TermSpan,
    staff_id: UUID,
    here: Here,
    agreed: str | None = None,
) -> Changed:
    """Add a term, or change one.

    Raises:
        InvalidInputError: NO_NAME, ENDS_BEFORE_IT_BEGINS or TOO_MANY_DAYS.
        NotFoundError: UNKNOWN. RefusedError: NAME_TAKEN, TERMS_OVERLAP or TERM_FROZEN.
    """
    _check(name, span, longest=_LONGEST_TERM)
    if span.first_day == span.last_day:
        raise InvalidInputError(CalendarProblem.ENDS_BEFORE_IT_BEGINS)
    what = f"term {span.first_day}..{span.last_day}"
    with changing(what, staff_id, here, agreed) as (session, changed):
        row = None if term_id is None else _term(session, term_id)
        others = session.scalars(select(Term).where(Term.id != (term_id or new_id(here.now)))).all()
        if any(other.name == name for other in others):
            raise RefusedError(CalendarProblem.NAME_TAKEN)
        if any(_overlaps(other, span) for other in others):
            raise RefusedError(CalendarProblem.TERMS_OVERLAP)
        if row is None:
            row = Term(id=new_id(here.now))
            session.add(row)
        row.name, row.first_day, row.last_day = name, span.first_day, span.last_day
        row.first_letter = span.first_letter
    return changed()


def remove_term(term_id: UUID, *, staff_id: UUID, here: Here, agreed: str | None = None) -> Changed:
    """Take a term out. Raises NotFoundError: UNKNOWN; RefusedError: TERM_FROZEN."""
    with changing(f"term {term_id} removed", staff_id, here, agreed) as (session, changed):
        session.delete(_term(session, term_id))
    return changed()


def close_days(
    name: str, span: TermSpan, *, staff_id: UUID, here: Here, agreed: str | None = None
) -> Changed:
    """Close the room from one day to another, both included; what was noted of them goes.

    Raises:
        InvalidInputError: NO_NAME, ENDS_BEFORE_IT_BEGINS, TOO_MANY_DAYS or IN_THE_PAST.
    """
    _check(name, span, longest=_LONGEST_CLOSURE)
    _check_ahead(span.first_day, here)
    what = f"closed {span.first_day}..{span.last_day}"
    with changing(what, staff_id, here, agreed) as (session, done):
        forget(session, span)
        for wait in range((span.last_day - span.first_day).days + 1):
            session.add(
                CalendarDay(
                    on_date=span.first_day + timedelta(days=wait),
                    kind=DayKind.CLOSED,
                    name=name,
                    decided_by_id=staff_id,
                )
            )
    return done()


def make_up(
    name: str,
    day: date,
    *,
    as_weekday: int,
    staff_id: UUID,
    here: Here,
    agreed: str | None = None,
) -> Changed:
    """Let a day follow the plan of a weekday: a school day made up, or a day the room is open.

    Raises:
        InvalidInputError: NO_NAME or IN_THE_PAST.
    """
    span = TermSpan(first_day=day, last_day=day)
    _check(name, span, longest=_LONGEST_CLOSURE)
    _check_ahead(day, here)
    what = f"made up {day} as {as_weekday}"
    with changing(what, staff_id, here, agreed) as (session, changed):
        forget(session, span)
        session.add(
            CalendarDay(
                on_date=day,
                kind=DayKind.MADE_UP,
                name=name,
                as_weekday=as_weekday,
                decided_by_id=staff_id,
            )
        )
    return changed()


def as_usual(span: TermSpan, *, staff_id: UUID, here: Here, agreed: str | None = None) -> Changed:
    """Let days be as their weekday says again. Raises InvalidInputError: IN_THE_PAST."""
    _check_ahead(span.first_day, here)
    what = f"as usual {span.first_day}..{span.last_day}"
    with changing(what, staff_id, here, agreed) as (session, done):
        forget(session, span)
    return done()


@contextmanager
def changing(
    what: str, staff_id: UUID, here: Here, agreed: str | None
) -> Iterator[tuple[Session, Callable[[], Changed]]]:
    """Let the block change the calendar, and all the rest follow, in one transaction.

    When calls would be lost that nobody was shown (`agreed` is the digest of those that were),
    nothing is changed: RefusedError CHANGED, with the `preview`.
    """
    found = Changed()
    with transaction() as session:
        yield session, lambda: found
        session.flush()  # the calendar is read again with what the block wrote
        found.school = _read(session)
        after = replace(here, school=found.school)
        found.followed = calendar_changes.follow(
            session, before=here.school, staff_id=staff_id, here=after, agreed=agreed
        )
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=staff_id,
            subject="calendar",
            fields=f"{what}: {found.followed.moved} moved",
            purpose="calendar",
            here=here,
        )


def _term(session: Session, term_id: UUID) -> Term:
    row = session.get(Term, term_id)
    if row is None:
        raise NotFoundError(CalendarProblem.UNKNOWN)
    if row.frozen_at is not None:
        raise RefusedError(CalendarProblem.TERM_FROZEN)
    return row


def _overlaps(term: Term, span: TermSpan) -> bool:
    return term.first_day <= span.last_day and span.first_day <= term.last_day


def _check(name: str, span: TermSpan, *, longest: timedelta) -> None:
    if not name:
        raise InvalidInputError(CalendarProblem.NO_NAME)
    if span.last_day < span.first_day:
        raise InvalidInputError(CalendarProblem.ENDS_BEFORE_IT_BEGINS)
    if span.last_day - span.first_day > longest:
        raise InvalidInputError(CalendarProblem.TOO_MANY_DAYS)


def _check_ahead(first: date, here: Here) -> None:
    if first < here.today:
        raise InvalidInputError(CalendarProblem.IN_THE_PAST)


def forget(session: Session, span: TermSpan) -> None:
    """Take out what is noted of these days, inside a change of the calendar."""
    session.execute(
        delete(CalendarDay).where(CalendarDay.on_date.between(span.first_day, span.last_day))
    )
