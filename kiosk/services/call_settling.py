"""Late and forgotten calls, settled by whoever looks (`calls-and-hours.md` 3.3).

In a transaction of its own, and only when there is something to write.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kiosk.clock import running_s
from kiosk.db import AnyRow, AnySelect, constant, reading, transaction
from kiosk.models.calls import (
    TO_COME_STATES,
    UNFINISHED_STATES,
    Booking,
    BookingEvent,
    CallResult,
    Slot,
)
from kiosk.models.openings import Opening
from kiosk.models.visits import Visit
from kiosk.rules import call_states, civil, term_end
from kiosk.rules.call_states import CallState
from kiosk.rules.visits import VisitState
from kiosk.services import call_attempts, call_facts, call_moves, signs_of_life
from kiosk.services.here import Here

_SHOWED_ITS_CARD: Final = exists(
    select(BookingEvent.seq).where(
        BookingEvent.booking_id == Booking.id,
        BookingEvent.seq == Booking.version,
        BookingEvent.by_child_id.is_not(None),
    )
)


def settle(*, here: Here) -> int:
    """Settle what is late or forgotten, and return how many calls that were.

    A room waits three minutes for a child, from its time or from the door's opening where that was
    later. Who is not there then did not come, whether or not it showed its card before. Who is
    there, and is not led to the telephone before its place is over, is owed the call. So it is
    whoever looks, and whenever. Of days gone by, a call under way is unclear.
    A clock that leapt over more than a holiday ends no day, and one that leapt while the kiosk ran
    nothing. What passed while the kiosk was off waits for the paper; it is owed after the day.
    """
    overdue = _overdue(here)
    session = reading()
    if all(_what_became_of(session, row, here) is None for row in session.execute(overdue).all()):
        return 0
    with transaction() as session:
        return settle_in(session, here=here)


def settle_in(session: Session, *, here: Here) -> int:
    """Settle what is late or forgotten inside a transaction that is under way."""
    overdue = _overdue(here)
    if _has_leapt(here):
        return 0
    if is_leap(session, here=here):
        overdue = overdue.where(Booking.on_date == here.today)
    settled: list[Booking] = []
    # What another kiosk settles at this instant is settled.
    mine = overdue.with_for_update(of=Booking, skip_locked=True)
    for row in session.execute(mine).all():
        to_state = _what_became_of(session, row, here)
        if to_state is not None:
            settled.append(row.Booking)
            _close(session, row.Booking, to_state, here)
    for booking in settled:
        # Who came all the same rings without its brother or sister.
        call_moves.let_ring_alone(session, booking)
    return len(settled)


def is_leap(session: Session, *, here: Here) -> bool:
    """Say whether the clock cannot be believed; what it has brought today proves nothing."""
    # Asked by every page that renews itself, so over the index of the visits that have ended.
    before = (
        Visit.home_id == here.home_id,
        Visit.state != constant(VisitState.OPEN),
        Visit.local_day < here.today,
    )
    day = select(func.max(Visit.local_day)).where(*before).scalar_subquery()
    last = session.scalar(
        select(func.max(Visit.signed_in_at)).where(*before, Visit.local_day == day)
    )
    return _has_leapt(here) or term_end.is_leap(now=here.now, last_event=last)


def _has_leapt(here: Here) -> bool:
    return signs_of_life.has_leapt(here.settings.instance, now=here.now, at_s=running_s())


def _overdue(here: Here) -> AnySelect:
    return (
        select(
            Booking,
            Opening.opened_at,
            Opening.closed_at,
            Opening.to_min,
            Opening.is_close_unconfirmed,
            Slot.end_min,
            _SHOWED_ITS_CARD.label("showed_its_card"),
        )
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Opening, Opening.id == Slot.opening_id)
        .where(
            Opening.home_id == here.home_id,
            Booking.on_date <= here.today,
            Booking.state.in_(UNFINISHED_STATES),
            or_(Booking.on_date < here.today, _is_late_today(here)),
        )
    )


def _is_late_today(here: Here) -> ColumnElement[bool]:
    """Ask for who may have been waited for in vain, and who waits in vain."""
    has_waited = here.now - call_states.NO_SHOW_AFTER
    is_over = and_(Booking.state == CallState.BOOKED, Slot.end_min <= here.minute)
    return and_(
        Booking.state.in_(TO_COME_STATES),
        Booking.start_min < here.minute,
        Opening.opened_at.is_not(None),
        Opening.opened_at <= has_waited,
        Booking.booked_at <= has_waited,
        or_(~call_facts.IS_HERE, is_over),
    )


def _what_became_of(session: Session, row: AnyRow, here: Here) -> CallState | None:
    booking: Booking = row.Booking
    is_over = booking.on_date < here.today
    if booking.state is CallState.CALLING:
        return CallState.UNCLEAR if is_over else None
    waited_until = _waited_until(row, here)
    # Who was said to be there by an adult is, whatever the door knows of it.
    is_led = booking.state is CallState.WAITING and not row.showed_its_card
    if waited_until is None or is_led or _was_off(row, waited_until, here):
        return CallState.RELEASED if is_over else None
    if _was_here(session, booking, waited_until):
        return CallState.RELEASED
    return CallState.NO_SHOW


def _waited_until(row: AnyRow, here: Here) -> datetime | None:
    """Return until when the room waited for the child; None where it was not open for so long."""
    if row.opened_at is None:
        return None
    booking: Booking = row.Booking
    zone = here.settings.zone
    planned = civil.instant(booking.on_date, booking.start_min, zone)
    began = max(planned, row.opened_at, booking.booked_at)
    closed_at = row.closed_at or here.now
    if row.is_close_unconfirmed:
        # Nobody saw it close: what was waited for certain ends with the plan.
        closed_at = civil.instant(booking.on_date, row.to_min, zone)
    is_no_show = call_states.is_no_show(booking.state, late_by=closed_at - began)
    return began + call_states.NO_SHOW_AFTER if is_no_show else None


def _was_off(row: AnyRow, waited_until: datetime, here: Here) -> bool:
    """Say whether the kiosk was off while the room waited: it may have been made, on paper."""
    booking: Booking = row.Booking
    place_ends = civil.instant(booking.on_date, row.end_min, here.settings.zone)
    return signs_of_life.was_off(
        here.settings.instance,
        since=waited_until - call_states.NO_SHOW_AFTER,
        until=max(waited_until, place_ends),
    )


def _was_here(session: Session, booking: Booking, at: datetime) -> bool:
    was_here = exists().where(
        Visit.child_id == booking.child_id,
        Visit.local_day == booking.on_date,
        Visit.signed_in_at <= at,
        or_(Visit.signed_out_at.is_(None), Visit.signed_out_at > at),
    )
    return bool(session.scalar(select(was_here)))


def _close(session: Session, booking: Booking, to_state: CallState, here: Here) -> None:
    if booking.state is CallState.CALLING:
        # The line must be free again. What is known is that the day ended; nobody saw the call end.
        midnight = civil.instant(booking.on_date, civil.DAY_MINUTES, here.settings.zone)
        call_attempts.end(session, booking, CallResult.CUT, midnight)
    call_moves.move(session, booking, to_state, here=here)
