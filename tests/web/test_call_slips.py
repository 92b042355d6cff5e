"""Friday slips: first names and times leave the room, never a number of a parent."""

from datetime import date, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar
from PIL import Image
from sqlalchemy import select

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

SLIPS = "/staff/calls/week/slips"
MONDAY = date(2026, 11, 23)
PHONE, SCHOOL = "19912345678", "0855-1234567"


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)


@pytest.fixture
def called(here: Here) -> tuple[UUID, UUID]:
    """Return the class and the call of 小满, on Tuesday at five."""
    child = factories.child(here, given_name="小满", grade=3)
    contact_id = factories.contact(here, child.child_id, phone=PHONE)
    slot_id = factories.slots(here, on=MONDAY + timedelta(days=1), places=1)[0]
    booking_id = factories.booking(here, child.child_id, contact_id=contact_id, slot_id=slot_id)
    return child.class_id, booking_id


def _post(page: PageClient, to: str, **form: str) -> Page:
    return page.submit(f"{SLIPS}{to}", {"csrf_token": token(page.open(SLIPS)), **form})


def _audited() -> list[tuple[str, str]]:
    rows = reading().scalars(
        select(Audit).where(Audit.action == AuditAction.EXPORT).order_by(Audit.n)
    )
    return [(row.subject, row.fields) for row in rows]


def _text(page: Page) -> str:
    return "".join(page.all("textarea")[0].itertext())


def test_the_slip_of_a_class_has_first_name_time_and_the_school_s_number(
    page: PageClient, called: tuple[UUID, UUID]
) -> None:
    shown = _post(page, "", class_id=str(called[0]), number=SCHOOL, carers="on")

    lines = _text(shown).splitlines()
    assert lines[0] == "三（1）班 亲情电话（11月23日至11月29日）"
    assert lines[1] == "小满 星期二 17:00"
    assert f"来电号码：{SCHOOL}" in lines
    assert any("照看孩子" in line for line in lines)
    assert _audited() == [(f"class:{called[0]}", "call text x 1")]


def test_a_class_is_one_touch_and_the_next_one_another(
    page: PageClient, here: Here, called: tuple[UUID, UUID]
) -> None:
    other = factories.child(here, given_name="小雪", grade=4)
    slot_id = factories.slots(here, on=MONDAY + timedelta(days=2), places=1)[0]
    factories.booking(here, other.child_id, slot_id=slot_id)

    first = page.open(SLIPS).press("Class 3-1 1")
    (following,) = [one for one in first.all("button", form="of-class") if "›" in (one.text or "")]
    second = _post(page, "", class_id=following.get("value", ""))

    assert "小满" in _text(first)
    assert "小雪" in _text(second)
    assert [one.get("value") for one in second.all("button", form="of-class")] == [str(called[0])]


def test_without_a_number_there_is_a_line_to_fill_in(
    page: PageClient, called: tuple[UUID, UUID]
) -> None:
    shown = _post(page, "", class_id=str(called[0]))

    assert "来电号码：____" in _text(shown)
    assert "照看孩子" not in _text(shown)


def test_no_number_of_a_parent_is_anywhere(page: PageClient, called: tuple[UUID, UUID]) -> None:
    class_id, booking_id = called
    pages = [
        page.open(SLIPS),
        _post(page, "", class_id=str(class_id)),
        _post(page, f"/{booking_id}/calendar"),
    ]

    for one in pages:
        assert PHONE[-4:] not in one.response.get_data(as_text=True)


@pytest.mark.parametrize("number", ["0855-1234567; x", "妈妈 138", "1" * 25])
def test_what_is_no_number_is_refused(
    page: PageClient, called: tuple[UUID, UUID], number: str
) -> None:
    refused = _post(page, "", class_id=str(called[0]), number=number)

    assert refused.status == 422
    assert _audited() == []


def test_a_class_goes_out_as_a_picture_without_a_name_in_its_own(
    page: PageClient, called: tuple[UUID, UUID]
) -> None:
    picture = _post(page, "/picture", class_id=str(called[0]), on=str(MONDAY))

    assert picture.response.headers["Content-Disposition"] == "attachment; filename=calls.png"
    with Image.open(BytesIO(picture.response.data)) as image:
        assert image.format == "PNG"
        assert image.width > 800
    assert _audited() == [(f"class:{called[0]}", "call picture x 1")]


def test_a_child_s_call_goes_out_as_a_picture_and_as_a_calendar_entry(
    page: PageClient, here: Here, called: tuple[UUID, UUID]
) -> None:
    booking_id = called[1]

    picture = _post(page, f"/{booking_id}/picture")
    file = _post(page, f"/{booking_id}/calendar", number=SCHOOL)

    with Image.open(BytesIO(picture.response.data)) as image:
        assert image.height > image.width
    assert file.response.headers["Content-Disposition"] == "attachment; filename=call.ics"
    (event,) = Calendar.from_ical(file.response.data).walk("VEVENT")
    assert event["summary"] == "小满来电话"
    assert event["description"] == f"来电号码：{SCHOOL}"
    begins = event.decoded("dtstart").astimezone(here.settings.zone)
    assert (begins.date(), begins.hour, begins.minute) == (MONDAY + timedelta(days=1), 17, 0)
    assert [fields for _, fields in _audited()] == ["call picture x 1", "call calendar x 1"]


def test_a_call_of_another_time_or_room_has_no_slip(page: PageClient) -> None:
    nobody = str(uuid4())

    for to in (f"/{nobody}/picture", f"/{nobody}/calendar"):
        assert _post(page, to).status == 404
    assert _post(page, "/picture", class_id=nobody).status == 404
    assert _post(page, "", class_id=nobody).status == 404
    assert _post(page, "", class_id="x").status == 422
    assert reading().scalars(select(Booking)).all() == []
    assert "Publish its plan first." in page.open(SLIPS).words


# On paper, for the class teachers


@pytest.mark.usefixtures("called")
def test_the_slips_for_the_class_teachers_are_printed_from_the_wall_s_page(
    page: PageClient, here: Here
) -> None:
    child = factories.child(here, family_name="李", given_name="小雪", grade=4)
    item = factories.item(here, name="山里的灯")
    factories.loan(here, child.child_id, item.item_id, due_on=MONDAY)

    printed = page.open("/staff/openings/posters").press("Print")

    first, second = ("".join(one.itertext()) for one in printed.all("table"))
    assert "三（1）班" in first
    assert "星期二" in first
    assert "陈小满 17:00" in first
    assert "四（1）班" in second
    assert "山里的灯" in second
    assert "小雪" not in first
    assert "小满" not in second


@pytest.mark.usefixtures("called")
def test_a_slip_says_nothing_that_a_child_should_not_read(page: PageClient, here: Here) -> None:
    child = factories.child(here, grade=4)
    late = here.now - timedelta(days=30)
    factories.loan(here, child.child_id, factories.item(here).item_id, lent_at=late)

    printed = page.open(SLIPS).press("Slips for the class teachers")

    said = printed.response.get_data(as_text=True)
    assert printed.all("table")
    for word in ("留守", "困境", "贫困", "帮扶", "逾期", "超期", "罚", "赔", PHONE[-4:]):
        assert word not in said


@pytest.mark.usefixtures("called")
def test_the_slips_of_the_page_s_week_are_printed(page: PageClient) -> None:
    later = page.open(f"{SLIPS}?on={MONDAY + timedelta(days=7)}")

    printed = later.press("Slips for the class teachers")

    assert "11月30日至12月6日" in printed.words
    assert "17:00" not in printed.words
