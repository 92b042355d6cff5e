"""An empty place of now, offered to the children in the room in their turn."""

import pytest

from kiosk.db import reading
from kiosk.models.calls import Booking, BookingEvent
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.staff import Role
from kiosk.services import call_settings
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in


@pytest.fixture(autouse=True)
def planned(page: PageClient, here: Here) -> None:
    """Plan the calls of this room, and open it at a time of which nobody has the place."""
    teacher = sign_in(page, here, Role.DUTY_TEACHER)
    call_settings.set_up(PlanSettings(), actor_id=teacher.staff_id, here=here)
    factories.open_today(here)


def _in_the_room(here: Here, name: str) -> None:
    child = factories.child(here, given_name=name)
    factories.contact(here, child.child_id)
    factories.visit(here, child.child_id)


def _calls() -> list[Booking]:
    session = reading()
    session.rollback()
    return session.query(Booking).all()


def test_an_empty_place_is_given_to_the_child_whose_turn_it_is(
    page: PageClient, here: Here
) -> None:
    _in_the_room(here, "思远")

    taken = page.open("/staff/calls").press("It may ring now")

    (call,) = _calls()
    assert (call.kind, call.state) == (CallKind.STANDBY, CallState.WAITING)
    assert "思远" in taken.words
    assert "waits for" in taken.words


def test_a_place_that_a_teacher_gave_was_given_by_her(page: PageClient, here: Here) -> None:
    _in_the_room(here, "思远")

    page.open("/staff/calls").press("It may ring now")

    (call,) = _calls()
    events = reading().query(BookingEvent).filter_by(booking_id=call.id).all()
    assert [one.to_state for one in events] == [CallState.BOOKED, CallState.WAITING]
    assert all(one.by_staff_id is not None and one.by_child_id is None for one in events)


def test_who_does_not_come_is_passed_over_for_now(page: PageClient, here: Here) -> None:
    for name in ("思远", "子涵"):
        _in_the_room(here, name)
    first = page.open("/staff/calls")
    before = {name for name in ("思远", "子涵") if name in first.words}

    second = first.follow("Did not come: the next one")
    nobody = second.follow("Did not come: the next one")

    after = {name for name in ("思远", "子涵") if name in second.words}
    assert len(before) == len(after) == 1
    assert before != after
    assert "nobody in the room can ring now" in nobody.words
    assert _calls() == []


@pytest.mark.parametrize("is_fragment", [False, True])
def test_who_did_not_come_is_not_asked_again_after_any_other_button(
    page: PageClient, here: Here, *, is_fragment: bool
) -> None:
    booked = factories.child(here, given_name="浩然")
    slot_id = factories.slots(here, from_min=here.minute, places=1)[0]
    factories.booking(here, booked.child_id, slot_id=slot_id)
    _in_the_room(here, "思远")
    nobody = page.open("/staff/calls").follow("Did not come: the next one")
    (call,) = (one for one in nobody.all("form") if "Call the child" in "".join(one.itertext()))
    form = [(one.get("name", ""), one.get("value", "")) for one in call.iter("input")]
    (to_state,) = (one.get("value", "") for one in call.iter("button"))

    after = page.submit(
        call.get("action", ""), dict(form) | {"to_state": to_state}, fragment=is_fragment
    )

    assert len(nobody.all("input", name="over")) > 0
    assert "nobody in the room can ring now" in after.words
    assert "It may ring now" not in after.words


def test_a_place_that_was_taken_meanwhile_is_not_given_twice(page: PageClient, here: Here) -> None:
    for name in ("思远", "子涵"):
        _in_the_room(here, name)
    one, other = page.open("/staff/calls"), page.open("/staff/calls")
    one.press("It may ring now")

    late = other.press("It may ring now")

    assert late.status == 409
    assert "Somebody else has just taken this place." in late.words
    assert len(_calls()) == 1
