"""Wishes for calls and timetables of children: written down, followed, taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from kiosk.db import db, reading, transaction
from kiosk.errors import KioskError
from kiosk.models.call_hours import ChildLesson
from kiosk.models.call_plan import CallWish, WishTime
from kiosk.models.calls import Booking
from kiosk.models.people import ContactStatus
from kiosk.rules.call_states import CallKind, CallRefusal, CallState
from kiosk.rules.call_wishes import AskedBy, LessonKind, WishKind, WishState
from kiosk.rules.contact_hours import CardProblem, PartOfDay
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.rules.wish_ends import WishProblem, WishTimeSpan
from kiosk.services import (
    call_repair,
    call_settings,
    call_wishes,
    child_lessons,
    contact_hours,
    erasure,
    week_plan_facts,
    wish_board,
    wish_places,
)
from kiosk.services.call_settings import PlanSettings
from kiosk.services.call_wishes import Asked
from kiosk.services.child_lessons import LessonTime
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.services import calls_week

MONDAY = date(2026, 11, 23)  # of the week after the clock's Friday
TUESDAY = MONDAY + timedelta(days=1)
AFTERNOON = WishTimeSpan(on=TUESDAY, from_min=16 * 60, to_min=18 * 60)


@pytest.fixture
def actor(here: Here) -> UUID:
    return factories.staff(here).staff_id


@pytest.fixture
def family(here: Here) -> tuple[UUID, UUID]:
    child_id = factories.child(here).child_id
    return child_id, factories.contact(here, child_id)


def _asked(
    family: tuple[UUID, UUID],
    actor: UUID | None,
    *times: WishTimeSpan,
    kind: WishKind = WishKind.PARENT,
    request_id: UUID | None = None,
) -> Asked:
    return Asked(
        child_id=family[0],
        contact_id=family[1],
        kind=kind,
        asked_by=AskedBy.CHILD if actor is None else AskedBy.PARENT,
        times=times,
        staff_id=actor,
        request_id=request_id or uuid4(),
    )


def _call(here: Here, family: tuple[UUID, UUID], on: date, *, from_min: int = 17 * 60) -> UUID:
    (slot_id,) = factories.slots(here, on=on, from_min=from_min, places=1)
    return factories.booking(
        here, family[0], contact_id=family[1], slot_id=slot_id, state=CallState.BOOKED
    )


def _states(here: Here) -> list[WishState]:
    return [one.state for one in wish_board.look(here=here).rows]


def _problem(act: Callable[[], object]) -> object:
    with pytest.raises(KioskError) as error:
        act()
    return error.value.reason


def test_a_wish_adds_times_to_the_hours_of_the_person_it_names(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    other = factories.contact(here, family[0])
    for contact_id in (family[1], other):
        contact_hours.better_time(contact_id, PartOfDay.EARLY, actor_id=actor, here=here)

    call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)

    (child,) = week_plan_facts.read(reading(), MONDAY, here=here).children
    hours = {one.contact_id: len(one.hours) for one in child.callees}
    assert hours == {str(family[1]): 8, str(other): 7}


def test_a_second_tap_writes_nothing_and_two_weeks_are_two_wishes(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    later = WishTimeSpan(on=here.today, from_min=17 * 60, to_min=18 * 60)
    asked = _asked(family, actor, AFTERNOON, later)

    first, second = (call_wishes.ask(asked, here=here) for _ in range(2))

    assert first == second
    assert factories.how_many(CallWish) == factories.how_many(WishTime) == 2


def test_a_wish_is_met_by_a_call_in_its_time_and_open_again_when_that_falls_through(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)
    before = _states(here)
    booking_id = _call(here, family, TUESDAY)
    booked = _states(here)
    with transaction() as session:
        session.get_one(Booking, booking_id).state = CallState.NO_ANSWER

    after = _states(here)

    assert (before, booked, after) == (
        [WishState.OPEN],
        [WishState.PLANNED],
        [WishState.OPEN],
    )


def test_a_call_at_another_time_is_not_what_was_asked_for(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)

    _call(here, family, TUESDAY, from_min=18 * 60)

    assert _states(here) == [WishState.OPEN]


def test_a_child_that_asks_for_its_call_of_the_week_has_it_in_any_call(
    here: Here, family: tuple[UUID, UUID]
) -> None:
    _call(here, family, here.today)

    call_wishes.ask(_asked(family, None, kind=WishKind.WEEKLY), here=here)

    assert _states(here) == [WishState.PLANNED]


def test_a_child_that_asks_for_an_afternoon_is_content_with_its_call_of_that_week(
    here: Here, family: tuple[UUID, UUID]
) -> None:
    call_wishes.ask(_asked(family, None, AFTERNOON, kind=WishKind.WEEKLY), here=here)
    other = factories.contact(here, family[0], relation=Relation.FATHER)

    _call(here, (family[0], other), TUESDAY, from_min=19 * 60)

    assert _states(here) == [WishState.PLANNED]


def test_a_wish_that_nobody_looked_at_for_weeks_is_not_met(
    here: Here, actor: UUID, family: tuple[UUID, UUID], app: Flask, clock: FrozenClock
) -> None:
    call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)
    clock.advance(days=40)

    call_wishes.settle(here=here_in(app, clock))

    wish = reading().scalars(select(CallWish)).one()
    assert (wish.state, wish.settled_at) == (WishState.UNMET, clock.now)


def test_a_wish_whose_week_went_by_is_not_met(
    here: Here, actor: UUID, family: tuple[UUID, UUID], clock: FrozenClock, app: object
) -> None:
    today = WishTimeSpan(on=here.today, from_min=17 * 60, to_min=18 * 60)
    (wish_id,) = call_wishes.ask(_asked(family, actor, today), here=here)
    clock.advance(days=4)
    later = here_in(app, clock)  # type: ignore[arg-type]  # the fixture says object

    assert _states(later) == [WishState.UNMET]
    refused = _problem(lambda: call_wishes.withdraw(wish_id, actor_id=actor, here=later))
    assert refused is WishProblem.SETTLED


def test_a_wish_is_taken_back_once_and_stays_so(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    (wish_id,) = call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)

    for _ in range(2):
        call_wishes.withdraw(wish_id, actor_id=actor, here=here)
    _call(here, family, TUESDAY)

    assert _states(here) == [WishState.WITHDRAWN]
    unknown = _problem(lambda: call_wishes.withdraw(uuid4(), actor_id=actor, here=here))
    assert unknown is WishProblem.UNKNOWN


def test_what_cannot_be_wished_is_refused(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    def ask(asked: Asked) -> object:
        return _problem(lambda: call_wishes.ask(asked, here=here))

    yesterday = WishTimeSpan(on=here.today - timedelta(days=1), from_min=0, to_min=60)
    backwards = WishTimeSpan(on=TUESDAY, from_min=60, to_min=60)
    stranger = (family[0], factories.contact(here, factories.child(here).child_id))
    barred = (family[0], factories.contact(here, family[0], status=ContactStatus.BARRED))

    assert ask(_asked(family, actor)) is WishProblem.NO_TIME
    assert ask(_asked(family, actor, yesterday)) is WishProblem.NO_TIME
    assert ask(_asked(family, actor, backwards)) is WishProblem.WRONG_SPAN
    assert ask(_asked(stranger, actor, AFTERNOON)) is CallRefusal.NO_CONTACT
    assert ask(_asked(barred, actor, AFTERNOON)) is CallRefusal.NO_CONTACT
    nobody = (uuid4(), family[1])
    assert ask(_asked(nobody, actor, AFTERNOON)) is PeopleProblem.UNKNOWN_CHILD
    assert factories.how_many(CallWish) == 0


def test_a_clock_that_leaps_a_year_ends_no_wish(
    app: Flask, clock: FrozenClock, here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    factories.visit(here, family[0], signed_out_at=here.now)
    call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)
    clock.advance(days=365)
    call_wishes.settle(here=here_in(app, clock))
    leapt = reading().scalars(select(CallWish.state)).all()
    clock.advance(days=14 - 365)
    call_wishes.settle(here=here_in(app, clock))

    reading().expire_all()
    over = reading().scalars(select(CallWish.state)).all()
    assert (leapt, over) == ([WishState.OPEN], [WishState.UNMET])


# Places that are left over


def test_a_wish_gets_a_place_that_is_left_over_beside_the_call_of_the_week(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    _call(here, family, MONDAY)
    (wish_id,) = call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)
    factories.slots(here, on=TUESDAY, from_min=17 * 60, places=1)

    for _ in range(2):
        wish_places.give_place(wish_id, actor_id=actor, here=here)

    (row,) = wish_board.look(here=here).rows
    assert (row.state, row.call_on, row.may_be_placed) == (WishState.PLANNED, TUESDAY, False)
    calls = reading().scalars(select(Booking).order_by(Booking.on_date)).all()
    assert [one.kind for one in calls] == [CallKind.WEEKLY, CallKind.PARENT]


def test_the_place_for_what_a_child_asked_is_its_call_of_the_week(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    (wish_id,) = call_wishes.ask(_asked(family, None, AFTERNOON, kind=WishKind.WEEKLY), here=here)
    factories.slots(here, on=TUESDAY, from_min=17 * 60, places=1)

    wish_places.give_place(wish_id, actor_id=actor, here=here)

    assert reading().scalars(select(Booking.kind)).all() == [CallKind.WEEKLY]


def test_who_still_waits_for_a_call_of_that_week_has_the_place_before_a_wish(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    call_settings.set_up(PlanSettings(), actor_id=actor, here=here)
    calls_week.clear_places()
    factories.slots(here, on=calls_week.TUESDAY, from_min=17 * 60, places=1)
    calls_week.publish(calls_week.MONDAY, here)
    waiting, _ = calls_week.family(here)
    time = WishTimeSpan(on=calls_week.WEDNESDAY, from_min=17 * 60, to_min=18 * 60)
    (wish_id,) = call_wishes.ask(_asked(family, actor, time), here=here)
    factories.slots(here, on=calls_week.WEDNESDAY, from_min=17 * 60, places=1)

    refused = _problem(lambda: wish_places.give_place(wish_id, actor_id=actor, here=here))
    call_repair.repair_if_due(here=here)

    assert refused is WishProblem.NOTHING_LEFT
    assert len(calls_week.bookings(waiting)) == 1


def test_many_wishes_ask_once_whose_plan_is_out(here: Here, actor: UUID) -> None:
    call_settings.set_up(PlanSettings(), actor_id=actor, here=here)

    def ask_and_look() -> int:
        child_id = factories.child(here).child_id
        one = (child_id, factories.contact(here, child_id))
        call_wishes.ask(_asked(one, actor, AFTERNOON), here=here)
        sent = 0

        def note(*_: object) -> None:
            nonlocal sent
            sent += 1

        db.session.remove()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            wish_board.look(here=here)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return sent

    assert ask_and_look() == ask_and_look()


def test_before_the_plan_is_out_no_place_is_left_over(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    call_settings.set_up(PlanSettings(), actor_id=actor, here=here)
    (wish_id,) = call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)
    (row,) = wish_board.look(here=here).rows

    refused = _problem(lambda: wish_places.give_place(wish_id, actor_id=actor, here=here))

    assert (row.may_be_placed, refused) == (False, WishProblem.NO_PLAN_YET)


def test_a_place_is_given_within_the_times_that_suit_the_family_or_not_at_all(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    early = WishTimeSpan(on=TUESDAY, from_min=6 * 60, to_min=7 * 60)
    (wish_id,) = call_wishes.ask(_asked(family, actor, early), here=here)
    factories.slots(here, on=TUESDAY, from_min=7 * 60, places=3)

    refused = _problem(lambda: wish_places.give_place(wish_id, actor_id=actor, here=here))

    assert refused is WishProblem.NOTHING_LEFT
    assert factories.how_many(Booking) == 0


def test_nothing_of_an_erased_child_is_left(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    call_wishes.ask(_asked(family, actor, AFTERNOON), here=here)
    lesson = LessonTime(weekdays=(1,), from_min=480, to_min=520, kind=LessonKind.CLUB)
    child_lessons.add_to_child(family[0], lesson, actor_id=actor, here=here)

    erasure.erase(family[0], actor_id=actor, here=here)

    assert [factories.how_many(table) for table in (CallWish, WishTime, ChildLesson)] == [0, 0, 0]


# Timetables


def test_what_begins_at_the_same_minute_is_written_over(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    short = LessonTime(weekdays=(1, 3), from_min=990, to_min=1030, kind=LessonKind.LESSON)
    long = LessonTime(weekdays=(3,), from_min=990, to_min=1080, kind=LessonKind.CLUB)

    for time in (short, long):
        child_lessons.add_to_child(family[0], time, actor_id=actor, here=here)

    rows = reading().execute(select(ChildLesson.weekday, ChildLesson.to_min)).all()
    assert sorted(tuple(row) for row in rows) == [(1, 1030), (3, 1080)]


def test_a_class_is_not_fetched_from_its_lesson(here: Here, actor: UUID) -> None:
    one, other = factories.child(here), factories.child(here)
    elsewhere = factories.child(here, grade=5)
    lesson = LessonTime(weekdays=(2,), from_min=990, to_min=1030, kind=LessonKind.LESSON)

    reached = child_lessons.add_to_class(one.class_id, lesson, actor_id=actor, here=here)

    facts = week_plan_facts.read(reading(), MONDAY, here=here)
    blocked = {UUID(child.child_id): len(child.blocked) for child in facts.children}
    assert reached == 2
    assert blocked == {one.child_id: 1, other.child_id: 1, elsewhere.child_id: 0}


def test_a_timetable_has_an_end(here: Here, actor: UUID, family: tuple[UUID, UUID]) -> None:
    def add(begin: int) -> None:
        days = tuple(range(1, 8))
        time = LessonTime(weekdays=days, from_min=begin, to_min=1440, kind=LessonKind.OTHER)
        child_lessons.add_to_child(family[0], time, actor_id=actor, here=here)

    for begin in range(8):
        add(begin)

    assert _problem(lambda: add(8)) is CardProblem.TOO_MANY_LINES
    assert factories.how_many(ChildLesson) == 56
