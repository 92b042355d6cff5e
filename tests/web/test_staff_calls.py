"""The telephone on the staff pages: the day's board, the number, seating by hand, the lines."""

import pytest

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking, Slot
from kiosk.rules.call_states import CallState
from kiosk.rules.staff import Role
from kiosk.services import call_lines
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

PHONE = "19912345678"
NOW = 16 * 60 + 40  # as the clock of the tests has it


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)


def _state() -> CallState:
    session = reading()
    session.rollback()
    return session.query(Booking).one().state


def _booked(here: Here, at_min: int = NOW) -> None:
    """Book a time of today for a child who is in the open room."""
    factories.open_today(here)
    child = factories.child(here, given_name="浩然")
    factories.visit(here, child.child_id)
    contact_id = factories.contact(here, child.child_id, phone=PHONE)
    slot_id = reading().query(Slot).filter_by(on_date=here.today, start_min=at_min).one().id
    factories.booking(here, child.child_id, contact_id=contact_id, slot_id=slot_id)


def test_a_call_is_led_by_its_buttons(page: PageClient, here: Here, clock: FrozenClock) -> None:
    _booked(here)
    ringing = page.open("/staff/calls").press("Call the child").press("Ring now")
    clock.advance(minutes=2)
    done = ringing.press("Finished talking")

    assert "talked 2 min" in done.words
    assert _state() is CallState.DONE


def _buttons(page: Page) -> set[str]:
    return {"".join(button.itertext()).strip() for button in page.all("button")}


def test_a_call_of_seconds_is_asked_about(page: PageClient, here: Here) -> None:
    _booked(here)
    ringing = page.open("/staff/calls").press("Call the child").press("Ring now")

    asked = ringing.press("Finished talking")

    assert "less than a minute" in asked.words
    assert _state() is CallState.CALLING
    done = asked.press("They really talked")
    assert "talked" in done.words
    assert _state() is CallState.DONE


def test_nobody_is_given_up_before_the_second_try(page: PageClient, here: Here) -> None:
    _booked(here)
    ringing = page.open("/staff/calls").press("Call the child").press("Ring now")
    first = _buttons(ringing)

    again = ringing.press("No answer, ring once more")
    second = _buttons(again)

    assert first.isdisjoint({"No answer", "Line busy"})
    assert second >= {"No answer", "Line busy", "Wrong number"}


def test_a_long_list_of_free_places_is_folded(page: PageClient, here: Here) -> None:
    factories.slots(here, from_min=18 * 60, places=12)
    folded = page.open("/staff/calls")

    whole = folded.follow("more free places")

    assert folded.words.count("Seat a child") == 6
    assert whole.words.count("Seat a child") > 12
    assert "more free places" not in whole.words


def test_only_what_may_follow_has_a_button(page: PageClient, here: Here) -> None:
    _booked(here)

    board = page.open("/staff/calls")

    buttons = {button.get("value") for button in board.all("button", name="to_state")}
    assert buttons == {"waiting", "no_show", "excused", "cancelled", "released"}


def test_the_slower_of_two_screens_reads_why_not(page: PageClient, here: Here) -> None:
    _booked(here)
    first, second = page.open("/staff/calls"), page.open("/staff/calls")
    first.press("Excused")

    late = second.press("Call the child")

    assert late.status == 409
    assert "This call has changed meanwhile" in late.words
    assert _state() is CallState.EXCUSED


def test_the_number_is_masked_until_it_is_asked_for(page: PageClient, here: Here) -> None:
    _booked(here)
    board = page.open("/staff/calls")
    assert PHONE not in board.words

    shown = board.press("Number ···· 5678")

    assert PHONE in shown.words
    assert reading().query(Audit).filter_by(action=AuditAction.REVEAL).count() == 1


def test_before_its_time_the_number_is_not_shown(page: PageClient, here: Here) -> None:
    _booked(here, at_min=17 * 60)
    booking_id = reading().query(Booking).one().id

    form = {"csrf_token": token(page.open("/staff/calls"))}
    refused = page.submit(f"/staff/calls/{booking_id}/number", form)

    assert refused.status == 409
    assert PHONE not in refused.response.text
    assert reading().query(Audit).filter_by(action=AuditAction.REVEAL).count() == 0


def test_a_free_place_is_given_to_a_child(page: PageClient, here: Here) -> None:
    child = factories.child(here, given_name="思远")
    factories.contact(here, child.child_id)

    board = page.open("/staff/calls").follow("Seat a child").press("思远 calls")

    assert "思远" in board.words
    assert _state() is CallState.BOOKED


def test_a_child_without_an_answer_is_booked_again(page: PageClient, here: Here) -> None:
    child = factories.child(here, given_name="思远")
    contact_id = factories.contact(here, child.child_id)
    slot_id = factories.slots(here, places=1)[0]
    state = CallState.NO_ANSWER
    factories.booking(here, child.child_id, contact_id=contact_id, slot_id=slot_id, state=state)

    asking = page.open("/staff").follow("Book again")
    places = [place.get("value", "") for place in asking.all("input", name="slot_id")]
    asking.press("Book", {"contact_id": True, "slot_id": True})

    assert places
    assert factories.how_many(Booking) == 2


def test_the_next_call_stands_on_the_home_page(page: PageClient, here: Here) -> None:
    _booked(here)
    home = page.open("/staff")

    assert "浩然 calls" in home.words
    assert "next" in home.words


def test_a_line_is_taken_out_of_use_and_its_calls_released(page: PageClient, here: Here) -> None:
    _booked(here)

    lines = page.open("/staff/calls/lines").press("Out of use")

    assert "1 call was released" in lines.words
    assert _state() is CallState.RELEASED


def test_a_line_that_is_there_is_not_added_again_and_what_was_typed_stays(
    page: PageClient, here: Here
) -> None:
    page.open("/staff").press("Children's screen")
    sign_in(page, here, Role.ADMINISTRATOR)
    (name,) = [line.name for line in call_lines.lines(here=here)]

    form = {"Name of the line": name, "Kind": "video"}
    refused = page.open("/staff/calls/lines").press("Add a line", form)

    assert refused.status == 409
    assert "There is a line of this name already." in refused.words
    assert [field.get("value") for field in refused.all("input", name="name")] == [name]
    assert len(call_lines.lines(here=here)) == 1


def test_a_duty_teacher_adds_no_line(page: PageClient) -> None:
    lines = page.open("/staff/calls/lines")
    form = {"csrf_token": token(lines), "name": "2", "kind": "phone"}

    assert "Add a line" not in lines.words
    assert page.submit("/staff/calls/lines", form).status == 403
