"""What was said of a call, taken back within two minutes or put right later.

Of brothers and sisters who rang together a touch is taken back for all; it is put right for whom
that is said, and who did ring has the place. What repair booked in place of a
call that did come about, or of a child that is excused, is given up in the same transaction.
"""

from collections.abc import Collection, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.audit import AuditAction
from kiosk.models.calls import Booking, BookingEvent, CallResult, Line, Slot, SlotStatus
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules import call_corrections
from kiosk.rules.call_corrections import (
    RANG,
    CorrectionReason,
    CorrectionRefusal,
    Passage,
)
from kiosk.rules.call_states import TO_COME, CallRefusal, CallState
from kiosk.services import audit, call_attempts, call_moves, card_doubts
from kiosk.services.here import Here

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS: Final = {
    CallState.DONE: CallResult.CONNECTED,
    CallState.CUT: CallResult.CUT,
    CallState.NO_ANSWER: CallResult.NO_ANSWER,
}
# They talked after all, or the child is not there.
_NEEDS_NO_OTHER: Final = frozenset({CallState.DONE, CallState.EXCUSED})
# The place, the week, the child, the person or the line is another's by now.
_REFUSED_BY: Final = {
    "ux_slot": CallRefusal.SLOT_TAKEN,
    "ux_week": CallRefusal.ALREADY_THIS_WEEK,
    "ux_child": CallRefusal.CHILD_BUSY,
    "ux_contact": CallRefusal.PERSON_BUSY,
    "ux_live": CallRefusal.LINE_BUSY,
}


def undo(booking_id: UUID, version: int, *, staff_id: UUID, here: Here) -> None:
    """Take back what was said of a call within the last two minutes.

    Raises:
        NotFoundError: NOT_ALLOWED, for a call that is not of this room.
        RefusedError: NOT_ALLOWED to the slower screen, NOT_TO_UNDO, TOO_LONG_AGO; PHONE_DOWN or
            SLOT_TAKEN and the like, when the place is not to be had any more.
    """
    with in_one() as session:
        booking = current(session, booking_id, here, version=version)
        last = events(session, booking)[-1]
        refusal = call_corrections.undo_refusal(last, since=here.now - booking.state_since)
        if refusal is not None or last.from_state is None:
            raise RefusedError(refusal or CorrectionRefusal.NOT_TO_UNDO, booking_id=booking_id)
        if last.from_state in TO_COME and not _is_usable(session, booking.slot_id):
            raise RefusedError(CallRefusal.PHONE_DOWN, booking_id=booking_id)
        calls = _taken_back(session, booking, last)
        if last.from_state in TO_COME and not _may_all_be_rung(session, calls):
            raise RefusedError(CorrectionRefusal.NOT_TO_UNDO, booking_id=booking_id)
        for one in calls:
            _unring(session, one)
            _give_up_second(session, one, staff_id, here)
            call_moves.ring_along_again(session, one, last.from_state)
            if last.from_state is CallState.CALLING:
                call_attempts.end(session, one, None, None)
                one.ended_at = None
            elif last.from_state in TO_COME:
                call_attempts.forget(session, one)  # only the sheet told of it
            call_moves.move(session, one, last.from_state, by_staff_id=staff_id, here=here)
        card_doubts.follow_number(session, booking.phone_digest, here=here)


def _unring(session: Session, booking: Booking) -> None:
    """Forget a telephone that was rung by mistake; one that was rung twice was meant."""
    if booking.state is not CallState.CALLING:
        return
    if call_attempts.count(session, booking) > 1:
        raise RefusedError(CorrectionRefusal.NOT_TO_UNDO, booking_id=booking.id)
    call_attempts.forget(session, booking)
    booking.started_at = None


def correct(
    booking_id: UUID,
    version: int,
    to_state: CallState,
    *,
    reason: CorrectionReason,
    staff_id: UUID,
    here: Here,
    whose: Collection[UUID] | None = None,
) -> None:
    """Put right what was said of a call that has ended, for a week after it.

    `whose` are those of the calls at its place that are meant; without it only this one.

    Raises:
        NotFoundError: NOT_ALLOWED. RefusedError: NOT_ALLOWED to the slower screen, NOT_TO_CORRECT,
            TOO_LONG_AGO, NOBODY; SLOT_TAKEN and the like, when another call came about instead.
    """
    meant = {booking_id} if whose is None else set(whose)
    with in_one() as session:
        booking = current(session, booking_id, here, version=version)
        refusal = call_corrections.correction_refusal(
            booking.state, to_state, days_ago=(here.today - booking.on_date).days
        )
        if refusal is not None:
            raise RefusedError(refusal, booking_id=booking_id)
        of_these = [one for one in together(session, booking) if one.id in meant]
        if not of_these:
            raise RefusedError(CorrectionRefusal.NOBODY, booking_id=booking_id)
        for one in of_these:
            say_instead(session, one, to_state, RESULTS.get(to_state), reason, staff_id, here)


