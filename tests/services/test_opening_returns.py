"""What was cancelled and stands again, by hand as by the calendar: who had agreed is asked."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from kiosk.db import db, reading, transaction
from kiosk.models.audit import Audit
from kiosk.models.duty import DutyEvent, PlannedDuty
from kiosk.models.openings import Opening
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.duty import DutyReason, DutyState
from kiosk.rules.openings import OpeningState
from kiosk.rules.school_days import TermSpan
from kiosk.services import (
    call_closures,
    duty_changes,
    duty_own,
    duty_steps,
    opening_changes,
    opening_returns,
    school_calendar,
)
from kiosk.services.here import Here
from kiosk.services.opening_changes import Times
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

MONDAY = date(2026, 11, 23)  # the day of the tests is the Friday before: the next open day
SUNDAY = date(2026, 11, 29)
DAY = timedelta(days=1)


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


@pytest.fixture
def wang(here: Here) -> UUID:
    return factories.staff(here, display_name="王老师").staff_id


def _lacking(on: date, here: Here) -> list[tuple[int, bool]]:
    return [(one.missing, one.has_nobody) for one in duty_own.alerts(here=here) if one.on == on]


def _opening(on: date) -> Opening:
    db.session.remove()
    return reading().scalars(select(Opening).where(Opening.on_date == on)).one()


def _rota() -> list[tuple[UUID, DutyState]]:
    db.session.remove()
    rows = reading().execute(select(PlannedDuty.staff_id, PlannedDuty.state))
    return [(row.staff_id, row.state) for row in rows]


def _cancel(opening_id: UUID, by: UUID, here: Here) -> None:
    call_closures.close_opening(opening_id, reason=ClosureReason.WEATHER, staff_id=by, here=here)


def _cancelled_and_reopened(on: date, by: UUID, here: Here) -> UUID:
    opening_id = _opening(on).id
    _cancel(opening_id, by, here)
    call_closures.reopen(opening_id, staff_id=by, here=here)
    return opening_id


def test_who_had_agreed_is_asked_again_when_an_opening_is_planned_after_all(
    here: Here, wang: UUID
) -> None:
    opening = _opening(MONDAY)
    opening_id, times = opening.id, (opening.from_min, opening.to_min)
    duty_changes.add(opening_id, wang, actor_id=wang, here=here)

    _cancel(opening_id, wang, here)
    while_cancelled = (_rota(), opening_returns.asked_again(here=here))
    call_closures.reopen(opening_id, staff_id=wang, here=here)

    assert while_cancelled == ([(wang, DutyState.CONFIRMED)], ())
    assert _rota() == [(wang, DutyState.PLANNED)]
    (asked,) = opening_returns.asked_again(here=here)
    assert (asked.opening_id, asked.on, asked.names) == (opening_id, MONDAY, ("王老师",))
    assert (asked.from_min, asked.to_min) == times


def test_an_opening_of_tomorrow_whose_adult_has_not_agreed_again_is_an_alert(
    here: Here, wang: UUID
) -> None:
    duty_changes.add(_opening(MONDAY).id, wang, actor_id=wang, here=here)
    before = _lacking(MONDAY, here)
    _cancelled_and_reopened(MONDAY, wang, here)

    asked = _lacking(MONDAY, here)
    duty_id = reading().scalars(select(PlannedDuty.id)).one()
    duty_changes.say(duty_id, DutyState.CONFIRMED, actor_id=wang, is_office=False, here=here)

    assert (before, asked) == ([], [(1, False)])
    assert (_lacking(MONDAY, here), opening_returns.asked_again(here=here)) == ([], ())


def test_who_was_excused_or_only_proposed_before_stays_so(here: Here, wang: UUID) -> None:
    opening_id = _opening(MONDAY).id
    duty_changes.add(opening_id, wang, actor_id=wang, here=here)
    duty_changes.say(
        reading().scalars(select(PlannedDuty.id)).one(),
        DutyState.EXCUSED,
        reason=DutyReason.ILL,
        actor_id=wang,
        is_office=True,
        here=here,
    )
    steps = factories.how_many(DutyEvent)

    _cancelled_and_reopened(MONDAY, wang, here)

    assert _rota() == [(wang, DutyState.EXCUSED)]
    assert factories.how_many(DutyEvent) == steps
    assert opening_returns.asked_again(here=here) == ()


def test_an_opening_that_was_moved_and_stands_again_counts_as_moved(here: Here, wang: UUID) -> None:
    opening = _opening(MONDAY)
    from_min, to_min = opening.from_min - 60, opening.to_min - 60
    opening_changes.change(
        opening.id,
        from_min=from_min,
        to_min=to_min,
        reason=ClosureReason.EXAM,
        staff_id=wang,
        here=here,
    )

    _cancelled_and_reopened(MONDAY, wang, here)

    again = _opening(MONDAY)
    assert (again.from_min, again.to_min, again.reason) == (from_min, to_min, ClosureReason.OTHER)


def test_one_that_lies_as_the_pattern_has_it_has_no_reason_any_more(here: Here, wang: UUID) -> None:
    _cancelled_and_reopened(MONDAY, wang, here)

    assert _opening(MONDAY).reason is None


def test_what_was_only_proposed_goes_with_the_day_off(here: Here, wang: UUID) -> None:
    with transaction() as session:
        opening_id = session.scalars(select(Opening.id).where(Opening.on_date == MONDAY)).one()
        duty_steps.add_in(session, opening_id, wang, by_id=wang, here=here)
    span = TermSpan(first_day=MONDAY, last_day=MONDAY)

    school_calendar.close_days("放假", span, staff_id=wang, here=here)

    db.session.remove()
    assert reading().get(Opening, opening_id) is None
    assert (_rota(), factories.how_many(DutyEvent)) == ([], 0)


def test_an_opening_of_today_stands_again_as_well(here: Here, wang: UUID) -> None:
    opening_id, today = _opening(here.today).id, TermSpan(first_day=here.today, last_day=here.today)
    duty_changes.add(opening_id, wang, actor_id=wang, here=here)
    closed = school_calendar.close_days("停电", today, staff_id=wang, here=here)

    school_calendar.as_usual(today, staff_id=wang, here=replace(here, school=closed.school))

    assert (_opening(here.today).id, _opening(here.today).state) == (
        opening_id,
        OpeningState.PLANNED,
    )
    assert _rota() == [(wang, DutyState.PLANNED)]


def test_what_a_hand_cancelled_for_a_holiday_stays_so_when_other_days_change(
    here: Here, wang: UUID
) -> None:
    times = Times(on=SUNDAY, from_min=600, to_min=660)
    more = opening_changes.add(times, on_duty_id=wang, staff_id=wang, here=here)
    of_the_pattern = _opening(MONDAY).id
    duty_changes.add(of_the_pattern, wang, actor_id=wang, here=here)
    for one in (more, of_the_pattern):
        call_closures.close_opening(one, reason=ClosureReason.HOLIDAY, staff_id=wang, here=here)
    tuesday = TermSpan(first_day=MONDAY + DAY, last_day=MONDAY + DAY)

    closed = school_calendar.close_days("放假", tuesday, staff_id=wang, here=here)
    school_calendar.as_usual(tuesday, staff_id=wang, here=replace(here, school=closed.school))

    assert _opening(SUNDAY).state is OpeningState.CANCELLED
    assert _opening(MONDAY).state is OpeningState.CANCELLED


# What stays cancelled


def _stays_cancelled(wang: UUID, here: Here) -> tuple[Here, UUID]:
    """Close a Sunday with an opening, plan another at its time, and take the day off back."""
    times, span = (
        Times(on=SUNDAY, from_min=600, to_min=660),
        TermSpan(first_day=SUNDAY, last_day=SUNDAY),
    )
    opening_id = opening_changes.add(times, on_duty_id=wang, staff_id=wang, here=here)
    closed = school_calendar.close_days("放假", span, staff_id=wang, here=here)
    here = replace(here, school=closed.school, now=here.now + timedelta(minutes=1))
    zhao = factories.staff(here).staff_id
    opening_changes.add(times, on_duty_id=zhao, staff_id=zhao, here=here)
    usual = school_calendar.as_usual(span, staff_id=wang, here=here)
    return replace(here, school=usual.school), opening_id


def test_of_two_openings_at_one_time_the_one_that_was_planned_last_stands_again(
    here: Here, wang: UUID
) -> None:
    again, first_id = _stays_cancelled(wang, here)
    span = TermSpan(first_day=SUNDAY, last_day=SUNDAY)
    closed = school_calendar.close_days("放假", span, staff_id=wang, here=again)

    school_calendar.as_usual(span, staff_id=wang, here=replace(again, school=closed.school))

    rows = reading().scalars(select(Opening).where(Opening.on_date == SUNDAY))
    assert {one.id == first_id: one.state for one in rows} == {
        True: OpeningState.CANCELLED,
        False: OpeningState.PLANNED,
    }


def _noted(opening_id: UUID) -> int:
    found = select(func.count(Audit.n)).where(
        Audit.subject == f"opening:{opening_id}", Audit.fields == "stays_cancelled"
    )
    return reading().scalar(found) or 0


def test_once_they_are_told_nobody_is_named_any_more(here: Here, wang: UUID) -> None:
    again, opening_id = _stays_cancelled(wang, here)
    (named,) = opening_returns.stay_cancelled(here=again)

    for _ in range(2):
        opening_returns.are_told(opening_id, staff_id=wang, here=again)

    assert (named.opening_id, named.names) == (opening_id, ("王老师",))
    assert opening_returns.stay_cancelled(here=again) == ()
    opening = reading().get_one(Opening, opening_id)
    assert (opening.state, opening.reason) == (OpeningState.CANCELLED, ClosureReason.OTHER)
    assert _noted(opening_id) == 1


def test_who_cannot_come_to_the_other_opening_of_the_day_either_is_still_to_be_told(
    here: Here, wang: UUID
) -> None:
    again, opening_id = _stays_cancelled(wang, here)
    other = select(Opening.id).where(Opening.on_date == SUNDAY, Opening.id != opening_id)
    other_id = reading().scalars(other).one()
    duty_changes.add(other_id, wang, actor_id=wang, here=again)
    comes = opening_returns.stay_cancelled(here=again)
    duty = select(PlannedDuty.id).where(
        PlannedDuty.opening_id == other_id, PlannedDuty.staff_id == wang
    )

    duty_changes.say(
        reading().scalars(duty).one(),
        DutyState.EXCUSED,
        reason=DutyReason.ILL,
        actor_id=wang,
        is_office=True,
        here=again,
    )

    assert comes == ()
    assert [one.names for one in opening_returns.stay_cancelled(here=again)] == [("王老师",)]


def test_who_is_told_of_one_room_or_of_a_day_that_is_closed_changes_no_other(
    here: Here, wang: UUID
) -> None:
    again, opening_id = _stays_cancelled(wang, here)
    span = TermSpan(first_day=SUNDAY, last_day=SUNDAY)
    by_weather = _opening(MONDAY).id
    _cancel(by_weather, wang, again)
    closed = school_calendar.close_days("放假", span, staff_id=wang, here=again)

    for one in (opening_id, by_weather):
        opening_returns.are_told(one, staff_id=wang, here=replace(again, school=closed.school))

    assert reading().get_one(Opening, opening_id).reason is ClosureReason.HOLIDAY
    assert reading().get_one(Opening, by_weather).reason is ClosureReason.WEATHER
    assert (_noted(opening_id), _noted(by_weather)) == (0, 0)


def test_nobody_is_to_be_told_of_a_day_that_is_over(here: Here, wang: UUID) -> None:
    again, _ = _stays_cancelled(wang, here)

    later = replace(again, now=again.now + DAY * 10)

    assert opening_returns.stay_cancelled(here=later) == ()
