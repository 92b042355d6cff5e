"""Many at one telephone at one instant: the indexes decide, on SQLite and on PostgreSQL."""

from collections import Counter
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import db, reading, transaction
from kiosk.models.call_plan import WeekPlan
from kiosk.models.calls import Booking, BookingEvent, Slot
from kiosk.models.openings import Opening
from kiosk.rules import civil
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.call_repair import UrgentRefusal
from kiosk.rules.call_states import HOLDING, CallKind, CallRefusal, CallState
from kiosk.rules.call_wishes import AskedBy, OutageReason, PlanState, UrgentReason
from kiosk.rules.openings import OpeningRefusal, OpeningState
from kiosk.services import (
    call_closures,
    call_desk,
    call_moves,
    call_repair,
    call_seating,
    call_settings,
    urgent_calls,
    week_plans,
    week_publishing,
)
from kiosk.services.call_seating import NewCall
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.services import calls_week
from tests.services.calls_week import FIVE, MONDAY, WEDNESDAY, bookings, family
from tests.services.test_races import _many, _outcome

WORKERS = 8


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    here = here_in(either_app, clock)
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    calls_week.clear_places()
    return here


def _monday(app: Flask, clock: FrozenClock, here: Here) -> Here:
    clock.set_to(civil.instant(MONDAY, FIVE, here.settings.zone))
    return here_in(app, clock)


def _open_place(here: Here, on: date = MONDAY) -> UUID:
    (slot_id,) = factories.slots(here, on=on, places=1)
    with transaction() as session:
        opening = session.get_one(Opening, session.get_one(Slot, slot_id).opening_id)
        opening.state, opening.opened_at = OpeningState.OPEN, here.now
    return slot_id


def _holding() -> list[Booking]:
    db.session.remove()
    return list(reading().scalars(select(Booking).where(Booking.state.in_(HOLDING))))


def test_a_free_place_is_taken_by_one_of_eight_who_stand_by(
    here: Here, either_app: Flask, clock: FrozenClock
) -> None:
    at = _monday(either_app, clock, here)
    slot_id = _open_place(at)
    children = [family(here)[0] for _ in range(WORKERS)]
    for child_id in children:
        factories.visit(at, child_id)

    def take(number: int) -> object:
        took = _outcome(
            lambda: call_repair.take_standby(slot_id, children[number], uuid4(), here=at)
        )
        return "taken" if isinstance(took, UUID) else took

    said = Counter(_many(either_app, take, workers=WORKERS))

    assert said == {"taken": 1, CallRefusal.SLOT_TAKEN: WORKERS - 1}
    assert [one.kind for one in _holding()] == [CallKind.STANDBY]


def test_of_eight_urgent_calls_at_once_as_many_are_made_as_may_be(
    here: Here, either_app: Flask
) -> None:
    factories.slots(here, on=MONDAY, places=WORKERS + 2)
    children = [family(here)[0] for _ in range(WORKERS)]
    staff_id = factories.staff(here).staff_id

    def ask(number: int) -> object:
        made = _outcome(
            lambda: urgent_calls.place(
                child_id=children[number],
                reason=UrgentReason.DEATH,
                asked_by=AskedBy.TEACHER,
                request_id=uuid4(),
                staff_id=staff_id,
                here=here,
            )
        )
        return "made" if isinstance(made, urgent_calls.UrgentCall) else made

    said = Counter(_many(either_app, ask, workers=WORKERS))

    assert said == {"made": 3, UrgentRefusal.TOO_MANY_URGENT: WORKERS - 3}


def test_a_plan_that_is_published_by_four_at_once_is_published_once(
    here: Here, either_app: Flask
) -> None:
    factories.slots(here, on=MONDAY, places=3)
    for _ in range(3):
        family(here)
    plan_id = week_plans.draft(MONDAY, here=here)
    staff_id = factories.staff(here).staff_id

    def publish(_number: int) -> object:
        return _outcome(lambda: week_publishing.publish(plan_id, actor_id=staff_id, here=here))

    said = _many(either_app, publish, workers=4)

    assert said == [week_publishing.Published(booked=3, left_over=0)] * 4
    assert len(_holding()) == 3


def test_a_week_that_four_look_at_first_is_drafted_once(here: Here, either_app: Flask) -> None:
    family(here)

    def look(_number: int) -> object:
        return _outcome(lambda: week_plans.draft_if_due(here=here))

    said = _many(either_app, look, workers=4)

    assert sorted(one is None for one in said) == [False, True, True, True]
    assert reading().scalars(select(WeekPlan.state)).all() == [PlanState.DRAFT]


def test_a_line_rings_once_however_many_ring(
    here: Here, either_app: Flask, clock: FrozenClock
) -> None:
    at, line_id = _monday(either_app, clock, here), factories.line(here)
    slots = factories.slots(here, on=MONDAY, places=4, line_id=line_id)
    booked = []
    for slot_id in slots:
        child_id, contact_id = family(here)
        booked.append(
            factories.booking(
                here, child_id, contact_id=contact_id, slot_id=slot_id, state=CallState.WAITING
            )
        )
    staff_id = factories.staff(here).staff_id

    def ring(number: int) -> object:
        return _outcome(
            lambda: call_desk.change(
                booked[number], CallState.CALLING, 1, staff_id=staff_id, here=at
            )
        )

    said = Counter(_many(either_app, ring, workers=4))

    assert said == {None: 1, CallRefusal.LINE_BUSY: 3}


