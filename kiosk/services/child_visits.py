"""When a child was here lately, as far back as staff may look (`security.md` 4.2)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from kiosk.db import reading
from kiosk.models.visits import Visit
from kiosk.rules.visits import VisitState
from kiosk.services.here import Here

DAYS_SHOWN: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """A visit; `signed_out_at` is None while nobody saw the child leave."""

    on: date
    signed_in_at: datetime
    signed_out_at: datetime | None
    is_here: bool


def lately(child_id: UUID, *, here: Here) -> tuple[VisitRow, ...]:
    """Return the child's visits of the last fourteen days, the latest first."""
    rows = reading().scalars(
        select(Visit)
        .where(Visit.child_id == child_id, Visit.local_day > here.today - DAYS_SHOWN)
        .order_by(Visit.signed_in_at.desc())
    )
    return tuple(
        VisitRow(
            on=row.local_day,
            signed_in_at=row.signed_in_at,
            signed_out_at=row.signed_out_at,
            is_here=row.state is VisitState.OPEN,
        )
        for row in rows
    )
