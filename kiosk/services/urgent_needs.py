"""Who waits for a call that cannot wait: without a place, or with one on a later day only."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from kiosk.models.call_plan import CallWish
from kiosk.models.calls import Booking
from kiosk.rules import civil
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_waiting import WaitingChild
from kiosk.rules.call_wishes import WishKind, WishState
from kiosk.services.here import Here

_WEEK: Final = timedelta(days=7)
# Once there was a call for it that call says how it goes on; whoever has talked needs none.
_HAS_HAD_ONE: Final = exists().where(
    Booking.child_id == CallWish.child_id,
    or_(
        and_(Booking.kind == CallKind.URGENT, Booking.booked_at >= CallWish.asked_at),
        and_(Booking.state == CallState.DONE, Booking.state_since >= CallWish.asked_at),
    ),
)


def without_place(session: Session, monday: date, *, here: Here) -> dict[UUID, UUID | None]:
    """Return for which children no place was free yet, and whom it has to be, if one person.

    What is asked for in one week may be met in that one or the next.
    """
    rows = session.execute(
        select(CallWish.child_id, CallWish.contact_id)
        .where(
            CallWish.home_id == here.home_id,
            CallWish.kind == WishKind.URGENT,
            CallWish.state == WishState.OPEN,
            CallWish.week_key.in_((civil.week_key(monday - _WEEK), civil.week_key(monday))),
            ~_HAS_HAD_ONE,
        )
        .order_by(CallWish.asked_at)
    )
    return {row.child_id: row.contact_id for row in rows}


def on_later_days(session: Session, *, here: Here) -> dict[UUID, Booking]:
    """Return the calls that cannot wait and are booked for another day than today, by child."""
    calls = session.scalars(
        select(Booking)
        .where(
            Booking.kind == CallKind.URGENT,
            Booking.state == CallState.BOOKED,
            Booking.on_date > here.today,
        )
        .order_by(Booking.on_date.desc())
    )
    return {one.child_id: one for one in calls}


def asking_for(
    waiting: Iterable[WaitingChild], wished: dict[UUID, UUID | None]
) -> tuple[WaitingChild, ...]:
    """Return the children as those who ring whom it has to be, where that is one person."""
    return tuple(with_only(one, wished.get(UUID(one.child_id))) for one in waiting)


def with_only(child: WaitingChild, contact_id: UUID | None) -> WaitingChild:
    """Return a child that can ring this person only; None is anybody."""
    if contact_id is None:
        return child
    callees = tuple(one for one in child.callees if one.contact_id == str(contact_id))
    return replace(child, callees=callees)
