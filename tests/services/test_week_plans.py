"""A week is drafted, looked at and published, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from kiosk.db import reading, transaction
from kiosk.errors import KioskError
from kiosk.models.call_hours import ChildLesson, ContactDoubt, ContactHours
from kiosk.models.call_plan import CallWish, LineOutage, PlanSeat, WeekPlan, WishTime
from kiosk.models.calls import Booking, BookingEvent, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.models.people import Child, Contact, ContactStatus
from kiosk.rules import civil
from kiosk.rules.call_reasons import SeatReason, UnseatedReason
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_windows import LineKind, WeekPattern
from kiosk.rules.call_wishes import (
    AskedBy,
    CardDoubt,
    LessonKind,
    OutageReason,
    PlanProblem,
    PlanState,
    WishKind,
    WishState,
)
from kiosk.services import call_settings, week_plan_facts, week_plans, week_publishing
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

MONDAY = date(2026, 11, 23)  # of the week after the clock's
TUESDAY = MONDAY + timedelta(days=1)
AFTERNOON, EVENING = 16 * 60, 19 * 60
MOTHER, FATHER = "19900001001", "19900001002"


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    here = here_in(either_app, clock)
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    return here


@pytest.fixture
def staff_id(here: Here) -> UUID:
    return factories.staff(here).staff_id


def _family(here: Here, *spans: tuple[int, int], phone: str | None = None) -> tuple[UUID, UUID]:
    """Return a child with a person who can be rung at these minutes of any day."""
    child_id = factories.child(here).child_id
    contact_id = factories.contact(here, child_id, phone=phone)
    rows = [
        {
            "id": uuid4(),
            "contact_id": contact_id,
            "weekday": weekday,
            "from_min": from_min,
            "to_min": to_min,
            "pattern": WeekPattern.ALWAYS,
        }
        for from_min, to_min in spans
        for weekday in range(1, 8)
    ]
    _add(ContactHours, *rows)
    return child_id, contact_id


def _add(table: type, *rows: dict[str, object]) -> None:
    if rows:
        with transaction() as session:
            session.execute(insert(table), list(rows))


def _places(here: Here, on: date, from_min: int, count: int) -> tuple[UUID, ...]:
    _clear_weekly_places()
    return factories.slots(here, on=on, from_min=from_min, places=count)


def _clear_weekly_places() -> None:
    """Leave only the places of a test; the weekly plan of every test's room has some too."""
    of_rules = select(Opening.id).where(Opening.rule_id.is_not(None))
    with transaction() as session:
        session.execute(
            update(Slot)
            .where(Slot.on_date >= MONDAY, Slot.opening_id.in_(of_rules))
            .values(status=SlotStatus.WITHDRAWN)
        )


def _seats(plan_id: UUID) -> dict[UUID, PlanSeat]:
    rows = reading().scalars(select(PlanSeat).where(PlanSeat.plan_id == plan_id))
    return {row.child_id: row for row in rows}


def _bookings() -> list[Booking]:
    reading().expire_all()
    return list(reading().scalars(select(Booking).order_by(Booking.on_date, Booking.start_min)))


def _problem(act: Callable[[], object]) -> object:
    with pytest.raises(KioskError) as error:
        act()
    return error.value.reason


# What the plan is made from


def test_a_family_is_rung_in_its_own_hours(here: Here) -> None:
    early, late = _places(here, TUESDAY, AFTERNOON, 1), _places(here, TUESDAY, EVENING, 1)
    by_day, by_night = _family(here, (EVENING, EVENING + 60)), _family(here, (900, 1020))

    seats = _seats(week_plans.draft(MONDAY, here=here))

    assert seats[by_day[0]].slot_id == late[0]
    assert seats[by_night[0]].slot_id == early[0]


