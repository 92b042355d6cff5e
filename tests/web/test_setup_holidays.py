"""The page of the calendar asks for the public holidays, and says which year nobody knows."""

from datetime import UTC, datetime

import pytest

from kiosk.db import reading
from kiosk.models.calendar import CalendarDay
from kiosk.rules.school_days import DayKind
from kiosk.services import public_holidays
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.page import PageClient
from tests.web.staff import sign_in

CALENDAR = "/staff/setup/calendar"


@pytest.fixture
def asked(page: PageClient, here: Here, clock: FrozenClock) -> Here:
    """Sign in on a day in August, with the holidays of the autumn to come."""
    clock.set_to(datetime(2026, 8, 17, 8, 30, tzinfo=UTC))
    august = here_in(page.client.application, clock)
    public_holidays.seed(here=august)
    sign_in(page, august)
    return here


def _days() -> list[CalendarDay]:
    session = reading()
    session.rollback()
    return session.query(CalendarDay).order_by(CalendarDay.on_date).all()


@pytest.mark.usefixtures("asked")
def test_the_holidays_are_taken_with_one_touch(page: PageClient) -> None:
    calendar = page.open(CALENDAR)

    taken = calendar.press("The room rests on all holidays")

    assert "国庆节: does the room rest?" in calendar.words
    assert "国庆节: does the room rest?" not in taken.words
    assert "2026-10-01 Thursday – 2026-10-07 Wednesday 国庆节 closed" in taken.words
    assert "chinesecalendar" in taken.words
    assert "administrator老师" in taken.words
    assert {day.kind for day in _days()} == {DayKind.CLOSED}
    assert len(_days()) == 10


@pytest.mark.usefixtures("asked")
def test_a_day_made_up_is_a_question_with_a_weekday(page: PageClient) -> None:
    calendar = page.open(CALENDAR)
    unsaid = page.submit(
        f"{CALENDAR}/made-up",
        {
            "csrf_token": calendar.all("input", name="csrf_token")[0].get("value"),
            "from": "2026-09-20",
            "as_weekday": "",
        },
    )
    nothing = _days()

    said = page.open(CALENDAR).press("There is school", {"As on a": "Tuesday"})

    assert (unsaid.status, nothing) == (422, [])
    assert "2026-09-20 Sunday 国庆节 open as on a Tuesday" in said.words
    assert [(day.kind, day.as_weekday) for day in _days()] == [(DayKind.MADE_UP, 2)]


@pytest.mark.usefixtures("asked")
def test_a_day_that_is_as_usual_is_asked_no_more(page: PageClient) -> None:
    before = page.open(CALENDAR)

    after = before.press("No school that day")

    assert before.words.count("The country works on this day") == 2
    assert after.words.count("The country works on this day") == 1
    assert _days() == []


def test_a_year_that_is_not_published_is_said_and_never_breaks_a_page(
    page: PageClient, here: Here
) -> None:
    public_holidays.seed(here=here)
    sign_in(page, here)
    calendar = page.open(CALENDAR)

    known = calendar.press("All holidays of 2027 are written in")

    assert calendar.status == 200
    assert "The holidays of 2027 are not known here yet." in calendar.words
    assert "are not known here yet" not in known.words
    assert factories.how_many(CalendarDay) == 0
