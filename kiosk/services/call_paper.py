"""What the day's sheet says of calls, written down after a power cut: child by child."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.errors import KioskError, RefusedError
from kiosk.models.calls import Booking, CallResult, Slot
from kiosk.rules import call_corrections as rules
from kiosk.rules import civil
from kiosk.rules.call_corrections import CorrectionReason, PaperBox
from kiosk.rules.call_states import CallRefusal, CallState
from kiosk.services import call_attempts, call_corrections, call_settling
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDown:
    """What came of a sheet: how many calls it told of, and why some were left as they are."""

    count: int
    left: Mapping[UUID, KioskError]


def write_down(outcomes: Mapping[UUID, PaperBox], *, staff_id: UUID, here: Here) -> WrittenDown:
    """Write down what the sheet says of calls of which nobody has told the kiosk yet.

    What does not fit, because somebody was quicker or the child has its call already, is left.

    Raises:
        NotFoundError: NOT_ALLOWED, for a call that is not of this room.
    """
    call_settling.settle(here=here)
    count, left = 0, dict[UUID, KioskError]()
    for booking_id, box in outcomes.items():
        try:
            with call_corrections.in_one() as session:
                _write_down(session, booking_id, box, staff_id, here)
        except RefusedError as error:
            left[booking_id] = error
        else:
            count += 1
    return WrittenDown(count=count, left=left)


def _write_down(
    session: Session, booking_id: UUID, box: PaperBox, staff_id: UUID, here: Here
) -> None:
    booking = call_corrections.current(session, booking_id, here)
    if booking.state is box.state:
        return  # the sheet says what is known; sent twice, it changes nothing
    may = rules.may_write_down(
        booking.state,
        is_by_staff=call_corrections.events(session, booking)[-1].is_by_staff,
        days_ago=(here.today - booking.on_date).days,
    )
    if not may:
        raise RefusedError(CallRefusal.NOT_ALLOWED, booking_id=booking_id)
    if booking.state is CallState.CALLING:
        _end_with_its_place(session, booking, here)
    tick(session, booking, box, staff_id=staff_id, here=here)


def tick(session: Session, booking: Booking, box: PaperBox, *, staff_id: UUID, here: Here) -> None:
    """Write down which box of the sheet is ticked for a call; the caller has asked the rule."""
    result = call_corrections.RESULTS.get(box.state)
    if box is PaperBox.WRONG_NUMBER:
        result = CallResult.WRONG_NUMBER
        if call_attempts.last(session, booking) is None:
            begins = civil.instant(booking.on_date, booking.start_min, here.settings.zone)
            call_attempts.note(session, booking, result, min(begins, here.now))
            session.flush()
    call_corrections.say_instead(
        session, booking, box.state, result, CorrectionReason.PAPER, staff_id, here
    )


def _end_with_its_place(session: Session, booking: Booking, here: Here) -> None:
    """End a call that nobody saw end: its place was over then."""
    end_min = session.scalars(select(Slot.end_min).where(Slot.id == booking.slot_id)).one()
    over = civil.instant(booking.on_date, end_min, here.settings.zone)
    ended_at = max(min(over, here.now), booking.started_at or over)
    call_attempts.end(session, booking, CallResult.NO_ANSWER, ended_at)
    booking.ended_at = ended_at
