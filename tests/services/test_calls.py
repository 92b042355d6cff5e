from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction, violated
from kiosk.errors import NotFoundError, RefusedError
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
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules.call_states import HOLDING, USES_WEEK, CallKind, CallRefusal, CallState
from kiosk.rules.relations import Relation
from kiosk.services import calls
from kiosk.services.answers import Booked
from kiosk.services.here import Here
from kiosk.services.own_call import CallMode
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

MONDAY = date(2026, 11, 23)
Now = Callable[[], Here]


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


@dataclass(frozen=True)
class Caller:
    """A child with one person to call."""

    child: MadeChild
    contact_id: UUID


def _caller(here: Here, *, phone: str | None = None) -> Caller:
    child = factories.child(here)
    return Caller(child, factories.contact(here, child.child_id, phone=phone))


def _book(
    caller: Caller,
    slot_id: UUID,
    here: Here,
    *,
    contact_id: UUID | None = None,
    request_id: UUID | None = None,
) -> Booked:
    return calls.book(
        child_id=caller.child.child_id,
        contact_id=contact_id or caller.contact_id,
        slot_id=slot_id,
        request_id=request_id or uuid4(),
        face=caller.child.face,
        here=here,
    )


def _when(caller: Caller, here: Here, *, contact_id: UUID | None = None) -> list[tuple[date, int]]:
    picked = calls.when(
        child_id=caller.child.child_id,
        contact_id=contact_id or caller.contact_id,
        face=caller.child.face,
        here=here,
    )
    return [(slot.on, slot.start_min) for slot in picked.slots]


def _who(caller: Caller, here: Here) -> list[Relation]:
    picked = calls.who(child_id=caller.child.child_id, face=caller.child.face, here=here)
    return [tile.relation for tile in picked.contacts]


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises((RefusedError, NotFoundError)) as error:
        act()
    return error.value.reason


def _bookings() -> list[Booking]:
    db.session.remove()
    return list(reading().scalars(select(Booking).order_by(Booking.id)))


def _move_to(state: CallState) -> None:
    with transaction() as session:
        session.execute(update(Booking).values(state=state))


# Whom


def test_a_child_sees_the_faces_of_its_own_card_three_at_the_most(here: Here) -> None:
    caller = _caller(here)
    child_id = caller.child.child_id
    for position, relation in enumerate(
        (Relation.GRANDMOTHER, Relation.FATHER, Relation.AUNT), start=1
    ):
        factories.contact(here, child_id, relation=relation, position=position)
    _caller(here)

    assert _who(caller, here) == [Relation.MOTHER, Relation.GRANDMOTHER, Relation.FATHER]


@pytest.mark.parametrize("status", sorted(set(ContactStatus) - {ContactStatus.APPROVED}))
def test_only_who_was_approved_can_be_called(here: Here, status: ContactStatus) -> None:
    caller = _caller(here)
    slot_id = factories.slots(here)[0]
    with transaction() as session:
        session.execute(update(Contact).values(status=status))

    assert _refused(lambda: _who(caller, here)) is CallRefusal.NO_CONTACT
    assert _refused(lambda: _when(caller, here)) is CallRefusal.NO_CONTACT
    assert _refused(lambda: _book(caller, slot_id, here)) is CallRefusal.NO_CONTACT
    assert _bookings() == []


def test_the_person_of_another_child_is_as_unknown_as_none(here: Here) -> None:
    caller, other = _caller(here), _caller(here)
    slot_id = factories.slots(here)[0]

    for contact_id in (other.contact_id, uuid4()):
        book = partial(_book, caller, slot_id, here, contact_id=contact_id)
        assert _refused(book) is CallRefusal.NO_CONTACT
        when = partial(_when, caller, here, contact_id=contact_id)
        assert _refused(when) is CallRefusal.NO_CONTACT
    assert _bookings() == []


# When


def test_a_child_is_offered_two_times_today_and_one_on_the_next_day(here: Here) -> None:
    caller = _caller(here)

    assert _when(caller, here) == [
        (date(2026, 11, 20), 16 * 60 + 50),
        (date(2026, 11, 20), 17 * 60),
        (MONDAY, 16 * 60 + 30),
    ]


def test_a_place_that_is_taken_is_not_offered(here: Here) -> None:
    caller, other = _caller(here), _caller(here)
    taken = calls.when(
        child_id=other.child.child_id,
        contact_id=other.contact_id,
        face=other.child.face,
        here=here,
    ).slots[0]
    _book(other, taken.slot_id, here)

    assert (taken.on, taken.start_min) not in _when(caller, here)


