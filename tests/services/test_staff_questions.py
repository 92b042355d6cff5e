"""What staff pages ask and do is understood by both databases in the same way."""

from datetime import timedelta
from uuid import uuid4

from flask import Flask

from kiosk.db import reading
from kiosk.errors import RefusedError
from kiosk.models.calls import Booking
from kiosk.rules.call_states import CallRefusal, CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.call_wishes import OutageReason
from kiosk.rules.lending import ItemStatus
from kiosk.services import (
    call_closures,
    call_desk,
    call_lines,
    call_places,
    child_visits,
    item_status,
    ledgers,
    opening_log,
    opening_rules,
    openings,
    staff_home,
)
from kiosk.services.here import Here
from kiosk.services.ledgers import Ledger
from kiosk.services.opening_rules import NewRule
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in


def test_a_whole_afternoon_of_staff(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    teacher = factories.staff(here).staff_id
    openings.open_room(staff_id=teacher, exceptions={}, here=here)
    child, item = factories.child(here), factories.item(here)
    factories.visit(here, child.child_id)
    factories.loan(here, child.child_id, item.item_id)
    contact_id = factories.contact(here, child.child_id)

    place = call_places.places(here=here)[0]
    call_places.book(
        child_id=child.child_id,
        contact_id=contact_id,
        slot_id=place.slot_id,
        request_id=uuid4(),
        staff_id=teacher,
        here=here,
    )
    row = call_desk.day(here.today, here=here)[0]
    for state in (CallState.WAITING, CallState.CALLING):
        version = call_desk.one(row.booking_id, here=here).version
        call_desk.change(row.booking_id, state, version, staff_id=teacher, here=here)

    home = staff_home.look(here=here)
    assert (home.headcount, home.without_call, home.items_out) == (1, 0, 1)
    began = {Ledger.OPENINGS, Ledger.VISITS, Ledger.CALLS, Ledger.LOANS, Ledger.READERS}
    assert {len(_rows(name, here)) for name in began} == {1}
    assert {len(_rows(name, here)) for name in (Ledger.LOSSES, Ledger.SCRAP, Ledger.GAMES)} == {0}
    assert len(opening_log.between(here.today, here.today, here=here)) == 1
    assert len(child_visits.lately(child.child_id, here=here)) == 1
    assert call_places.callers(here.today, here=here)[0].has_call


def test_one_line_carries_one_call(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    teacher = factories.staff(here).staff_id
    reasons = []
    for slot_id in factories.slots(here, places=2):
        child = factories.child(here)
        factories.visit(here, child.child_id)
        booking_id = factories.booking(here, child.child_id, slot_id=slot_id)
        call_desk.change(booking_id, CallState.WAITING, 1, staff_id=teacher, here=here)
        try:
            call_desk.change(booking_id, CallState.CALLING, 2, staff_id=teacher, here=here)
        except RefusedError as error:
            reasons.append(error.reason)

    assert reasons == [CallRefusal.LINE_BUSY]


def test_plan_and_lines_change(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    teacher = factories.staff(here).staff_id
    item = factories.item(here)
    before = len(call_places.places(here=here))

    line_id = call_lines.add(name="视频1", kind=LineKind.VIDEO, staff_id=teacher, here=here)
    assert len(call_places.places(here=here)) == 2 * before
    call_closures.close_line(
        line_id, reason=OutageReason.OTHER, request_id=uuid4(), staff_id=teacher, here=here
    )
    assert [line.is_in_use for line in call_lines.lines(here=here)] == [True, False]

    rule_id = opening_rules.add_rule(
        NewRule(weekday=7, from_min=600, to_min=700, place_min=10), staff_id=teacher, here=here
    )
    assert len(opening_rules.rules(here=here)) == 6
    opening_rules.end_rule(rule_id, staff_id=teacher, here=here)
    sundays = opening_log.between(here.today, here.today + timedelta(days=30), here=here)
    assert [one.on for one in sundays if one.on.isoweekday() == 7] == []

    item_status.set_status(item.item_id, ItemStatus.DAMAGED, staff_id=teacher, here=here)


def test_late_calls_are_settled(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    booking_id = factories.booking(here, factories.child(here).child_id)
    clock.advance(days=1)

    call_desk.day(here.today, here=here_in(either_app, clock))

    reading().rollback()
    assert reading().get_one(Booking, booking_id).state is CallState.RELEASED


def _rows(name: str, here: Here) -> tuple[object, ...]:
    return ledgers.build(name, first=here.today, last=here.today, here=here).rows
