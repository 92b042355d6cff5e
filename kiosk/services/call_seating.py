"""Calls put at places, unless somebody was quicker: the indexes say so, never a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, violated
from kiosk.ids import new_id
from kiosk.models.calls import Booking, BookingEvent, Line, Slot, SlotStatus
from kiosk.models.people import Child, Contact
from kiosk.rules.call_repair import Moves
from kiosk.rules.call_states import CallKind, CallState
from kiosk.services import call_facts, call_moves
from kiosk.services.call_weeks import StandsFor, WeekCalls
from kiosk.services.here import Here

# Somebody was quicker, for the place, the person or the child; anything else is a fault of ours.
_TAKEN: Final = frozenset({"ux_slot", "ux_week", "ux_child", "ux_contact"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A call to be seated. `replaces_id` is the one that it stands for, shown as moved."""

    child_id: UUID
    contact_id: UUID
    slot_id: UUID
    kind: CallKind
    replaces_id: UUID | None
    companion_of_id: UUID | None = None
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairDone:
    """The calls that the repair of a week booked, and those whose place was lent for them."""

    booked: tuple[UUID, ...] = ()
    given_back: tuple[UUID, ...] = ()


def seat(
    session: Session, wanted: NewCall, *, here: Here, by_staff_id: UUID | None = None
) -> UUID | None:
    """Book it and return its id; None when place, person or child are not to be had any more."""
    place = _place(session, wanted)
    if place is None:
        return None
    booking_id = new_id(here.now)
    row = {**_row(wanted, booking_id, here), **place._asdict()}
    event = {
        "booking_id": booking_id,
        "seq": 1,
        "at": here.now,
        "from_state": None,
        "to_state": CallState.BOOKED,
        "by_staff_id": by_staff_id,
    }
    try:
        with session.begin_nested():
            session.execute(insert(Booking), row)
            session.execute(insert(BookingEvent), event)
    except IntegrityError as error:
        if violated(error) not in _TAKEN:
            raise
        return None
    return booking_id


def _place(session: Session, wanted: NewCall) -> AnyRow | None:
    """Return the place with the number to be called, if both can be had."""
    return session.execute(
        select(Slot.on_date, Slot.start_min, Slot.week_key, Contact.phone_digest)
        .join(Line, Line.id == Slot.line_id)
        .join(Contact, Contact.id == wanted.contact_id)
        .join(Child, Child.id == Contact.child_id)
        .where(
            Slot.id == wanted.slot_id,
            Slot.status == SlotStatus.OPEN,
            Line.is_in_use.is_(True),
            Contact.child_id == wanted.child_id,
            call_facts.MAY_BE_RUNG,
            Child.left_on.is_(None),
        )
    ).one_or_none()


def _row(wanted: NewCall, booking_id: UUID, here: Here) -> dict[str, object]:
    return {
        "id": booking_id,
        "slot_id": wanted.slot_id,
        "child_id": wanted.child_id,
        "contact_id": wanted.contact_id,
        "kind": wanted.kind,
        "state": CallState.BOOKED,
        "state_since": here.now,
        "is_owed": False,
        "booked_at": here.now,
        "request_id": wanted.request_id or booking_id,
        "version": 1,
        "companion_of_id": wanted.companion_of_id,
        "replaces_id": wanted.replaces_id,
    }


def apply(
    session: Session,
    moves: Moves,
    week: WeekCalls,
    *,
    stand_for: Sequence[StandsFor],
    here: Here,
    by_staff_id: UUID | None = None,
) -> RepairDone:
    """Carry moves out. Who lends its place has rung already: that call is called off, not owed."""
    lent = week.lent(here)
    given_back = [lent[child_id].booking_id for child_id in moves.gives_back]
    for booking_id in given_back:
        booking = session.get_one(Booking, booking_id, with_for_update=True)
        if booking.state is CallState.BOOKED:
            call_moves.move(session, booking, CallState.CANCELLED, here=here)
    session.flush()  # a place is free before another has it
    booked: list[UUID] = []
    leading: dict[str, UUID] = {}  # by the place: who has it, for those who ring along
    for one, instead in zip(moves.seated, stand_for, strict=True):
        wanted = NewCall(
            child_id=UUID(one.child_id),
            contact_id=UUID(one.contact_id),
            slot_id=UUID(one.place.slot_id),
            kind=instead.kind,
            replaces_id=instead.booking_id,
            companion_of_id=leading.get(one.place.slot_id),
        )
        booking_id = seat(session, wanted, here=here, by_staff_id=by_staff_id)
        if booking_id is not None:
            booked.append(booking_id)
            leading.setdefault(one.place.slot_id, booking_id)
    return RepairDone(booked=tuple(booked), given_back=tuple(given_back))
