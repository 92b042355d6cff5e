"""A line that is out of use for the rest of a day only: its places go and come back.

Tomorrow's places were never taken away, so that such an outage ends by itself at midnight.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from kiosk.models.call_plan import LineOutage
from kiosk.models.calls import HOLDING_STATES, TO_COME_STATES, Booking, Line, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.rules import civil, slots
from kiosk.rules.call_wishes import OutageLength
from kiosk.rules.openings import OpeningState
from kiosk.services.here import Here

_DAY: Final = timedelta(days=1)


def now(session: Session, line_id: UUID, *, here: Here) -> LineOutage | None:
    """Return the outage of a line that lasts, if there is one."""
    return session.scalars(
        select(LineOutage)
        .where(
            LineOutage.line_id == line_id,
            or_(LineOutage.ended_at.is_(None), LineOutage.ended_at > here.now),
        )
        .order_by(LineOutage.ended_at.is_(None).desc())
        .limit(1)
    ).first()


def out_today(session: Session, *, here: Here) -> frozenset[UUID]:
    """Return the lines that are out of use until midnight, and work again tomorrow."""
    return frozenset(
        session.scalars(
            select(LineOutage.line_id)
            .join(Line, Line.id == LineOutage.line_id)
            .where(Line.home_id == here.home_id, LineOutage.ended_at > here.now)
        )
    )


def end_of(length: OutageLength, *, here: Here) -> datetime | None:
    """Return when an outage ends by itself, None where somebody has to mend the line first."""
    if length is OutageLength.UNTIL_MENDED:
        return None
    return civil.instant(here.today + _DAY, 0, here.settings.zone)


def places_of(line_id: UUID, length: OutageLength, *, here: Here) -> ColumnElement[bool]:
    """Return which places an outage takes."""
    if length is OutageLength.UNTIL_MENDED:
        return Slot.line_id == line_id
    return and_(Slot.line_id == line_id, Slot.on_date == here.today)


def withdraw_today(session: Session, line_id: UUID, *, here: Here) -> None:
    """Withdraw what is left of today on a line; where somebody speaks or has spoken it stays."""
    is_used = exists().where(
        Booking.slot_id == Slot.id,
        Booking.state.in_(HOLDING_STATES),
        Booking.state.not_in(TO_COME_STATES),
    )
    session.execute(
        update(Slot)
        .where(
            places_of(line_id, OutageLength.TODAY, here=here),
            Slot.status == SlotStatus.OPEN,
            Slot.end_min > here.minute,
            ~is_used,
        )
        .values(status=SlotStatus.WITHDRAWN),
        execution_options={"synchronize_session": "fetch"},
    )


def give_back_today(session: Session, line_id: UUID, *, here: Here) -> None:
    """Open again what was withdrawn of today and is still to come, as it stood last."""
    rows = session.execute(
        select(Slot, Opening.from_min, Opening.to_min)
        .join(Opening, Opening.id == Slot.opening_id)
        .where(
            places_of(line_id, OutageLength.TODAY, here=here),
            Slot.start_min >= here.minute,
            Opening.state.in_([OpeningState.PLANNED, OpeningState.OPEN]),
        )
        .order_by(Slot.status == SlotStatus.WITHDRAWN, Slot.id.desc())
    )
    stand: list[slots.Span] = []
    for slot, from_min, to_min in rows:
        span = (slot.start_min, slot.end_min)
        is_within = from_min <= slot.start_min and slot.end_min <= to_min
        if is_within and slots.may_stand(span, on_its_line=stand, on_that_day=()):
            stand.append(span)
            slot.status = SlotStatus.OPEN
