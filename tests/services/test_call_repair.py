"""What falls through is made good: later, by who is in the room, for brothers and sisters."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from kiosk.db import db, reading, transaction
from kiosk.errors import KioskError, NotFoundError, RefusedError
from kiosk.models.call_hours import ContactDoubt
from kiosk.models.call_plan import CallWish
from kiosk.models.calls import Booking, CallResult, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.models.people import Child
from kiosk.rules import civil
from kiosk.rules.call_repair import Step, UrgentRefusal
from kiosk.rules.call_states import CallKind, CallRefusal, CallState
from kiosk.rules.call_wishes import AskedBy, CardDoubt, PlanProblem, UrgentReason, WishState
from kiosk.rules.openings import OpeningState
from kiosk.rules.relations import Relation
from kiosk.services import (
    call_desk,
    call_repair,
    call_room,
    call_settings,
    call_wishes,
    card_doubts,
    contacts,
    urgent_calls,
    week_plan_facts,
)
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.services import calls_week
from tests.services.calls_week import FIVE, MONDAY, TUESDAY, WEDNESDAY, bookings, family

CALLED = (CallState.WAITING, CallState.CALLING)


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    here = here_in(app, clock)
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    calls_week.clear_places()
    return here


def _at(app: Flask, clock: FrozenClock, on_minute: int, *, on: date = MONDAY) -> Here:
    at = here_in(app, clock)
    clock.set_to(civil.instant(on, on_minute, at.settings.zone))
    return here_in(app, clock)


def _room(
    here: Here, *, places: int = 3, on: date = MONDAY, from_min: int = FIVE
) -> tuple[UUID, ...]:
    """Return places of an opening that is open on that day."""
    return factories.slots(here, on=on, from_min=from_min, places=places)


def _open(here: Here, slot_id: UUID) -> None:
    """Let the room of a place be open."""
    with transaction() as session:
        opening = session.get_one(Opening, session.get_one(Slot, slot_id).opening_id)
        opening.state, opening.opened_at = OpeningState.OPEN, here.now


@contextmanager
def _sent(wanted: str) -> Iterator[list[str]]:
    """Return the statements with these words that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        if wanted in sql:
            sent.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _doubts(here: Here) -> list[tuple[UUID, CardDoubt]]:
    card_doubts.raise_due(here=here)
    return [(one.contact_id, one.doubt) for one in reading().scalars(select(ContactDoubt))]


