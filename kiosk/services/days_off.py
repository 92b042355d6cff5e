"""The days that are not as their weekday says, as the page of the calendar lists them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from kiosk.db import AnyRow, reading
from kiosk.models.calendar import CalendarDay
from kiosk.models.people import Staff
from kiosk.rules.school_days import DayKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """Closed days of one name that follow each other, or one day that is made up.

    `source` says where they were read, None: by hand; `decided_by` confirmed them.
    """

    name: str
    kind: DayKind
    first_day: date
    last_day: date
    as_weekday: int | None
    source: str | None
    decided_by: str | None


def listed(*, since: date, until: date = date.max) -> tuple[DaysOff, ...]:
    """Return the special days from one day on, those that belong together as one."""
    found: list[DaysOff] = []
    for row in _rows(since, until):
        if found and _goes_on(found[-1], row):
            found[-1] = replace(found[-1], last_day=row.on_date)
        else:
            found.append(
                DaysOff(
                    name=row.name,
                    kind=row.kind,
                    first_day=row.on_date,
                    last_day=row.on_date,
                    as_weekday=row.as_weekday,
                    source=row.source,
                    decided_by=row.display_name,
                )
            )
    return tuple(found)


def _rows(since: date, until: date) -> list[AnyRow]:
    return list(
        reading().execute(
            select(
                CalendarDay.on_date,
                CalendarDay.kind,
                CalendarDay.name,
                CalendarDay.as_weekday,
                CalendarDay.source,
                Staff.display_name,
            )
            .outerjoin(Staff, Staff.id == CalendarDay.decided_by_id)
            .where(CalendarDay.on_date.between(since, until))
            .order_by(CalendarDay.on_date)
        )
    )


def _goes_on(before: DaysOff, row: AnyRow) -> bool:
    is_next = row.on_date - before.last_day == timedelta(days=1)
    is_alike = before.kind is row.kind is DayKind.CLOSED and before.name == row.name
    return is_next and is_alike and (before.source, before.decided_by) == (row.source, row[-1])
