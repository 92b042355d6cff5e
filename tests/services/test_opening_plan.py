import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise, product
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DatabaseError

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking, BookingEvent, Line, Slot, SlotStatus
from kiosk.models.home import Home
from kiosk.models.openings import Opening, OpeningRule
from kiosk.rules import civil
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import OpeningKind, OpeningOrigin, OpeningRefusal, OpeningState
from kiosk.rules.school_days import WeekLetter
from kiosk.services import (
    calendar,
    call_closures,
    opening_changes,
    opening_plan,
    opening_rules,
    openings,
)
from kiosk.services.here import Here
from kiosk.services.opening_changes import Times
from kiosk.services.opening_rules import NewRule
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]

A_WEEK = timedelta(days=7)


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _openings(*, on: date | None = None) -> list[Opening]:
    db.session.remove()
    rows = reading().scalars(select(Opening).order_by(Opening.on_date, Opening.from_min))
    return [row for row in rows if on is None or row.on_date == on]


def _slots(*, on: date | None = None) -> list[Slot]:
    db.session.remove()
    rows = reading().scalars(select(Slot).order_by(Slot.on_date, Slot.start_min, Slot.line_id))
    return [row for row in rows if on is None or row.on_date == on]


def test_a_new_room_is_planned_for_ninety_days_and_has_places_for_two_weeks(here: Here) -> None:
    planned = _openings()

    assert planned[0].on_date == here.today
    assert planned[-1].on_date <= here.today + timedelta(days=90)
    assert {opening.on_date.isoweekday() for opening in planned} == {1, 2, 3, 4, 5}
    assert {opening.origin for opening in planned} == {OpeningOrigin.RULE}
    slots = _slots()
    assert {slot.on_date for slot in slots} == {
        opening.on_date for opening in planned if opening.on_date <= here.today + timedelta(days=13)
    }
    today = [(slot.start_min, slot.end_min) for slot in _slots(on=here.today)]
    assert today == [(start, start + 10) for start in range(16 * 60 + 30, 18 * 60, 10)]
    assert {slot.week_key for slot in _slots(on=here.today)} == {civil.week_key(here.today)}


def test_planning_twice_makes_nothing_twice(here: Here) -> None:
    openings_before, slots_before = len(_openings()), len(_slots())

    made = opening_plan.plan_ahead(here=here)

    assert made == 0
    assert (len(_openings()), len(_slots())) == (openings_before, slots_before)


def test_another_day_adds_another_day(now: Now, clock: FrozenClock) -> None:
    before = len(_openings())
    clock.advance(days=7)

    made = opening_plan.plan_ahead(here=now())

    assert made == 5
    assert len(_openings()) == before + 5
    places_of_a_day = len(_slots(on=date(2026, 11, 20)))
    assert len(_slots(on=date(2026, 12, 9))) == places_of_a_day


def test_what_was_changed_by_hand_stays_as_it_is(here: Here) -> None:
    day = here.today + timedelta(days=80)
    (target,) = _openings(on=day)
    with transaction() as session:
        session.execute(
            update(Opening).where(Opening.id == target.id).values(from_min=600, to_min=660)
        )

    opening_plan.plan_ahead(here=here)

    (same,) = _openings(on=target.on_date)
    assert (same.from_min, same.to_min) == (600, 660)


def test_a_rule_that_is_added_is_laid_out_with_its_places(here: Here) -> None:
    factories.rule(here, weekday=6, from_min=9 * 60, to_min=9 * 60 + 35)

    made = opening_plan.plan_ahead(here=here)

    assert made == 13
    saturday = date(2026, 11, 21)
    assert [slot.start_min for slot in _slots(on=saturday)] == [540, 550, 560]


def test_a_day_gone_by_that_nobody_opened_was_missed(now: Now, clock: FrozenClock) -> None:
    clock.advance(days=3)

    opening_plan.plan_ahead(here=now())

    assert [opening.state for opening in _openings(on=date(2026, 11, 20))] == [OpeningState.MISSED]
    assert [opening.state for opening in _openings(on=date(2026, 11, 23))] == [OpeningState.PLANNED]


