"""What the country publishes is asked, answered by a person, and never guessed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from kiosk.db import db, reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.calendar import CalendarDay, HolidayYear, PublicDayRow
from kiosk.models.openings import Opening, OpeningRule
from kiosk.rules.holidays import Earlier, HolidayAnswer
from kiosk.rules.openings import OpeningState
from kiosk.rules.school_days import CalendarProblem, DayKind, TermSpan
from kiosk.services import (
    days_off,
    holiday_questions,
    opening_plan,
    public_holidays,
    school_calendar,
)
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

# What the State Council published: the weekends that the country works.
MADE_UP = {
    2025: {"01-26", "02-08", "04-27", "09-28", "10-11"},
    2026: {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"},
}
DAYS_OFF = {2025: 28, 2026: 33}


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_days_made_up_are_those_that_were_published(year: int) -> None:
    days = public_holidays.published(year) or ()

    made_up = [day for day in days if day.kind is DayKind.MADE_UP]
    assert {f"{day.on:%m-%d}" for day in made_up} == MADE_UP[year]
    assert {day.on.year for day in days} == {year}
    assert all(day.on.isoweekday() >= 6 for day in made_up)
    assert len(days) - len(made_up) == DAYS_OFF[year]


def test_the_national_holiday_of_2026_is_seven_days_of_one_name() -> None:
    days = public_holidays.published(2026) or ()

    national = [day for day in days if day.name == "国庆节" and day.kind is DayKind.CLOSED]
    assert [day.on for day in national] == [date(2026, 10, day) for day in range(1, 8)]


@pytest.mark.parametrize("year", [1999, 2150])
def test_a_year_that_is_not_published_is_not_known(year: int) -> None:
    assert public_holidays.published(year) is None


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    """Return the middle of August 2026, when the holidays of the autumn lie ahead."""
    clock.now = datetime.fromisoformat("2026-08-17T08:30:00+00:00")
    found = here_in(either_app, clock)
    with transaction() as session:
        session.execute(update(OpeningRule).values(valid_from=found.today))
    opening_plan.plan_ahead(here=found)
    return found


def _again(here: Here) -> Here:
    """Return the same moment with the calendar as it stands by now."""
    db.session.remove()
    return replace(here, school=school_calendar.read())


def _openings(on: date) -> list[OpeningState]:
    db.session.remove()
    rows = reading().scalars(select(Opening).where(Opening.on_date == on))
    return [row.state for row in rows]


def test_a_year_is_stored_once_and_the_next_one_is_not_guessed(here: Here) -> None:
    years = [public_holidays.seed(here=here), public_holidays.seed(here=here)]

    assert years == [(2026,), ()]
    assert reading().scalars(select(HolidayYear.year)).all() == [2026]
    assert factories.how_many(PublicDayRow) == 33 + 6
    assert factories.how_many(CalendarDay) == 0, "nothing changes before somebody has answered"


def test_only_what_is_to_come_is_asked(here: Here) -> None:
    public_holidays.seed(here=here)

    asked = holiday_questions.asked(here=here)

    assert [(one.name, one.first_day, one.days) for one in asked.days_off] == [
        ("中秋", date(2026, 9, 25), 3),
        ("国庆节", date(2026, 10, 1), 7),
    ]
    assert [one.first_day for one in asked.made_up] == [date(2026, 9, 20), date(2026, 10, 10)]
    assert asked.count == 4
    assert asked.missing_year is None


def test_all_holidays_are_taken_at_once_with_source_and_name(here: Here) -> None:
    public_holidays.seed(here=here)
    teacher = factories.staff(here, display_name="王老师")
    spans = [
        TermSpan(first_day=one.first_day, last_day=one.last_day)
        for one in holiday_questions.asked(here=here).days_off
    ]
    thursday = date(2026, 10, 1)
    before = _openings(thursday)

    changed = holiday_questions.close(spans, staff_id=teacher.staff_id, here=here)

    assert (before, _openings(thursday)) == ([OpeningState.PLANNED], [])
    assert changed.school.is_closed(thursday)
    assert not changed.school.is_closed(date(2026, 10, 8))
    listed = days_off.listed(since=here.today)
    assert [(one.first_day, one.last_day) for one in listed] == [
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    ]
    assert {(one.source, one.decided_by) for one in listed} == {
        (public_holidays.source(), "王老师")
    }
    assert holiday_questions.asked(here=_again(here)).days_off == ()


def test_a_day_made_up_opens_as_the_weekday_that_the_school_says(here: Here) -> None:
    public_holidays.seed(here=here)
    staff_id = factories.staff(here).staff_id
    sunday = date(2026, 9, 20)
    before = _openings(sunday)

    holiday_questions.make_up(sunday, as_weekday=2, staff_id=staff_id, here=here)

    assert (before, _openings(sunday)) == ([], [OpeningState.PLANNED])
    left = holiday_questions.asked(here=_again(here)).made_up
    assert [one.first_day for one in left] == [date(2026, 10, 10)]


def test_a_day_that_is_declined_stays_as_its_weekday_has_it(here: Here) -> None:
    public_holidays.seed(here=here)
    staff_id = factories.staff(here).staff_id
    saturday = date(2026, 10, 10)

    holiday_questions.decline(
        TermSpan(first_day=saturday, last_day=saturday), staff_id=staff_id, here=here
    )

    assert factories.how_many(CalendarDay) == 0
    assert saturday not in {
        one.first_day for one in holiday_questions.asked(here=_again(here)).made_up
    }


def test_what_is_written_by_hand_is_asked_no_more_and_stays(here: Here) -> None:
    public_holidays.seed(here=here)
    staff_id = factories.staff(here).staff_id
    friday = date(2026, 9, 25)
    school_calendar.make_up("中秋开放", friday, as_weekday=5, staff_id=staff_id, here=here)
    here = _again(here)

    asked = holiday_questions.asked(here=here).days_off
    holiday_questions.close(
        [TermSpan(first_day=friday, last_day=friday + timedelta(days=2))],
        staff_id=staff_id,
        here=here,
    )

    assert asked[0].first_day == friday + timedelta(days=1)
    by_day = {one.first_day: one for one in days_off.listed(since=here.today)}
    assert (by_day[friday].kind, by_day[friday].source) == (DayKind.MADE_UP, None)
    assert by_day[friday + timedelta(days=1)].kind is DayKind.CLOSED


def test_between_two_terms_no_day_is_made_up(here: Here) -> None:
    public_holidays.seed(here=here)
    staff_id = factories.staff(here).staff_id
    for name, first, last in (
        ("一", date(2026, 3, 2), date(2026, 7, 3)),
        ("二", date(2026, 9, 21), date(2027, 1, 15)),
    ):
        span = TermSpan(first_day=first, last_day=last)
        school_calendar.set_term(None, name=name, span=span, staff_id=staff_id, here=here)

    asked = holiday_questions.asked(here=_again(here))

    assert [one.first_day for one in asked.made_up] == [date(2026, 10, 10)]


def test_a_list_that_says_otherwise_by_now_is_asked_again(here: Here) -> None:
    public_holidays.seed(here=here)
    staff_id = factories.staff(here).staff_id
    saturday, sunday = date(2026, 10, 10), date(2026, 9, 20)
    for day in (saturday, sunday):
        span = TermSpan(first_day=day, last_day=day)
        holiday_questions.decline(span, staff_id=staff_id, here=here)
    gone = date(2026, 12, 26)
    with transaction() as session:
        session.execute(update(HolidayYear).values(source="chinesecalendar 1.0"))
        of_saturday = PublicDayRow.on_date == saturday
        session.execute(update(PublicDayRow).where(of_saturday).values(kind=DayKind.CLOSED))
        session.add(PublicDayRow(on_date=gone, year=2026, kind=DayKind.MADE_UP, name="元旦"))

    public_holidays.seed(here=here)

    answers = {row.on_date: row.answer for row in reading().scalars(select(PublicDayRow))}
    assert answers[saturday] is None
    assert answers[sunday] is HolidayAnswer.DECLINED
    assert gone not in answers


def _list_said(on: date, kind: DayKind | None) -> None:
    """Let the list have said something else of a day, or nothing, and forget its version."""
    with transaction() as session:
        session.execute(update(HolidayYear).values(source="chinesecalendar 1.0"))
        of_day = PublicDayRow.on_date == on
        if kind is None:
            session.execute(delete(PublicDayRow).where(of_day))
        else:
            session.execute(update(PublicDayRow).where(of_day).values(kind=kind))


def _rest(on: date, here: Here) -> UUID:
    staff_id = factories.staff(here, display_name="王老师").staff_id
    span = TermSpan(first_day=on, last_day=on)
    holiday_questions.close([span], staff_id=staff_id, here=here)
    return staff_id


SATURDAY = date(2026, 10, 10)
A_SATURDAY = TermSpan(first_day=SATURDAY, last_day=SATURDAY)


def test_a_day_that_was_taken_is_asked_again_when_the_list_changes(here: Here) -> None:
    public_holidays.seed(here=here)
    _list_said(SATURDAY, DayKind.CLOSED)
    staff_id = _rest(SATURDAY, here)
    public_holidays.seed(here=here)
    here = _again(here)

    (asked,) = [
        one for one in holiday_questions.asked(here=here).made_up if one.first_day == SATURDAY
    ]
    still_closed = here.school.is_closed(SATURDAY)
    holiday_questions.make_up(SATURDAY, as_weekday=3, staff_id=staff_id, here=here)

    assert asked.stands is DayKind.CLOSED
    assert asked.earlier == Earlier(kind=DayKind.CLOSED, answer=HolidayAnswer.TAKEN, by="王老师")
    assert still_closed, "nothing changes before somebody has answered"
    after = _again(here)
    assert after.school.plan_weekday(SATURDAY) == 3
    assert SATURDAY not in {one.first_day for one in holiday_questions.asked(here=after).made_up}


def test_a_day_made_up_that_is_off_by_now_rests_when_the_school_says_so(here: Here) -> None:
    public_holidays.seed(here=here)
    thursday = date(2026, 10, 1)
    _list_said(thursday, DayKind.MADE_UP)
    staff_id = factories.staff(here).staff_id
    holiday_questions.make_up(thursday, as_weekday=1, staff_id=staff_id, here=here)
    public_holidays.seed(here=here)
    here = _again(here)
    asked = holiday_questions.asked(here=here).days_off
    span = TermSpan(first_day=thursday, last_day=thursday)

    holiday_questions.close([span], staff_id=staff_id, here=here)

    assert [(one.first_day, one.stands) for one in asked if one.stands] == [
        (thursday, DayKind.MADE_UP)
    ]
    assert _again(here).school.is_closed(thursday)


def test_who_leaves_a_changed_day_as_it_is_is_asked_no_more(here: Here) -> None:
    public_holidays.seed(here=here)
    _list_said(SATURDAY, DayKind.CLOSED)
    staff_id = _rest(SATURDAY, here)
    public_holidays.seed(here=here)
    here = _again(here)

    holiday_questions.decline(A_SATURDAY, staff_id=staff_id, here=here)

    after = _again(here)
    assert after.school.is_closed(SATURDAY)
    assert SATURDAY not in {one.first_day for one in holiday_questions.asked(here=after).made_up}


def _with_a_day_that_is_gone(here: Here) -> tuple[UUID, date, Here]:
    gone = date(2026, 12, 28)
    public_holidays.seed(here=here)
    with transaction() as session:
        session.add(PublicDayRow(on_date=gone, year=2026, kind=DayKind.CLOSED, name="元旦"))
    staff_id = _rest(gone, here)
    _list_said(date(2026, 1, 1), None)
    public_holidays.seed(here=here)
    return staff_id, gone, _again(here)


@pytest.mark.parametrize("stays", [True, False])
def test_a_day_that_was_taken_and_is_in_the_list_no_more_is_a_question(
    here: Here, *, stays: bool
) -> None:
    staff_id, gone, here = _with_a_day_that_is_gone(here)
    (asked,) = holiday_questions.asked(here=here).withdrawn
    span = TermSpan(first_day=gone, last_day=gone)

    if stays:
        holiday_questions.decline(span, staff_id=staff_id, here=here)
    else:
        holiday_questions.give_up(span, staff_id=staff_id, here=here)

    assert (asked.first_day, asked.stands) == (gone, DayKind.CLOSED)
    after = _again(here)
    assert after.school.is_closed(gone) is stays
    assert holiday_questions.asked(here=after).withdrawn == ()
    _list_said(date(2026, 1, 2), None)
    public_holidays.seed(here=after)
    assert holiday_questions.asked(here=_again(after)).withdrawn == (), "answered once"


def test_a_day_that_changes_and_then_goes_is_asked_of_although_nobody_answered_between(
    here: Here,
) -> None:
    _, gone, here = _with_a_day_that_is_gone(here)
    with transaction() as session:  # as a list that came between has left it
        row = session.get_one(PublicDayRow, gone)
        row.is_withdrawn, row.kind = False, DayKind.MADE_UP
    _list_said(date(2026, 1, 1), None)

    public_holidays.seed(here=here)

    (asked,) = holiday_questions.asked(here=_again(here)).withdrawn
    assert (asked.first_day, asked.stands) == (gone, DayKind.CLOSED)


def test_that_a_day_may_go_is_never_told_as_an_answer_to_the_list(here: Here) -> None:
    public_holidays.seed(here=here)
    thursday = date(2026, 10, 1)
    wang = _rest(thursday, here)
    li = factories.staff(here, display_name="李老师").staff_id
    with transaction() as session:  # as a list that came between has left it
        row = session.get_one(PublicDayRow, thursday)
        row.was_kind, row.was_answer = row.kind, row.answer
        row.was_answered_by_id, row.was_answered_at = wang, here.now
        row.answer = row.answered_by_id = row.answered_at = None
        row.is_withdrawn = True
    span = TermSpan(first_day=thursday, last_day=thursday)
    holiday_questions.give_up(span, staff_id=li, here=_again(here))
    _list_said(date(2026, 1, 1), None)

    public_holidays.seed(here=here)

    (asked,) = [
        one
        for one in holiday_questions.asked(here=_again(here)).days_off
        if one.first_day == thursday
    ]
    assert asked.earlier == Earlier(kind=DayKind.CLOSED, answer=HolidayAnswer.TAKEN, by="王老师")


def test_a_year_written_by_hand_is_asked_where_the_list_says_otherwise_later(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    holiday_questions.know_by_hand(2026, staff_id=staff_id, here=here)
    school_calendar.close_days("放假", A_SATURDAY, staff_id=staff_id, here=here)
    here = _again(here)

    public_holidays.seed(here=here)

    asked = holiday_questions.asked(here=here).made_up
    assert [(one.first_day, one.stands) for one in asked] == [
        (date(2026, 9, 20), None),
        (SATURDAY, DayKind.CLOSED),
    ]


def test_a_year_that_nobody_publishes_is_missed_until_it_is_written_by_hand(here: Here) -> None:
    public_holidays.seed(here=here)
    staff_id = factories.staff(here).staff_id
    november = replace(here, now=datetime.fromisoformat("2026-11-20T08:30:00+00:00"))
    missed = holiday_questions.missing_year(here=november)

    holiday_questions.know_by_hand(2027, staff_id=staff_id, here=november)

    assert missed == 2027
    assert holiday_questions.missing_year(here=november) is None
    with pytest.raises(NotFoundError) as error:
        holiday_questions.know_by_hand(2027, staff_id=staff_id, here=november)
    assert error.value.reason is CalendarProblem.UNKNOWN


def test_nothing_is_asked_of_a_day_of_no_holiday(here: Here) -> None:
    public_holidays.seed(here=here)
    staff_id = factories.staff(here).staff_id

    with pytest.raises(NotFoundError):
        holiday_questions.make_up(date(2026, 9, 19), as_weekday=1, staff_id=staff_id, here=here)

    assert factories.how_many(CalendarDay) == 0


WRONG: list[Callable[[], object]] = [
    lambda: update(PublicDayRow).values(answer=HolidayAnswer.TAKEN),
    lambda: update(HolidayYear).values(source=None),
    lambda: update(HolidayYear).values(year=1900),
    lambda: update(PublicDayRow).values(was_kind=DayKind.CLOSED, was_answer=HolidayAnswer.DECLINED),
]


@pytest.mark.parametrize("statement", WRONG)
def test_the_database_refuses_an_answer_of_nobody(
    here: Here, statement: Callable[[], object]
) -> None:
    public_holidays.seed(here=here)

    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(statement())  # type: ignore[call-overload]  # one of the three above