def test_only_a_week_without_a_call_is_offered(here: Here) -> None:
    caller = _caller(here)
    _book(caller, factories.slots(here)[0], here)

    offered = _when(caller, here)

    assert offered
    assert all(on >= MONDAY for on, _ in offered)


def test_with_a_call_in_each_week_ahead_there_is_nobody_to_choose(here: Here) -> None:
    caller = _caller(here)
    for on in (here.today, MONDAY):
        _book(caller, factories.slots(here, on=on)[0], here)

    assert _refused(lambda: _who(caller, here)) is CallRefusal.ALREADY_THIS_WEEK
    assert _refused(lambda: _when(caller, here)) is CallRefusal.NO_TIMES


@pytest.mark.parametrize("change", ["line", "places"])
def test_without_a_telephone_there_are_no_times(here: Here, change: str) -> None:
    caller = _caller(here)
    with transaction() as session:
        if change == "line":
            session.execute(update(Line).values(is_in_use=False))
        else:
            session.execute(update(Slot).values(status=SlotStatus.WITHDRAWN))

    assert _refused(lambda: _when(caller, here)) is CallRefusal.NO_TIMES


# A call of a day gone by that nobody made


def _left_unmade(clock: FrozenClock, now: Now, *, coming: bool = False) -> Caller:
    """Return on Saturday a child whose call of Friday nobody made."""
    caller = _caller(now())
    _book(caller, factories.slots(now())[0], now())
    if coming:
        _book(caller, factories.slots(now(), on=MONDAY)[0], now())
    clock.advance(days=1)
    return caller


def test_a_call_that_nobody_made_leaves_the_child_its_choice(now: Now, clock: FrozenClock) -> None:
    caller = _left_unmade(clock, now, coming=True)

    assert _who(caller, now()) == [Relation.MOTHER]


def test_a_call_that_nobody_made_leaves_the_week_to_offer(now: Now, clock: FrozenClock) -> None:
    caller = _left_unmade(clock, now, coming=True)
    factories.slots(now())

    assert {on for on, _ in _when(caller, now())} == {now().today}


def test_a_call_that_nobody_made_leaves_the_week_to_book(now: Now, clock: FrozenClock) -> None:
    caller = _left_unmade(clock, now)
    slot_id = factories.slots(now())[0]

    booked = _book(caller, slot_id, now())

    assert booked.call.on == now().today
    assert [(one.state, one.is_owed) for one in _bookings()] == [
        (CallState.RELEASED, True),
        (CallState.BOOKED, False),
    ]


# Booking


def test_a_booking_is_stored_with_what_it_says(here: Here) -> None:
    caller = _caller(here)
    slot_id = factories.slots(here, from_min=17 * 60)[0]

    booked = _book(caller, slot_id, here)

    assert booked.child == caller.child.face
    assert (booked.call.relation, booked.call.on, booked.call.start_min, booked.call.mode) == (
        Relation.MOTHER,
        here.today,
        17 * 60,
        CallMode.PHONE,
    )
    (stored,) = _bookings()
    assert stored.id == booked.call.booking_id
    assert (stored.child_id, stored.contact_id, stored.slot_id) == (
        caller.child.child_id,
        caller.contact_id,
        slot_id,
    )
    assert (stored.state, stored.kind, stored.week_key, stored.booked_at) == (
        CallState.BOOKED,
        CallKind.WEEKLY,
        "2026-W47",
        here.now,
    )
    (event,) = reading().scalars(select(BookingEvent))
    assert (event.seq, event.from_state, event.to_state) == (1, None, CallState.BOOKED)
    assert (event.by_child_id, event.by_staff_id) == (caller.child.child_id, None)


def test_a_booking_by_staff_says_whose_act_it_was(here: Here) -> None:
    caller, teacher = _caller(here), factories.staff(here)

    calls.book(
        child_id=caller.child.child_id,
        contact_id=caller.contact_id,
        slot_id=factories.slots(here)[0],
        request_id=uuid4(),
        face=caller.child.face,
        here=here,
        by_staff_id=teacher.staff_id,
    )

    (event,) = reading().scalars(select(BookingEvent))
    assert (event.by_child_id, event.by_staff_id) == (None, teacher.staff_id)


def test_the_same_request_again_gives_the_same_answer(here: Here) -> None:
    caller, request_id = _caller(here), uuid4()
    slot_id = factories.slots(here)[0]
    first = _book(caller, slot_id, here, request_id=request_id)

    again = _book(caller, slot_id, here, request_id=request_id)

    assert again == first
    assert len(_bookings()) == 1