def test_a_room_left_open_is_closed_when_the_kiosk_plans_again(
    now: Now, clock: FrozenClock
) -> None:
    opened = openings.open_room(staff_id=factories.staff(now()).staff_id, exceptions={}, here=now())
    clock.advance(days=1)

    opening_plan.plan_ahead(here=now())

    assert reading().get_one(Opening, opened).state is OpeningState.HELD


def test_each_line_in_use_has_its_own_places_and_none_twice(here: Here) -> None:
    second, broken = factories.line(here), factories.line(here)
    with transaction() as session:
        session.execute(update(Line).where(Line.id == broken).values(is_in_use=False))

    opening_plan.plan_ahead(here=here)
    opening_plan.plan_ahead(here=here)

    lines = [slot.line_id for slot in _slots(on=here.today)]
    assert lines.count(second) == 9
    assert broken not in lines
    assert len(lines) == 18


def test_two_openings_that_overlap_give_each_line_a_place_once(here: Here) -> None:
    factories.opening(here, on=date(2026, 11, 23), from_min=17 * 60 + 5, to_min=18 * 60 + 35)

    opening_plan.plan_ahead(here=here)

    spans = [(slot.start_min, slot.end_min) for slot in _slots(on=date(2026, 11, 23))]
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert spans[-1] == (18 * 60 + 25, 18 * 60 + 35)


# Cancelling


def _cancel(opening_id: UUID, here: Here) -> int:
    teacher = factories.staff(here)
    return call_closures.close_opening(
        opening_id, reason=ClosureReason.OTHER, staff_id=teacher.staff_id, here=here
    ).released


def test_cancelling_releases_its_calls_and_owes_them(here: Here) -> None:
    monday = _openings(on=date(2026, 11, 23))[0].id
    places = [slot.id for slot in _slots(on=date(2026, 11, 23))]
    states = (CallState.BOOKED, CallState.WAITING, CallState.DONE, CallState.NO_ANSWER)
    bookings = [
        factories.booking(here, factories.child(here).child_id, slot_id=slot_id, state=state)
        for slot_id, state in zip(places, states, strict=False)
    ]

    released = _cancel(monday, here)

    assert released == 2
    found = {key: reading().get_one(Booking, key) for key in bookings}
    assert [(found[key].state, found[key].is_owed) for key in bookings] == [
        (CallState.RELEASED, True),
        (CallState.RELEASED, True),
        (CallState.DONE, False),
        (CallState.NO_ANSWER, False),
    ]
    events = reading().scalars(
        select(BookingEvent.to_state).where(BookingEvent.by_staff_id.is_not(None))
    )
    assert list(events) == [CallState.RELEASED] * 2
    assert {slot.status for slot in _slots(on=date(2026, 11, 23))} == {SlotStatus.WITHDRAWN}


def test_what_was_cancelled_stays_cancelled(here: Here) -> None:
    monday = _openings(on=date(2026, 11, 23))[0].id
    _cancel(monday, here)
    slots_before = len(_slots())

    opening_plan.plan_ahead(here=here)

    (same,) = _openings(on=date(2026, 11, 23))
    assert (same.id, same.state) == (monday, OpeningState.CANCELLED)
    assert len(_slots()) == slots_before
    is_open = calendar.open_days(reading(), after=here.today, here=here)
    assert not is_open(date(2026, 11, 23))
    assert is_open(date(2026, 11, 24))


def test_only_a_planned_opening_is_cancelled(here: Here) -> None:
    monday = _openings(on=date(2026, 11, 23))[0].id
    _cancel(monday, here)

    for opening_id in (monday, factories.open_today(here), uuid4()):
        with pytest.raises(NotFoundError) as error:
            _cancel(opening_id, here)
        assert error.value.reason is OpeningRefusal.NOT_OPEN


