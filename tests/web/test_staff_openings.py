"""The room opens in one touch, closes with what is left, and its plan can be changed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kiosk.db import reading
from kiosk.models.calls import Booking, Slot
from kiosk.models.openings import Duty, Opening, SafetyCheck
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.call_states import CallState
from kiosk.rules.codes import parse
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.rules.visits import VisitState
from kiosk.services import call_closures, lending, opening_changes
from kiosk.services.answers import Lent
from kiosk.services.here import Here
from kiosk.services.opening_changes import Times
from tests import factories
from tests.page import Page, PageClient, Upload
from tests.web.staff import sign_in, token

FIELDS = {"Opens": "from", "Closes": "to", "Minutes for a call": "place_min"}
OVERLAPPED: dict[str, str | bool | Upload] = {"Opens": "16:30", "Closes": "18:00"}


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here)


def _today(here: Here) -> Opening:
    session = reading()
    session.rollback()
    return session.query(Opening).filter_by(home_id=here.home_id, on_date=here.today).one()


def _row(page: Page, words: str) -> str:
    rows = [" ".join("".join(row.itertext()).split()) for row in page.all("tr")]
    return next(row for row in rows if words in row)


def test_one_touch_opens_the_room(page: PageClient, here: Here) -> None:
    home = page.open("/staff/opening/open").press("All eight are fine")

    assert "The room is open." in home.words
    assert "All eight are fine" in home.words
    assert _today(here).state is OpeningState.OPEN
    assert factories.how_many(SafetyCheck) == 8
    assert factories.how_many(Duty) == 1


def test_what_is_not_fine_is_written_down(page: PageClient) -> None:
    filled: dict[str, str | bool | Upload] = {
        "not fine": True,
        "What is not fine: Fire": "灭火器过期",
    }

    home = page.open("/staff/opening/open").press("Open, with what is noted", filled)

    assert "1 point is not fine" in home.words
    assert "Fire is not fine" in home.words
    assert "灭火器过期" in home.words


def test_an_exception_without_words_opens_nothing(page: PageClient, here: Here) -> None:
    asked = page.open("/staff/opening/open").press("All eight are fine", {"not fine": True})

    assert asked.status == 409
    assert "Write in a few words what is not fine" in asked.words
    assert _today(here).state is OpeningState.PLANNED


def test_the_closing_page_says_who_is_still_here(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, grade=2, given_name="小满")
    factories.visit(here, child.child_id)

    sheet = page.open("/staff/opening/close")

    assert "小满" in sheet.words
    assert "Class 2-1" in sheet.words


def test_one_button_closes_the_room(page: PageClient, here: Here) -> None:
    factories.open_today(here)

    home = page.open("/staff/opening/close").press("Close the room")

    assert "Closed" in home.words
    # A tick that nobody set would be a claim in the ledger.
    assert _today(here).is_tidy is False


def test_that_the_room_is_tidy_is_ticked_by_who_closes_it(page: PageClient, here: Here) -> None:
    factories.open_today(here)

    page.open("/staff/opening/close").press("Close the room", {"The room is tidy": True})

    assert _today(here).is_tidy is True


def test_the_home_page_says_what_closing_left_behind(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, given_name="浩然")
    factories.visit(here, child.child_id)
    slots = reading().query(Slot).filter_by(on_date=here.today, start_min=17 * 60)
    factories.booking(here, child.child_id, slot_id=slots.one().id)

    sheet = page.open("/staff/opening/close")
    home = sheet.press("Close the room")

    assert "1 call is still to come today" in sheet.words
    assert "1 not seen leaving" in home.words
    assert "浩然 could not call" in home.words
    assert "No call is to come today." in home.words
    assert "more place" not in home.words


def test_a_closed_room_cannot_be_closed(page: PageClient) -> None:
    refused = page.open("/staff/opening/close").press("Close the room")

    assert refused.status == 409


def test_another_teacher_takes_over(page: PageClient, here: Here) -> None:
    first = factories.staff(here, display_name="李老师")
    factories.open_today(here, staff_id=first.staff_id)

    home = page.open("/staff").press("Take over")

    assert "李老师" not in home.words
    assert "administrator老师" in home.words


def test_plan_stands_beside_fact(page: PageClient, here: Here) -> None:
    earlier = here.today - timedelta(days=1)
    midnight = here.now - timedelta(days=1, minutes=here.minute)
    factories.opening(
        here,
        on=earlier,
        from_min=16 * 60 + 30,
        to_min=18 * 60,
        state=OpeningState.HELD,
        opened_at=midnight + timedelta(hours=16, minutes=40),
        closed_at=midnight + timedelta(hours=17, minutes=25),
    )

    listing = page.open(f"/staff/openings?from={earlier}&to={earlier}")

    assert "16:40–17:25" in listing.words
    assert "held" in listing.words
    assert "1 days, 1 openings, 0.8 hours" in listing.words


def test_cancelling_says_first_how_many_calls_it_releases(page: PageClient, here: Here) -> None:
    slot_id = factories.slots(here, places=2)[0]
    factories.booking(here, factories.child(here).child_id, slot_id=slot_id)
    listing = page.open(f"/staff/openings?from={here.today}&to={here.today}")
    links = [a.get("href", "") for a in listing.all("a") if "cancel" in a.get("href", "")]
    asked = [page.open(link) for link in links]
    with_call = next(one for one in asked if "1 call will be released" in one.words)

    done = with_call.press("Cancel the opening")

    assert "1 call was released" in done.words


def test_a_line_of_the_weekly_pattern_is_added_and_ended(page: PageClient) -> None:
    listing = page.open("/staff/openings")
    before = factories.how_many(Opening)

    added = listing.press(
        "Add from today on", {"Day": "Sunday", "Opens": "18:30", "Closes": "20:00"}
    )
    assert "18:30–20:00" in added.words
    assert factories.how_many(Opening) > before

    ends = [form for form in added.all("form") if form.get("action", "").endswith("/end")]
    last = ends[-1].get("action", "")
    page.submit(last, {"csrf_token": ends[-1].find("input").get("value")})  # type: ignore[union-attr]
    assert factories.how_many(Opening) == before


def test_a_line_has_a_kind_and_may_hold_in_every_other_week(page: PageClient) -> None:
    typed: dict[str, str | bool | Upload] = {"Opens": "18:30", "Closes": "20:00"}
    listing = page.open("/staff/openings")

    added = listing.press(
        "Add from today on",
        {"Day": "Sunday", "Kind": "return on Sunday", "Weeks": "even weeks (B)", **typed},
    )

    row = _row(added, "return on Sunday")
    assert "18:30–20:00" in row
    assert "even weeks (B)" in row
    assert "School week" in added.words


def test_a_kind_that_is_not_on_that_day_says_so(page: PageClient) -> None:
    refused = page.open("/staff/openings").press(
        "Add from today on", {"Day": "Tuesday", "Kind": "weekend"}
    )

    assert refused.status == 422
    assert "a weekend on a Saturday or Sunday" in refused.words


def test_a_line_of_the_pattern_with_calls_asks_before_it_ends(page: PageClient, here: Here) -> None:
    opening = (
        reading()
        .query(Opening)
        .filter(Opening.on_date > here.today, Opening.rule_id.is_not(None))
        .order_by(Opening.on_date)
        .first()
    )
    assert opening is not None
    slot = reading().query(Slot).filter_by(opening_id=opening.id).first()
    assert slot is not None
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=slot.id)
    path = f"/staff/openings/rules/{opening.rule_id}/end"
    csrf = token(page.open("/staff/openings"))

    asked = page.submit(path, {"csrf_token": csrf})
    before = reading().get_one(Booking, booking_id).state
    done = asked.press("Do it")

    assert "1 call will be released and owed to its child." in asked.words
    assert before is CallState.BOOKED
    assert "1 call was released" in done.words


def test_times_that_are_no_period_change_nothing(page: PageClient) -> None:
    before = factories.how_many(Opening)

    refused = page.open("/staff/openings").press(
        "Add from today on", {"Opens": "18:00", "Closes": "17:00"}
    )

    assert refused.status == 422
    assert "The room would close before it opens." in refused.words
    assert factories.how_many(Opening) == before


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"Opens": "18:00", "Closes": "17:00"}, 422, "The room would close before it opens."),
        ({"Opens": "half six", "Closes": "19:00"}, 422, "Write each time as 16:30."),
        ({"Opens": "16:30", "Minutes for a call": "90"}, 422, "from 5 to 60 minutes"),
        ({"Opens": "16:00", "Closes": "17:00"}, 409, "has a time then already"),
    ],
)
def test_a_refused_line_keeps_what_was_typed(
    page: PageClient, typed: dict[str, str | bool | Upload], status: int, words: str
) -> None:
    filled = {"Closes": "18:00", "Minutes for a call": "15", **typed}
    page.open("/staff/openings").press("Add from today on", {"Day": "Sunday", **OVERLAPPED})

    refused = page.open("/staff/openings").press("Add from today on", {"Day": "Sunday", **filled})

    assert refused.status == status
    assert words in refused.words
    kept = {name: refused.all("input", name=name)[-1].get("value") for name in FIELDS.values()}
    assert kept == {FIELDS[label]: said for label, said in filled.items()}
    chosen = [one for one in refused.all("option", value="7") if one.get("selected") is not None]
    assert len(chosen) == 1
    assert len(refused.all("input", aria_invalid="true")) == 1


def test_a_colon_of_a_chinese_input_method_is_read(page: PageClient) -> None:
    typed: dict[str, str | bool | Upload] = {"Opens": "18\N{FULLWIDTH COLON}30", "Closes": "20:00"}

    added = page.open("/staff/openings").press("Add from today on", {"Day": "Sunday", **typed})

    assert "18:30–20:00" in added.words


def test_a_duty_teacher_does_not_change_the_weekly_pattern(page: PageClient, here: Here) -> None:
    page.open("/staff").press("Children's screen")
    sign_in(page, here, Role.DUTY_TEACHER)

    listing = page.open("/staff/openings")

    assert "Add from today on" not in listing.words
    assert "End today" not in listing.words


def test_one_day_is_moved_to_other_times_with_a_reason(page: PageClient, here: Here) -> None:
    monday = here.today + timedelta(days=3)
    listing = page.open(f"/staff/openings?from={monday}&to={monday}")
    links = [a.get("href", "") for a in listing.all("a") if "/change" in a.get("href", "")]

    changed = page.open(links[0]).press(
        "Change this day", {"Opens": "15:00", "Closes": "17:00", "Reason": "exam"}
    )

    row = _row(changed, "15:00–17:00")
    assert "else 16:30–18:00" in row
    assert "exam" in row


def test_a_changed_day_that_costs_a_call_asks_first(page: PageClient, here: Here) -> None:
    monday = here.today + timedelta(days=3)
    slot = reading().query(Slot).filter_by(on_date=monday, start_min=17 * 60 + 50).one()
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=slot.id)
    path = f"/staff/openings/{slot.opening_id}/change"

    asked = page.open(path).press("Change this day", {"Closes": "17:30"})
    before = reading().get_one(Booking, booking_id).state
    done = asked.press("Do it")

    assert "1 call will be released and owed to its child." in asked.words
    assert before is CallState.BOOKED
    assert "1 call was released" in done.words


def test_an_opening_more_is_planned_for_a_day(page: PageClient, here: Here) -> None:
    sunday = here.today + timedelta(days=2)

    planned = page.open("/staff/openings/extra").press(
        "Plan it", {"Day": f"{sunday}", "Opens": "15:00", "Closes": "17:00"}
    )

    row = _row(planned, "15:00–17:00")
    assert "one more" in row


@pytest.mark.parametrize(
    ("opens", "closes", "status", "words"),
    [
        ("17:00", "15:00", 422, "The room would close before it opens."),
        ("seven", "15:00", 422, "Write each time as 16:30."),
        ("06:00", "07:00", 409, "That time is over already."),
        ("17:00", "19:00", 409, "Another opening stands at that time."),
    ],
)
def test_an_opening_more_that_cannot_be_keeps_what_was_typed(
    page: PageClient, opens: str, closes: str, status: int, words: str
) -> None:
    refused = page.open("/staff/openings/extra").press(
        "Plan it", {"Opens": opens, "Closes": closes}
    )

    assert refused.status == status
    assert words in refused.words
    assert refused.all("input", name="from")[0].get("value") == opens


def test_cancelling_says_which_books_are_due_on_another_day(page: PageClient, here: Here) -> None:
    child = factories.child(here)
    loan = lending.scan(
        parse(factories.item(here).code), reader=child.reader, request_id=uuid4(), here=here
    )
    assert isinstance(loan, Lent)
    opening = reading().query(Opening).filter_by(on_date=loan.loan.due_on).one()

    asked = page.open(f"/staff/openings/{opening.id}/cancel")

    assert "1 book that is due on Friday 4 Dec is due on Monday 7 Dec then." in asked.words


def test_an_opening_that_is_open_after_all_says_whom_to_ask_again(
    page: PageClient, here: Here
) -> None:
    wang = factories.staff(here, display_name="王老师").staff_id
    opening_id = opening_changes.add(
        Times(on=here.today + timedelta(days=2), from_min=600, to_min=660),
        on_duty_id=wang,
        staff_id=wang,
        here=here,
    )
    call_closures.close_opening(opening_id, reason=ClosureReason.WEATHER, staff_id=wang, here=here)
    sign_in(page, here, Role.DUTY_TEACHER)

    cancelled = page.open("/staff/openings")
    again = cancelled.press("Open after all")

    asked = "Sunday 22 Nov, 10:00 to 11:00, is open again. Please ask 王老师 again"
    assert asked not in cancelled.words
    assert asked in again.words
    assert "/staff/duty?on=2026-11-22" in [one.get("href", "") for one in again.all("a")]


def test_the_home_page_names_who_is_in_the_room(page: PageClient, here: Here) -> None:
    child = factories.child(here, given_name="小满")
    gone = factories.child(here, given_name="立夏")
    factories.open_today(here)
    factories.visit(here, child.child_id)
    factories.visit(here, gone.child_id, signed_out_at=here.now, state=VisitState.LEFT)
    sign_in(page, here, Role.DUTY_TEACHER)

    home = page.open("/staff")

    assert "Children in the room" in home.words
    assert "小满" in home.words
    assert "立夏" not in home.words
