"""What was put right about the times of openings: for the listing, and for who audits it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from kiosk.db import reading
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.models.room_times import OpeningTimes
from kiosk.rules.room_times import TimeSource
from kiosk.services.here import Here

_before = aliased(OpeningTimes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One time that somebody said: what stood before, what stands now, who, when and why."""

    opening_id: UUID
    on: date
    from_min: int
    to_min: int
    old_opened: datetime | None
    old_closed: datetime | None
    opened: datetime | None
    closed: datetime | None
    opened_from: TimeSource | None
    closed_from: TimeSource | None
    reason: str | None
    said_by: str
    said_at: datetime


def between(first: date, last: date, *, here: Here) -> tuple[Correction, ...]:
    """Return what was said of the openings of a period, in the order of the openings."""
    rows = reading().execute(
        select(OpeningTimes, _before, Opening, Staff.display_name)
        .join(Opening, Opening.id == OpeningTimes.opening_id)
        .join(Staff, Staff.id == OpeningTimes.said_by_id)
        .join(
            _before,
            (_before.opening_id == OpeningTimes.opening_id) & (_before.seq == OpeningTimes.seq - 1),
        )
        .where(Opening.home_id == here.home_id, Opening.on_date.between(first, last))
        .order_by(Opening.on_date, Opening.from_min, OpeningTimes.seq)
    )
    return tuple(
        Correction(
            opening_id=opening.id,
            on=opening.on_date,
            from_min=opening.from_min,
            to_min=opening.to_min,
            old_opened=before.opened_at,
            old_closed=before.closed_at,
            opened=after.opened_at,
            closed=after.closed_at,
            opened_from=after.opened_from,
            closed_from=after.closed_from,
            reason=after.reason,
            said_by=name,
            said_at=after.said_at,
        )
        for after, before, opening, name in rows
    )


def corrected(session: Session, opening_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these openings hold a time that was said afterwards."""
    return frozenset(
        session.scalars(
            select(OpeningTimes.opening_id).where(
                OpeningTimes.opening_id.in_(opening_ids), OpeningTimes.seq > 0
            )
        )
    )
