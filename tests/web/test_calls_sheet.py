"""The day's sheet of calls: printed, scanned, typed in."""

import pytest

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking
from kiosk.rules import call_sheets
from kiosk.rules.call_states import CallState
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in

PHONE = "19912345678"
SHEET = "/staff/calls/sheet"


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)


@pytest.fixture
def called(here: Here) -> None:
    """Seat a child who is in the room for a call of today."""
    factories.open_today(here)
    child = factories.child(here, given_name="浩然")
    factories.visit(here, child.child_id)
    contact_id = factories.contact(here, child.child_id, phone=PHONE)
    factories.booking(here, child.child_id, contact_id=contact_id)


def _state() -> CallState:
    session = reading()
    session.rollback()
    return session.query(Booking).one().state


@pytest.mark.usefixtures("called")
def test_the_sheet_has_what_is_needed_without_power_and_no_number(
    page: PageClient, here: Here
) -> None:
    paper = page.open(SHEET).press("Print the sheet")

    assert "浩然" in paper.words
    assert "5678" in paper.words
    assert PHONE not in paper.response.text
    assert call_sheets.sheet_code(here.today, here.home_id) in paper.words
    (row,) = reading().query(Audit).filter_by(action=AuditAction.PRINT)
    assert row.subject == f"calls:{here.today.isoformat()}"


@pytest.mark.usefixtures("called")
def test_what_was_ticked_is_written_down_as_from_paper(page: PageClient) -> None:
    sheet = page.open(SHEET)
    box = next(one for one in sheet.all("input", value="done"))

    kept = sheet.press("Write it down", {box.get("aria-label", ""): True})

    assert "1 call was written down from paper." in kept.words
    assert "No call of this day waits" in kept.words
    assert _state() is CallState.DONE
    assert "from paper" in page.open("/staff/calls").words


@pytest.mark.usefixtures("called")
def test_what_somebody_said_meanwhile_stays_and_the_sheet_says_so(page: PageClient) -> None:
    sheet = page.open(SHEET)
    box = next(one for one in sheet.all("input", value="done"))
    page.open("/staff/calls").press("Excused")

    refused = sheet.press("Write it down", {box.get("aria-label", ""): True})

    assert refused.status == 409
    assert "does not fit what is known" in refused.words
    assert _state() is CallState.EXCUSED


@pytest.mark.usefixtures("called")
def test_a_sheet_that_cannot_be_read_changes_nothing(page: PageClient) -> None:
    sheet = page.open(SHEET)
    token = sheet.all("input", name="csrf_token")[0].get("value", "")
    name = sheet.all("input", value="done")[0].get("name", "")

    for form in ({name: "booked"}, {name: "waiting"}, {"call-1": "done"}, {name: "x"}):
        refused = page.submit(SHEET, {"csrf_token": token} | form)
        assert refused.status in (409, 422)

    assert _state() is CallState.BOOKED


def test_the_code_of_a_sheet_opens_it_on_a_teacher_s_page(page: PageClient, here: Here) -> None:
    code = call_sheets.sheet_code(here.today, here.home_id)

    answer = page.scan(code)

    assert answer.response.headers["HX-Redirect"] == f"{SHEET}?on={here.today.isoformat()}"


def test_the_code_of_a_sheet_opens_nothing_on_the_children_s_screen(
    page: PageClient, here: Here
) -> None:
    page.open("/staff").press("Children's screen")
    code = call_sheets.sheet_code(here.today, here.home_id)

    answer = page.scan(code)

    assert "HX-Redirect" not in answer.response.headers


def test_a_line_written_by_hand_is_typed_in(page: PageClient, here: Here) -> None:
    factories.slots(here, on=here.today, from_min=here.minute - 20, places=1)
    child = factories.child(here, given_name="浩然")
    factories.contact(here, child.child_id, phone=PHONE)

    asked = page.open(f"{SHEET}/by-hand?on={here.today.isoformat()}&name=浩然")
    who, done = asked.all("input", name="who")[0], asked.all("input", value="done")[0]
    fields = {
        one.get("name", ""): one.get("value", "") for one in asked.all("input", type="hidden")
    }
    chosen = {"who": who.get("value", ""), "box": done.get("value", "")}
    place = {"slot_id": asked.all("option")[1].get("value", "")}
    kept = page.submit(f"{SHEET}/by-hand", fields | chosen | place)

    assert PHONE not in asked.response.text
    assert "1 call was written down from paper." in kept.words
    assert _state() is CallState.DONE
