"""Picking a call: a child, or a teacher for it, chooses a person and a place that is free.

Two who want one place are told apart by the indexes, never by a look beforehand.
"""

from dataclasses import dataclass
from typing import Final, NoReturn
from uuid import UUID

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction, violated, writing
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.calls import Booking, BookingEvent, SlotStatus
from kiosk.rules import lending, slots
from kiosk.rules.call_news import CallNews
from kiosk.rules.call_states import CallKind, CallRefusal, CallState
from kiosk.services import call_facts, call_offers, call_picking, call_settling, own_calls
from kiosk.services.answers import (
    Booked,
    ChildFace,
    ContactTile,
    PickContact,
    PickTime,
    SlotTile,
)
from kiosk.services.call_moves import move
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

__all__ = ["book", "may_choose", "move", "undo", "when", "who"]

_OFFERED: Final = 3

# Which index refused says why (`calls-and-hours.md` 3.4).
_REFUSED_BY: Final = {
    "ux_slot": CallRefusal.SLOT_TAKEN,
    "ux_week": CallRefusal.ALREADY_THIS_WEEK,
    "ux_child": CallRefusal.CHILD_BUSY,
    "ux_contact": CallRefusal.PERSON_BUSY,
}
_ADD: Final = Prepared(insert(Booking))
_ADD_EVENT: Final = Prepared(insert(BookingEvent))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A call that is asked for. `by_staff_id` is None when the child books it itself."""

    child_id: UUID
    contact_id: UUID
    slot_id: UUID
    request_id: UUID
    by_staff_id: UUID | None


def who(*, child_id: UUID, face: ChildFace, here: Here) -> PickContact:
    """Return the faces on the child's own card, once its calls of days gone by are settled.

    Raises:
        RefusedError: ALREADY_THIS_WEEK, or NO_CONTACT when the card has none.
    """
    call_settling.settle(here=here)
    session = reading()
    told = own_calls.read(session, child_id=child_id, here=here)
    if not may_choose(session, child_id, told.news, here):
        raise RefusedError(CallRefusal.ALREADY_THIS_WEEK)
    rows = session.execute(call_facts.CONTACTS, {"child_id": child_id}).all()
    if not rows:
        raise RefusedError(CallRefusal.NO_CONTACT)
    tiles = tuple(ContactTile(contact_id=row.id, relation=row.relation) for row in rows)
    return PickContact(child=face, contacts=tiles)


def may_choose(session: Session, child_id: UUID, news: CallNews, here: Here) -> bool:
    """Say whether a child may choose a time, or ask for one.

    Where calls are planned, it may not while it has one to come. One that waits for what it asked
    for may choose what is left over meanwhile.
    """
    if call_offers.is_planned(session, here):
        if news is CallNews.ASKED:
            return call_offers.is_any_left(session, child_id, here)
        return not news.is_ahead
    return not call_picking.may_pick_nothing(session, child_id, here=here)


def when(
    *, child_id: UUID, contact_id: UUID, face: ChildFace, here: Here, may_ask: bool = False
) -> PickTime:
    """Return up to three free places for a call with this contact, one less if it `may_ask`.

    Raises:
        NotFoundError: NO_CONTACT, when it is not on the child's card.
        RefusedError: NO_TIMES.
    """
    call_settling.settle(here=here)
    session = reading()
    contact = call_offers.own_contact(session, child_id, contact_id, here)
    offered = slots.offer(
        call_offers.free_places(session, child_id, contact, here),
        now_date=here.today,
        now_min=here.minute,
        limit=_OFFERED - may_ask,
    )
    if not offered:
        raise RefusedError(CallRefusal.NO_TIMES)
    return PickTime(
        child=face,
        contact=contact.tile,
        today=here.today,
        slots=tuple(
            SlotTile(slot_id=place.slot_id, on=place.on, start_min=place.start_min)
            for place in offered
        ),
        may_ask=may_ask,
    )


def book(
    *,
    child_id: UUID,
    contact_id: UUID,
    slot_id: UUID,
    request_id: UUID,
    face: ChildFace,
    here: Here,
    by_staff_id: UUID | None = None,
) -> Booked:
    """Book a place; committed when it returns. The same `request_id` gives the same answer.

    Raises:
        NotFoundError: NO_CONTACT, for a person or a place that is not there or not the child's.
        RefusedError: SLOT_TAKEN, ALREADY_THIS_WEEK, PERSON_BUSY, CHILD_BUSY, PHONE_DOWN, TOO_LATE.
    """
    wanted = _Wanted(
        child_id=child_id,
        contact_id=contact_id,
        slot_id=slot_id,
        request_id=request_id,
        by_staff_id=by_staff_id,
    )
    try:
        booked = _book(wanted, here)
    except IntegrityError:
        # A call that nobody made must not use up the week; looked for only when it is in the way.
        call_settling.settle(here=here)
        try:
            booked = _book(wanted, here)
        except IntegrityError as error:
            booked = _booked_just_now(request_id, child_id) or _refuse(error)
    return Booked(child=face, call=own_calls.own_call(booked), today=here.today)


def undo(*, booking_id: UUID, child_id: UUID, here: Here) -> None:
    """Take back a booking of a moment ago; a second time changes nothing.

    Raises:
        NotFoundError: NOT_ALLOWED, for a booking that is not the child's.
        RefusedError: TOO_LATE.
    """
    with transaction() as session:
        booking = session.get(Booking, booking_id)
        if booking is None or booking.child_id != child_id:
            raise NotFoundError(CallRefusal.NOT_ALLOWED)
        if booking.state is CallState.CANCELLED:
            return
        if booking.state is not CallState.BOOKED or not lending.may_undo(
            done_at=booking.booked_at, now=here.now
        ):
            raise RefusedError(CallRefusal.TOO_LATE)
        move(session, booking, CallState.CANCELLED, by_child_id=child_id, here=here)


def _book(wanted: _Wanted, here: Here) -> AnyRow:
    with writing() as connection:
        known = call_facts.BY_REQUEST.first(connection, {"request_id": wanted.request_id})
        if known is not None and known.child_id != wanted.child_id:
            raise NotFoundError(CallRefusal.NOT_ALLOWED)
        booking_id = known.id if known is not None else _add(connection, wanted, here)
        return _read_booked(connection, booking_id)


def _add(connection: Connection, wanted: _Wanted, here: Here) -> UUID:
    place = _place(connection, wanted, here)
    booking_id = new_id(here.now)
    _ADD.run(
        connection,
        {
            "id": booking_id,
            "slot_id": wanted.slot_id,
            "on_date": place.on_date,
            "week_key": place.week_key,
            "start_min": place.start_min,
            "child_id": wanted.child_id,
            "contact_id": wanted.contact_id,
            "phone_digest": place.phone_digest,
            "kind": CallKind.WEEKLY,
            "state": CallState.BOOKED,
            "state_since": here.now,
            "is_owed": False,
            "booked_at": here.now,
            "request_id": wanted.request_id,
            "version": 1,
        },
    )
    _add_event(connection, booking_id, wanted, here)
    return booking_id


def _place(connection: Connection, wanted: _Wanted, here: Here) -> AnyRow:
    """Return the place, with the number to be called, if it can still be had."""
    place = call_facts.WANTED.first(
        connection,
        {
            "slot_id": wanted.slot_id,
            "contact_id": wanted.contact_id,
            "child_id": wanted.child_id,
            "home_id": here.home_id,
        },
    )
    if place is None:
        raise NotFoundError(CallRefusal.NO_CONTACT)
    if not place.is_in_use or place.status is not SlotStatus.OPEN:
        raise RefusedError(CallRefusal.PHONE_DOWN)
    if (place.on_date, place.start_min) < (here.today, here.minute):
        raise RefusedError(CallRefusal.TOO_LATE)
    if wanted.by_staff_id is None and call_picking.is_kept_for_the_plan(
        connection, place.week_key, here=here
    ):
        raise RefusedError(CallRefusal.NO_TIMES)
    return place


def _add_event(connection: Connection, booking_id: UUID, wanted: _Wanted, here: Here) -> None:
    _ADD_EVENT.run(
        connection,
        {
            "booking_id": booking_id,
            "seq": 1,
            "at": here.now,
            "from_state": None,
            "to_state": CallState.BOOKED,
            "by_child_id": wanted.child_id if wanted.by_staff_id is None else None,
            "by_staff_id": wanted.by_staff_id,
        },
    )


def _booked_just_now(request_id: UUID, child_id: UUID) -> AnyRow | None:
    """Return what the same request has booked, when two of it came at one instant."""
    session = reading()
    known = call_facts.BY_REQUEST.first(session, {"request_id": request_id})
    if known is None or known.child_id != child_id:
        return None
    return _read_booked(session, known.id)


def _refuse(error: IntegrityError) -> NoReturn:
    refused = _REFUSED_BY.get(violated(error) or "")
    if refused is None:
        raise error
    raise RefusedError(refused) from error


def _read_booked(session: Session | Connection, booking_id: UUID) -> AnyRow:
    (booked,) = own_calls.CALL_BY_ID.rows(session, {"booking_id": booking_id})
    return booked