def test_two_screens_that_end_one_call_end_it_once(
    here: Here, either_app: Flask, clock: FrozenClock
) -> None:
    at = _monday(either_app, clock, here)
    (slot_id,) = factories.slots(here, on=MONDAY, places=1)
    child_id, contact_id = family(here)
    booking_id = factories.booking(here, child_id, contact_id=contact_id, slot_id=slot_id)
    staff_id = factories.staff(here).staff_id

    def excuse(_number: int) -> object:
        return _outcome(
            lambda: call_desk.change(booking_id, CallState.EXCUSED, 1, staff_id=staff_id, here=at)
        )

    said = Counter(_many(either_app, excuse, workers=4))

    assert said == {None: 1, CallRefusal.NOT_ALLOWED: 3}
    assert factories.how_many(BookingEvent) == 2


def test_a_week_that_is_repaired_by_four_at_once_is_repaired_once(
    here: Here, either_app: Flask, clock: FrozenClock
) -> None:
    factories.slots(here, on=MONDAY, places=3)
    children = [family(here)[0] for _ in range(3)]
    calls_week.publish(MONDAY, here)
    for child_id in children:
        calls_week.lead(bookings(child_id)[0].id, CallState.RELEASED, here=here)
    factories.slots(here, on=WEDNESDAY, places=3)
    at = _monday(either_app, clock, here)

    _many(either_app, lambda _: call_repair.repair_if_due(here=at), workers=4)

    assert sorted(one.child_id for one in _holding()) == sorted(children)


def test_a_line_that_breaks_and_a_day_that_is_cancelled_twice_are_so_once(
    here: Here, either_app: Flask
) -> None:
    line_id, staff_id = factories.line(here), factories.staff(here).staff_id
    (slot_id,) = factories.slots(here, on=MONDAY, places=1, line_id=line_id)
    (other,) = factories.slots(here, on=WEDNESDAY, places=1)
    for one in (slot_id, other):
        child_id, contact_id = family(here)
        factories.booking(here, child_id, contact_id=contact_id, slot_id=one)
    opening_id = reading().get_one(Slot, other).opening_id
    db.session.remove()  # a look that goes on would keep the others waiting

    def close(number: int) -> object:
        if number % 2:
            return _outcome(
                lambda: (
                    call_closures.close_line(
                        line_id,
                        reason=OutageReason.NO_POWER,
                        request_id=uuid4(),
                        staff_id=staff_id,
                        here=here,
                    ).released
                )
            )
        return _outcome(
            lambda: (
                call_closures.close_opening(
                    opening_id, reason=ClosureReason.POWER, staff_id=staff_id, here=here
                ).released
            )
        )

    said = Counter(_many(either_app, close, workers=4))

    assert said[0] == said[OpeningRefusal.NOT_OPEN] == 1
    assert (
        sum(count for what, count in said.items() if what not in {0, OpeningRefusal.NOT_OPEN}) == 2
    )


def test_two_who_change_places_meet_nobody_on_the_way(here: Here, either_app: Flask) -> None:
    slots = factories.slots(here, on=MONDAY, places=2)
    families = [family(here) for _ in range(2)]
    booked = [
        factories.booking(here, child_id, contact_id=contact_id, slot_id=slot_id)
        for (child_id, contact_id), slot_id in zip(families, slots, strict=True)
    ]
    rivals = [family(here) for _ in range(WORKERS)]

    def act(number: int) -> object:
        if number == 0:
            return _swap(booked, families, slots, here)
        child_id, contact_id = rivals[number]
        wanted = _new(child_id, contact_id, slots[number % 2])
        with transaction() as session:
            return call_seating.seat(session, wanted, here=here)

    said = _many(either_app, act, workers=WORKERS)

    assert sum(one is not None for one in said) == 1
    assert {one.child_id: one.slot_id for one in _holding()} == {
        families[0][0]: slots[1],
        families[1][0]: slots[0],
    }


def _swap(
    booked: list[UUID], families: list[tuple[UUID, UUID]], slots: tuple[UUID, ...], here: Here
) -> str:
    with transaction() as session:
        call_moves.release(session, [session.get_one(Booking, one) for one in booked], here=here)
        session.flush()
        for (child_id, contact_id), slot_id in zip(families, reversed(slots), strict=True):
            assert call_seating.seat(session, _new(child_id, contact_id, slot_id), here=here)
    return "swapped"


def _new(child_id: UUID, contact_id: UUID, slot_id: UUID) -> NewCall:
    return NewCall(
        child_id=child_id,
        contact_id=contact_id,
        slot_id=slot_id,
        kind=CallKind.WEEKLY,
        replaces_id=None,
    )
