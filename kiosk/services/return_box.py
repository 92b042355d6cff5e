"""The return box: what lies in it came back until the last opening ended."""

from datetime import datetime

from sqlalchemy import Connection, select

from kiosk.db import any_of, reading
from kiosk.models.openings import Opening
from kiosk.rules import civil
from kiosk.rules.openings import OpeningState
from kiosk.services.here import Here


def last_opening_ended(*, here: Here) -> datetime:
    """Return when the last opening that is over ended; now, where there was none."""
    return came_until(reading().connection(), here)


def came_until(connection: Connection, here: Here) -> datetime:
    """Return as of when the box is emptied; otherwise as `last_opening_ended`."""
    row = connection.execute(
        select(Opening.on_date, Opening.to_min, Opening.closed_at)
        .where(
            Opening.home_id == here.home_id,
            Opening.state.in_(any_of({OpeningState.HELD, OpeningState.SHORT})),
            Opening.on_date <= here.today,
        )
        .order_by(Opening.on_date.desc(), Opening.from_min.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return here.now
    ended: datetime = row.closed_at or civil.instant(row.on_date, row.to_min, here.settings.zone)
    return min(ended, here.now)