def test_who_is_never_free_is_told_so(here: Here) -> None:
    _places(here, TUESDAY, AFTERNOON, 2)
    asleep, busy, nobody = _family(here, (480, 540)), _family(here), factories.child(here).child_id
    lesson = {"weekday": 2, "from_min": 900, "to_min": 1080, "kind": LessonKind.CLUB}
    _add(ChildLesson, {"id": uuid4(), "child_id": busy[0]} | lesson)
    barred, barred_contact = _family(here)
    with transaction() as session:
        session.get_one(Contact, barred_contact).status = ContactStatus.BARRED

    seats = _seats(week_plans.draft(MONDAY, here=here))

    assert {child_id: seats[child_id].unseated_reason for child_id in seats} == {
        asleep[0]: UnseatedReason.FAMILY_NEVER_FREE,
        busy[0]: UnseatedReason.CHILD_BUSY,
        nobody: UnseatedReason.NO_CONTACT,
        barred: UnseatedReason.NO_CONTACT,
    }


def test_who_has_waited_longest_comes_first(here: Here) -> None:
    slot_id, *_ = _places(here, TUESDAY, AFTERNOON, 1)
    talked, waits = _family(here), _family(here)
    with transaction() as session:
        session.get_one(Child, waits[0]).enrolled_on = here.today - timedelta(days=1)
    (before,) = factories.slots(here, on=here.today, places=1)
    factories.booking(here, talked[0], contact_id=talked[1], slot_id=before, state=CallState.DONE)

    seats = _seats(week_plans.draft(MONDAY, here=here))

    assert seats[waits[0]].slot_id == slot_id
    assert seats[waits[0]].seat_reason is SeatReason.FIRST_CALL
    assert seats[talked[0]].unseated_reason is UnseatedReason.ALL_FULL
    assert (seats[waits[0]].turn, seats[talked[0]].turn) == (1, 2)


def test_brothers_ring_together(here: Here, staff_id: UUID) -> None:
    slot_id, *_ = _places(here, TUESDAY, AFTERNOON, 1)
    elder, younger = _family(here, phone=MOTHER), _family(here, phone=MOTHER)

    plan_id = week_plans.draft(MONDAY, here=here)
    published = week_publishing.publish(plan_id, actor_id=staff_id, here=here)

    assert published.booked == 2
    assert {seat.slot_id for seat in _seats(plan_id).values()} == {slot_id}
    first, second = sorted(_bookings(), key=lambda one: one.companion_of_id is not None)
    assert second.companion_of_id == first.id
    assert {first.child_id, second.child_id} == {elder[0], younger[0]}


def test_the_places_of_a_broken_line_are_not_given_away(here: Here, staff_id: UUID) -> None:
    line_id = factories.line(here, kind=LineKind.VIDEO)
    _clear_weekly_places()
    factories.slots(here, on=TUESDAY, from_min=AFTERNOON, line_id=line_id)
    _, contact_id = _family(here)
    with transaction() as session:
        session.get_one(Contact, contact_id).can_video = True
    whole = week_plan_facts.read(reading(), MONDAY, here=here).places
    outage = {"line_id": line_id, "reason": OutageReason.BROKEN, "told_by_id": staff_id}
    _add(LineOutage, {"id": uuid4(), "began_at": here.now, "request_id": uuid4()} | outage)

    broken = week_plan_facts.read(reading(), MONDAY, here=here).places

    assert (len(whole), len(broken)) == (3, 0)


def test_a_wish_adds_a_time_and_no_rank(here: Here, staff_id: UUID) -> None:
    slot_id, *_ = _places(here, TUESDAY, AFTERNOON, 1)
    child_id, contact_id = _family(here, (EVENING, EVENING + 60))
    without = _seats(week_plans.draft(MONDAY, here=here))[child_id].unseated_reason
    wish_id = uuid4()
    wish = {
        "id": wish_id,
        "home_id": here.home_id,
        "child_id": child_id,
        "contact_id": contact_id,
        "kind": WishKind.PARENT,
        "asked_by": AskedBy.PARENT,
        "staff_id": staff_id,
        "week_key": civil.week_key(MONDAY),
        "state": WishState.OPEN,
        "asked_at": here.now,
        "request_id": uuid4(),
    }
    _add(CallWish, wish)
    _add(WishTime, {"wish_id": wish_id, "on_date": TUESDAY, "from_min": 930, "to_min": 1020})

    with_it = _seats(week_plans.draft(MONDAY, here=here))[child_id]

    assert without is UnseatedReason.FAMILY_NEVER_FREE
    assert with_it.slot_id == slot_id