def test_the_request_of_another_child_gives_nothing_away(here: Here) -> None:
    caller, other, request_id = _caller(here), _caller(here), uuid4()
    first, second, _ = factories.slots(here)
    _book(caller, first, here, request_id=request_id)

    refused = _refused(partial(_book, other, second, here, request_id=request_id))

    assert refused is CallRefusal.NOT_ALLOWED
    assert [booking.child_id for booking in _bookings()] == [caller.child.child_id]


def test_a_place_that_is_over_or_withdrawn_is_refused(now: Now, clock: FrozenClock) -> None:
    caller = _caller(now())
    first, second, third = factories.slots(now(), from_min=16 * 60 + 40)
    with transaction() as session:
        session.execute(update(Slot).where(Slot.id == second).values(status=SlotStatus.WITHDRAWN))

    assert _refused(lambda: _book(caller, second, now())) is CallRefusal.PHONE_DOWN
    assert _refused(lambda: _book(caller, uuid4(), now())) is CallRefusal.NO_CONTACT
    clock.advance(minutes=1)
    assert _refused(lambda: _book(caller, first, now())) is CallRefusal.TOO_LATE
    with transaction() as session:
        session.execute(update(Line).values(is_in_use=False))
    assert _refused(lambda: _book(caller, third, now())) is CallRefusal.PHONE_DOWN
    assert _bookings() == []


# What the four indexes refuse, on both databases


