"""Which days the room opens, as the dated openings have it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, true
from sqlalchemy.orm import Session

from kiosk.db import any_of
from kiosk.models.openings import Opening
from kiosk.rules.openings import OpeningState
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

# How far the plan is laid out in dated openings: the longest loan and the search behind it.
PLANNED_AHEAD: Final = timedelta(days=90)

_FIRST: Final = Prepared(
    select(Opening.on_date)
    .where(
        Opening.home_id == bindparam("home_id"),
        Opening.on_date >= bindparam("since"),
        Opening.state.not_in(any_of({OpeningState.CANCELLED, OpeningState.MISSED})),
    )
    .order_by(Opening.on_date)
    .limit(1)
)


class OpenDays:
    """A test for days that looks up no more than it is asked: mostly one, and that is open."""

    def __init__(self, session: Session | Connection, *, after: date, here: Here) -> None:
        self._session, self._home_id, self._after = session, here.home_id, after
        self._asked, self._first = date.max, date.min

    def __call__(self, day: date) -> bool:
        if not self._asked <= day <= self._first:
            found = _FIRST.first(self._session, {"home_id": self._home_id, "since": day})
            self._asked, self._first = day, date.max if found is None else found.on_date
        return self._after < day == self._first


def open_days(session: Session | Connection, *, after: date, here: Here) -> Callable[[date], bool]:
    """Return a test for days on which the room opens, good from the day after `after`.

    The one answer to "is the room open that day": the dated openings have it, and a day that the
    calendar closes is closed, whatever still stands in the plan.
    """
    opens = OpenDays(session, after=after, here=here)
    return lambda day: not here.school.is_closed(day) and opens(day)


def open_days_from(
    session: Session, first: date, *, here: Here, without: UUID | None = None
) -> frozenset[date]:
    """Return all days from this one on that the plan knows and on which the room opens.

    As they would be `without` one of the openings.
    """
    planned = session.scalars(
        select(Opening.on_date)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date >= first,
            true() if without is None else Opening.id != without,
            Opening.state.not_in(any_of({OpeningState.CANCELLED, OpeningState.MISSED})),
        )
        .distinct()
    )
    return frozenset(day for day in planned if not here.school.is_closed(day))