def test_a_call_to_come_counts_for_the_next_week_and_not_when_it_is_lost(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    child_id, contact_id = family(here)
    (slot_id,) = _room(here, places=1)
    factories.booking(here, child_id, contact_id=contact_id, slot_id=slot_id)
    now, only = _at(app, clock, FIVE - 60), Child.id == child_id

    (lost,) = week_plan_facts.children(reading(), MONDAY, only, until=TUESDAY, here=now)
    following = MONDAY + timedelta(days=7)
    (next_week,) = week_plan_facts.children(reading(), following, only, until=following, here=now)

    assert (lost.last_connected_on, next_week.last_connected_on) == (None, MONDAY)


# Nobody answers


def test_who_was_not_reached_rings_again_later_today(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    first, soon, later = _room(here)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    factories.visit(here, child_id)
    (own,) = bookings(child_id)
    at = _at(app, clock, own.start_min)

    calls_week.miss(own.id, here=at)

    missed, again = bookings(child_id)
    assert (missed.state, again.state) == (CallState.NO_ANSWER, CallState.BOOKED)
    assert again.replaces_id == missed.id
    assert again.slot_id in {soon, later} - {first}
    assert again.start_min >= missed.start_min + 15


def test_the_second_miss_in_a_row_is_a_task_for_an_adult(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here, places=6)
    child_id, contact_id = family(here)
    calls_week.publish(MONDAY, here)
    factories.visit(here, child_id)
    calls_week.miss(bookings(child_id)[0].id, here=_at(app, clock, FIVE))
    before = _doubts(here)

    again = bookings(child_id)[1]
    calls_week.miss(again.id, here=_at(app, clock, again.start_min))

    assert before == []
    assert _doubts(here) == [(contact_id, CardDoubt.NO_ANSWER)]


def test_a_wrong_number_is_not_rung_again(here: Here, app: Flask, clock: FrozenClock) -> None:
    _room(here)
    child_id, contact_id = family(here)
    calls_week.publish(MONDAY, here)
    factories.visit(here, child_id)
    (own,) = bookings(child_id)

    at = _at(app, clock, own.start_min)
    calls_week.miss(own.id, here=at, result=CallResult.WRONG_NUMBER)

    assert [one.state for one in bookings(child_id)] == [CallState.NO_ANSWER]
    assert _doubts(here) == [(contact_id, CardDoubt.WRONG_NUMBER)]


def test_a_wrong_number_is_rung_by_nobody_until_an_adult_has_looked(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here)
    brother, his = family(here, (FIVE, FIVE + 10), phone="19900001234")
    sister, hers = family(here, (FIVE + 20, FIVE + 60), phone="19900001234")
    calls_week.publish(MONDAY, here)
    factories.visit(here, brother)
    _room(here, on=TUESDAY)
    (own,), (ahead,) = bookings(brother), bookings(sister)

    at = _at(app, clock, own.start_min)
    calls_week.miss(own.id, here=at, result=CallResult.WRONG_NUMBER)
    with_nobody = call_repair.repair_if_due(here=at)
    other = factories.contact(here, sister)
    clock.advance(minutes=1)
    call_repair.repair_if_due(here=here_in(app, clock))

    lost, instead = bookings(sister)
    assert (lost.id, lost.state, lost.is_owed) == (ahead.id, CallState.RELEASED, True)
    assert {one.contact_id for one in reading().scalars(select(ContactDoubt))} == {his, hers}
    assert with_nobody.booked == ()
    assert (instead.contact_id, instead.on_date) == (other, TUESDAY)
    assert _booked(brother) == []


def test_a_number_that_was_right_after_all_is_rung_again(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here)
    child_id, contact_id = family(here)
    calls_week.publish(MONDAY, here)
    factories.visit(here, child_id)
    (own,) = bookings(child_id)
    _room(here, on=TUESDAY)
    at = _at(app, clock, own.start_min)
    calls_week.miss(own.id, here=at, result=CallResult.WRONG_NUMBER)
    call_repair.repair_if_due(here=at)
    before = _booked(child_id)
    (doubt,) = card_doubts.to_look_at(here=at)

    card_doubts.all_is_right(doubt.doubt_id, actor_id=factories.staff(here).staff_id, here=at)
    clock.advance(minutes=1)
    call_repair.repair_if_due(here=here_in(app, clock))

    assert before == []
    assert [one.contact_id for one in _booked(child_id)] == [contact_id]


def _booked(child_id: UUID) -> list[Booking]:
    return [one for one in bookings(child_id) if one.state is CallState.BOOKED]


def test_asked_twice_what_follows_is_the_same_and_booked_once(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    factories.visit(here, child_id)
    (own,) = bookings(child_id)
    at = _at(app, clock, own.start_min)
    calls_week.miss(own.id, here=at)

    with transaction() as session:
        step = call_repair.after_no_answer(session, session.get_one(Booking, own.id), here=at)

    assert step.step is Step.LATER_TODAY
    assert len(bookings(child_id)) == 2


# The repair of the week


def test_who_missed_its_call_is_seated_later_this_week(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    (own_slot,) = _room(here, places=1)
    child_id, contact_id = family(here)
    calls_week.publish(MONDAY, here)
    (place,) = _room(here, places=1, on=WEDNESDAY)
    factories.visit(here, child_id)
    _open(here, own_slot)
    at = _at(app, clock, FIVE)
    calls_week.miss(bookings(child_id)[0].id, here=at)

    done = call_repair.repair_if_due(here=at)
    again = call_repair.repair_if_due(here=at)

    missed, later = bookings(child_id)
    assert done.booked == (later.id,)
    assert (later.slot_id, later.replaces_id, later.contact_id) == (place, missed.id, contact_id)
    assert again == call_repair.RepairDone()


def test_a_place_of_next_week_that_comes_free_is_given_before_that_week_begins(here: Here) -> None:
    _room(here, places=1)
    seated, left_out = (family(here) for _ in range(2))
    calls_week.publish(MONDAY, here)
    if not bookings(seated[0]):
        seated, left_out = left_out, seated
    assert here.today < MONDAY
    assert bookings(left_out[0]) == []

    contacts.bar_contact(seated[1], actor_id=factories.staff(here).staff_id, here=here)
    call_repair.repair_if_due(here=here)

    assert [one.state for one in bookings(left_out[0])] == [CallState.BOOKED]


def test_who_may_not_ring_one_person_any_more_rings_another_at_once(here: Here) -> None:
    _room(here, places=1)
    child_id, barred = family(here)
    calls_week.publish(MONDAY, here)
    other = factories.contact(here, child_id, relation=Relation.FATHER)

    contacts.bar_contact(barred, actor_id=factories.staff(here).staff_id, here=here)

    lost, again = bookings(child_id)
    assert (lost.state, lost.contact_id) == (CallState.RELEASED, barred)
    assert (again.state, again.contact_id) == (CallState.BOOKED, other)
    assert (again.replaces_id, again.slot_id) == (lost.id, lost.slot_id)


def test_nobody_is_moved_in_a_week_whose_plan_is_not_out(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    child_id, _ = family(here)
    _room(here, on=WEDNESDAY)

    call_repair.repair_if_due(here=_at(app, clock, 8 * 60))

    assert bookings(child_id) == []


def test_who_called_its_call_off_is_not_seated_again(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    calls_week.lead(bookings(child_id)[0].id, CallState.CANCELLED, here=here)

    call_repair.repair_if_due(here=_at(app, clock, 8 * 60))

    assert [one.state for one in bookings(child_id)] == [CallState.CANCELLED]


def test_who_had_a_call_lends_its_place_to_who_fits_nowhere_else(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    (place,) = _room(here, places=1, on=WEDNESDAY)
    lender, contact_id = family(here)
    calls_week.publish(MONDAY, here)
    (extra,) = _room(here, places=1, from_min=FIVE)
    factories.booking(
        here,
        lender,
        contact_id=contact_id,
        slot_id=extra,
        state=CallState.DONE,
        kind=CallKind.STANDBY,
    )
    in_need, _ = family(here)

    call_repair.repair_if_due(here=_at(app, clock, 8 * 60, on=TUESDAY))

    assert {one.state for one in bookings(lender)} == {CallState.CANCELLED, CallState.DONE}
    assert [one.slot_id for one in bookings(in_need)] == [place]


def test_a_barred_contact_costs_its_call_and_another_person_is_rung(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here)
    child_id, father = family(here)
    mother = factories.contact(here, child_id)
    calls_week.publish(MONDAY, here)
    own = bookings(child_id)[0].contact_id

    contacts.bar_contact(own, actor_id=factories.staff(here).staff_id, here=here)
    call_repair.repair_if_due(here=_at(app, clock, 8 * 60))

    released, again = bookings(child_id)
    assert (released.state, again.contact_id) == (
        CallState.RELEASED,
        ({father, mother} - {own}).pop(),
    )


def test_a_week_in_which_nothing_can_be_moved_is_looked_at_once_a_minute_until_a_call_changes(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    child_id, _ = family(here)
    _room(here, places=1)
    calls_week.publish(MONDAY, here)
    _room(here, on=WEDNESDAY)
    at = _at(app, clock, 8 * 60)

    with _sent("FROM slot") as first:
        call_repair.repair_if_due(here=at)
    with _sent("FROM slot") as again:
        call_repair.repair_if_due(here=at)
    later = _at(app, clock, 8 * 60 + 1)
    with _sent("FROM slot") as next_minute:
        call_repair.repair_if_due(here=later)
    calls_week.lead(bookings(child_id)[0].id, CallState.WAITING, here=later)
    with _sent("FROM slot") as at_the_telephone:
        call_repair.repair_if_due(here=later)
    calls_week.lead(bookings(child_id)[0].id, CallState.RELEASED, here=later)
    call_repair.repair_if_due(here=later)

    assert (len(first), len(again), len(next_minute), len(at_the_telephone)) == (1, 0, 1, 0)
    assert [one.state for one in bookings(child_id)] == [CallState.RELEASED, CallState.BOOKED]


# Who is in the room


def test_the_room_is_looked_at_once_for_all_places_that_stand_empty(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    at = _at(app, clock, FIVE)
    opening_id = factories.opening(here, on=MONDAY, from_min=FIVE, to_min=FIVE + 10)
    slots = [factories.slots(here, on=MONDAY, places=1, opening_id=opening_id) for _ in range(3)]
    _open(at, slots[0][0])
    for _ in slots:
        factories.visit(at, family(here)[0])

    with _sent("FROM contact_hours") as read:
        found = call_room.empty_places(here=at)

    assert len({one.child.child_id for one in found if one.child is not None}) == len(slots)
    assert len(read) == 1


def test_a_place_that_is_free_goes_to_who_has_waited_longest_in_the_room(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    slot_id, *_ = _room(here)
    _open(here, slot_id)
    (waited, _), (rang, contact_id), _absent = family(here), family(here), family(here)
    at = _at(app, clock, FIVE)
    with transaction() as session:
        session.get_one(Child, waited).enrolled_on = date(2026, 9, 1)
    for child_id in (waited, rang):
        factories.visit(at, child_id)
    (before,) = factories.slots(here, on=MONDAY - timedelta(days=6), places=1)
    factories.booking(here, rang, contact_id=contact_id, slot_id=before, state=CallState.DONE)

    first = call_repair.offer_standby(slot_id, here=at)
    then = call_repair.offer_standby(slot_id, here=at, passed_over=[waited])
    nobody = call_repair.offer_standby(slot_id, here=at, passed_over=[waited, rang])

    assert first is not None
    assert then is not None
    assert (first.child_id, then.child_id, nobody) == (waited, rang, None)
    assert (first.from_min, first.to_min) == (FIVE, FIVE + 10)
    assert first.ends_at == at.now + timedelta(seconds=60)


def test_the_same_request_for_a_free_place_is_one_call(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    slot_id, *_ = _room(here)
    _open(here, slot_id)
    child_id, _ = family(here)
    other, _ = family(here)
    at = _at(app, clock, FIVE)
    factories.visit(at, child_id)
    factories.visit(at, other)
    request_id = uuid4()

    first = call_repair.take_standby(slot_id, child_id, request_id, here=at)
    again = call_repair.take_standby(slot_id, child_id, request_id, here=at)

    assert first == again
    (call,) = bookings(child_id)
    assert (call.kind, call.state) == (CallKind.STANDBY, CallState.WAITING)
    with pytest.raises(RefusedError) as error:
        call_repair.take_standby(slot_id, other, uuid4(), here=at)
    assert error.value.reason is CallRefusal.SLOT_TAKEN
    with pytest.raises(NotFoundError):
        call_repair.take_standby(slot_id, other, request_id, here=at)


def test_the_rest_of_a_place_is_offered_while_it_is_worth_it(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    slot_id, *_ = _room(here, places=1)
    missed, _ = family(here)
    calls_week.publish(MONDAY, here)
    _open(here, slot_id)
    at = _at(app, clock, FIVE)
    factories.visit(at, missed)
    calls_week.miss(bookings(missed)[0].id, here=at)
    other, _ = family(here)
    factories.visit(at, other)

    later = _at(app, clock, FIVE + 4)
    offer = call_repair.offer_standby(slot_id, here=later)
    too_late = call_repair.offer_standby(slot_id, here=_at(app, clock, FIVE + 8))

    assert offer is not None
    assert (offer.child_id, offer.from_min) == (other, FIVE + 4)
    assert too_late is None


# What cannot wait


def _urgent(child_id: UUID, here: Here, *, request_id: UUID | None = None) -> object:
    try:
        return urgent_calls.place(
            child_id=child_id,
            reason=UrgentReason.ILLNESS,
            asked_by=AskedBy.TEACHER,
            request_id=request_id or uuid4(),
            staff_id=factories.staff(here).staff_id,
            here=here,
        )
    except KioskError as error:
        return error.reason


def test_an_urgent_call_has_the_soonest_free_place_and_does_not_use_the_week(here: Here) -> None:
    _first, second = _room(here, places=2)
    planned, _ = family(here)
    calls_week.publish(MONDAY, here)
    own = bookings(planned)[0].slot_id
    free = ({_first, second} - {own}).pop()
    request_id = uuid4()

    made = _urgent(planned, here, request_id=request_id)
    again = _urgent(planned, here, request_id=request_id)

    assert made == again
    assert {one.slot_id: one.kind for one in bookings(planned)} == {
        own: CallKind.WEEKLY,
        free: CallKind.URGENT,
    }


def test_urgent_calls_of_a_week_are_so_many_and_no_more(here: Here) -> None:
    _room(here, places=6)
    children = [family(here)[0] for _ in range(4)]

    said = [_urgent(child_id, here) for child_id in children]

    assert said[3] is UrgentRefusal.TOO_MANY_URGENT
    assert isinstance(said[2], urgent_calls.UrgentCall)


def test_an_urgent_call_says_why_it_cannot_be(here: Here) -> None:
    alone, (child_id, _) = factories.child(here).child_id, family(here)

    assert _urgent(alone, here) is CallRefusal.NO_CONTACT
    assert _urgent(child_id, here) == urgent_calls.UrgentCall()  # no place is free: it waits


def test_who_cannot_wait_has_the_place_that_comes_free_before_all_others(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    calls_week.publish(MONDAY, here)
    longest, urgent = family(here)[0], family(here)[0]
    with transaction() as session:
        session.get_one(Child, longest).enrolled_on = date(2026, 9, 1)
    at = _at(app, clock, 8 * 60)
    request_id = uuid4()
    _urgent(urgent, at, request_id=request_id)

    (place,) = _room(here, places=1)
    done = call_repair.repair_if_due(here=at)
    again = call_repair.repair_if_due(here=_at(app, clock, 8 * 60 + 1))

    (call,) = bookings(urgent)
    assert (call.slot_id, call.kind, done.booked) == (place, CallKind.URGENT, (call.id,))
    assert again.booked == ()
    assert bookings(longest) == []
    call_wishes.settle(here=at)
    (wish,) = reading().scalars(select(CallWish)).all()
    assert (wish.state, wish.booking_id) == (WishState.PLANNED, call.id)


def test_who_cannot_wait_rings_at_a_telephone_that_is_free_now_before_all_others(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    (later_slot,) = _room(here, places=1, on=WEDNESDAY)
    urgent, other = family(here)[0], family(here)[0]
    _urgent(urgent, here)
    (later,) = [one.id for one in bookings(urgent)]
    calls_week.publish(MONDAY, here)
    (slot_id,) = _room(here, places=1)
    for child_id in (other, urgent):
        factories.visit(here, child_id)
    _open(here, slot_id)
    at = _at(app, clock, FIVE)

    offer = call_repair.offer_standby(slot_id, here=at)
    booking_id = call_repair.take_standby(slot_id, urgent, uuid4(), here=at)

    assert offer is not None
    assert offer.child_id == urgent
    found = {one.id: (one.kind, one.state, one.slot_id) for one in bookings(urgent)}
    assert found[booking_id] == (CallKind.URGENT, CallState.WAITING, slot_id)
    assert found[later] == (CallKind.URGENT, CallState.CANCELLED, later_slot)


def test_an_urgent_call_that_fell_through_is_made_good_this_week(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    (weekly_slot,) = _room(here, places=1)
    child_id, contact_id = family(here)
    calls_week.publish(MONDAY, here)
    factories.visit(here, child_id)
    _open(here, weekly_slot)
    (weekly,) = bookings(child_id)
    at = _at(app, clock, FIVE)
    calls_week.lead(weekly.id, *CALLED, CallState.DONE, here=at)
    (first,) = _room(here, places=1, on=TUESDAY)
    _urgent(child_id, at)
    calls_week.lead(bookings(child_id)[-1].id, CallState.RELEASED, here=at)
    (place,) = _room(here, places=1, on=WEDNESDAY)

    with transaction() as session:
        session.get_one(Slot, first).status = SlotStatus.WITHDRAWN
    done = call_repair.repair_if_due(here=at)
    again = call_repair.repair_if_due(here=at)

    lost, instead = bookings(child_id)[1:]
    assert (done.booked, again.booked) == ((instead.id,), ())
    assert (instead.slot_id, instead.kind, instead.replaces_id, instead.contact_id) == (
        place,
        CallKind.URGENT,
        lost.id,
        contact_id,
    )


# Brothers and sisters


def _siblings(here: Here) -> tuple[UUID, UUID]:
    one, _ = family(here, phone="19900001001")
    other, _ = family(here, phone="19900001001")
    calls_week.publish(MONDAY, here)
    leader = next(one for one in (one, other) if bookings(one)[0].companion_of_id is None)
    return leader, ({one, other} - {leader}).pop()


def _states(*child_ids: UUID) -> list[CallState]:
    return [bookings(child_id)[-1].state for child_id in child_ids]


def test_a_call_of_two_ends_for_both(here: Here, app: Flask, clock: FrozenClock) -> None:
    _room(here)
    leader, along = _siblings(here)
    at = _at(app, clock, bookings(leader)[0].start_min)
    for child_id in (leader, along):
        factories.visit(at, child_id)

    calls_week.lead(bookings(leader)[0].id, *CALLED, here=at)
    calls_week.lead(bookings(along)[0].id, CallState.DONE, here=at)

    assert _states(leader, along) == [CallState.DONE, CallState.DONE]
    assert bookings(along)[0].started_at == bookings(leader)[0].started_at


def test_of_two_the_one_who_came_rings(here: Here, app: Flask, clock: FrozenClock) -> None:
    _room(here)
    leader, along = _siblings(here)
    at = _at(app, clock, bookings(leader)[0].start_min)
    factories.visit(at, along)
    _open(at, bookings(leader)[0].slot_id)

    later = _at(app, clock, bookings(leader)[0].start_min + 4)
    calls_week.lead(bookings(along)[0].id, *CALLED, CallState.DONE, here=later)

    assert _states(leader, along) == [CallState.NO_SHOW, CallState.DONE]
    assert bookings(along)[0].companion_of_id is None


def test_who_comes_later_joins_the_call(here: Here, app: Flask, clock: FrozenClock) -> None:
    _room(here)
    leader, along = _siblings(here)
    start = bookings(leader)[0].start_min
    at = _at(app, clock, start)
    factories.visit(at, leader)
    calls_week.lead(bookings(leader)[0].id, *CALLED, here=at)

    factories.visit(at, along)
    calls_week.lead(bookings(along)[0].id, *CALLED, here=_at(app, clock, start + 2))
    calls_week.lead(bookings(leader)[0].id, CallState.DONE, here=_at(app, clock, start + 6))

    assert _states(leader, along) == [CallState.DONE, CallState.DONE]


def test_a_call_of_two_that_is_cut_or_missed_is_tried_again_for_both(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here)
    leader, along = _siblings(here)
    at = _at(app, clock, bookings(leader)[0].start_min)
    for child_id in (leader, along):
        factories.visit(at, child_id)

    calls_week.lead(bookings(leader)[0].id, *CALLED, CallState.CUT, here=at)

    assert [[one.state for one in bookings(child_id)] for child_id in (leader, along)] == [
        [CallState.CUT, CallState.BOOKED],
        [CallState.CUT, CallState.BOOKED],
    ]
    assert bookings(along)[1].companion_of_id == bookings(leader)[1].id
    assert bookings(along)[1].replaces_id == bookings(along)[0].id


def test_who_cannot_ring_the_same_person_again_does_not_ring_along(
    here: Here, app: Flask, clock: FrozenClock
) -> None:
    _room(here)
    leader, along = _siblings(here)
    at = _at(app, clock, bookings(leader)[0].start_min)
    for child_id in (leader, along):
        factories.visit(at, child_id)
    mother = factories.contact(here, leader)
    calls_week.lead(bookings(leader)[0].id, *CALLED, here=at)
    father = bookings(leader)[0].contact_id
    contacts.bar_contact(father, actor_id=factories.staff(here).staff_id, here=here)

    calls_week.lead(bookings(leader)[0].id, CallState.CUT, here=at)

    assert [one.contact_id for one in bookings(leader)] == [father, mother]
    assert [one.state for one in bookings(along)] == [CallState.CUT]


def test_whose_brother_is_excused_rings_alone(here: Here) -> None:
    _room(here)
    leader, along = _siblings(here)

    calls_week.lead(bookings(leader)[0].id, CallState.EXCUSED, here=here)

    (call,) = bookings(along)
    assert (call.state, call.companion_of_id) == (CallState.BOOKED, None)


def test_the_board_makes_good_what_fell_through(here: Here, app: Flask, clock: FrozenClock) -> None:
    _room(here, places=1)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    (place,) = _room(here, places=1, on=WEDNESDAY)
    calls_week.lead(bookings(child_id)[0].id, CallState.RELEASED, here=here)

    call_desk.board(TUESDAY, here=_at(app, clock, 8 * 60, on=TUESDAY))

    assert bookings(child_id)[-1].slot_id == place


def test_without_planning_nothing_is_moved_and_nothing_urgent_booked(
    app: Flask, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    child_id, _ = family(here)
    _room(here, on=WEDNESDAY)

    call_repair.repair_if_due(here=here)

    assert bookings(child_id) == []
    assert _urgent(child_id, here) is PlanProblem.NOT_PLANNED
