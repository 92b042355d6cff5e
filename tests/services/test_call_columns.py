"""The day's board: what of a line stands in sight, and how long they may talk."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from kiosk.db import transaction
from kiosk.models.calls import Booking, CallResult
from kiosk.rules.call_states import CallState
from kiosk.services import call_columns, call_desk, call_groups
from kiosk.services.call_columns import Column, Tile
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]
RUNG = (CallState.WAITING, CallState.CALLING)


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _day(here: Here, *states: CallState) -> list[UUID]:
    """Return calls of one line one after the other from now, each in its state."""
    slots = factories.slots(here, from_min=here.minute, places=len(states))
    return [
        factories.booking(here, factories.child(here).child_id, slot_id=slot_id, state=state)
        for slot_id, state in zip(slots, states, strict=True)
    ]


def _column(here: Here, booking_id: UUID) -> Column:
    rows = call_desk.board(here.today, here=here)
    (found,) = (
        column
        for column in call_columns.columns(rows, here=here)
        if booking_id in _ids(column.places)
    )
    return found


def _ids(places: tuple[object, ...]) -> list[UUID]:
    return [one.row.booking_id for one in places if isinstance(one, Tile)]


def _tile(here: Here, booking_id: UUID) -> Tile:
    return next(
        one
        for one in _column(here, booking_id).places
        if isinstance(one, Tile) and one.row.booking_id == booking_id
    )


def _lead(now: Now, booking_id: UUID, *states: CallState) -> None:
    staff_id = factories.staff(now()).staff_id
    for state in states:
        version = call_desk.one(booking_id, here=now()).version
        call_desk.change(booking_id, state, version, staff_id=staff_id, is_sure=True, here=now())


def test_what_is_over_is_not_in_the_way_of_what_is_to_come(now: Now) -> None:
    calls = _day(now(), CallState.DONE, CallState.DONE, CallState.BOOKED, CallState.EXCUSED)

    column = _column(now(), calls[0])

    assert _ids(column.over) == calls[:2]
    assert _ids(column.in_sight) == calls[2:]


def test_a_call_that_somebody_still_waits_for_does_not_keep_what_is_over_in_sight(
    now: Now, clock: FrozenClock
) -> None:
    waits, done, cut, last = _day(
        now(), CallState.WAITING, CallState.DONE, CallState.CUT, CallState.BOOKED
    )
    clock.advance(minutes=29)

    column = _column(now(), waits)

    assert _ids(column.over) == [done]
    assert _ids(column.in_sight) == [waits, cut, last]


def test_the_last_that_is_over_stays_while_something_is_asked_for_it(now: Now) -> None:
    calls = _day(now(), CallState.NO_ANSWER, CallState.NO_ANSWER, CallState.BOOKED)

    assert _ids(_column(now(), calls[0]).over) == calls[:1]


def test_what_can_be_taken_back_and_what_has_no_ending_stays_in_sight(
    now: Now, clock: FrozenClock
) -> None:
    unclear, done, _ = calls = _day(now(), CallState.UNCLEAR, CallState.BOOKED, CallState.BOOKED)
    _lead(now, done, *RUNG, CallState.DONE)

    at_once = _column(now(), done)
    clock.advance(minutes=3)
    later = _column(now(), done)

    assert _ids(at_once.in_sight) == calls
    assert (_ids(later.over), unclear in _ids(later.in_sight)) == ([done], True)


def test_at_the_end_of_the_day_all_of_it_is_in_sight(now: Now) -> None:
    calls = _day(now(), CallState.DONE, CallState.CUT)

    assert _ids(_column(now(), calls[0]).in_sight) == calls


@pytest.mark.parametrize(("late_min", "talk_min"), [(0, 8), (2, 8), (5, 5), (9, 3)])
def test_who_begins_late_ends_with_the_place_but_has_three_minutes(
    now: Now, clock: FrozenClock, late_min: int, talk_min: int
) -> None:
    (booking_id,) = _day(now(), CallState.BOOKED)
    _lead(now, booking_id, CallState.WAITING)
    clock.advance(minutes=late_min)

    _lead(now, booking_id, CallState.CALLING)

    assert _tile(now(), booking_id).talk_s == talk_min * 60


def test_only_who_was_not_reached_is_asked_when_to_ring_and_not_a_wrong_number(now: Now) -> None:
    missed, wrong = _day(now(), CallState.BOOKED, CallState.BOOKED)
    staff_id = factories.staff(now()).staff_id
    for booking_id, result in (
        (missed, CallResult.NO_ANSWER),
        (wrong, CallResult.WRONG_NUMBER),
    ):
        _lead(now, booking_id, *RUNG)
        version = call_desk.one(booking_id, here=now()).version
        if result is CallResult.NO_ANSWER:
            call_desk.ring_again(booking_id, version, result=result, here=now())
            version += 1
        call_desk.change(
            booking_id, CallState.NO_ANSWER, version, staff_id=staff_id, result=result, here=now()
        )

    tiles = [_tile(now(), one) for one in (missed, wrong)]

    assert [one.row.is_wrong_number for one in tiles] == [False, True]
    assert [one.asks_hours for one in tiles] == [True, False]


def test_the_cards_of_who_ring_together_are_one_person_s(now: Now) -> None:
    phone = "19900007777"
    first, second = (factories.child(now()).child_id for _ in range(2))
    mine, hers = (factories.contact(now(), one, phone=phone) for one in (first, second))
    slot_id, other = factories.slots(now(), from_min=now().minute, places=2)
    call = factories.booking(now(), first, contact_id=mine, slot_id=slot_id)
    along = factories.booking(now(), second, contact_id=hers)
    with transaction() as session:
        leader, follower = session.get_one(Booking, call), session.get_one(Booking, along)
        follower.slot_id, follower.start_min = leader.slot_id, leader.start_min
        follower.companion_of_id = call
    alone = factories.booking(now(), factories.child(now()).child_id, slot_id=other)

    assert call_groups.cards_rung(call) == (mine, hers)
    assert call_groups.cards_rung(along) == (hers, mine)
    assert len(call_groups.cards_rung(alone)) == 1
