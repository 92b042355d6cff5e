"""The telephone as staff lead it: states, late calls, lines, seats."""

import contextlib
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking, BookingEvent, CallAttempt, CallResult, Slot
from kiosk.models.openings import Opening
from kiosk.models.people import ContactStatus
from kiosk.rules import call_states
from kiosk.rules.call_states import CallKind, CallRefusal, CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.call_wishes import OutageReason
from kiosk.rules.openings import OpeningState
from kiosk.services import call_closures, call_desk, call_lines, call_places, call_settling
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

STAFF_MAY_SET = [state for state in CallState if state is not CallState.UNCLEAR]


def _booking(booking_id: UUID) -> Booking:
    session = reading()
    session.rollback()
    return session.get_one(Booking, booking_id)


def _state(booking_id: UUID) -> CallState:
    return _booking(booking_id).state


def _lead(booking_id: UUID, *states: CallState, staff_id: UUID, here: Here) -> CallState:
    for state in states:
        version = _booking(booking_id).version
        call_desk.change(booking_id, state, version, staff_id=staff_id, here=here)
    return _state(booking_id)


def _attempts(booking_id: UUID) -> list[CallResult | None]:
    rows = reading().query(CallAttempt).filter_by(booking_id=booking_id)
    return [row.result for row in rows.order_by(CallAttempt.started_at, CallAttempt.id)]


def _refused(booking_id: UUID, state: CallState, *, staff_id: UUID, here: Here) -> object:
    version = _booking(booking_id).version
    with pytest.raises(RefusedError) as error:
        call_desk.change(booking_id, state, version, staff_id=staff_id, here=here)
    return error.value.reason


def _due(here: Here) -> UUID:
    """Return a booking of a child who is in the room, so that nobody calls it a no-show."""
    child = factories.child(here)
    factories.visit(here, child.child_id)
    return factories.booking(here, child.child_id)


