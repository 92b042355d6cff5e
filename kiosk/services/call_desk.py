"""The telephone as staff lead it: each call from booked to its end, by the transition table."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.calls import WEEK_STATES, Booking, CallResult, Line, Slot
from kiosk.models.people import Child, Contact, ContactStatus
from kiosk.rules import call_states, civil
from kiosk.rules.call_states import CallRefusal, CallState
from kiosk.rules.staff import LedCall
from kiosk.services import (
    call_attempts,
    call_board,
    call_corrections,
    call_groups,
    call_moves,
    call_repair,
    call_settling,
    call_under_way,
    calls,
    card_doubts,
)
from kiosk.services.call_board import BoardRow, CallRow
from kiosk.services.call_repair import NextStep
from kiosk.services.here import Here

__all__ = ["CallResult", "board", "change", "day", "one", "ring_again", "to_ring", "unclear"]

_RESULTS: Final = {
    CallState.DONE: frozenset({CallResult.CONNECTED}),
    CallState.CUT: frozenset({CallResult.CUT}),
    CallState.NO_ANSWER: frozenset(
        {CallResult.NO_ANSWER, CallResult.BUSY, CallResult.WRONG_NUMBER}
    ),
}
# What becomes of a call becomes of it for all who ring together.
_TOGETHER: Final = frozenset({CallState.CALLING, *_RESULTS})
_NO_TALK: Final = frozenset({CallState.NO_ANSWER, CallState.CUT})
_USUAL: Final = {
    CallState.DONE: CallResult.CONNECTED,
    CallState.CUT: CallResult.CUT,
    CallState.NO_ANSWER: CallResult.NO_ANSWER,
}


def day(on: date, *, here: Here) -> tuple[CallRow, ...]:
    """Return the calls of a day, after what is late was settled and what fell through made good."""
    call_repair.repair_if_due(here=here)
    return call_board.bookings(reading(), Booking.on_date == on, here=here)


def one(booking_id: UUID, *, here: Here) -> CallRow:
    """Return one call of this room.

    Raises:
        NotFoundError: NOT_ALLOWED.
    """
    found = call_board.bookings(reading(), Booking.id == booking_id, here=here)
    if not found:
        raise NotFoundError(CallRefusal.NOT_ALLOWED)
    return found[0]


def together(row: CallRow, *, here: Here) -> tuple[CallRow, ...]:
    """Return the call with those at its place that stand as it does, who has the place first."""
    session = reading()
    group = call_corrections.together(session, session.get_one(Booking, row.booking_id))
    ids = [one.id for one in group]
    rows = call_board.bookings(session, Booking.id.in_(ids), here=here)
    return tuple(sorted(rows, key=lambda one: ids.index(one.booking_id)))


def to_ring(booking_id: UUID, *, here: Here) -> CallRow:
    """Return a call whose number may be looked at now: while it is being rung.

    Raises:
        NotFoundError: NOT_ALLOWED. RefusedError: TOO_LATE, also too early.
    """
    row = one(booking_id, here=here)
    if not row.may_reveal:
        raise RefusedError(CallRefusal.TOO_LATE)
    return row


def board(on: date, *, here: Here) -> tuple[BoardRow, ...]:
    """Return the calls of a day with the places that are still free between them."""
    rows: list[BoardRow] = [*day(on, here=here)]
    rows += call_board.free_places(reading(), first=on, last=on, here=here)
    return tuple(sorted(rows, key=lambda row: (row.start_min, row.line_name, row.is_free)))


def unclear(*, since: date, here: Here) -> tuple[CallRow, ...]:
    """Return the calls since a day of which nobody has said how they ended."""
    return call_board.bookings(
        reading(),
        Booking.state == CallState.UNCLEAR,
        Booking.on_date >= since,
        here=here,
    )


def led_by(staff_id: UUID, *, here: Here) -> tuple[LedCall, ...]:
    """Return the calls under way that somebody of staff has rung."""
    return call_under_way.led_by(reading(), staff_id, here=here)


def without_call_count(*, here: Here) -> int:
    """Return how many children with somebody to call have no call done or booked this week."""
    this_week = Booking.week_key == civil.week_key(here.today)
    statement = (
        select(func.count())
        .select_from(Child)
        .where(
            Child.left_on.is_(None),
            exists(
                select(Contact.id).where(
                    Contact.child_id == Child.id, Contact.status == ContactStatus.APPROVED
                )
            ),
            ~exists(
                select(Booking.id).where(
                    Booking.child_id == Child.id, this_week, Booking.state.in_(WEEK_STATES)
                )
            ),
        )
    )
    return reading().scalar(statement) or 0


def change(
    booking_id: UUID,
    to_state: CallState,
    version: int,
    *,
    staff_id: UUID,
    here: Here,
    result: CallResult | None = None,
    is_sure: bool = False,
) -> NextStep | None:
    """Lead a call to its next state; return what follows when there was no talk, else None.

    `version` is that of the page on which it was chosen; of two screens one wins. `is_sure`: it
    was a talk although it lasted less than a minute, as far as was noted. Those who ring along are
    led with it from when the telephone rings to the end; who comes, or stays away, is each one's.

    Raises:
        NotFoundError: NOT_ALLOWED, for a call that is not of this room.
        RefusedError: NOT_ALLOWED by the table or to the slower screen, TOO_LATE, LINE_BUSY;
            TOO_SHORT or RING_AGAIN with the `booking_id`, when the call is ended too soon.
    """
    call_settling.settle(here=here)
    try:
        with transaction() as session:
            booking = _current(session, booking_id, version, here)
            if to_state in _TOGETHER:
                booking = call_groups.leading(session, booking, to_state)
            refusal = call_states.transition_refusal(
                booking.state, to_state, since=here.now - booking.state_since
            )
            if refusal is None and booking.state is CallState.CALLING:
                refusal = _ending_refusal(session, booking, to_state, result, here, is_sure=is_sure)
            if refusal is not None:
                raise RefusedError(refusal, booking_id=booking_id)
            _lead(session, booking, to_state, result, staff_id, here)
            if to_state not in _NO_TALK:
                return None
            return call_repair.after_no_answer(session, booking, here=here)
    except IntegrityError as error:
        if violated(error) != "ux_live":
            raise
        raise RefusedError(CallRefusal.LINE_BUSY) from error


def _lead(
    session: Session,
    booking: Booking,
    to_state: CallState,
    result: CallResult | None,
    staff_id: UUID,
    here: Here,
) -> None:
    along = call_groups.along(session, booking, to_state)
    if booking.companion_of_id is None:
        _note_attempt(session, booking, to_state, result, here)
    elif to_state is CallState.CALLING:
        booking.started_at = here.now  # it joins a call that is under way
    for one in (booking, *along):
        one.started_at, one.ended_at = booking.started_at, booking.ended_at
        calls.move(session, one, to_state, by_staff_id=staff_id, here=here)
    call_moves.let_ring_alone(session, booking)
    if to_state in _RESULTS:
        card_doubts.follow_number(session, booking.phone_digest, here=here)


def ring_again(booking_id: UUID, version: int, *, result: CallResult, here: Here) -> None:
    """Note that nobody was reached, and ring once more in the same place.

    Raises:
        NotFoundError: NOT_ALLOWED. RefusedError: NOT_ALLOWED, when nobody is being rung.
    """
    with transaction() as session:
        booking = _current(session, booking_id, version, here)
        booking = call_groups.leading(session, booking, CallState.CALLING)
        if booking.state is not CallState.CALLING or result not in _RESULTS[CallState.NO_ANSWER]:
            raise RefusedError(CallRefusal.NOT_ALLOWED)
        call_attempts.end(session, booking, result, here.now)
        session.flush()  # one live call a line: the old one ends before the new one begins
        call_attempts.begin(session, booking, here)
        booking.version += 1


def _current(session: Session, booking_id: UUID, version: int, here: Here) -> Booking:
    booking = session.scalar(
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(Booking.id == booking_id, Line.home_id == here.home_id)
        .with_for_update(of=Booking)  # of two screens the slower one reads what the other wrote
    )
    if booking is None:
        raise NotFoundError(CallRefusal.NOT_ALLOWED)
    if booking.version != version:
        raise RefusedError(CallRefusal.NOT_ALLOWED)
    return booking


def _ending_refusal(
    session: Session,
    booking: Booking,
    to_state: CallState,
    result: CallResult | None,
    here: Here,
    *,
    is_sure: bool,
) -> CallRefusal | None:
    end_min = session.scalars(select(Slot.end_min).where(Slot.id == booking.slot_id)).one()
    return call_states.ending_refusal(
        to_state,
        talked=here.now - (booking.started_at or here.now),
        is_sure=is_sure,
        tries=call_attempts.count(session, booking),
        is_wrong_number=result is CallResult.WRONG_NUMBER,
        is_place_over=(booking.on_date, end_min) <= (here.today, here.minute),
    )


def _note_attempt(
    session: Session, booking: Booking, to_state: CallState, result: CallResult | None, here: Here
) -> None:
    match booking.state, to_state:
        case CallState.WAITING, CallState.CALLING:
            call_attempts.begin(session, booking, here)
        case CallState.DONE, CallState.CALLING:
            call_attempts.end(session, booking, None, None)
            booking.ended_at = None
        case CallState.CALLING, _:
            call_attempts.end(session, booking, _result(to_state, result), here.now)
            booking.ended_at = max(here.now, booking.started_at or here.now)
        case CallState.UNCLEAR, _:
            attempt = call_attempts.last(session, booking)
            if attempt is not None:
                attempt.result = _result(to_state, result)
        case _:
            pass
    session.flush()


def _result(to_state: CallState, said: CallResult | None) -> CallResult:
    return said if said is not None and said in _RESULTS[to_state] else _USUAL[to_state]