def test_who_never_answers_is_braked_until_somebody_looks_at_the_card(
    here: Here, staff_id: UUID
) -> None:
    _places(here, TUESDAY, AFTERNOON, 2)
    child_id, contact_id = _family(here)
    for days in (14, 7):
        slots = factories.slots(here, on=here.today - timedelta(days=days), places=1)
        state = CallState.NO_ANSWER
        factories.booking(here, child_id, contact_id=contact_id, slot_id=slots[0], state=state)

    def misses() -> int:
        (child,) = week_plan_facts.read(reading(), MONDAY, here=here).children
        return child.misses

    before = misses()
    doubt = {"contact_id": contact_id, "doubt": CardDoubt.NO_ANSWER, "raised_at": here.now}
    settled = {"settled_at": here.now, "settled_by_id": staff_id}
    _add(ContactDoubt, {"id": uuid4()} | doubt | settled)

    assert (before, misses()) == (2, 0)


# Drafting


def test_a_draft_is_made_in_the_place_of_the_one_before(here: Here) -> None:
    _places(here, TUESDAY, AFTERNOON, 3)
    _family(here)

    first, second = (week_plans.draft(MONDAY, here=here) for _ in range(2))

    states = {one.id: one.state for one in reading().scalars(select(WeekPlan))}
    assert states == {first: PlanState.REPLACED, second: PlanState.DRAFT}
    rows = [
        {name: getattr(seat, name) for name in ("turn", "slot_id", "seat_reason")}
        for plan_id in (first, second)
        for seat in _seats(plan_id).values()
    ]
    assert rows[0] == rows[1], "the lot is not drawn again until it pleases"


def test_a_draft_is_seen_by_no_child(here: Here) -> None:
    _places(here, TUESDAY, AFTERNOON, 1)
    _family(here)

    week_plans.draft(MONDAY, here=here)

    assert _bookings() == []


@pytest.mark.parametrize(
    ("weekday", "minute", "is_due"),
    [(4, 1079, False), (4, 1080, True), (5, 0, True), (3, 1200, False)],
)
def test_the_next_week_is_drafted_on_thursday_evening(
    here: Here, weekday: int, minute: int, *, is_due: bool
) -> None:
    on = MONDAY - timedelta(days=8 - weekday)
    then = replace(here, now=civil.instant(on, minute, here.settings.zone))

    made = week_plans.draft_if_due(here=then)
    again = week_plans.draft_if_due(here=then)

    assert (made is not None) is is_due
    assert again is None


def test_a_week_that_is_over_is_not_planned(here: Here) -> None:
    for wrong in (TUESDAY, MONDAY - timedelta(days=14)):
        found = _problem(partial(week_plans.draft, wrong, here=here))
        assert found is PlanProblem.NOT_A_WEEK


def test_a_room_whose_children_pick_their_times_has_no_plan(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)

    assert week_plans.draft_if_due(here=here) is None
    assert _problem(lambda: week_plans.draft(MONDAY, here=here)) is PlanProblem.NOT_PLANNED


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (PlanSettings(drafts_on=8), PlanProblem.WRONG_TIME),
        (PlanSettings(drafts_from_min=1440), PlanProblem.WRONG_TIME),
        (PlanSettings(urgent_cap=21), PlanProblem.WRONG_CAP),
    ],
)
def test_settings_that_cannot_be_are_refused(
    here: Here, staff_id: UUID, wrong: PlanSettings, problem: PlanProblem
) -> None:
    before = call_settings.settings(here=here)

    found = _problem(lambda: call_settings.set_up(wrong, actor_id=staff_id, here=here))

    assert found is problem
    assert call_settings.settings(here=here) == before == PlanSettings()


# Publishing


