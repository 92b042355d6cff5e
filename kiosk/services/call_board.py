"""The calls of a day as staff see them: who calls whom, when, and what may happen next."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, AnySelect, constant
from kiosk.models.calls import (
    HOLDING_STATES,
    Booking,
    CallAttempt,
    CallResult,
    Line,
    Slot,
    SlotStatus,
)
from kiosk.models.openings import Opening
from kiosk.models.people import Child, Contact, SchoolClass
from kiosk.rules import call_states
from kiosk.rules.badges import Badge
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.relations import Relation
from kiosk.services import call_facts
from kiosk.services.here import Here

# The child is called two minutes before its time (`domain.md` 6, call.nearly_over).
_CALL_UP_MIN: Final = 2
# What did not come about: by nobody's doing, or because one of the two was not there.
_MADE_GOOD: Final = frozenset(
    {CallState.NO_ANSWER, CallState.NO_SHOW}
    | {state for state in CallState if call_states.effect(state).owed}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A booking on the board. `next_states` are those that staff may choose now.

    `phone_tail` are the last four digits. `is_due`: it is time, and nobody has rung yet.
    `companion_of_id` is the call it shares place and person with; `is_moved`: repair put it here.
    `talk_min` is how long a call of this opening is meant to last. `is_wrong_number`: who answered
    was somebody else.
    """

    is_free: ClassVar[bool] = False

    booking_id: UUID
    version: int
    companion_of_id: UUID | None
    is_moved: bool
    on: date
    start_min: int
    end_min: int
    talk_min: int
    line_id: UUID
    line_name: str
    line_kind: LineKind
    child_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    relation: Relation
    phone_tail: str
    contact_id: UUID
    state: CallState
    state_since: datetime
    started_at: datetime | None
    ended_at: datetime | None
    tries: int
    may_give_up: bool
    is_booked_again: bool
    next_states: tuple[CallState, ...]
    is_due: bool
    is_wrong_number: bool

    @property
    def may_reveal(self) -> bool:
        """Say whether the number is needed: while it is rung."""
        return self.state is CallState.CALLING

    @property
    def is_to_be_made_good(self) -> bool:
        """Say whether the child should have another call for this one, and has none yet."""
        return self.state in _MADE_GOOD and not self.is_booked_again

    @property
    def minutes(self) -> int | None:
        """How long they talked, in minutes of the clock; None while nobody knows.

        What the two times on a page are apart, not a second more: an inspector subtracts them.
        """
        if self.started_at is None or self.ended_at is None:
            return None
        minute = timedelta(minutes=1)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return (self.ended_at - epoch) // minute - (self.started_at - epoch) // minute


@dataclass(frozen=True, slots=True, kw_only=True)
class FreePlace:
    """A place that nobody has yet."""

    is_free: ClassVar[bool] = True

    slot_id: UUID
    on: date
    start_min: int
    end_min: int
    line_id: UUID
    line_name: str
    line_kind: LineKind


BoardRow = CallRow | FreePlace

_later = aliased(Booking)
_ROWS: Final = (
    select(
        Booking,
        Slot.end_min,
        Slot.line_id,
        Opening.talk_min,
        Line.name.label("line_name"),
        Line.kind.label("line_kind"),
        Child.given_name,
        Child.animal,
        Child.cloth,
        SchoolClass.grade,
        SchoolClass.number,
        Contact.relation,
        Contact.phone_tail,
        exists(
            select(_later.id).where(
                _later.child_id == Booking.child_id,
                _later.booked_at > Booking.booked_at,
                _later.state.in_(HOLDING_STATES),
            )
        ).label("is_booked_again"),
        select(func.count())
        .where(CallAttempt.booking_id == Booking.id)
        .scalar_subquery()
        .label("tries"),
        exists(
            select(CallAttempt.id).where(
                CallAttempt.booking_id == Booking.id,
                CallAttempt.result == constant(CallResult.WRONG_NUMBER),
            )
        ).label("had_wrong_number"),
    )
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Opening, Opening.id == Slot.opening_id)
    .join(Line, Line.id == Slot.line_id)
    .join(Child, Child.id == Booking.child_id)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .join(Contact, Contact.id == Booking.contact_id)
    .order_by(Booking.on_date, Booking.start_min, Line.name, Booking.booked_at)
)

