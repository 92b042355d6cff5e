"""One day at other times, one opening more: the cost is known first, the plan leaves it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.models.calls import Booking, Slot, SlotStatus
from kiosk.models.duty import PlannedDuty
from kiosk.models.library import Loan
from kiosk.models.openings import Opening
from kiosk.rules.call_outage import ClosureReason, ClosureRefusal
from kiosk.rules.call_states import CallState
from kiosk.rules.codes import parse
from kiosk.rules.duty import DutyState
from kiosk.rules.openings import OpeningOrigin, OpeningRefusal, OpeningState
from kiosk.rules.school_days import TermSpan
from kiosk.services import (
    call_closures,
    lending,
    opening_changes,
    opening_log,
    opening_plan,
    school_calendar,
)
from kiosk.services.here import Here
from kiosk.services.opening_changes import Times
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

MONDAY = date(2026, 11, 23)  # the day of the tests is the Friday before
SUNDAY = date(2026, 11, 29)
FRIDAY_DUE = date(2026, 12, 4)
DAY = timedelta(days=1)


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


def _at(on: date) -> list[Opening]:
    db.session.remove()
    rows = select(Opening).where(Opening.on_date == on).order_by(Opening.from_min)
    return list(reading().scalars(rows))


def _change(
    on: date, from_min: int, to_min: int, here: Here, *, agreed: str | None = None
) -> call_closures.Closed:
    (opening,) = _at(on)
    return opening_changes.change(
        opening.id,
        from_min=from_min,
        to_min=to_min,
        reason=ClosureReason.EXAM,
        staff_id=factories.staff(here).staff_id,
        here=here,
        agreed=agreed,
    )


def _add(on: date, from_min: int, to_min: int, here: Here) -> UUID:
    times = Times(on=on, from_min=from_min, to_min=to_min)
    staff_id = factories.staff(here).staff_id
    return opening_changes.add(times, on_duty_id=staff_id, staff_id=staff_id, here=here)


def _why(act: Callable[[], object]) -> object:
    with pytest.raises(KioskError) as error:
        act()
    return error.value.reason


def _places(on: date) -> list[int]:
    db.session.remove()
    rows = select(Slot).where(Slot.on_date == on, Slot.status == SlotStatus.OPEN)
    return sorted(slot.start_min for slot in reading().scalars(rows))


def test_a_day_at_other_times_has_places_then_and_says_why(here: Here) -> None:
    _change(MONDAY, 900, 1020, here)

    (opening,) = _at(MONDAY)
    assert (opening.from_min, opening.to_min, opening.reason) == (900, 1020, ClosureReason.EXAM)
    assert _places(MONDAY) == list(range(900, 1020, 10))
    (row,) = opening_log.between(MONDAY, MONDAY, here=here)
    assert row.by_pattern == (16 * 60 + 30, 18 * 60)
    (other,) = opening_log.between(MONDAY + DAY, MONDAY + DAY, here=here)
    assert (other.by_pattern, other.reason) == (None, None)


def test_planning_again_leaves_a_changed_day_alone(here: Here) -> None:
    _change(MONDAY, 900, 960, here)

    opening_plan.plan_ahead(here=replace(here, now=here.now + 2 * DAY))

    assert [(one.from_min, one.to_min) for one in _at(MONDAY)] == [(900, 960)]


def test_a_call_at_a_time_that_goes_is_shown_first_and_made_good(here: Here) -> None:
    slot = next(
        slot
        for slot in reading().scalars(select(Slot).where(Slot.on_date == MONDAY))
        if slot.start_min == 17 * 60 + 30
    )
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=slot.id)

    with pytest.raises(RefusedError) as error:
        _change(MONDAY, 16 * 60 + 30, 17 * 60 + 30, here, agreed="")
    preview = error.value.values["preview"]
    assert isinstance(preview, call_closures.Preview)
    kept = reading().get_one(Booking, booking_id).state
    done = _change(MONDAY, 16 * 60 + 30, 17 * 60 + 30, here, agreed=preview.digest)

    assert error.value.reason is ClosureRefusal.CHANGED
    assert (len(preview.rows), kept) == (1, CallState.BOOKED)
    assert done.released == 1
    db.session.remove()
    assert reading().get_one(Booking, booking_id).state is CallState.RELEASED


def test_a_call_within_the_new_times_keeps_its_place(here: Here) -> None:
    slot = next(
        slot
        for slot in reading().scalars(select(Slot).where(Slot.on_date == MONDAY))
        if slot.start_min == 17 * 60
    )
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=slot.id)

    done = _change(MONDAY, 17 * 60, 19 * 60, here, agreed="")

    assert done.released == 0
    db.session.remove()
    assert reading().get_one(Booking, booking_id).state is CallState.BOOKED
    assert _places(MONDAY) == list(range(17 * 60, 19 * 60, 10))


def test_a_call_up_to_the_new_end_keeps_its_place(here: Here) -> None:
    slot = next(
        slot
        for slot in reading().scalars(select(Slot).where(Slot.on_date == MONDAY))
        if slot.start_min == 17 * 60
    )
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=slot.id)

    done = _change(MONDAY, 16 * 60 + 30, 17 * 60 + 10, here, agreed="")

    assert done.released == 0
    db.session.remove()
    assert reading().get_one(Booking, booking_id).state is CallState.BOOKED


def test_an_opening_may_stand_where_one_was_cancelled(here: Here) -> None:
    _add(SUNDAY, 900, 960, here)
    call_closures.close_opening(
        _at(SUNDAY)[0].id,
        reason=ClosureReason.WEATHER,
        staff_id=factories.staff(here).staff_id,
        here=here,
    )

    _add(SUNDAY, 900, 960, here)

    assert sorted(one.state for one in _at(SUNDAY)) == [
        OpeningState.CANCELLED,
        OpeningState.PLANNED,
    ]


def test_an_opening_more_has_places_and_books_may_be_due_on_it(here: Here) -> None:
    child = factories.child(here)
    item = factories.item(here)
    lending.scan(parse(item.code), reader=child.reader, request_id=uuid4(), here=here)
    # Without that Friday the book is due on the Monday after; with a Sunday more, on that day.
    (friday,) = _at(FRIDAY_DUE)
    staff_id = factories.staff(here).staff_id
    moves = call_closures.due_moves(friday.id, here=here)
    call_closures.close_opening(friday.id, reason=ClosureReason.EXAM, staff_id=staff_id, here=here)
    sunday = FRIDAY_DUE + 2 * DAY

    _add(sunday, 900, 1020, here)

    assert [(one.was_on, one.due_on, one.books) for one in moves] == [
        (FRIDAY_DUE, FRIDAY_DUE + 3 * DAY, 1)
    ]
    assert reading().scalars(select(Loan.due_on)).all() == [sunday]
    (opening,) = _at(sunday)
    assert (opening.origin, opening.state) == (OpeningOrigin.MANUAL, OpeningState.PLANNED)


def test_what_a_closing_would_move_is_only_told(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lending.scan(parse(item.code), reader=child.reader, request_id=uuid4(), here=here)
    (friday,) = _at(FRIDAY_DUE)

    call_closures.due_moves(friday.id, here=here)
    _add(FRIDAY_DUE, 420, 480, here)

    assert reading().scalars(select(Loan.due_on)).all() == [FRIDAY_DUE]
    # The room opens on that day all the same, so nothing would move any more.
    assert call_closures.due_moves(friday.id, here=here) == ()


@pytest.mark.parametrize(("from_min", "to_min"), [(1000, 1000), (1020, 900), (0, 1441), (-10, 60)])
def test_times_that_are_no_period_change_nothing(here: Here, from_min: int, to_min: int) -> None:
    with pytest.raises(InvalidInputError):
        _change(MONDAY, from_min, to_min, here)
    with pytest.raises(InvalidInputError):
        _add(SUNDAY, from_min, to_min, here)

    assert [(one.from_min, one.to_min) for one in _at(MONDAY)] == [(990, 1080)]
    assert _at(SUNDAY) == []


def test_two_openings_never_stand_at_one_time(here: Here) -> None:
    _add(SUNDAY, 900, 960, here)
    _add(SUNDAY, 960, 1020, here)
    _add(SUNDAY, 840, 900, here)

    assert _why(lambda: _add(SUNDAY, 950, 970, here)) is ClosureRefusal.TIME_TAKEN
    first = _at(SUNDAY)[1].id
    refused = _why(
        lambda: opening_changes.change(
            first,
            from_min=900,
            to_min=970,
            reason=ClosureReason.OTHER,
            staff_id=factories.staff(here).staff_id,
            here=here,
        )
    )
    assert refused is ClosureRefusal.TIME_TAKEN


def test_nothing_is_planned_for_a_time_that_is_over(here: Here) -> None:
    assert _why(lambda: _add(here.today - DAY, 900, 960, here)) is OpeningRefusal.PAST
    assert _why(lambda: _add(here.today, 600, 700, here)) is OpeningRefusal.PAST
    assert _why(lambda: _add(here.today, 600, here.minute, here)) is OpeningRefusal.PAST


def test_an_opening_that_is_not_planned_is_not_changed(here: Here) -> None:
    with pytest.raises(NotFoundError):
        opening_changes.change(
            uuid4(),
            from_min=900,
            to_min=960,
            reason=ClosureReason.OTHER,
            staff_id=factories.staff(here).staff_id,
            here=here,
        )


def test_closing_days_takes_the_opening_more_along_and_no_earlier_choice(here: Here) -> None:
    """Who plans one on a closed day wants it; who closes the day afterwards wants that."""
    staff_id = factories.staff(here).staff_id
    span = TermSpan(first_day=MONDAY, last_day=MONDAY)
    closed = school_calendar.close_days("放假", span, staff_id=staff_id, here=here)
    here = replace(here, school=closed.school)
    _add(MONDAY, 900, 960, here)
    _add(SUNDAY, 900, 960, here)

    sunday = TermSpan(first_day=SUNDAY, last_day=SUNDAY)
    school_calendar.close_days("放假", sunday, staff_id=staff_id, here=here)

    assert [one.state for one in _at(MONDAY)] == [OpeningState.PLANNED]
    assert [one.state for one in _at(SUNDAY)] == [OpeningState.CANCELLED]


def test_why_an_opening_was_cancelled_stays_until_it_is_planned_again(here: Here) -> None:
    opening_id = _at(MONDAY)[0].id
    staff_id = factories.staff(here).staff_id

    call_closures.close_opening(
        opening_id, reason=ClosureReason.WEATHER, staff_id=staff_id, here=here
    )
    said = [one.reason for one in _at(MONDAY)]
    call_closures.reopen(opening_id, staff_id=staff_id, here=here)

    assert said == [ClosureReason.WEATHER]
    assert [one.reason for one in _at(MONDAY)] == [None]


def test_who_said_to_be_there_stands_on_the_rota(here: Here) -> None:
    teacher = factories.staff(here, display_name="王老师")

    opening_changes.add(
        Times(on=SUNDAY, from_min=900, to_min=960),
        on_duty_id=teacher.staff_id,
        staff_id=factories.staff(here).staff_id,
        here=here,
    )

    (planned,) = reading().query(PlannedDuty).all()
    assert (planned.staff_id, planned.state) == (teacher.staff_id, DutyState.CONFIRMED)


def test_nobody_is_on_duty_who_does_not_work_here(here: Here) -> None:
    with pytest.raises(NotFoundError):
        opening_changes.add(
            Times(on=SUNDAY, from_min=900, to_min=960),
            on_duty_id=uuid4(),
            staff_id=factories.staff(here).staff_id,
            here=here,
        )

    assert _at(SUNDAY) == []
