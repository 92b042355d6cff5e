"""A telephone that fails today: today's places go, tomorrow's stay, and it ends by itself."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import reading
from kiosk.models.call_plan import LineOutage
from kiosk.models.calls import Line, Slot, SlotStatus
from kiosk.rules.call_states import CallState
from kiosk.rules.call_wishes import OutageLength, OutageReason
from kiosk.services import (
    call_closures,
    call_lines,
    call_settings,
    opening_plan,
    week_plan_facts,
    week_plans,
)
from kiosk.services.call_closures import Closed
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.services import calls_week
from tests.services.calls_week import bookings, family

LATE = 21 * 60


@pytest.fixture
def planned(here: Here) -> Here:
    """Return a room that plans its calls, with no places yet."""
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    calls_week.clear_places()
    return here


def _close(line_id: UUID, here: Here, length: OutageLength) -> Closed:
    preview = call_closures.preview_line(line_id, length=length, here=here)
    return call_closures.close_line(
        line_id,
        reason=OutageReason.BROKEN,
        length=length,
        request_id=uuid4(),
        staff_id=factories.staff(here).staff_id,
        digest=preview.digest,
        here=here,
    )


def _states(slot_ids: Iterable[UUID]) -> list[SlotStatus]:
    return [reading().get_one(Slot, slot_id).status for slot_id in slot_ids]


def test_out_today_takes_todays_calls_and_leaves_tomorrows(planned: Here) -> None:
    here, line_id = planned, factories.line(planned)
    first, second = family(here)[0], family(here)[0]
    today = factories.slots(here, on=here.today, places=1, line_id=line_id, from_min=LATE)
    tomorrow = here.today + timedelta(days=1)
    (kept,) = factories.slots(here, on=tomorrow, places=1, line_id=line_id, from_min=LATE)
    calls_week.publish(week_plans.first_day(here.today), here)
    (free,) = factories.slots(here, on=tomorrow, places=1, line_id=line_id, from_min=LATE + 30)

    closed = _close(line_id, here, OutageLength.TODAY)

    assert closed == Closed(released=1, moved=1)
    assert _states([*today, kept, free]) == [SlotStatus.WITHDRAWN, SlotStatus.OPEN, SlotStatus.OPEN]
    to_come = [
        one.slot_id
        for child_id in (first, second)
        for one in bookings(child_id)
        if one.state is CallState.BOOKED
    ]
    assert sorted(to_come) == sorted([kept, free])
    (row,) = [one for one in call_lines.lines(here=here) if one.line_id == line_id]
    assert (row.is_in_use, row.is_out_today) == (True, True)


def test_it_ends_by_itself_at_midnight(planned: Here, app: Flask, clock: FrozenClock) -> None:
    line_id = factories.line(planned)
    _close(line_id, planned, OutageLength.TODAY)
    opening_plan.plan_ahead(here=planned)
    places = select(Slot.on_date).where(Slot.line_id == line_id, Slot.status == SlotStatus.OPEN)
    assert planned.today not in reading().scalars(places).all()

    clock.advance(days=3)

    monday = here_in(app, clock)
    row = call_lines.one(line_id, here=monday)
    assert (row.is_in_use, row.is_out_today) == (True, False)
    assert monday.today in reading().scalars(places).all()
    again = _close(line_id, monday, OutageLength.TODAY)
    assert again == Closed(released=0, moved=0)
    assert len(reading().scalars(select(LineOutage)).all()) == 2


def test_mended_before_the_day_is_over_its_places_come_back(planned: Here) -> None:
    here, line_id = planned, factories.line(planned)
    today = factories.slots(here, on=here.today, places=2, line_id=line_id, from_min=LATE)
    child_id, _ = family(here)
    calls_week.publish(week_plans.first_day(here.today), here)
    _close(line_id, here, OutageLength.TODAY)
    assert [one.state for one in bookings(child_id)] == [CallState.RELEASED]

    call_closures.mend_line(line_id, staff_id=factories.staff(here).staff_id, here=here)

    assert _states(today) == [SlotStatus.OPEN, SlotStatus.OPEN]
    assert [one.state for one in bookings(child_id)] == [CallState.RELEASED, CallState.BOOKED]
    assert not call_lines.one(line_id, here=here).is_out_today
    (outage,) = reading().scalars(select(LineOutage)).all()
    assert (outage.ended_at, outage.ended_by_id) == (here.now, None)


def test_a_longer_outage_may_follow_on_todays(planned: Here) -> None:
    here, line_id = planned, factories.line(planned)
    tomorrow = here.today + timedelta(days=1)
    factories.slots(here, on=tomorrow, places=1, line_id=line_id, from_min=LATE)
    family(here)
    calls_week.publish(week_plans.first_day(here.today), here)

    assert _close(line_id, here, OutageLength.TODAY).released == 0
    assert _close(line_id, here, OutageLength.TODAY).released == 0
    assert _close(line_id, here, OutageLength.UNTIL_MENDED).released == 1

    assert not reading().get_one(Line, line_id).is_in_use
    ends = reading().scalars(select(LineOutage.ended_at)).all()
    assert sorted(ends, key=lambda end: end is None) == [here.now, None]


def test_a_plan_made_meanwhile_counts_on_the_line_for_the_days_after(planned: Here) -> None:
    here, line_id = planned, factories.line(planned)
    monday = week_plans.first_day(here.today) + timedelta(days=7)
    factories.slots(here, on=monday, places=3, line_id=line_id, from_min=LATE)

    _close(line_id, here, OutageLength.TODAY)

    assert len(week_plan_facts.places(reading(), monday, here=here)) == 3
