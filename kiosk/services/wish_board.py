"""The wishes as staff look at them, and what a new one can choose from."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading
from kiosk.models.call_plan import CallSetting, CallWish
from kiosk.models.calls import Booking
from kiosk.models.openings import Opening
from kiosk.models.people import Child, Contact, SchoolClass
from kiosk.rules import civil
from kiosk.rules.badges import Badge
from kiosk.rules.call_wishes import AskedBy, UrgentReason, WishKind, WishState
from kiosk.rules.openings import OpeningState
from kiosk.rules.relations import Relation
from kiosk.rules.wish_ends import WishTimeSpan
from kiosk.services import call_places, call_wishes, wish_places
from kiosk.services.call_places import Caller
from kiosk.services.here import Here

_DAYS_AHEAD: Final = timedelta(days=13)
_ORDER: Final = (WishState.OPEN, WishState.PLANNED, WishState.UNMET, WishState.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class WishRow:
    """A wish in the list. `booking_id` is its call, `call_on` and `call_min` say when that is.

    `may_be_placed`: a place that is left over can be its.
    """

    wish_id: UUID
    child_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    relation: Relation | None
    kind: WishKind
    asked_by: AskedBy
    asked_at: datetime
    state: WishState
    urgent_reason: UrgentReason | None
    times: tuple[WishTimeSpan, ...]
    booking_id: UUID | None
    call_on: date | None
    call_min: int | None
    may_be_placed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The wishes from last week on, by how they stand; and how many urgent calls this week has.

    `urgent_cap` is how many it may have, None where children pick their times.
    """

    rows: tuple[WishRow, ...]
    urgent: int
    urgent_cap: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAsk:
    """What a wish of a child can choose from: its people, and when the room is open.

    `urgent` calls of `urgent_cap` have been placed this week; None where children pick their times.
    """

    caller: Caller
    openings: tuple[WishTimeSpan, ...]
    urgent: int
    urgent_cap: int | None


def look(*, here: Here) -> Wishes:
    """Return the wishes, once it is written what became of them."""
    call_wishes.settle(here=here)
    session = reading()
    urgent, cap = urgent_count(session, here=here)
    return Wishes(rows=_rows(session, here), urgent=urgent, urgent_cap=cap)


def to_ask(child_id: UUID, *, here: Here) -> ToAsk:
    """Return what a new wish can choose from.

    Raises:
        NotFoundError: NO_CONTACT, for no such child.
    """
    caller = call_places.caller(child_id, here=here)
    session = reading()
    urgent, cap = urgent_count(session, here=here)
    rows = session.execute(
        select(Opening.on_date, Opening.from_min, Opening.to_min)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date.between(here.today, here.today + _DAYS_AHEAD),
            Opening.state.in_((OpeningState.PLANNED, OpeningState.OPEN)),
        )
        .order_by(Opening.on_date, Opening.from_min)
    )
    openings = tuple(
        WishTimeSpan(on=row.on_date, from_min=row.from_min, to_min=row.to_min)
        for row in rows
        if (row.on_date, row.to_min) > (here.today, here.minute)
    )
    return ToAsk(caller=caller, openings=openings, urgent=urgent, urgent_cap=cap)


def urgent_count(session: Session, *, here: Here) -> tuple[int, int | None]:
    """Return how many urgent calls this week has, and how many it may have if calls are planned."""
    cap = session.scalar(select(CallSetting.urgent_cap).where(CallSetting.home_id == here.home_id))
    urgent = session.scalar(
        select(func.count())
        .select_from(CallWish)
        .where(
            CallWish.home_id == here.home_id,
            CallWish.week_key == civil.week_key(here.today),
            CallWish.kind == WishKind.URGENT,
        )
    )
    return urgent or 0, cap


def _rows(session: Session, here: Here) -> tuple[WishRow, ...]:
    since = civil.week_key(here.today - timedelta(weeks=1))
    rows = session.execute(
        select(CallWish, Child, SchoolClass, Contact.relation, Booking.on_date, Booking.start_min)
        .join(Child, Child.id == CallWish.child_id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .outerjoin(Contact, Contact.id == CallWish.contact_id)
        .outerjoin(Booking, Booking.id == CallWish.booking_id)
        .where(CallWish.home_id == here.home_id, CallWish.week_key >= since)
        .order_by(CallWish.asked_at, CallWish.id)
    ).all()
    wishes = [row.CallWish for row in rows]
    times = call_wishes.times_of(session, wishes)
    placeable = wish_places.placeable(session, wishes, here=here)
    found = [
        _row(
            row,
            times.get(row.CallWish.id, ()),
            may_be_placed=row.CallWish.id in placeable,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.state)))


def _row(row: AnyRow, times: tuple[WishTimeSpan, ...], *, may_be_placed: bool) -> WishRow:
    wish, child = row.CallWish, row.Child
    return WishRow(
        wish_id=wish.id,
        child_id=child.id,
        given_name=child.given_name,
        class_name=(row.SchoolClass.grade, row.SchoolClass.number),
        badge=Badge(animal=child.animal, cloth=child.cloth),
        relation=row.relation,
        kind=wish.kind,
        asked_by=wish.asked_by,
        asked_at=wish.asked_at,
        state=wish.state,
        urgent_reason=wish.urgent_reason,
        times=times,
        booking_id=wish.booking_id,
        call_on=row.on_date,
        call_min=row.start_min,
        may_be_placed=may_be_placed,
    )