_FREE: Final = (
    select(
        Slot.id,
        Slot.on_date,
        Slot.start_min,
        Slot.end_min,
        Slot.line_id,
        Line.name.label("line_name"),
        Line.kind.label("line_kind"),
    )
    .join(Line, Line.id == Slot.line_id)
    .where(
        Line.is_in_use.is_(True),
        Slot.status == SlotStatus.OPEN,
        ~call_facts.IS_TAKEN,
    )
    .order_by(Slot.on_date, Slot.start_min, Line.name)
)


def bookings(session: Session, *conditions: ColumnElement[bool], here: Here) -> tuple[CallRow, ...]:
    """Return the bookings of this room that fit, in order of their time."""
    statement: AnySelect = _ROWS.where(Line.home_id == here.home_id, *conditions)
    return tuple(_row(row.Booking, row, here) for row in session.execute(statement))


def free_places(session: Session, *, first: date, last: date, here: Here) -> tuple[FreePlace, ...]:
    """Return the free places from `first` to `last`, both included, that are not over yet."""
    return _places(
        session,
        Slot.on_date.between(max(first, here.today), last),
        ~and_(Slot.on_date == here.today, Slot.start_min < here.minute),
        here=here,
    )


def places_begun(session: Session, on: date, *, here: Here) -> tuple[FreePlace, ...]:
    """Return the places of a day that nobody has and that have begun by now."""
    has_begun = or_(Slot.on_date < here.today, Slot.start_min <= here.minute)
    return _places(session, Slot.on_date == on, has_begun, here=here)


def _places(
    session: Session, *conditions: ColumnElement[bool], here: Here
) -> tuple[FreePlace, ...]:
    rows = session.execute(_FREE.where(Line.home_id == here.home_id, *conditions))
    return tuple(
        FreePlace(
            slot_id=row.id,
            on=row.on_date,
            start_min=row.start_min,
            end_min=row.end_min,
            line_id=row.line_id,
            line_name=row.line_name,
            line_kind=row.line_kind,
        )
        for row in rows
    )


def _row(booking: Booking, row: AnyRow, here: Here) -> CallRow:
    return CallRow(
        booking_id=booking.id,
        version=booking.version,
        companion_of_id=booking.companion_of_id,
        is_moved=booking.replaces_id is not None,
        on=booking.on_date,
        start_min=booking.start_min,
        end_min=row.end_min,
        talk_min=row.talk_min,
        line_id=row.line_id,
        line_name=row.line_name,
        line_kind=row.line_kind,
        child_id=booking.child_id,
        given_name=row.given_name,
        class_name=(row.grade, row.number),
        badge=Badge(animal=row.animal, cloth=row.cloth),
        relation=row.relation,
        phone_tail=row.phone_tail,
        contact_id=booking.contact_id,
        state=booking.state,
        state_since=booking.state_since,
        started_at=booking.started_at,
        ended_at=booking.ended_at,
        tries=row.tries,
        may_give_up=row.tries >= call_states.MIN_TRIES or _is_over(booking, row.end_min, here),
        is_booked_again=row.is_booked_again,
        next_states=next_states(booking.state, since=here.now - booking.state_since),
        is_due=_is_due(booking, here),
        is_wrong_number=booking.state is CallState.NO_ANSWER and row.had_wrong_number,
    )


def _is_over(booking: Booking, end_min: int, here: Here) -> bool:
    return (booking.on_date, end_min) <= (here.today, here.minute)


def _is_due(booking: Booking, here: Here) -> bool:
    is_time = booking.start_min - _CALL_UP_MIN <= here.minute
    return booking.on_date == here.today and is_time and booking.state in call_states.TO_COME


def next_states(state: CallState, *, since: timedelta) -> tuple[CallState, ...]:
    """Return the states that staff may choose; what only the system sets is not among them."""
    return tuple(
        to_state
        for to_state in CallState
        if to_state is not CallState.UNCLEAR
        and call_states.transition_refusal(state, to_state, since=since) is None
    )