def say_instead(
    session: Session,
    booking: Booking,
    to_state: CallState,
    result: CallResult | None,
    reason: CorrectionReason,
    staff_id: UUID,
    here: Here,
) -> None:
    if to_state in _NEEDS_NO_OTHER:
        _give_up_second(session, booking, staff_id, here)
    attempt = call_attempts.last(session, booking)
    if attempt is not None and result is not None:
        attempt.result = result
    elif attempt is not None and attempt.result is CallResult.WRONG_NUMBER:
        attempt.result = CallResult.NO_ANSWER  # whose call it was not found no wrong number either
    if to_state not in RANG:
        booking.started_at = booking.ended_at = None
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"booking:{booking.id}",
        fields=f"{booking.state}>{to_state}",
        purpose=f"calls:{reason}",
        here=here,
    )
    call_moves.ring_along_again(session, booking, to_state)
    call_moves.move(session, booking, to_state, by_staff_id=staff_id, here=here)
    leader = session.get_one(Booking, booking.companion_of_id or booking.id)
    call_moves.let_ring_alone(session, leader)
    card_doubts.follow_number(session, booking.phone_digest, here=here)


def _give_up_second(session: Session, booking: Booking, staff_id: UUID, here: Here) -> None:
    """Give up what was booked in place of this call and is still to come."""
    second = session.scalars(
        select(Booking).where(Booking.replaces_id == booking.id, Booking.state == CallState.BOOKED)
    )
    for one in second.all():
        call_moves.move(session, one, CallState.CANCELLED, by_staff_id=staff_id, here=here)
    session.flush()  # the week is free again before this call takes it


def _taken_back(session: Session, booking: Booking, last: Passage) -> Sequence[Booking]:
    """Return who goes back with the call: of who came to the telephone, those who came with it."""
    all_of_them = together(session, booking)
    if last.to_state is not CallState.WAITING:
        return all_of_them
    return [one for one in all_of_them if one.state_since == booking.state_since]


def together(session: Session, booking: Booking) -> Sequence[Booking]:
    """Return the call and those at its place that stand as it does, who has the place first."""
    first = booking.companion_of_id or booking.id
    return session.scalars(
        select(Booking)
        .where(
            or_(Booking.id == first, Booking.companion_of_id == first),
            Booking.state == booking.state,
        )
        .order_by(Booking.companion_of_id.is_not(None))
    ).all()


def events(session: Session, booking: Booking) -> tuple[Passage, ...]:
    rows = session.scalars(
        select(BookingEvent).where(BookingEvent.booking_id == booking.id).order_by(BookingEvent.seq)
    )
    return tuple(passage(row) for row in rows)


def passage(event: BookingEvent) -> Passage:
    """Return an event as the rules see it."""
    return Passage(
        from_state=event.from_state,
        to_state=event.to_state,
        is_by_staff=event.by_staff_id is not None,
    )


def current(
    session: Session, booking_id: UUID, here: Here, *, version: int | None = None
) -> Booking:
    booking = session.scalar(
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(Booking.id == booking_id, Line.home_id == here.home_id)
    )
    if booking is None:
        raise NotFoundError(CallRefusal.NOT_ALLOWED)
    if version is not None and booking.version != version:
        raise RefusedError(CallRefusal.NOT_ALLOWED, booking_id=booking_id)
    return booking


def _is_usable(session: Session, slot_id: UUID) -> bool:
    return (
        session.scalar(
            select(Slot.id)
            .join(Line, Line.id == Slot.line_id)
            .where(Slot.id == slot_id, Slot.status == SlotStatus.OPEN, Line.is_in_use.is_(True))
        )
        is not None
    )


def _may_all_be_rung(session: Session, calls: Sequence[Booking]) -> bool:
    """Say whether nobody of these was barred since, or asked not to be rung any more."""
    contact_ids = [one.contact_id for one in calls]
    is_ended = Contact.status != ContactStatus.APPROVED
    return session.scalar(select(Contact.id).where(Contact.id.in_(contact_ids), is_ended)) is None


@contextmanager
def in_one() -> "Iterator[Session]":
    """One transaction; an index that is in the way is said as the reason it stands for."""
    try:
        with transaction() as session:
            yield session
    except IntegrityError as error:
        reason = _REFUSED_BY.get(violated(error) or "")
        if reason is None:
            raise
        raise RefusedError(reason) from error