def test_a_call_is_led_from_the_child_to_its_end(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    _lead(
        booking_id,
        CallState.WAITING,
        CallState.CALLING,
        staff_id=staff_id,
        here=here_in(app, clock),
    )
    clock.advance(minutes=7)

    ended = _lead(booking_id, CallState.DONE, staff_id=staff_id, here=here_in(app, clock))

    booking = _booking(booking_id)
    assert ended is CallState.DONE
    assert booking.ended_at is not None
    assert booking.started_at is not None
    assert booking.ended_at - booking.started_at == timedelta(minutes=7)
    assert _attempts(booking_id) == [CallResult.CONNECTED]


def test_who_ends_a_call_within_a_minute_is_asked_what_it_was(
    app: Flask, clock: FrozenClock
) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    states = (CallState.WAITING, CallState.CALLING)
    _lead(booking_id, *states, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(seconds=59)

    here = here_in(app, clock)

    reason = _refused(booking_id, CallState.DONE, staff_id=staff_id, here=here)

    assert reason is CallRefusal.TOO_SHORT
    assert _state(booking_id) is CallState.CALLING
    assert _lead(booking_id, CallState.CUT, staff_id=staff_id, here=here) is CallState.CUT
    assert _booking(booking_id).is_owed


def test_who_was_there_may_say_that_a_short_call_was_one(here: Here) -> None:
    """The button was pressed late, or the mother had a word before her shift."""
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, CallState.WAITING, CallState.CALLING, staff_id=staff_id, here=here)
    version = _booking(booking_id).version

    call_desk.change(
        booking_id, CallState.DONE, version, staff_id=staff_id, is_sure=True, here=here
    )

    assert _state(booking_id) is CallState.DONE
    assert call_desk.one(booking_id, here=here).minutes == 0


@pytest.mark.parametrize("from_state", CallState)
def test_only_the_table_leads_from_state_to_state(here: Here, from_state: CallState) -> None:
    staff_id = factories.staff(here).staff_id
    reached = set()

    for to_state in STAFF_MAY_SET:
        child = factories.child(here)
        factories.visit(here, child.child_id)
        since = here.now - timedelta(minutes=5)
        booking_id = factories.booking(here, child.child_id, state=from_state, started_at=since)
        version = _booking(booking_id).version
        with contextlib.suppress(RefusedError):
            call_desk.change(
                booking_id,
                to_state,
                version,
                staff_id=staff_id,
                result=CallResult.WRONG_NUMBER,  # no second try is asked for
                here=here,
            )
        if _booking(booking_id).version != version:
            reached.add(_state(booking_id))
        _end_live_calls(here)

    assert reached == call_states.TRANSITIONS[from_state] - {CallState.UNCLEAR}


def test_staff_are_offered_what_the_table_allows(here: Here) -> None:
    booking_id = _due(here)

    row = call_desk.one(booking_id, here=here)

    assert set(row.next_states) == call_states.TRANSITIONS[CallState.BOOKED]


@pytest.mark.parametrize("state", CallState)
def test_a_call_that_did_not_come_about_is_made_good_once(
    app: Flask, clock: FrozenClock, state: CallState
) -> None:
    here = here_in(app, clock)
    child = factories.child(here)
    booking_id = factories.booking(here, child.child_id, state=state)

    before = call_desk.one(booking_id, here=here)
    clock.advance(minutes=1)
    later = factories.slots(here_in(app, clock), from_min=18 * 60, places=1)[0]
    factories.booking(here_in(app, clock), child.child_id, slot_id=later, kind=CallKind.STANDBY)
    after = call_desk.one(booking_id, here=here)

    nobody_talked = {CallState.NO_ANSWER, CallState.NO_SHOW}
    assert before.is_to_be_made_good == (state in nobody_talked or call_states.effect(state).owed)
    assert not after.is_to_be_made_good


def test_the_system_alone_says_unclear(here: Here) -> None:
    child = factories.child(here)
    booking_id = factories.booking(here, child.child_id, state=CallState.CALLING)

    row = call_desk.one(booking_id, here=here)

    assert CallState.UNCLEAR not in row.next_states


def test_of_two_screens_one_wins_and_the_other_reads_why_not(here: Here) -> None:
    first, second = factories.staff(here), factories.staff(here, display_name="李老师")
    booking_id = _due(here)
    version = _booking(booking_id).version
    call_desk.change(booking_id, CallState.EXCUSED, version, staff_id=first.staff_id, here=here)

    with pytest.raises(RefusedError) as error:
        call_desk.change(
            booking_id, CallState.WAITING, version, staff_id=second.staff_id, here=here
        )

    assert error.value.reason is CallRefusal.NOT_ALLOWED
    assert _state(booking_id) is CallState.EXCUSED


def test_each_change_says_who_made_it(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)

    _lead(booking_id, CallState.WAITING, staff_id=staff_id, here=here)

    events = reading().query(BookingEvent).filter_by(booking_id=booking_id).all()
    last = max(events, key=lambda event: event.seq)
    assert (last.from_state, last.to_state) == (CallState.BOOKED, CallState.WAITING)
    assert last.by_staff_id == staff_id


def test_a_line_carries_one_call_at_a_time(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    line_id = factories.line(here)
    first_slot, second_slot = factories.slots(here, places=2, line_id=line_id)
    children = [factories.child(here), factories.child(here)]
    for child in children:
        factories.visit(here, child.child_id)
    first = factories.booking(here, children[0].child_id, slot_id=first_slot)
    second = factories.booking(here, children[1].child_id, slot_id=second_slot)
    _lead(first, CallState.WAITING, CallState.CALLING, staff_id=staff_id, here=here)
    _lead(second, CallState.WAITING, staff_id=staff_id, here=here)

    reason = _refused(second, CallState.CALLING, staff_id=staff_id, here=here)

    assert reason is CallRefusal.LINE_BUSY
    assert _state(second) is CallState.WAITING


def test_a_wrong_tap_on_done_is_undone_within_two_minutes(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    states = (CallState.WAITING, CallState.CALLING)
    _lead(booking_id, *states, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(minutes=3)
    _lead(booking_id, CallState.DONE, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(minutes=2)

    _lead(booking_id, CallState.CALLING, staff_id=staff_id, here=here_in(app, clock))

    assert _booking(booking_id).ended_at is None
    assert _attempts(booking_id) == [None]


def test_after_two_minutes_done_stays_done(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    child = factories.child(here_in(app, clock))
    booking_id = factories.booking(here_in(app, clock), child.child_id, state=CallState.DONE)
    clock.advance(minutes=2, seconds=1)
    here = here_in(app, clock)

    reason = _refused(booking_id, CallState.CALLING, staff_id=staff_id, here=here)

    assert reason is CallRefusal.TOO_LATE


@pytest.mark.parametrize("result", [CallResult.NO_ANSWER, CallResult.BUSY, CallResult.WRONG_NUMBER])
def test_why_nobody_was_reached_stands_in_the_try(
    app: Flask, clock: FrozenClock, result: CallResult
) -> None:
    here = here_in(app, clock)
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, CallState.WAITING, CallState.CALLING, staff_id=staff_id, here=here)
    first = CallResult.NO_ANSWER
    clock.advance(minutes=1)
    here = here_in(app, clock)
    call_desk.ring_again(booking_id, _booking(booking_id).version, result=first, here=here)
    version = _booking(booking_id).version

    call_desk.change(
        booking_id, CallState.NO_ANSWER, version, staff_id=staff_id, result=result, here=here
    )

    assert _state(booking_id) is CallState.NO_ANSWER
    assert _attempts(booking_id) == [first, result]


def test_nobody_gives_up_after_one_try(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, CallState.WAITING, CallState.CALLING, staff_id=staff_id, here=here)

    reason = _refused(booking_id, CallState.NO_ANSWER, staff_id=staff_id, here=here)

    assert reason is CallRefusal.RING_AGAIN
    assert not call_desk.one(booking_id, here=here).may_give_up
    assert _state(booking_id) is CallState.CALLING


def test_a_second_try_rings_in_the_same_place(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    states = (CallState.WAITING, CallState.CALLING)
    _lead(booking_id, *states, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(minutes=2)
    version = _booking(booking_id).version

    call_desk.ring_again(booking_id, version, result=CallResult.NO_ANSWER, here=here_in(app, clock))

    assert _state(booking_id) is CallState.CALLING
    assert _attempts(booking_id) == [CallResult.NO_ANSWER, None]
    assert _booking(booking_id).started_at == clock()


def test_nobody_rings_again_who_did_not_ring(here: Here) -> None:
    booking_id = _due(here)

    with pytest.raises(RefusedError) as error:
        call_desk.ring_again(booking_id, 1, result=CallResult.BUSY, here=here)

    assert error.value.reason is CallRefusal.NOT_ALLOWED


def test_three_minutes_late_is_a_no_show_for_whoever_looks(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    booking_id = _booked_in_an_open_room(here)
    clock.advance(minutes=23)  # it is 17:03, and the place began at 17:00

    rows = call_desk.day(here.today, here=here_in(app, clock))

    assert [row.state for row in rows] == [CallState.NO_SHOW]
    assert _state(booking_id) is CallState.NO_SHOW


def test_a_minute_earlier_the_child_is_still_waited_for(app: Flask, clock: FrozenClock) -> None:
    booking_id = _booked_in_an_open_room(here_in(app, clock))
    clock.advance(minutes=22)

    assert call_settling.settle(here=here_in(app, clock)) == 0
    assert _state(booking_id) is CallState.BOOKED


def test_a_child_who_is_in_the_room_is_never_a_no_show(app: Flask, clock: FrozenClock) -> None:
    booking_id = _booked_in_an_open_room(here_in(app, clock))
    factories.visit(here_in(app, clock), _booking(booking_id).child_id)
    clock.advance(minutes=29)  # its place is not over

    assert call_settling.settle(here=here_in(app, clock)) == 0
    assert _state(booking_id) is CallState.BOOKED


@pytest.mark.parametrize("looks_after", [timedelta(minutes=30), timedelta(days=1)])
def test_who_waited_in_the_room_and_was_not_led_is_owed_whoever_looks_when(
    app: Flask, clock: FrozenClock, looks_after: timedelta
) -> None:
    booking_id = _booked_in_an_open_room(here_in(app, clock))
    here = here_in(app, clock)
    factories.visit(
        here,
        _booking(booking_id).child_id,
        signed_out_at=here.now + timedelta(minutes=29) if looks_after.days else None,
    )
    clock.advance(minutes=looks_after.total_seconds() // 60)

    assert call_settling.settle(here=here_in(app, clock)) == 1
    assert _state(booking_id) is CallState.RELEASED
    assert _booking(booking_id).is_owed


@pytest.mark.parametrize("looks_after", [timedelta(minutes=23), timedelta(days=1)])
def test_who_showed_its_card_and_left_before_its_time_did_not_come(
    app: Flask, clock: FrozenClock, looks_after: timedelta
) -> None:
    here = here_in(app, clock)
    booking_id = factories.booking(here, factories.child(here).child_id, state=CallState.WAITING)
    _open_the_room_of(booking_id, clock)
    factories.visit(
        here, _booking(booking_id).child_id, signed_out_at=here.now + timedelta(minutes=15)
    )
    clock.advance(minutes=looks_after.total_seconds() // 60)

    assert call_settling.settle(here=here_in(app, clock)) == 1
    assert _state(booking_id) is CallState.NO_SHOW


def test_who_was_led_to_the_telephone_is_waited_for(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    booking_id = _booked_in_an_open_room(here)
    _lead(booking_id, CallState.WAITING, staff_id=factories.staff(here).staff_id, here=here)
    clock.advance(minutes=40)

    assert call_settling.settle(here=here_in(app, clock)) == 0
    assert _state(booking_id) is CallState.WAITING


def test_where_nobody_opened_no_child_stayed_away(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    booking_id = factories.booking(here, factories.child(here).child_id)
    clock.advance(minutes=40)

    assert call_settling.settle(here=here_in(app, clock)) == 0
    assert _state(booking_id) is CallState.BOOKED


def test_a_room_that_opens_late_waits_three_minutes_all_the_same(
    app: Flask, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    booking_id = factories.booking(here, factories.child(here).child_id)
    clock.advance(minutes=40)  # 17:20
    _open_the_room_of(booking_id, clock)
    clock.advance(minutes=2)

    assert call_settling.settle(here=here_in(app, clock)) == 0
    clock.advance(minutes=1)
    assert call_settling.settle(here=here_in(app, clock)) == 1
    assert _state(booking_id) is CallState.NO_SHOW


def test_a_clock_that_leaps_a_year_ends_no_day(app: Flask, clock: FrozenClock) -> None:
    now = partial(here_in, app, clock)
    booking_id = factories.booking(now(), factories.child(now()).child_id)
    factories.visit(now(), factories.child(now()).child_id, signed_out_at=now().now)
    clock.advance(days=365)
    factories.visit(now(), factories.child(now()).child_id)

    call_settling.settle(here=now())
    leapt = _state(booking_id)
    clock.advance(days=3 - 365)
    call_settling.settle(here=now())

    assert leapt is CallState.BOOKED
    assert _state(booking_id) is not CallState.BOOKED


def test_a_call_forgotten_overnight_is_unclear_and_the_line_is_free(
    app: Flask, clock: FrozenClock
) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    states = (CallState.WAITING, CallState.CALLING)
    _lead(booking_id, *states, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(days=1)

    unclear = call_desk.day(here_in(app, clock).today - timedelta(days=1), here=here_in(app, clock))

    assert [row.state for row in unclear] == [CallState.UNCLEAR]
    assert _attempts(booking_id) == [CallResult.CUT]
    assert _booking(booking_id).ended_at is None


def test_staff_say_within_a_week_how_it_ended(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    child = factories.child(here_in(app, clock))
    booking_id = factories.booking(here_in(app, clock), child.child_id, state=CallState.UNCLEAR)
    clock.advance(days=6)

    _lead(booking_id, CallState.DONE, staff_id=staff_id, here=here_in(app, clock))

    assert _state(booking_id) is CallState.DONE


def test_after_a_week_it_stays_unclear(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    child = factories.child(here_in(app, clock))
    booking_id = factories.booking(here_in(app, clock), child.child_id, state=CallState.UNCLEAR)
    clock.advance(days=7, seconds=1)
    here = here_in(app, clock)

    reason = _refused(booking_id, CallState.DONE, staff_id=staff_id, here=here)

    assert reason is CallRefusal.TOO_LATE


@pytest.mark.parametrize("state", [CallState.BOOKED, CallState.WAITING])
def test_a_call_that_nobody_made_for_a_child_who_came_is_owed(
    app: Flask, clock: FrozenClock, state: CallState
) -> None:
    here = here_in(app, clock)
    child = factories.child(here)
    factories.visit(here, child.child_id, signed_out_at=here.now + timedelta(minutes=40))
    booking_id = factories.booking(here, child.child_id, state=state)
    _open_the_room_of(booking_id, clock)
    clock.advance(days=1)

    call_settling.settle(here=here_in(app, clock))

    assert _state(booking_id) is CallState.RELEASED
    assert _booking(booking_id).is_owed


def test_a_room_that_shut_before_the_call_owes_it(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    booking_id = factories.booking(here, factories.child(here).child_id)
    _open_the_room_of(booking_id, clock, shut=True)
    clock.advance(days=1)

    call_settling.settle(here=here_in(app, clock))

    assert _state(booking_id) is CallState.RELEASED


def test_a_room_that_nobody_closed_waited_for_nobody_beyond_its_plan(
    app: Flask, clock: FrozenClock
) -> None:
    booking_id = factories.booking(
        here_in(app, clock), factories.child(here_in(app, clock)).child_id
    )
    _open_the_room_of(booking_id, clock)
    with transaction() as session:
        booking = session.get_one(Booking, booking_id)
        opening = session.get_one(Opening, session.get_one(Slot, booking.slot_id).opening_id)
        opening.state, opening.is_close_unconfirmed = OpeningState.SHORT, True
        opening.to_min = booking.start_min + 1
    clock.advance(days=1)

    call_settling.settle(here=here_in(app, clock))

    assert _state(booking_id) is CallState.RELEASED


def test_looking_writes_nothing_when_nothing_is_late(here: Here) -> None:
    _due(here)
    before = factories.how_many(BookingEvent)

    call_desk.board(here.today, here=here)

    assert factories.how_many(BookingEvent) == before


def test_free_places_stand_between_the_calls(here: Here) -> None:
    board = call_desk.board(here.today, here=here)

    assert {row.is_free for row in board} == {True}
    assert board[0].start_min == 16 * 60 + 40
    assert [row.start_min for row in board] == sorted(row.start_min for row in board)


def test_a_number_may_be_looked_at_while_it_is_rung(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    path = (CallState.WAITING, CallState.CALLING)

    for version, state in enumerate(path, start=1):
        with pytest.raises(RefusedError) as error:
            call_desk.to_ring(booking_id, here=here)
        assert error.value.reason is CallRefusal.TOO_LATE
        call_desk.change(booking_id, state, version, staff_id=staff_id, here=here)

    assert call_desk.to_ring(booking_id, here=here).booking_id == booking_id


def test_a_call_of_no_room_is_not_found(here: Here) -> None:
    staff_id = factories.staff(here).staff_id

    with pytest.raises(NotFoundError):
        call_desk.change(uuid4(), CallState.WAITING, 1, staff_id=staff_id, here=here)


def test_who_is_here_without_a_call_is_seated_first(here: Here) -> None:
    absent, present, has_one = (factories.child(here, given_name=name) for name in "甲乙丙")
    for child in (absent, present):
        factories.contact(here, child.child_id)
    factories.visit(here, present.child_id)
    factories.booking(here, has_one.child_id)

    seated = call_places.callers(here.today, here=here)

    assert [one.given_name for one in seated] == ["乙", "甲", "丙"]


def test_whom_nobody_approved_is_not_offered(here: Here) -> None:
    child = factories.child(here)
    factories.contact(here, child.child_id, status=ContactStatus.PROPOSED)

    assert call_places.callers(here.today, here=here) == ()
    assert call_places.caller(child.child_id, here=here).people == ()


def test_a_teacher_books_for_a_child(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    child = factories.child(here)
    contact_id = factories.contact(here, child.child_id)
    place = call_places.places(here=here)[0]

    call_places.book(
        child_id=child.child_id,
        contact_id=contact_id,
        slot_id=place.slot_id,
        request_id=uuid4(),
        staff_id=staff_id,
        here=here,
    )

    event = reading().query(BookingEvent).one()
    assert event.by_staff_id == staff_id
    assert event.by_child_id is None
    with pytest.raises(NotFoundError):
        call_places.place(place.slot_id, here=here)


def test_a_call_cut_off_leaves_the_child_without_a_call(here: Here) -> None:
    child = factories.child(here)
    factories.booking(here, child.child_id, state=CallState.CUT)

    assert call_desk.without_call_count(here=here) == 1


def test_a_line_out_of_use_releases_its_calls(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    line_id = reading().get_one(Slot, _booking(booking_id).slot_id).line_id

    closed = call_closures.close_line(
        line_id, reason=OutageReason.OTHER, request_id=uuid4(), staff_id=staff_id, here=here
    )

    assert closed.released == 1
    assert _state(booking_id) is CallState.RELEASED
    assert _booking(booking_id).is_owed


def test_a_new_line_has_places_at_once(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    before = len(call_places.places(here=here))

    call_lines.add(name="视频1", kind=LineKind.VIDEO, staff_id=staff_id, here=here)

    assert len(call_places.places(here=here)) == 2 * before
    assert reading().query(Audit).filter_by(action=AuditAction.EDIT).count() == 1


def _booked_in_an_open_room(here: Here) -> UUID:
    """Return a booking for 17:00 of a child who is not here; the room opened at 16:40."""
    factories.open_today(here)
    slot_id = reading().query(Slot).filter_by(on_date=here.today, start_min=17 * 60).one().id
    return factories.booking(here, factories.child(here).child_id, slot_id=slot_id)


def _open_the_room_of(booking_id: UUID, clock: FrozenClock, *, shut: bool = False) -> None:
    slot_id = _booking(booking_id).slot_id
    with transaction() as session:
        opening = session.get_one(Opening, session.get_one(Slot, slot_id).opening_id)
        opening.state = OpeningState.SHORT if shut else OpeningState.OPEN
        opening.opened_at = clock()
        opening.closed_at = clock() if shut else None


def _end_live_calls(here: Here) -> None:
    with transaction() as session:
        for attempt in session.query(CallAttempt).filter(CallAttempt.ended_at.is_(None)):
            attempt.ended_at, attempt.result = here.now, CallResult.CUT


def test_a_day_without_calls_is_empty(here: Here) -> None:
    assert call_desk.day(date(2026, 11, 1), here=here) == ()
