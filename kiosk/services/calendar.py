"""Which days the room opens, as the dated openings have it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kiosk.models.openings import Opening
from kiosk.rules.openings import OpeningState
from kiosk.services.here import Here

# How far the plan is laid out in dated openings: the longest loan and the search behind it.
PLANNED_AHEAD: Final = timedelta(days=90)

_OPEN_DAYS: Final = (
    select(Opening.on_date)
    .where(
        Opening.home_id == bindparam("home_id"),
        Opening.on_date > bindparam("after"),
        Opening.on_date <= bindparam("horizon"),
        Opening.state != OpeningState.CANCELLED,
    )
    .distinct()
)


def open_days(session: Session, *, after: date, here: Here) -> Callable[[date], bool]:
    """Return a test for days on which the room opens, good from the day after `after`."""
    days = frozenset(
        session.scalars(
            _OPEN_DAYS,
            {"home_id": here.home_id, "after": after, "horizon": after + PLANNED_AHEAD},
        )
    )
    return days.__contains__
