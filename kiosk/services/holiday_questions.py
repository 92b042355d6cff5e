"""The public holidays are questions: somebody of the school answers, and the calendar follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.audit import AuditAction
from kiosk.models.calendar import CalendarDay, HolidayYear, PublicDayRow
from kiosk.models.people import Staff
from kiosk.rules import holidays
from kiosk.rules.holidays import Earlier, HolidayAnswer, HolidayQuestion, PublicDay
from kiosk.rules.school_days import CalendarProblem, DayKind, TermSpan
from kiosk.services import audit, school_calendar
from kiosk.services.here import Here
from kiosk.services.school_calendar import Changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the school has not answered yet, and the year that is not published and should be."""

    days_off: tuple[HolidayQuestion, ...]
    made_up: tuple[HolidayQuestion, ...]
    withdrawn: tuple[HolidayQuestion, ...]
    missing_year: int | None

    @property
    def count(self) -> int:
        return len(self.days_off) + len(self.made_up) + len(self.withdrawn)


def asked(*, here: Here) -> Asked:
    """Return what is open: of days to come that nobody has written into the calendar yet.

    Between two terms no day is made up, so that is not asked.
    """
    session = reading()
    names = dict(
        session.execute(
            select(PublicDayRow.on_date, Staff.display_name).join(
                Staff, Staff.id == PublicDayRow.was_answered_by_id
            )
        ).all()
    )
    found = holidays.questions(
        PublicDay(
            on=row.on_date,
            kind=row.kind,
            name=row.name,
            is_withdrawn=row.is_withdrawn,
            stands=_stands(row, here),
            earlier=_earlier(row, names),
        )
        for row in _open(session, here)
        if _is_asked(row, here)
    )
    told = [one for one in found if not one.is_withdrawn]
    return Asked(
        days_off=tuple(one for one in told if one.kind is DayKind.CLOSED),
        made_up=tuple(one for one in told if one.kind is DayKind.MADE_UP),
        withdrawn=tuple(one for one in found if one.is_withdrawn),
        missing_year=missing_year(here=here),
    )


def _is_asked(row: PublicDayRow, here: Here) -> bool:
    stands = _stands(row, here)
    if row.is_withdrawn:
        return stands is row.kind
    if stands is not None:  # what is written is asked only where the list has changed since
        return stands is not row.kind and row.was_kind is not None
    return not (row.kind is DayKind.MADE_UP and here.school.is_vacation(row.on_date))


def _stands(row: PublicDayRow, here: Here) -> DayKind | None:
    special = here.school.days.get(row.on_date)
    return None if special is None else special.kind


def _earlier(row: PublicDayRow, names: Mapping[date, str]) -> Earlier | None:
    if row.was_kind is None or row.was_answer is None:
        return None
    return Earlier(kind=row.was_kind, answer=row.was_answer, by=names[row.on_date])


def missing_year(*, here: Here) -> int | None:
    """Return the year whose holidays should be known by now and are not, or None."""
    return holidays.missing_year(here.today, known=_known_years())


def year_to_ask_for(*, here: Here) -> int | None:
    """Return the missing year once any year is known: before that the list was not read yet."""
    known = _known_years()
    return holidays.missing_year(here.today, known=known) if known else None


def _known_years() -> frozenset[int]:
    return frozenset(reading().scalars(select(HolidayYear.year)))


def close(
    spans: Iterable[TermSpan], *, staff_id: UUID, here: Here, agreed: str | None = None
) -> Changed:
    """Let the room rest on the public holidays within these days, and let all the rest follow.

    What somebody has written of such a day before stays.
    """
    spans = tuple(spans)
    what = f"public holidays closed: {len(spans)}"
    with school_calendar.changing(what, staff_id, here, agreed) as (session, changed):
        for row in _of(session, DayKind.CLOSED, spans, here):
            written = session.get(CalendarDay, row.on_date)
            if written is not None and row.was_kind is not None and written.kind is not row.kind:
                session.delete(written)  # the list has changed, and the school goes with it
                session.flush()  # its day is free
                written = None
            if written is None:
                _write(session, row, as_weekday=None, staff_id=staff_id)
            _answer(row, HolidayAnswer.TAKEN, staff_id, here)
    return changed()


