"""Late and forgotten calls, settled by whoever looks (`calls-and-hours.md` 3.3).

In a transaction of its own, and only when there is something to write.
"""

from typing import Final

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect, constant, reading, transaction
from kiosk.models.calls import UNFINISHED_STATES, Booking, CallResult, Slot
from kiosk.models.openings import Opening
from kiosk.models.visits import Visit
from kiosk.rules import call_states, civil
from kiosk.rules.call_states import CallState
from kiosk.rules.visits import VisitState
from kiosk.services import call_attempts, call_moves
from kiosk.services.here import Here

_WAS_HERE: Final = exists(
    select(Visit.id).where(Visit.child_id == Booking.child_id, Visit.local_day == Booking.on_date)
)
_IS_HERE: Final = exists(
    select(Visit.id).where(
        Visit.child_id == Booking.child_id, Visit.state == constant(VisitState.OPEN)
    )
)


def settle(*, here: Here) -> int:
    """Settle what is late or forgotten, and return how many calls that were.

    From three minutes after its time a booked call of a child who is not in the room is a
    no-show; the minutes count from the door's opening where that was later. Of days gone by, a
    call under way is unclear, and one that nobody made is released and owed, unless the child
    did not come.
    """
    overdue = _overdue(here)
    if not reading().execute(overdue.limit(1)).first():
        return 0
    with transaction() as session:
        settled = 0
        for row in session.execute(overdue).all():
            to_state = _what_became_of(row, here)
            if to_state is not None:
                settled += 1
                _close(session, row.Booking, to_state, here)
        return settled


def _overdue(here: Here) -> AnySelect:
    return (
        select(
            Booking,
            Opening.opened_at,
            Opening.closed_at,
            Opening.to_min,
            Opening.is_close_unconfirmed,
            _WAS_HERE.label("was_here"),
        )
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Opening, Opening.id == Slot.opening_id)
        .where(
            Opening.home_id == here.home_id,
            Booking.on_date <= here.today,
            Booking.state.in_(UNFINISHED_STATES),
            or_(
                Booking.on_date < here.today,
                and_(
                    Booking.state == CallState.BOOKED,
                    Booking.start_min < here.minute,
                    Opening.opened_at.is_not(None),
                    Opening.opened_at <= here.now - call_states.NO_SHOW_AFTER,
                    Booking.booked_at <= here.now - call_states.NO_SHOW_AFTER,
                    ~_IS_HERE,
                ),
            ),
        )
    )


def _what_became_of(row: AnyRow, here: Here) -> CallState | None:
    booking: Booking = row.Booking
    is_no_show = _is_no_show(row, here)
    if booking.on_date == here.today:
        return CallState.NO_SHOW if is_no_show else None
    if booking.state is CallState.CALLING:
        return CallState.UNCLEAR
    return CallState.NO_SHOW if is_no_show and not row.was_here else CallState.RELEASED


def _is_no_show(row: AnyRow, here: Here) -> bool:
    """Say whether the room waited for the child long enough; one that was shut waits for nobody."""
    if row.opened_at is None:
        return False
    booking: Booking = row.Booking
    planned = civil.instant(booking.on_date, booking.start_min, here.settings.zone)
    closed_at = row.closed_at or here.now
    if row.is_close_unconfirmed:
        # Nobody saw it close: what was waited for certain ends with the plan.
        closed_at = civil.instant(booking.on_date, row.to_min, here.settings.zone)
    late_by = closed_at - max(planned, row.opened_at)
    return call_states.is_no_show(booking.state, late_by=late_by)


def _close(session: Session, booking: Booking, to_state: CallState, here: Here) -> None:
    if booking.state is CallState.CALLING:
        # The line must be free again. What is known is that the day ended; nobody saw the call end.
        midnight = civil.instant(booking.on_date, civil.DAY_MINUTES, here.settings.zone)
        call_attempts.end(session, booking, CallResult.CUT, midnight)
    call_moves.move(session, booking, to_state, here=here)
