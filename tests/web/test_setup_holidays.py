"""The page of the calendar asks for the public holidays, and says which year nobody knows."""

from datetime import UTC, date, datetime
from importlib.metadata import version

import pytest
from sqlalchemy import update

from kiosk.db import reading, transaction
from kiosk.models.calendar import CalendarDay, HolidayYear, PublicDayRow
from kiosk.rules.school_days import DayKind
from kiosk.rules.staff import Role
from kiosk.services import public_holidays
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.page import PageClient
from tests.web.staff import enter_pin, show_card, sign_in, token

CALENDAR = "/staff/setup/calendar"


@pytest.fixture
def asked(page: PageClient, clock: FrozenClock) -> Here:
    """Sign in on a day in August, with the holidays of the autumn to come."""
    clock.set_to(datetime(2026, 8, 17, 8, 30, tzinfo=UTC))
    august = here_in(page.client.application, clock)
    public_holidays.seed(here=august)
    sign_in(page, august)
    return august


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


def test_days_that_are_over_still_say_where_they_are_from_and_cannot_be_undone(
    page: PageClient, asked: Here, clock: FrozenClock
) -> None:
    page.open(CALENDAR).press("The room rests on all holidays")
    clock.set_to(datetime(2026, 10, 20, 8, 30, tzinfo=UTC))
    again = factories.staff(asked, role=Role.ADMINISTRATOR)
    show_card(page, again)
    home = enter_pin(page, again.pin)
    page.submit("/staff/language", {"csrf_token": token(home), "language": "en"})

    calendar = page.open(CALENDAR)

    _, behind = calendar.words.split("The days of the last twelve months")
    assert "2026-10-01 Thursday – 2026-10-07 Wednesday 国庆节 closed" in behind
    assert f"chinesecalendar {version('chinesecalendar')} · administrator老师" in behind
    assert "As usual again" not in calendar.words


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


def _list_said(on: date, kind: DayKind) -> None:
    with transaction() as session:
        session.execute(update(HolidayYear).values(source="chinesecalendar 1.0"))
        of_day = PublicDayRow.on_date == on
        session.execute(update(PublicDayRow).where(of_day).values(kind=kind))


def test_a_day_that_the_list_has_otherwise_by_now_is_asked_with_the_old_answer(
    page: PageClient, asked: Here
) -> None:
    saturday = date(2026, 10, 10)
    _list_said(saturday, DayKind.CLOSED)
    form = {"csrf_token": token(page.open(CALENDAR)), "from": "2026-10-10"}
    page.submit(f"{CALENDAR}/holidays", form)
    public_holidays.seed(here=asked)

    again = page.open(CALENDAR)
    left = page.submit(f"{CALENDAR}/made-up", {**form, "usual": "1"})

    assert (
        "The list said a day off before; administrator老师 answered: the room rests." in again.words
    )
    assert "In the calendar now: closed." in again.words
    assert "In the calendar now" not in left.words
    assert [day.on_date for day in _days()] == [saturday]


def test_a_day_that_the_list_has_no_longer_is_a_question(page: PageClient, asked: Here) -> None:
    with transaction() as session:
        session.add(
            PublicDayRow(on_date=date(2026, 12, 28), year=2026, kind=DayKind.CLOSED, name="元旦")
        )
    form = {"csrf_token": token(page.open(CALENDAR)), "from": "2026-12-28"}
    page.submit(f"{CALENDAR}/holidays", form)
    with transaction() as session:
        session.execute(update(HolidayYear).values(source="chinesecalendar 1.0"))
    public_holidays.seed(here=asked)
    question = page.open(CALENDAR)

    stays = page.submit(f"{CALENDAR}/withdrawn", {**form, "stays": "1"})
    kept = len(_days())
    with transaction() as session:
        nothing = {"answer": None, "answered_at": None, "answered_by_id": None}
        session.execute(update(PublicDayRow).values(**nothing))
    page.submit(f"{CALENDAR}/withdrawn", form)

    assert "list no longer has this day (元旦)" in question.words
    assert "no longer has" not in stays.words
    assert (kept, len(_days())) == (1, 0)


@pytest.mark.usefixtures("asked")
def test_a_term_says_whether_its_first_week_is_odd_or_even(page: PageClient) -> None:
    term = {"name": "一", "from": "2026-08-10", "to": "2027-01-15", "first_letter": "b"}

    shown = page.submit(f"{CALENDAR}/term", {"csrf_token": token(page.open(CALENDAR)), **term})

    chosen = [one for one in shown.all("option") if one.get("selected") is not None]
    assert "b" in [one.get("value") for one in chosen]
    words = [" ".join("".join(one.itertext()).split()) for one in shown.all("option")]
    assert {"odd (this week: even)", "even (this week: odd)"} <= set(words)
    assert "First week (this is week 2)" in shown.words
