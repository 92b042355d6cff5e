"""The telephone on the staff pages: the day's board, the number, seating by hand, the lines."""

import pytest

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.call_hours import ContactHours
from kiosk.models.calls import Booking, Slot
from kiosk.rules.call_states import CallState
from kiosk.rules.staff import Role
from kiosk.services import call_lines, call_settings
from kiosk.services.call_settings import PlanSettings
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


def _work_on(page: PageClient, clock: FrozenClock) -> None:
    """Let three minutes go by at the page; a still one ends."""
    for _ in range(2):
        clock.advance(seconds=90)
        page.open("/staff/calls")


def test_a_wrong_tap_is_taken_back_on_its_tile(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    _booked(here)
    taken = page.open("/staff/calls").press("Excused").press("Take it back")
    assert "Call the child" in _buttons(taken)
    assert _state() is CallState.BOOKED

    taken.press("Excused")
    _work_on(page, clock)
    late = page.open("/staff/calls")

    assert "Take it back" not in _buttons(late)
    assert "Put right" in late.words


def test_an_outcome_is_put_right_with_a_reason(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    _booked(here)
    page.open("/staff/calls").press("Excused")
    _work_on(page, clock)

    asking = page.open("/staff/calls").follow("Put right")
    done = asking.press("Put right", {"Did not come": True, "The wrong button": True})

    assert _state() is CallState.NO_SHOW
    assert "put right" in done.words


def test_nothing_is_put_right_that_has_no_ending(page: PageClient, here: Here) -> None:
    _booked(here)
    booking_id = reading().query(Booking).one().id
    asking = page.open(f"/staff/calls/{booking_id}/correct")
    form = {
        "csrf_token": token(page.open("/staff/calls")),
        "version": "1",
        "to_state": "done",
        "reason": "mistapped",
    }

    refused = page.submit(f"/staff/calls/{booking_id}/correct", form)

    assert "no ending" in asking.words
    assert refused.status == 409
    assert _state() is CallState.BOOKED


def test_the_open_board_asks_for_news_and_gets_none_while_there_is_none(
    page: PageClient, here: Here
) -> None:
    _booked(here)
    board = page.open("/staff/calls")
    (poll,) = (one for one in board.all("span") if one.get("hx-get"))
    address = poll.get("hx-get", "")

    still = page.fragment(address)
    page.open("/staff/calls").press("Excused")
    news = page.fragment(address)

    assert still.status == 204
    assert "excused" in news.words
    assert not news.all("h1")


def test_news_keep_no_session_alive(page: PageClient, here: Here, clock: FrozenClock) -> None:
    _booked(here)
    poll = page.open("/staff/calls").all("span", hx_trigger="every 10s")[0].get("hx-get", "")
    for _ in range(20):
        clock.advance(seconds=10)
        page.fragment(poll)

    assert page.fragment("/staff/calls").status == 401


def test_the_number_comes_with_the_ringing_where_the_board_renews_itself(
    page: PageClient, here: Here
) -> None:
    _booked(here)
    board = page.open("/staff/calls").press("Call the child")
    (ring,) = (form for form in board.all("form") if "Ring now" in "".join(form.itertext()))
    form = {field.get("name", ""): field.get("value", "") for field in ring.iter("input")}

    shown = page.submit(ring.get("hx-post", ""), form | {"to_state": "calling"}, fragment=True)

    assert PHONE in shown.words
    assert reading().query(Audit).filter_by(action=AuditAction.REVEAL).count() == 1
    assert shown.all("div", data_talk_s="480")


def test_a_call_of_days_ago_without_an_ending_stands_above_the_board(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    _booked(here)
    page.open("/staff/calls").press("Call the child").press("Ring now")
    clock.advance(days=1)
    page.open("/")
    sign_in(page, here, Role.ADMINISTRATOR)

    asked = page.open("/staff/calls")
    settled = asked.press("They talked")

    assert "Nobody has said yet how 1 call ended" in asked.words
    assert _state() is CallState.DONE
    assert "Nobody has said yet" not in settled.words


def test_the_room_is_not_closed_over_a_child_that_waits_without_a_word(
    page: PageClient, here: Here
) -> None:
    _booked(here)
    page.open("/staff/calls").press("Call the child")
    closing = page.open("/staff/opening/close")

    refused = closing.press("Close the room")
    told = closing.press("Close the room", {"are_told": True})

    assert refused.status == 409
    assert "A child waits for its call" in refused.words
    assert told.status == 200
    assert _state() is CallState.RELEASED


def test_a_call_that_was_not_meant_is_taken_back_step_by_step(page: PageClient, here: Here) -> None:
    _booked(here)
    ringing = page.open("/staff/calls").press("Call the child").press("Ring now")

    waits = ringing.press("Take it back")
    assert _state() is CallState.WAITING
    waits.press("Ring now").press("Take it back")
    assert _state() is CallState.WAITING


def test_a_telephone_that_was_rung_twice_was_meant(page: PageClient, here: Here) -> None:
    _booked(here)
    ringing = page.open("/staff/calls").press("Call the child").press("Ring now")

    again = ringing.press("No answer, ring once more")

    assert "Take it back" not in _buttons(again)


def test_the_number_is_masked_until_it_is_rung_and_asked_for(page: PageClient, here: Here) -> None:
    _booked(here)
    waits = page.open("/staff/calls").press("Call the child")
    assert "···· 5678" in waits.words
    assert "Number ···· 5678" not in _buttons(waits)

    ringing = waits.press("Ring now")
    assert PHONE not in ringing.words
    shown = ringing.press("Number ···· 5678")

    assert PHONE in shown.words
    assert reading().query(Audit).filter_by(action=AuditAction.REVEAL).count() == 1


@pytest.mark.parametrize(
    "steps", [(), ("Call the child",), ("Call the child", "Ring now", "Cut off")]
)
def test_a_number_that_is_not_being_rung_is_not_shown(
    page: PageClient, here: Here, steps: tuple[str, ...]
) -> None:
    _booked(here)
    booking_id = reading().query(Booking).one().id
    board = page.open("/staff/calls")
    for step in steps:
        board = board.press(step)

    form = {"csrf_token": token(page.open("/staff/calls"))}
    refused = page.submit(f"/staff/calls/{booking_id}/number", form)

    assert refused.status == 409
    assert PHONE not in refused.response.text
    assert reading().query(Audit).filter_by(action=AuditAction.REVEAL).count() == 0


def test_after_no_answer_one_question_asks_for_a_better_time(page: PageClient, here: Here) -> None:
    _booked(here)
    ringing = page.open("/staff/calls").press("Call the child").press("Ring now")
    missed = ringing.press("No answer, ring once more").press("No answer")

    said = missed.press("evening")

    hours = reading().query(ContactHours).all()
    assert {one.weekday for one in hours} == set(range(1, 8))
    assert "Which time is better?" in missed.words
    assert "Which time is better?" not in said.words


def test_a_wrong_number_is_not_asked_for_its_time_but_looked_at(
    page: PageClient, here: Here
) -> None:
    _booked(here)
    ringing = page.open("/staff/calls").press("Call the child").press("Ring now")

    wrong = ringing.press("Wrong number")

    assert "Wrong number" in wrong.words
    assert "Which time is better?" not in wrong.words
    assert wrong.follow("Look at the number").status == 200


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

    lines = page.open("/staff/calls/lines").follow("Out of use").press("Take it out of use")

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


def test_who_is_booked_again_while_nothing_is_free_is_told_to_wait(
    page: PageClient, here: Here
) -> None:
    child = factories.child(here, given_name="小满")
    factories.contact(here, child.child_id)
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    (line,) = call_lines.lines(here=here)
    shown = page.open(f"/staff/calls/lines/{line.line_id}/out?length=until_mended")
    shown.press("Take it out of use")

    waits = page.open(f"/staff/calls/child/{child.child_id}")

    assert f"Out of use now: phone {line.name}" in waits.words
    assert "小满 waits, and is not forgotten" in waits.words
    assert "the next plan is drafted on Thursday" in waits.words


def test_a_broken_line_is_out_for_today_unless_more_is_said(page: PageClient, here: Here) -> None:
    (line,) = call_lines.lines(here=here)

    page.open(f"/staff/calls/lines/{line.line_id}/out").press("Take it out of use")
    today = call_lines.one(line.line_id, here=here)
    page.open("/staff/calls/lines").press("Into use")
    again = call_lines.one(line.line_id, here=here)

    assert (today.is_in_use, today.is_out_today) == (True, True)
    assert (again.is_in_use, again.is_out_today) == (True, False)
