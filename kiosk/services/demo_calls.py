"""The demo school's family calls: those of the days behind in every state, and those to come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select

from kiosk.db import AnyRow
from kiosk.ids import new_id
from kiosk.models.calls import (
    Booking,
    BookingEvent,
    CallAttempt,
    CallResult,
    Line,
    Slot,
    SlotStatus,
)
from kiosk.rules import civil, slots
from kiosk.rules.call_states import CallKind, CallState, effect
from kiosk.rules.call_windows import LineKind
from kiosk.services.demo_world import DemoChild, DemoContact, HeldOpening, World
from kiosk.services.enrolment import Row

_PLACE_MIN: Final = 10
_TAKEN: Final = 0.3
_OTHER_ENDS: Final = (
    CallState.NO_ANSWER,
    CallState.CUT,
    CallState.NO_SHOW,
    CallState.EXCUSED,
    CallState.CANCELLED,
    CallState.RELEASED,
    CallState.UNCLEAR,
)
# One call in so many comes to one of the other ends, in turn.
_ONE_IN: Final = 4
_BEFORE_IT_RINGS: Final = {
    CallState.DONE: (CallState.WAITING, CallState.CALLING),
    CallState.CUT: (CallState.WAITING, CallState.CALLING),
    CallState.NO_ANSWER: (CallState.WAITING, CallState.CALLING),
    CallState.UNCLEAR: (CallState.WAITING, CallState.CALLING),
}
_RESULTS: Final = {
    CallState.DONE: CallResult.CONNECTED,
    CallState.CUT: CallResult.CUT,
    CallState.NO_ANSWER: CallResult.NO_ANSWER,
    CallState.UNCLEAR: CallResult.CUT,
}
_WHILE_AWAY: Final = frozenset({CallState.NO_SHOW, CallState.EXCUSED})
_BY_CHILD: Final = frozenset({CallState.CANCELLED})
_BY_NOBODY: Final = frozenset({CallState.NO_SHOW, CallState.RELEASED, CallState.UNCLEAR})
# Of the free places ahead, in order of time, these are booked.
_AHEAD: Final = (0, 2, 5, 9, 16, 24, 40)
_SOON_MIN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    slot_id: UUID
    line_id: UUID
    on: date
    start_min: int


@dataclass(slots=True, kw_only=True)
class _Calls:
    """Gathers the rows of all calls."""

    world: World
    slots: list[Row] = field(default_factory=list)
    bookings: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    busy: set[tuple[UUID, str]] = field(default_factory=set)
    spared: tuple[DemoChild, ...] = ()
    made: int = 0

    def next_end(self) -> CallState:
        """Return how the next call comes out."""
        turn, is_other = divmod(self.made, _ONE_IN)
        self.made += 1
        return CallState.DONE if is_other else _OTHER_ENDS[turn % len(_OTHER_ENDS)]

    def may_book(self, child: DemoChild, on: date) -> bool:
        """Say whether the child has a contact and its week free; those spared keep this one."""
        if not child.contacts or (child.child_id, _week(on)) in self.busy:
            return False
        return child not in self.spared or on < self._this_monday

    @property
    def _this_monday(self) -> date:
        return self.world.here.today - timedelta(days=self.world.here.today.weekday())

    def book(self, place: _Place, child: DemoChild, booked_at: datetime, end: CallState) -> None:
        contact: DemoContact = self.world.rng.choice(child.contacts)
        self.busy.add((child.child_id, _week(place.on)))
        booking_id = new_id(booked_at)
        steps = list(_steps(self.world, place, booked_at, end))
        rang_at = next((at for at, state in steps if state is CallState.CALLING), None)
        booking = {
            "id": booking_id,
            "slot_id": place.slot_id,
            "on_date": place.on,
            "week_key": _week(place.on),
            "start_min": place.start_min,
            "child_id": child.child_id,
            "contact_id": contact.contact_id,
            "phone_digest": contact.digest,
            "kind": CallKind.WEEKLY,
            "state": end,
            "state_since": steps[-1][0],
            "is_owed": effect(end).owed,
            "started_at": rang_at,
            "ended_at": None if rang_at is None or end is CallState.UNCLEAR else steps[-1][0],
            "booked_at": booked_at,
            "request_id": uuid4(),
            "version": len(steps),
        }
        self.bookings.append(booking)
        self._add_events(booking_id, child, steps)
        if rang_at is not None:
            self._add_attempt(booking_id, place, rang_at, steps[-1])

    def store(self) -> None:
        self.world.add(Slot, self.slots)
        self.world.add(Booking, self.bookings)
        self.world.add(BookingEvent, self.events)
        self.world.add(CallAttempt, self.attempts)

    def _add_attempt(
        self, booking_id: UUID, place: _Place, rang_at: datetime, last: tuple[datetime, CallState]
    ) -> None:
        ended_at, end = last
        self.attempts.append(
            {
                "id": new_id(rang_at),
                "booking_id": booking_id,
                "line_id": place.line_id,
                "started_at": rang_at,
                "ended_at": ended_at,
                "result": _RESULTS[end],
            }
        )

    def _add_events(
        self, booking_id: UUID, child: DemoChild, steps: list[tuple[datetime, CallState]]
    ) -> None:
        staff_id = self.world.staff[0].staff_id
        befores = [None, *(state for _, state in steps)]
        for seq, ((at, state), before) in enumerate(zip(steps, befores, strict=False), start=1):
            is_child = state in _BY_CHILD or before is None
            is_staff = not is_child and state not in _BY_NOBODY
            self.events.append(
                {
                    "booking_id": booking_id,
                    "seq": seq,
                    "at": at,
                    "from_state": before,
                    "to_state": state,
                    "by_child_id": child.child_id if is_child else None,
                    "by_staff_id": staff_id if is_staff else None,
                }
            )


def add_second_line(world: World) -> None:
    """Put a video place beside the telephone."""
    world.add(
        Line,
        [
            {
                "id": new_id(world.before.now),
                "home_id": world.here.home_id,
                "name": "2",
                "kind": LineKind.VIDEO,
                "is_in_use": True,
            }
        ],
    )


def add_past_calls(world: World, held: tuple[HeldOpening, ...]) -> frozenset[tuple[UUID, str]]:
    """Make the calls of the openings behind; return who has a call in which week."""
    calls = _Calls(world=world, spared=world.fresh + world.settled[: len(_AHEAD)])
    lines = world.session.scalars(select(Line.id).where(Line.home_id == world.here.home_id)).all()
    for opening in held:
        first = civil.minute_of_day(civil.local(opening.opened_at, world.here.settings.zone))
        last = civil.minute_of_day(civil.local(opening.closed_at, world.here.settings.zone))
        places = [
            _add_place(calls, opening, line_id, start, end)
            for start, end in slots.grid(first - first % -_PLACE_MIN, last, _PLACE_MIN)
            for line_id in lines
        ]
        for place in places:
            if world.rng.random() < _TAKEN:
                _hold_call(calls, opening, place)
    calls.store()
    return frozenset(calls.busy)


def add_calls_ahead(
    world: World, busy: frozenset[tuple[UUID, str]], here_now: tuple[DemoChild, ...]
) -> None:
    """Book a few of the places that are free from now on; a child in the room waits for one."""
    calls = _Calls(world=world, busy=set(busy))
    free = _free_places(world)
    places = [free[turn] for turn in _AHEAD if turn < len(free)]
    for child, place in zip(world.settled, places, strict=False):
        is_next = place is places[0] and place.on == world.here.today and child in here_now
        state = CallState.WAITING if is_next else CallState.BOOKED
        calls.book(place, child, world.here.now - timedelta(minutes=30), state)
    calls.store()


def _hold_call(calls: _Calls, opening: HeldOpening, place: _Place) -> None:
    """Give a place of a past opening to a child that suits how the call came out."""
    end = calls.next_end()
    everybody = calls.world.fresh + calls.world.settled
    if end in _WHILE_AWAY:
        pool = [child for child in everybody if child.child_id not in opening.stays]
    else:
        start = calls.world.at(place.on, place.start_min) if end in _RESULTS else None
        pool = [one for one in opening.present if start is None or opening.has(one, start)]
    willing = [child for child in pool if calls.may_book(child, opening.on)]
    if willing:
        booked_at = calls.world.at(opening.on - timedelta(days=1), place.start_min - 20)
        child = calls.world.rng.choice(willing)
        is_reached = child not in calls.world.settled[-1:] or end not in _RESULTS
        calls.book(place, child, booked_at, end if is_reached else CallState.NO_ANSWER)


def _add_place(calls: _Calls, opening: HeldOpening, line_id: UUID, start: int, end: int) -> _Place:
    slot_id = new_id(calls.world.at(opening.on, 0))
    calls.slots.append(
        {
            "id": slot_id,
            "opening_id": opening.opening_id,
            "line_id": line_id,
            "on_date": opening.on,
            "week_key": _week(opening.on),
            "start_min": start,
            "end_min": end,
            "status": SlotStatus.OPEN,
        }
    )
    return _Place(slot_id=slot_id, line_id=line_id, on=opening.on, start_min=start)


def _steps(
    world: World, place: _Place, booked_at: datetime, end: CallState
) -> Iterator[tuple[datetime, CallState]]:
    """Yield the states that a call went through, with their times."""
    yield booked_at, CallState.BOOKED
    if end is CallState.BOOKED:
        return
    start = world.at(place.on, place.start_min)
    if end is CallState.WAITING:
        yield world.here.now, end
        return
    at = start + timedelta(seconds=world.rng.randint(5, 50))
    for state in _BEFORE_IT_RINGS.get(end, ()):
        yield at, state
        at += timedelta(seconds=world.rng.randint(15, 40))
    match end:
        case CallState.DONE:
            yield at + timedelta(seconds=world.rng.randint(90, 460)), end
        case CallState.NO_SHOW:
            yield start + timedelta(minutes=3), end
        case CallState.EXCUSED | CallState.CANCELLED:
            yield start - timedelta(minutes=world.rng.randint(30, 200)), end
        case CallState.UNCLEAR | CallState.RELEASED:
            yield world.at(place.on, civil.DAY_MINUTES), end
        case _:
            yield at + timedelta(seconds=world.rng.randint(10, 40)), end


def _free_places(world: World) -> list[_Place]:
    """Return the places from now on, in order of time; nothing is booked yet."""
    rows = world.session.execute(
        select(Slot.id, Slot.line_id, Slot.on_date, Slot.start_min)
        .where(Slot.on_date >= world.here.today)
        .order_by(Slot.on_date, Slot.start_min, Slot.line_id)
    )
    first = (world.here.today, world.here.minute + _SOON_MIN)
    return [_place(row) for row in rows if (row.on_date, row.start_min) >= first]


def _place(row: AnyRow) -> _Place:
    return _Place(slot_id=row.id, line_id=row.line_id, on=row.on_date, start_min=row.start_min)


def _week(on: date) -> str:
    return civil.week_key(on)
