"""The public holidays of the years that are published, kept as questions to the school.

The list of `chinesecalendar` is read once at a start, into a table; no page asks it. A year that is
not published is not known: nothing is put in its place.
"""

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.models.calendar import CalendarDay, HolidayYear, PublicDayRow
from kiosk.rules.holidays import HolidayAnswer, PublicDay
from kiosk.rules.school_days import DayKind
from kiosk.services.again import once_more
from kiosk.services.here import Here

_PACKAGE: Final = "chinesecalendar"
_SATURDAY: Final = 5


def source() -> str:
    """Return what the list calls itself, with its version."""
    import chinese_calendar

    return f"{_PACKAGE} {chinese_calendar.__version__}"


def published(year: int) -> tuple[PublicDay, ...] | None:
    """Return the days off and the days made up of a year; None when it is not published yet."""
    import chinese_calendar

    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        off = chinese_calendar.get_holidays(first, last, include_weekends=False)
        worked = chinese_calendar.get_workdays(first, last)
    except NotImplementedError:  # what it says of a year that it does not know
        return None
    # `is_in_lieu` marks days off, not the days worked for them; a weekend that is worked is one.
    made_up = [day for day in worked if day.weekday() >= _SATURDAY]
    return tuple(
        sorted(
            PublicDay(on=day, kind=kind, name=_name(day))
            for kind, days in ((DayKind.CLOSED, off), (DayKind.MADE_UP, made_up))
            for day in days
        )
    )


def _name(day: date) -> str:
    import chinese_calendar

    _, name = chinese_calendar.get_holiday_detail(day)
    return str(chinese_calendar.Holiday(name).chinese)


@once_more("pk_holiday_year", "pk_public_day")
def seed(*, here: Here) -> tuple[int, ...]:
    """Store what is published of this year and the next; return the years that are new or changed.

    What somebody has answered stays, unless the list says something else by now: then it is asked
    again.
    """
    changed = []
    for year in (here.today.year, here.today.year + 1):
        days = published(year)
        if days is None:
            continue
        with transaction() as session:
            row = session.get(HolidayYear, year)
            if row is not None and row.source == source():
                continue
            if row is None:
                row = HolidayYear(year=year)
                session.add(row)
            was_by_hand = row.told_by_id is not None
            row.source, row.told_by_id, row.noted_at = source(), None, here.now
            session.flush()  # the days refer to it
            _follow(session, year, days, was_by_hand=was_by_hand)
            changed.append(year)
    return tuple(changed)


def _follow(session: Session, year: int, days: tuple[PublicDay, ...], *, was_by_hand: bool) -> None:
    stored = {
        row.on_date: row
        for row in session.scalars(select(PublicDayRow).where(PublicDayRow.year == year))
    }
    for day in days:
        row = stored.pop(day.on, None)
        if row is None:
            written = session.get(CalendarDay, day.on) if was_by_hand else None
            session.add(
                PublicDayRow(
                    on_date=day.on,
                    year=year,
                    kind=day.kind,
                    name=day.name,
                    was_kind=None if written is None else written.kind,
                )
            )
        elif row.kind is not day.kind or row.is_withdrawn:
            _ask_again(row)
            row.kind, row.name, row.is_withdrawn = day.kind, day.name, False
    for row in stored.values():
        if row.is_withdrawn:
            continue
        if HolidayAnswer.TAKEN in (row.answer, row.was_answer):
            _ask_again(row)
            # The calendar may have it still, as it was when somebody took it.
            row.kind, row.is_withdrawn = row.was_kind or row.kind, True
        else:
            session.delete(row)


def _ask_again(row: PublicDayRow) -> None:
    """Ask of a day once more; what was answered to it as it was is kept."""
    # That a day may go again is another question: its answer says nothing of what the list had.
    if not row.is_withdrawn and (row.answer is not None or row.was_answer is None):
        row.was_kind, row.was_answer = row.kind, row.answer
        row.was_answered_by_id, row.was_answered_at = row.answered_by_id, row.answered_at
    row.answer = row.answered_at = row.answered_by_id = None