def test_each_index_refuses_with_its_reason(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    caller, other, busy = _caller(here, phone="19900001111"), _caller(here), _caller(here)
    twin = _caller(here, phone="199-0000-1111")
    early_1, late_1, last_1 = factories.slots(here)
    early_2, late_2, _ = factories.slots(here)
    monday = factories.slots(here, on=MONDAY)[0]
    _book(caller, early_1, here)
    second_person = factories.contact(here, busy.child.child_id, relation=Relation.FATHER)
    factories.booking(
        here,
        busy.child.child_id,
        contact_id=second_person,
        slot_id=last_1,
        kind=CallKind.STANDBY,
    )
    at_the_same_time = factories.slots(here, from_min=17 * 60 + 20)[0]

    refused = {
        "the place is taken": _refused(partial(_book, other, early_1, here)),
        "a second call in one week": _refused(partial(_book, caller, late_1, here)),
        "one father at two telephones": _refused(partial(_book, twin, early_2, here)),
        "one child at two telephones": _refused(partial(_book, busy, at_the_same_time, here)),
    }

    assert refused == {
        "the place is taken": CallRefusal.SLOT_TAKEN,
        "a second call in one week": CallRefusal.ALREADY_THIS_WEEK,
        "one father at two telephones": CallRefusal.PERSON_BUSY,
        "one child at two telephones": CallRefusal.CHILD_BUSY,
    }
    assert len(_bookings()) == 2
    for who, free in ((twin, late_2), (other, late_1), (caller, monday), (busy, early_2)):
        assert isinstance(_book(who, free, here), Booked)


@pytest.mark.parametrize("state", CallState)
def test_a_call_holds_its_place_and_its_week_as_long_as_its_state_says(
    here: Here, state: CallState
) -> None:
    caller, other = _caller(here), _caller(here)
    first, second, _ = factories.slots(here)
    _book(caller, first, here)
    _move_to(state)

    taken = CallRefusal.SLOT_TAKEN if state in HOLDING else None
    used = CallRefusal.ALREADY_THIS_WEEK if state in USES_WEEK else None

    assert _reason_or_none(partial(_book, caller, second, here)) is used
    assert _reason_or_none(partial(_book, other, first, here)) is taken


def _reason_or_none(act: Callable[[], object]) -> object:
    try:
        act()
    except RefusedError as error:
        return error.reason
    return None


def test_an_extra_call_uses_no_week(here: Here) -> None:
    caller = _caller(here)
    first, second, _ = factories.slots(here)
    factories.booking(
        here,
        caller.child.child_id,
        contact_id=caller.contact_id,
        slot_id=first,
        kind=CallKind.STANDBY,
    )

    assert isinstance(_book(caller, second, here), Booked)


def _row(caller: Caller, slot_id: UUID, here: Here) -> dict[str, object]:
    place = reading().get_one(Slot, slot_id)
    person = reading().get_one(Contact, caller.contact_id)
    return {
        "id": new_id(here.now),
        "slot_id": slot_id,
        "on_date": place.on_date,
        "week_key": place.week_key,
        "start_min": place.start_min,
        "child_id": caller.child.child_id,
        "contact_id": caller.contact_id,
        "phone_digest": person.phone_digest,
        "kind": CallKind.WEEKLY,
        "state": CallState.BOOKED,
        "state_since": here.now,
        "is_owed": False,
        "booked_at": here.now,
        "request_id": uuid4(),
        "version": 1,
    }


def test_the_database_takes_no_booking_that_is_not_whole(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    caller, other = _caller(here), _caller(here)
    slot_id = factories.slots(here)[0]
    wrong: list[dict[str, object]] = [
        {"contact_id": other.contact_id},
        {"week_key": "2026-W48"},
        {"on_date": MONDAY},
        {"start_min": 0},
        {"slot_id": uuid4()},
        {"version": 0},
        {"started_at": here.now, "ended_at": here.now - timedelta(seconds=1)},
    ]

    for change in wrong:
        row = _row(caller, slot_id, here) | change
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(insert(Booking), row)

    assert _bookings() == []


def test_one_live_call_on_each_line(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    line_id = factories.line(here)
    first, second, third = factories.slots(here, line_id=line_id)
    rows = [
        {
            "id": new_id(here.now),
            "booking_id": factories.booking(here, _caller(here).child.child_id, slot_id=slot_id),
            "line_id": line_id,
            "started_at": here.now,
            "ended_at": ended_at,
            "result": None if ended_at is None else CallResult.NO_ANSWER,
        }
        for slot_id, ended_at in ((first, None), (second, here.now), (third, None))
    ]
    with transaction() as session:
        session.execute(insert(CallAttempt), rows[:2])

    with pytest.raises(IntegrityError) as error, transaction() as session:
        session.execute(insert(CallAttempt), rows[2])

    assert violated(error.value) == "ux_live"


# Undoing


def _undo(caller: Caller, booked: Booked, here: Here) -> None:
    calls.undo(booking_id=booked.call.booking_id, child_id=caller.child.child_id, here=here)


def test_a_booking_is_undone_once_and_the_place_and_the_week_are_free(
    now: Now, clock: FrozenClock
) -> None:
    caller, other = _caller(now()), _caller(now())
    slot_id, elsewhere, _ = factories.slots(now())
    booked = _book(caller, slot_id, now())
    clock.advance(seconds=12)

    for _ in range(2):
        _undo(caller, booked, now())

    (stored,) = _bookings()
    assert (stored.state, stored.state_since, stored.version) == (
        CallState.CANCELLED,
        now().now,
        2,
    )
    events = reading().scalars(select(BookingEvent).order_by(BookingEvent.seq)).all()
    assert [(e.seq, e.from_state, e.to_state, e.by_child_id) for e in events] == [
        (1, None, CallState.BOOKED, caller.child.child_id),
        (2, CallState.BOOKED, CallState.CANCELLED, caller.child.child_id),
    ]
    assert isinstance(_book(other, slot_id, now()), Booked)
    assert isinstance(_book(caller, elsewhere, now()), Booked)


@pytest.mark.parametrize("seconds", [13, -13])
def test_later_a_booking_stands(now: Now, clock: FrozenClock, seconds: int) -> None:
    caller = _caller(now())
    booked = _book(caller, factories.slots(now())[0], now())
    clock.advance(seconds=seconds)

    assert _refused(lambda: _undo(caller, booked, now())) is CallRefusal.TOO_LATE


@pytest.mark.parametrize("state", sorted(set(CallState) - {CallState.BOOKED, CallState.CANCELLED}))
def test_a_call_that_has_gone_on_is_not_undone(here: Here, state: CallState) -> None:
    caller = _caller(here)
    booked = _book(caller, factories.slots(here)[0], here)
    _move_to(state)

    assert _refused(lambda: _undo(caller, booked, here)) is CallRefusal.TOO_LATE
    assert _bookings()[0].state is state


def test_the_booking_of_another_child_is_as_unknown_as_none(here: Here) -> None:
    caller, other = _caller(here), _caller(here)
    booked = _book(caller, factories.slots(here)[0], here)

    for booking_id in (booked.call.booking_id, uuid4()):
        undo = partial(calls.undo, booking_id=booking_id, child_id=other.child.child_id, here=here)
        assert _refused(undo) is CallRefusal.NOT_ALLOWED
    assert _bookings()[0].state is CallState.BOOKED


def test_an_error_that_no_index_explains_is_not_explained_away(here: Here) -> None:
    caller = _caller(here)
    slot_id = factories.slots(here)[0]

    with pytest.raises(IntegrityError):
        calls.book(
            child_id=caller.child.child_id,
            contact_id=caller.contact_id,
            slot_id=slot_id,
            request_id=uuid4(),
            face=caller.child.face,
            here=here,
            by_staff_id=uuid4(),
        )

    assert _bookings() == []
