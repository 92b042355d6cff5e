"""Books read in the room: counted for the ledgers, without a loan and without saying by whom."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from kiosk.ids import new_id
from kiosk.models.lending import RoomReading
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

# Whoever shows the same book again so soon is still reading it.
_STILL_READING: Final = timedelta(minutes=10)

_LATELY: Final = Prepared(
    select(RoomReading.id)
    .where(
        or_(
            RoomReading.request_id == bindparam("request_id"),
            and_(
                RoomReading.item_id == bindparam("item_id"),
                RoomReading.local_day == bindparam("today"),
                RoomReading.read_at >= bindparam("since"),
            ),
        )
    )
    .limit(1)
)
_ADD: Final = Prepared(insert(RoomReading))


def note(connection: Connection, item_id: UUID, *, request_id: UUID, here: Here) -> UUID:
    """Count a reading, or return the one that is under way, or that this request has counted."""
    under_way = _LATELY.first(
        connection,
        {
            "item_id": item_id,
            "today": here.today,
            "since": here.now - _STILL_READING,
            "request_id": request_id,
        },
    )
    if under_way is not None:
        found: UUID = under_way.id
        return found
    reading_id = new_id(here.now)
    _ADD.run(
        connection,
        {
            "id": reading_id,
            "item_id": item_id,
            "local_day": here.today,
            "read_at": here.now,
            "request_id": request_id,
        },
    )
    return reading_id


def count(session: Session, first: date, last: date) -> int:
    """Return how often a book was read in the room on these days, both included."""
    within = RoomReading.local_day.between(first, last)
    return session.scalar(select(func.count()).select_from(RoomReading).where(within)) or 0


def forget(connection: Connection, reading_id: UUID) -> None:
    """Take back what was counted by mistake."""
    connection.execute(delete(RoomReading).where(RoomReading.id == reading_id))