def test_a_cancelling_stands_in_the_audit(here: Here) -> None:
    monday = _openings(on=date(2026, 11, 23))[0].id

    _cancel(monday, here)

    entry = reading().scalars(select(Audit).order_by(Audit.n.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject, entry.fields) == (
        AuditAction.EDIT,
        f"opening:{monday}",
        f"cancelled {ClosureReason.OTHER}",
    )


def test_another_room_s_opening_is_not_cancelled(here: Here) -> None:
    with transaction() as session:
        other = Home(id=new_id(here.now), name="小屋")
        session.add(other)
        other_id = other.id
    theirs = factories.opening(replace(here, home_id=other_id), on=date(2026, 11, 23))

    with pytest.raises(NotFoundError):
        _cancel(theirs, here)

    assert reading().get_one(Opening, theirs).state is OpeningState.PLANNED


# The weekly pattern


def _add_rule(here: Here, from_min: int, to_min: int, *, weekday: int = 7) -> bool:
    """Add a rule, and return whether that was refused because of another one."""
    teacher = factories.staff(here)
    try:
        opening_rules.add_rule(
            NewRule(weekday=weekday, from_min=from_min, to_min=to_min, place_min=10),
            staff_id=teacher.staff_id,
            here=here,
        )
    except RefusedError as error:
        return error.reason is OpeningRefusal.RULES_OVERLAP
    return False


def test_a_double_tap_adds_one_rule(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)

    assert [_add_rule(here, 540, 600), _add_rule(here, 540, 600)] == [False, True]

    sundays = [rule for rule in opening_rules.rules(here=here) if rule.weekday == 7]
    assert len(sundays) == 1


@pytest.mark.parametrize(
    ("from_min", "to_min", "weekday", "is_refused"),
    [
        (500, 541, 7, True),
        (550, 560, 7, True),
        (599, 700, 7, True),
        (500, 540, 7, False),
        (600, 660, 7, False),
        (540, 600, 6, False),
    ],
)
def test_rules_of_one_weekday_never_overlap(
    here: Here, from_min: int, to_min: int, weekday: int, *, is_refused: bool
) -> None:
    _add_rule(here, 540, 600)

    assert _add_rule(here, from_min, to_min, weekday=weekday) is is_refused


def test_a_rule_that_ends_today_makes_room_for_another(here: Here) -> None:
    _add_rule(here, 540, 600)
    (sunday,) = [rule for rule in opening_rules.rules(here=here) if rule.weekday == 7]
    teacher = factories.staff(here)
    opening_rules.end_rule(sunday.rule_id, staff_id=teacher.staff_id, here=here)

    assert not _add_rule(here, 550, 610)


def test_a_rule_that_is_moved_leaves_what_stands_today_and_moves_the_next(here: Here) -> None:
    assert not _add_rule(here, 16 * 60 + 35, 18 * 60 + 5, weekday=_end_todays_rule(here))

    assert [row.from_min for row in _openings(on=here.today)] == [16 * 60 + 30]
    assert [row.from_min for row in _openings(on=here.today + A_WEEK)] == [16 * 60 + 35]


def test_a_day_whose_hours_move_has_places_again_although_one_was_booked(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    in_a_week = here.today + A_WEEK
    booked = next(slot for slot in _slots(on=in_a_week) if slot.start_min == 17 * 60)
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=booked.id)

    _add_rule(here, 16 * 60 + 35, 18 * 60 + 5, weekday=_end_todays_rule(here))

    assert reading().get_one(Booking, booking_id).state is CallState.RELEASED
    free = [slot.start_min for slot in _slots(on=in_a_week) if slot.status is SlotStatus.OPEN]
    assert free == list(range(16 * 60 + 35, 18 * 60 + 5, 10))


def test_hours_that_are_planned_anew_have_the_places_that_were_given_up(
    either_app: Flask, clock: FrozenClock
) -> None:
    """The very same times: only a place that stands is in the way of another."""
    here = here_in(either_app, clock)
    in_a_week = here.today + A_WEEK
    (opening,) = _openings(on=in_a_week)
    before = [slot.start_min for slot in _slots(on=in_a_week)]
    _cancel(opening.id, here)
    factories.opening(here, on=in_a_week, from_min=opening.from_min, to_min=opening.to_min)

    opening_plan.plan_ahead(here=here)

    free = [slot.start_min for slot in _slots(on=in_a_week) if slot.status is SlotStatus.OPEN]
    assert free == before


def test_a_new_line_keeps_the_times_of_the_others(now: Now, clock: FrozenClock) -> None:
    """Else one parent could be rung on two telephones at once, and no index would see it."""
    _open_again_at(16, 44, now, clock)
    line_id = factories.line(now())

    opening_plan.plan_ahead(here=now())

    spans = {
        (slot.line_id, slot.start_min, slot.end_min)
        for slot in _slots(on=now().today)
        if slot.status is SlotStatus.OPEN and slot.start_min >= 16 * 60 + 44
    }
    times = {(start, end) for _, start, end in spans}
    assert {line for line, _, _ in spans} >= {line_id}
    assert all(one == other or not overlap(one, other) for one, other in product(times, times))


def _end_todays_rule(here: Here) -> int:
    """End the line of the weekly pattern of this day of the week, and return the day."""
    weekday = here.today.isoweekday()
    (rule,) = [one for one in opening_rules.rules(here=here) if one.weekday == weekday]
    teacher = factories.staff(here)
    opening_rules.end_rule(rule.rule_id, staff_id=teacher.staff_id, here=here)
    return weekday


def _open_again_at(hour: int, minute: int, now: Now, clock: FrozenClock) -> None:
    """Open the room, close it early, and open it again off the old times."""
    teacher = factories.staff(now()).staff_id
    openings.open_room(staff_id=teacher, exceptions={}, here=now())
    clock.advance(minutes=2)
    factories.close_room(now())
    clock.advance(minutes=hour * 60 + minute - now().minute)
    openings.open_room(staff_id=teacher, exceptions={}, here=now())


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


# The database itself


def _slot(here: Here, line_id: UUID, opening_id: UUID, start: int, end: int) -> dict[str, object]:
    return {
        "id": new_id(here.now),
        "opening_id": opening_id,
        "line_id": line_id,
        "on_date": here.today,
        "week_key": civil.week_key(here.today),
        "start_min": start,
        "end_min": end,
        "status": SlotStatus.OPEN,
    }


def _add(row: dict[str, object]) -> None:
    with transaction() as session:
        session.execute(insert(Slot), row)


def _says_no(act: Callable[[], object]) -> bool:
    try:
        act()
    except DatabaseError:
        return True
    return False


def test_places_of_one_line_never_overlap(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    line_id, other = factories.line(here), factories.line(here)
    opening_id = factories.opening(here)
    row = partial(_slot, here, line_id, opening_id)
    _add(row(600, 610))
    withdrawn = row(605, 615) | {"status": SlotStatus.WITHDRAWN}
    _add(withdrawn)

    refused = {
        span: _says_no(partial(_add, row(*span)))
        for span in ((595, 601), (600, 610), (601, 609), (609, 620), (590, 620))
    }
    allowed = {span: _says_no(partial(_add, row(*span))) for span in ((590, 600), (610, 620))}

    assert all(refused.values()), refused
    assert not any(allowed.values()), allowed
    assert not _says_no(partial(_add, _slot(here, other, opening_id, 600, 610)))
    reopen = update(Slot).where(Slot.id == withdrawn["id"]).values(status=SlotStatus.OPEN)
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(reopen)
    for wrong in ({"start_min": -1}, {"end_min": 1441}, {"end_min": 0}):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(update(Slot).where(Slot.line_id == other).values(wrong))


def test_the_database_keeps_rules_whole(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)

    for wrong in (
        {"weekday": 0},
        {"weekday": 8},
        {"to_min": 0},
        {"talk_min": 11},
        {"valid_to": here.today - timedelta(days=1)},
    ):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(update(OpeningRule).values(wrong))
    assert opening_plan.plan_ahead(here=here) == 0


def test_lines_of_odd_and_even_weeks_share_a_time_and_take_turns(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    for letter in WeekLetter:
        wanted = NewRule(weekday=6, from_min=540, to_min=600, place_min=10, letter=letter)
        opening_rules.add_rule(wanted, staff_id=staff_id, here=here)

    lines = {one.rule_id: one.letter for one in opening_rules.rules(here=here) if one.letter}
    saturdays = [lines[o.rule_id] for o in _openings() if o.rule_id in lines]
    assert set(lines.values()) == set(WeekLetter)
    assert all(one is not two for one, two in pairwise(saturdays))
    assert len(saturdays) == len({o.on_date for o in _openings() if o.on_date.isoweekday() == 6})


def test_a_return_on_a_tuesday_is_no_line(here: Here) -> None:
    wanted = NewRule(
        weekday=2, from_min=540, to_min=600, place_min=10, kind=OpeningKind.SUNDAY_RETURN
    )

    with pytest.raises(InvalidInputError) as error:
        opening_rules.add_rule(wanted, staff_id=factories.staff(here).staff_id, here=here)

    assert error.value.reason is OpeningRefusal.KIND_ELSEWHEN


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": OpeningKind.WEEKEND},
        {"kind": OpeningKind.HOLIDAY, "week_letter": WeekLetter.A},
    ],
)
def test_the_database_refuses_a_kind_where_it_cannot_be(
    either_app: Flask, clock: FrozenClock, wrong: dict[str, object]
) -> None:
    del either_app, clock
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(update(OpeningRule).values(wrong))


def test_a_line_ends_also_when_the_clock_was_set_back_since(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    wanted = NewRule(weekday=6, from_min=840, to_min=900, place_min=10)
    rule_id = opening_rules.add_rule(wanted, staff_id=teacher, here=here)

    earlier = replace(here, now=here.now - timedelta(days=2))
    opening_rules.end_rule(rule_id, staff_id=teacher, here=earlier)

    db.session.remove()
    assert reading().get_one(OpeningRule, rule_id).valid_to == here.today


@pytest.mark.parametrize("from_min", [840, 960])
def test_a_line_beside_an_opening_more_is_laid_out_on_that_day_too(
    here: Here, from_min: int
) -> None:
    saturday = date(2026, 11, 28)
    teacher = factories.staff(here).staff_id
    more = Times(on=saturday, from_min=900, to_min=960)
    opening_changes.add(more, on_duty_id=teacher, staff_id=teacher, here=here)
    factories.rule(here, weekday=6, from_min=from_min, to_min=from_min + 60)

    opening_plan.plan_ahead(here=here)

    assert sorted([from_min, 900]) == [one.from_min for one in _openings(on=saturday)]


@pytest.mark.parametrize("seed", range(8))
def test_what_stands_in_the_plan_is_never_overwritten(here: Here, seed: int) -> None:
    """Whatever was changed by hand: planning again, on any later day, changes and adds nothing."""
    chance = random.Random(seed)  # noqa: S311 - a plan that is the same at each run
    with transaction() as session:
        for opening in session.scalars(select(Opening)).all():
            match chance.randrange(4):
                case 0:
                    opening.state = OpeningState.CANCELLED
                case 1:
                    opening.from_min, opening.to_min = 600, 660
                case 2:
                    opening.place_min = 20
                case _:
                    pass
    before = {o.id: (o.state, o.from_min, o.to_min, o.place_min) for o in _openings()}

    later = replace(here, now=here.now + timedelta(days=chance.randrange(1, 40)))
    made = opening_plan.plan_ahead(here=later)

    after = {o.id: (o.from_min, o.to_min, o.place_min) for o in _openings()}
    planned = {o.id for o in _openings() if o.on_date <= here.today + timedelta(days=90)}
    assert planned == set(before)
    assert all(after[one] == before[one][1:] for one in before)
    assert made == len(after) - len(before)
    cancelled = [one for one, was in before.items() if was[0] is OpeningState.CANCELLED]
    assert {o.state for o in _openings() if o.id in cancelled} == {OpeningState.CANCELLED}
