"""The staff home: what is, and what is to be done about it."""

from datetime import timedelta

import pytest
from flask import Flask

from kiosk.db import reading
from kiosk.models.calls import Slot
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import Hazard, OpeningState
from kiosk.services import openings, staff_home
from kiosk.services.here import Here
from kiosk.services.staff_home import TodoKind
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in


def _todo(here: Here) -> list[TodoKind]:
    reading().rollback()
    return [one.kind for one in staff_home.look(here=here).todo]


def test_a_room_that_should_be_open_is_the_first_thing_to_do(here: Here) -> None:
    assert _todo(here)[0] is TodoKind.OPEN_ROOM


def test_before_its_time_nobody_has_to_open(app: Flask, clock: FrozenClock) -> None:
    clock.advance(minutes=-30)

    assert TodoKind.OPEN_ROOM not in _todo(here_in(app, clock))


def test_a_hazard_stays_on_the_list_while_the_room_is_open(here: Here) -> None:
    teacher = factories.staff(here)
    openings.open_room(staff_id=teacher.staff_id, exceptions={Hazard.FALLS: "栏杆松了"}, here=here)

    home = staff_home.look(here=here)

    assert [(one.hazard, one.note) for one in home.todo] == [(Hazard.FALLS, "栏杆松了")]
    assert home.opening is not None
    assert [one.display_name for one in home.opening.duty] == ["王老师"]


def test_who_is_here_and_who_has_left_are_counted_once(here: Here) -> None:
    factories.open_today(here)
    stays, goes, comes_back = (factories.child(here) for _ in range(3))
    factories.visit(here, stays.child_id)
    factories.visit(here, goes.child_id, signed_out_at=here.now)
    earlier = here.now - timedelta(minutes=20)
    factories.visit(here, comes_back.child_id, signed_in_at=earlier, signed_out_at=earlier)
    factories.visit(here, comes_back.child_id)

    home = staff_home.look(here=here)

    assert (home.headcount, home.came, home.left) == (2, 3, 1)


def test_a_call_is_due_two_minutes_before_its_time(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    factories.open_today(here)
    child = factories.child(here)
    factories.visit(here, child.child_id)
    slot_id = reading().query(Slot).filter_by(on_date=here.today, start_min=17 * 60).one().id
    factories.booking(here, child.child_id, slot_id=slot_id)
    clock.advance(minutes=17)
    assert _todo(here_in(app, clock)) == []

    clock.advance(minutes=1)

    assert _todo(here_in(app, clock)) == [TodoKind.CALL_DUE]


def test_who_was_not_seen_leaving_is_not_said_to_have_left(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    factories.open_today(here)
    for _ in range(2):
        factories.visit(here, factories.child(here).child_id)
    factories.visit(here, factories.child(here).child_id, signed_out_at=here.now)
    clock.advance(minutes=30)
    factories.close_room(here_in(app, clock))

    home = staff_home.look(here=here_in(app, clock))

    assert (home.headcount, home.came, home.left, home.unconfirmed) == (0, 3, 1, 2)


@pytest.mark.parametrize("state", CallState)
def test_who_was_here_and_did_not_talk_is_booked_again(here: Here, state: CallState) -> None:
    factories.open_today(here)
    child = factories.child(here)
    factories.visit(here, child.child_id)
    factories.booking(here, child.child_id, state=state)

    missing = {CallState.NO_ANSWER, CallState.CUT, CallState.RELEASED}
    assert (TodoKind.MAKE_GOOD in _todo(here)) is (state in missing)


def test_a_call_that_nobody_answered_waits_to_be_booked_again(here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    contact_id = factories.contact(here, child.child_id)
    factories.booking(here, child.child_id, contact_id=contact_id, state=CallState.NO_ANSWER)
    assert _todo(here) == [TodoKind.MAKE_GOOD]

    later = factories.slots(here, from_min=17 * 60 + 30, places=1)[0]
    _after = Here(now=here.now + timedelta(seconds=1), settings=here.settings, home_id=here.home_id)
    factories.booking(_after, child.child_id, contact_id=contact_id, slot_id=later)

    assert _todo(here) == []


def test_how_a_call_ended_is_asked_for_a_week(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    factories.booking(here, factories.child(here).child_id, state=CallState.UNCLEAR)
    clock.advance(days=3)
    assert TodoKind.UNCLEAR in _todo(here_in(app, clock))

    clock.advance(days=5)

    assert TodoKind.UNCLEAR not in _todo(here_in(app, clock))


def test_an_opening_that_nobody_opened_is_named(here: Here) -> None:
    factories.open_today(here)
    factories.opening(here, on=here.today - timedelta(days=1), state=OpeningState.MISSED)

    assert _todo(here) == [TodoKind.MISSED]


def test_a_child_of_yesterday_is_not_counted_today(here: Here) -> None:
    yesterday = here.now - timedelta(days=1)
    factories.visit(here, factories.child(here).child_id, signed_in_at=yesterday)

    assert staff_home.look(here=here).headcount == 0