def make_up(
    on: date, *, as_weekday: int, staff_id: UUID, here: Here, agreed: str | None = None
) -> Changed:
    """Say that the school works on a day for a holiday, by the plan of a weekday (1-7).

    Raises:
        NotFoundError: UNKNOWN, when nothing is asked of this day.
    """
    span = TermSpan(first_day=on, last_day=on)
    what = f"public day made up {on} as {as_weekday}"
    with school_calendar.changing(what, staff_id, here, agreed) as (session, changed):
        row = _one(session, on, here)
        school_calendar.forget(session, span)
        _write(session, row, as_weekday=as_weekday, staff_id=staff_id)
        _answer(row, HolidayAnswer.TAKEN, staff_id, here)
    return changed()


def give_up(span: TermSpan, *, staff_id: UUID, here: Here, agreed: str | None = None) -> Changed:
    """Let days that the list has no longer be as their weekday says; all the rest follows."""
    what = f"public days withdrawn {span.first_day}..{span.last_day}"
    with school_calendar.changing(what, staff_id, here, agreed) as (session, changed):
        for row in _open(session, here):
            written = session.get(CalendarDay, row.on_date)
            if not (row.is_withdrawn and span.has(row.on_date)):
                continue
            if written is not None and written.kind is row.kind:
                session.delete(written)
            _answer(row, HolidayAnswer.TAKEN, staff_id, here)
    return changed()


def decline(span: TermSpan, *, staff_id: UUID, here: Here) -> None:
    """Say that these days stay as they are here, whatever the country does."""
    with transaction() as session:
        for row in _open(session, here):
            if span.has(row.on_date):
                _answer(row, HolidayAnswer.DECLINED, staff_id, here)
        _audit(session, f"public days as usual {span.first_day}..{span.last_day}", staff_id, here)


def know_by_hand(year: int, *, staff_id: UUID, here: Here) -> None:
    """Say that the holidays of a year that is not in the list stand in the calendar by hand.

    Raises:
        NotFoundError: UNKNOWN, for a year that nobody misses.
    """
    with transaction() as session:
        known = frozenset(session.scalars(select(HolidayYear.year)))
        if holidays.missing_year(here.today, known=known) != year:
            raise NotFoundError(CalendarProblem.UNKNOWN)
        session.add(HolidayYear(year=year, told_by_id=staff_id, noted_at=here.now))
        _audit(session, f"holidays of {year} by hand", staff_id, here)


def _open(session: Session, here: Here) -> list[PublicDayRow]:
    return list(
        session.scalars(
            select(PublicDayRow)
            .where(PublicDayRow.on_date >= here.today, PublicDayRow.answer.is_(None))
            .order_by(PublicDayRow.on_date)
        )
    )


def _of(
    session: Session, kind: DayKind, spans: tuple[TermSpan, ...], here: Here
) -> list[PublicDayRow]:
    return [
        row
        for row in _open(session, here)
        if row.kind is kind
        and not row.is_withdrawn
        and any(span.has(row.on_date) for span in spans)
    ]


def _one(session: Session, on: date, here: Here) -> PublicDayRow:
    found = _of(session, DayKind.MADE_UP, (TermSpan(first_day=on, last_day=on),), here)
    if not found:
        raise NotFoundError(CalendarProblem.UNKNOWN)
    return found[0]


def _write(session: Session, row: PublicDayRow, *, as_weekday: int | None, staff_id: UUID) -> None:
    session.add(
        CalendarDay(
            on_date=row.on_date,
            kind=row.kind,
            name=row.name,
            as_weekday=as_weekday,
            decided_by_id=staff_id,
            source=session.get_one(HolidayYear, row.year).source,
        )
    )


def _answer(row: PublicDayRow, answer: HolidayAnswer, staff_id: UUID, here: Here) -> None:
    row.answer, row.answered_by_id, row.answered_at = answer, staff_id, here.now


def _audit(session: Session, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject="calendar",
        fields=what,
        purpose="calendar",
        here=here,
    )
