"""A line out of order, a day that is cancelled: what the page says is what is done."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.call_plan import LineOutage
from kiosk.models.calls import Line, Slot
from kiosk.models.openings import Opening
from kiosk.models.people import Child
from kiosk.rules.call_news import CallNews
from kiosk.rules.call_outage import ClosureReason, ClosureRefusal
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_wishes import AskedBy, OutageReason, UrgentReason
from kiosk.rules.openings import OpeningState
from kiosk.rules.school_days import TermSpan
from kiosk.services import (
    call_closures,
    call_repair,
    call_settings,
    opening_rules,
    openings,
    own_calls,
    school_calendar,
    urgent_calls,
)
from kiosk.services.call_closures import Closed
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.services import calls_week
from tests.services.calls_week import FIVE, MONDAY, TUESDAY, WEDNESDAY, bookings, family


@pytest.fixture
def planned(here: Here) -> Here:
    """Return a room that plans its calls, with no places yet."""
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    calls_week.clear_places()
    return here


def _waits_since(child_id: UUID, here: Here, *, days: int) -> None:
    with transaction() as session:
        session.get_one(Child, child_id).enrolled_on = here.today - timedelta(days=days)


def _close(line_id: UUID, here: Here, *, digest: str | None = None) -> Closed:
    return call_closures.close_line(
        line_id,
        reason=OutageReason.BROKEN,
        request_id=uuid4(),
        staff_id=factories.staff(here).staff_id,
        digest=digest,
        here=here,
    )


def test_the_longest_waiting_keep_their_time_on_another_line(planned: Here) -> None:
    here, broken, other = planned, factories.line(planned), factories.line(planned)
    factories.slots(here, on=TUESDAY, places=2, line_id=broken)
    first, second = family(here)[0], family(here)[0]
    _waits_since(first, here, days=30)
    calls_week.publish(MONDAY, here)
    at = bookings(first)[0].start_min
    opening_id = reading().get_one(Slot, bookings(first)[0].slot_id).opening_id
    (same,) = factories.slots(
        here, on=TUESDAY, places=1, from_min=at, line_id=other, opening_id=opening_id
    )
    (later,) = factories.slots(here, on=WEDNESDAY, places=1, line_id=other)

    preview = call_closures.preview_line(broken, here=here)
    closed = _close(broken, here, digest=preview.digest)

    assert (closed.released, closed.moved, preview.missing) == (2, 2, 0)
    assert {UUID(row.loss.child_id): row.loss.keeps_time for row in preview.rows} == {
        first: True,
        second: False,
    }
    lost, instead = bookings(first)
    assert (lost.state, instead.slot_id, instead.replaces_id) == (
        CallState.RELEASED,
        same,
        lost.id,
    )
    assert bookings(second)[-1].slot_id == later


def test_who_fits_nowhere_is_named_beforehand_and_is_owed(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    factories.slots(here, on=TUESDAY, places=1, line_id=broken)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)

    preview = call_closures.preview_line(broken, here=here)
    _close(broken, here, digest=preview.digest)

    assert preview.missing == 1
    assert [(one.state, one.is_owed) for one in bookings(child_id)] == [(CallState.RELEASED, True)]


def test_when_anything_else_would_follow_nothing_is_done(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    factories.slots(here, on=TUESDAY, places=1, line_id=broken)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    preview = call_closures.preview_line(broken, here=here)
    factories.slots(here, on=WEDNESDAY, places=1)

    with pytest.raises(RefusedError) as error:
        _close(broken, here, digest=preview.digest)

    assert error.value.reason is ClosureRefusal.CHANGED
    assert [one.state for one in bookings(child_id)] == [CallState.BOOKED]
    assert reading().get_one(Line, broken).is_in_use


def test_a_line_breaks_once_and_is_mended_with_places_for_who_missed_out(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    factories.slots(here, on=here.today, places=2, line_id=broken, from_min=21 * 60)
    child_id, _ = family(here)
    this_monday = here.today - timedelta(days=here.today.weekday())
    calls_week.publish(this_monday, here)
    _close(broken, here)

    again = _close(broken, here)
    call_closures.mend_line(broken, staff_id=factories.staff(here).staff_id, here=here)

    assert again == Closed(released=0, moved=0)
    released, anew = bookings(child_id)
    assert (released.state, anew.state, anew.replaces_id) == (
        CallState.RELEASED,
        CallState.BOOKED,
        released.id,
    )
    (outage,) = reading().scalars(select(LineOutage)).all()
    assert (outage.reason, outage.ended_at) == (OutageReason.BROKEN, here.now)


def test_a_mended_line_gives_each_child_its_own_time_back(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    factories.slots(here, on=TUESDAY, places=4, line_id=broken)
    first, second, other = (family(here)[0] for _ in range(3))
    calls_week.publish(MONDAY, here)
    own = {one: bookings(one)[0] for one in (first, second, other)}
    urgent = _urgent(second, here)
    _close(broken, here)
    # One of them has another place meanwhile, which it keeps: what cannot wait comes first.
    (elsewhere,) = factories.slots(here, on=WEDNESDAY, places=1)
    call_repair.repair_if_due(here=here)

    back = call_closures.mend_line(broken, staff_id=factories.staff(here).staff_id, here=here)

    assert back == 3
    for child_id, lost in own.items():
        (again,) = [one for one in bookings(child_id) if one.replaces_id == lost.id]
        assert (again.state, again.kind) == (CallState.BOOKED, CallKind.WEEKLY)
        assert again.slot_id == lost.slot_id
    assert own_calls.show(child_id=first, here=here).news is CallNews.KEPT
    (instead,) = [one for one in bookings(second) if one.replaces_id == urgent]
    assert (instead.kind, instead.slot_id) == (CallKind.URGENT, elsewhere)


def test_brothers_and_sisters_have_their_place_back_together(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    factories.slots(here, on=TUESDAY, places=1, line_id=broken)
    phone = "13800138123"
    leader, along = family(here, phone=phone)[0], family(here, phone=phone)[0]
    calls_week.publish(MONDAY, here)
    _close(broken, here)

    back = call_closures.mend_line(broken, staff_id=factories.staff(here).staff_id, here=here)

    assert back == 2
    again = [bookings(one)[-1] for one in (leader, along)]
    assert {one.state for one in again} == {CallState.BOOKED}
    assert {one.companion_of_id for one in again} & {one.id for one in again}


def test_a_place_that_somebody_has_meanwhile_is_not_given_back(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    factories.slots(here, on=TUESDAY, places=1, line_id=broken)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    _close(broken, here)
    with transaction() as session:
        session.get_one(Line, broken).is_in_use = True
    quick, contact_id = family(here)
    slot_id = bookings(child_id)[0].slot_id
    factories.booking(here, quick, contact_id=contact_id, slot_id=slot_id)

    call_closures.mend_line(broken, staff_id=factories.staff(here).staff_id, here=here)

    assert [one.state for one in bookings(quick)] == [CallState.BOOKED]
    assert slot_id not in {one.slot_id for one in bookings(child_id)[1:]}


def test_a_cancelled_day_moves_its_calls_and_comes_back_empty(planned: Here) -> None:
    here = planned
    (slot_id,) = factories.slots(here, on=TUESDAY, places=1, from_min=20 * 60)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    (later,) = factories.slots(here, on=WEDNESDAY, places=1)
    opening_id = reading().get_one(Slot, slot_id).opening_id
    staff_id = factories.staff(here).staff_id

    preview = call_closures.preview_opening(opening_id, here=here)
    call_closures.close_opening(
        opening_id,
        reason=ClosureReason.NO_DUTY,
        digest=preview.digest,
        staff_id=staff_id,
        here=here,
    )
    call_closures.reopen(opening_id, staff_id=staff_id, here=here)

    assert [one.slot_id for one in bookings(child_id)] == [slot_id, later]
    assert reading().get_one(Opening, opening_id).state is OpeningState.PLANNED
    with pytest.raises(NotFoundError):
        call_closures.reopen(opening_id, staff_id=staff_id, here=here)


def test_a_day_is_not_planned_again_where_another_opening_stands(planned: Here) -> None:
    here = planned
    opening_id = factories.opening(here, on=TUESDAY, from_min=FIVE, to_min=FIVE + 60)
    staff_id = factories.staff(here).staff_id
    call_closures.close_opening(opening_id, reason=ClosureReason.EXAM, staff_id=staff_id, here=here)
    factories.opening(here, on=TUESDAY, from_min=FIVE + 30, to_min=FIVE + 90)

    with pytest.raises(RefusedError) as error:
        call_closures.reopen(opening_id, staff_id=staff_id, here=here)

    assert error.value.reason is ClosureRefusal.TIME_TAKEN


def test_where_children_pick_their_times_calls_are_released_only(here: Here) -> None:
    line_id = factories.line(here)
    (slot_id,) = factories.slots(here, on=TUESDAY, places=1, line_id=line_id)
    child_id, contact_id = family(here)
    factories.booking(here, child_id, contact_id=contact_id, slot_id=slot_id)

    preview = call_closures.preview_line(line_id, here=here)
    closed = _close(line_id, here, digest=preview.digest)

    assert not preview.plans
    assert closed == Closed(released=1, moved=0)


def _urgent(child_id: UUID, here: Here) -> UUID:
    call = urgent_calls.place(
        child_id=child_id,
        reason=UrgentReason.ILLNESS,
        asked_by=AskedBy.TEACHER,
        request_id=uuid4(),
        staff_id=factories.staff(here).staff_id,
        here=here,
    )
    assert call.booking_id is not None
    return call.booking_id


def test_a_call_that_cannot_wait_is_made_good_whoever_has_rung(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    child_id, contact_id = family(here)
    (before,) = factories.slots(here, on=MONDAY, places=1)
    factories.booking(here, child_id, contact_id=contact_id, slot_id=before, state=CallState.DONE)
    factories.slots(here, on=TUESDAY, places=1, line_id=broken)
    lost = _urgent(child_id, here)
    (place,) = factories.slots(here, on=WEDNESDAY, places=1)

    preview = call_closures.preview_line(broken, here=here)
    closed = _close(broken, here, digest=preview.digest)

    assert [row.loss.had_call for row in preview.rows] == [False]
    assert closed == Closed(released=1, moved=1)
    again = bookings(child_id)[-1]
    assert (again.kind, again.slot_id, again.replaces_id) == (CallKind.URGENT, place, lost)


def test_who_loses_two_calls_has_another_for_each(planned: Here) -> None:
    here, broken = planned, factories.line(planned)
    factories.slots(here, on=TUESDAY, places=2, line_id=broken)
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    (weekly,) = bookings(child_id)
    urgent = _urgent(child_id, here)
    factories.slots(here, on=WEDNESDAY, places=2)

    preview = call_closures.preview_line(broken, here=here)
    closed = _close(broken, here, digest=preview.digest)

    assert (closed, preview.missing) == (Closed(released=2, moved=2), 0)
    to_come = [one for one in bookings(child_id) if one.state is CallState.BOOKED]
    assert {one.replaces_id: one.kind for one in to_come} == {
        weekly.id: CallKind.WEEKLY,
        urgent: CallKind.URGENT,
    }


# The calendar and the weekly pattern


def _on_the_pattern(here: Here) -> tuple[UUID, Opening]:
    """Return a child whose call of next week lies in an opening of the weekly pattern."""
    opening = (
        reading()
        .scalars(
            select(Opening)
            .where(Opening.on_date >= MONDAY, Opening.rule_id.is_not(None))
            .order_by(Opening.on_date)
        )
        .first()
    )
    assert opening is not None
    factories.slots(
        here, on=opening.on_date, places=1, from_min=opening.from_min, opening_id=opening.id
    )
    child_id, _ = family(here)
    calls_week.publish(MONDAY, here)
    return child_id, opening


def test_a_holiday_moves_the_calls_that_it_costs_as_was_shown(planned: Here) -> None:
    here, staff_id = planned, factories.staff(planned).staff_id
    child_id, opening = _on_the_pattern(here)
    (other,) = factories.slots(here, on=opening.on_date + timedelta(days=1), places=1)
    day = TermSpan(first_day=opening.on_date, last_day=opening.on_date)

    with pytest.raises(RefusedError) as asked:
        school_calendar.close_days("放假", day, staff_id=staff_id, here=here, agreed="")
    before = [one.state for one in bookings(child_id)]
    preview = asked.value.values["preview"]
    assert isinstance(preview, call_closures.Preview)
    changed = school_calendar.close_days(
        "放假", day, staff_id=staff_id, here=here, agreed=preview.digest
    )

    assert before == [CallState.BOOKED]
    assert (len(preview.rows), preview.missing) == (1, 0)
    assert (changed.followed.calls_released, changed.followed.calls_moved) == (1, 1)
    lost, again = bookings(child_id)
    assert (lost.state, again.slot_id, again.replaces_id) == (CallState.RELEASED, other, lost.id)


def test_a_line_of_the_pattern_that_ends_moves_its_calls_as_was_shown(planned: Here) -> None:
    here, staff_id = planned, factories.staff(planned).staff_id
    child_id, opening = _on_the_pattern(here)
    rule_id = opening.rule_id
    assert rule_id is not None
    (other,) = factories.slots(here, on=opening.on_date + timedelta(days=1), places=1)

    with pytest.raises(RefusedError) as asked:
        opening_rules.end_rule(rule_id, staff_id=staff_id, here=here, agreed="")
    preview = asked.value.values["preview"]
    assert isinstance(preview, call_closures.Preview)
    told = opening_rules.end_rule(rule_id, staff_id=staff_id, here=here, agreed=preview.digest)

    assert (told.calls_released, told.calls_moved) == (1, 1)
    assert [one.slot_id for one in bookings(child_id)][-1] == other


def test_once_the_room_has_opened_nobody_of_a_later_day_is_seated_today(planned: Here) -> None:
    here, staff_id = planned, factories.staff(planned).staff_id
    saturday = here.today + timedelta(days=1)
    (lost,) = factories.slots(here, on=saturday, places=1)
    child_id, _ = family(here)
    calls_week.publish(here.today - timedelta(days=here.today.weekday()), here)
    openings.open_room(staff_id=staff_id, exceptions={}, here=here)
    factories.slots(here, on=here.today, places=1, from_min=21 * 60)

    preview = call_closures.preview_opening(reading().get_one(Slot, lost).opening_id, here=here)

    assert [one.slot_id for one in bookings(child_id)] == [lost]
    assert [row.loss.instead for row in preview.rows] == [None]


def test_a_holiday_without_calls_asks_nothing(planned: Here) -> None:
    day = TermSpan(first_day=TUESDAY, last_day=TUESDAY)

    changed = school_calendar.close_days(
        "放假", day, staff_id=factories.staff(planned).staff_id, here=planned, agreed=""
    )

    assert changed.followed.calls_released == 0