def test_a_published_plan_is_booked_and_noted(here: Here, staff_id: UUID) -> None:
    slots = _places(here, TUESDAY, AFTERNOON, 2)
    families = [_family(here), _family(here)]
    plan_id = week_plans.draft(MONDAY, here=here)

    published = week_publishing.publish(plan_id, actor_id=staff_id, here=here)
    again = week_publishing.publish(plan_id, actor_id=staff_id, here=here)

    assert published == again
    assert (published.booked, published.left_over) == (2, 0)
    booked = _bookings()
    assert {one.slot_id for one in booked} == set(slots)
    assert {one.child_id for one in booked} == {child_id for child_id, _ in families}
    assert {(one.kind, one.state, one.plan_id) for one in booked} == {
        (CallKind.WEEKLY, CallState.BOOKED, plan_id)
    }
    events = list(reading().scalars(select(BookingEvent)))
    assert [(one.seq, one.by_staff_id) for one in events] == [(1, staff_id)] * 2
    plan = reading().get_one(WeekPlan, plan_id)
    assert (plan.state, plan.published_by_id) == (PlanState.PUBLISHED, staff_id)


def test_a_wish_that_the_plan_meets_is_met_as_it_is_published(here: Here, staff_id: UUID) -> None:
    _places(here, TUESDAY, AFTERNOON, 1)
    child_id, _ = _family(here)
    wish_id = uuid4()
    wish = {
        "id": wish_id,
        "home_id": here.home_id,
        "child_id": child_id,
        "kind": WishKind.WEEKLY,
        "asked_by": AskedBy.CHILD,
        "week_key": civil.week_key(MONDAY),
        "state": WishState.OPEN,
        "asked_at": here.now,
        "request_id": uuid4(),
    }
    _add(CallWish, wish)

    plan_id = week_plans.draft(MONDAY, here=here)
    week_publishing.publish(plan_id, actor_id=staff_id, here=here)

    (call,) = _bookings()
    met = reading().get_one(CallWish, wish_id)
    assert (met.state, met.booking_id, met.settled_at) == (WishState.PLANNED, call.id, here.now)


def test_what_somebody_took_meanwhile_is_left_out(here: Here, staff_id: UUID) -> None:
    slots = _places(here, TUESDAY, AFTERNOON, 2)
    _family(here), _family(here)
    plan_id = week_plans.draft(MONDAY, here=here)
    quick = factories.child(here).child_id
    factories.booking(here, quick, slot_id=slots[0])

    published = week_publishing.publish(plan_id, actor_id=staff_id, here=here)

    assert (published.booked, published.left_over) == (1, 1)
    assert sorted(one.slot_id for one in _bookings()) == sorted(slots)


def test_whom_nobody_may_ring_any_more_is_left_out(here: Here, staff_id: UUID) -> None:
    _places(here, TUESDAY, AFTERNOON, 1)
    _, contact_id = _family(here)
    plan_id = week_plans.draft(MONDAY, here=here)
    with transaction() as session:
        session.get_one(Contact, contact_id).status = ContactStatus.WITHDRAWN

    published = week_publishing.publish(plan_id, actor_id=staff_id, here=here)

    assert (published.booked, published.left_over) == (0, 1)
    assert _bookings() == []


def test_a_plan_that_was_made_anew_is_not_published(here: Here, staff_id: UUID) -> None:
    _places(here, TUESDAY, AFTERNOON, 1)
    _family(here)
    old = week_plans.draft(MONDAY, here=here)
    week_plans.draft(MONDAY, here=here)

    found = _problem(lambda: week_publishing.publish(old, actor_id=staff_id, here=here))
    unknown = _problem(lambda: week_publishing.publish(uuid4(), actor_id=staff_id, here=here))

    assert (found, unknown) == (PlanProblem.REPLACED, PlanProblem.UNKNOWN_PLAN)
    assert _bookings() == []


def test_a_published_plan_is_not_made_again(here: Here, staff_id: UUID) -> None:
    _places(here, TUESDAY, AFTERNOON, 1)
    _family(here)
    plan_id = week_plans.draft(MONDAY, here=here)
    week_publishing.publish(plan_id, actor_id=staff_id, here=here)

    assert _problem(lambda: week_plans.draft(MONDAY, here=here)) is PlanProblem.PUBLISHED
