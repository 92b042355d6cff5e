from datetime import date, timedelta

import pytest

from kiosk.rules.school_days import PLAIN_WEEKS, DayKind, SchoolDays, SpecialDay, TermSpan

DAY = timedelta(days=1)
AUTUMN = TermSpan(first_day=date(2026, 9, 1), last_day=date(2027, 1, 15))
SPRING = TermSpan(first_day=date(2027, 3, 1), last_day=date(2027, 7, 2))
NEXT_AUTUMN = TermSpan(first_day=date(2027, 8, 30), last_day=date(2028, 1, 14))
REST = SpecialDay(kind=DayKind.CLOSED, name="国庆")
# The seven days of October, and the Sunday before and the Saturday after that are made up for them.
OCTOBER = SchoolDays(
    terms=(AUTUMN, SPRING),
    days={
        **{date(2026, 10, day): REST for day in range(1, 8)},
        date(2026, 9, 20): SpecialDay(kind=DayKind.MADE_UP, name="补班", as_weekday=2),
        date(2026, 10, 10): SpecialDay(kind=DayKind.MADE_UP, name="补班", as_weekday=3),
    },
)


@pytest.mark.parametrize(
    ("day", "weekday"),
    [
        (date(2026, 9, 30), 3),
        (date(2026, 10, 1), None),
        (date(2026, 10, 7), None),
        (date(2026, 10, 8), 4),
        (date(2026, 9, 20), 2),
        (date(2026, 10, 10), 3),
        (date(2026, 10, 11), 7),
        (date(2027, 2, 10), None),
    ],
)
def test_a_day_follows_its_weekday_unless_the_calendar_says_otherwise(
    day: date, weekday: int | None
) -> None:
    assert OCTOBER.plan_weekday(day) == weekday
    assert OCTOBER.is_closed(day) is (weekday is None)


def test_a_day_made_up_in_the_holidays_is_open() -> None:
    day = date(2027, 2, 10)
    school = SchoolDays(
        terms=(AUTUMN, SPRING),
        days={day: SpecialDay(kind=DayKind.MADE_UP, name="假期开放", as_weekday=1)},
    )

    assert school.plan_weekday(day) == 1


def test_a_calendar_that_has_run_out_closes_nothing() -> None:
    after = SPRING.last_day + DAY * 30

    assert not OCTOBER.is_closed(after)
    assert not OCTOBER.is_closed(AUTUMN.first_day - DAY)
    assert not PLAIN_WEEKS.is_closed(after)


@pytest.mark.parametrize(
    ("day", "is_told"),
    [
        (date(2027, 1, 14), False),  # the term after this one is known
        (date(2027, 2, 10), False),
        (date(2027, 6, 17), False),
        (date(2027, 6, 18), True),
        (date(2027, 8, 25), True),
    ],
)
def test_the_next_term_is_asked_for_before_the_last_one_ends(day: date, *, is_told: bool) -> None:
    assert OCTOBER.runs_out_on(day) == (SPRING.last_day if is_told else None)
    assert PLAIN_WEEKS.runs_out_on(day) is None


@pytest.mark.parametrize(
    ("day", "lends"),
    {
        date(2027, 1, 8): False,
        date(2027, 1, 9): True,
        date(2027, 1, 15): True,
        date(2027, 2, 10): True,
        date(2027, 3, 1): False,
        date(2027, 7, 2): False,
    }.items(),
)
def test_books_go_home_from_a_week_before_a_holiday_whose_end_is_known(
    day: date,
    lends: bool,  # noqa: FBT001 - a case of the table
) -> None:
    assert OCTOBER.lends_for_holiday(day) is lends


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2026, 10, 5), None),
        (date(2026, 10, 6), date(2026, 10, 5)),
        (date(2026, 10, 8), date(2026, 10, 7)),
        (date(2026, 10, 15), date(2026, 10, 7)),
        (date(2026, 10, 16), None),
        (date(2027, 3, 5), date(2027, 2, 28)),
    ],
)
def test_a_holiday_is_a_week_with_five_closed_days(day: date, holiday: date | None) -> None:
    assert OCTOBER.holiday_before(day) == holiday


@pytest.mark.parametrize(
    ("today", "began"),
    [
        (date(2026, 8, 1), date(2026, 8, 1)),
        (date(2026, 12, 31), date(2026, 8, 1)),
        (date(2027, 1, 31), date(2026, 8, 1)),
        (date(2027, 2, 1), date(2027, 2, 1)),
        (date(2027, 7, 31), date(2027, 2, 1)),
    ],
)
def test_without_terms_on_file_a_term_begins_with_a_month(today: date, began: date) -> None:
    assert PLAIN_WEEKS.term_began(today) == began


@pytest.mark.parametrize(
    ("today", "began"),
    [
        (AUTUMN.first_day, AUTUMN.first_day),
        (AUTUMN.last_day, AUTUMN.first_day),
        (AUTUMN.last_day + DAY, AUTUMN.last_day + DAY),
        (SPRING.last_day, AUTUMN.last_day + DAY),
        (SPRING.last_day + DAY, SPRING.last_day + DAY),
        (AUTUMN.first_day - DAY, date(2026, 8, 1)),
    ],
)
def test_a_term_on_file_answers_for_the_holiday_before_it(today: date, began: date) -> None:
    assert OCTOBER.term_began(today) == began


def test_no_day_lies_before_its_term() -> None:
    days = [date(2026, 1, 1) + DAY * number for number in range(800)]

    assert all(school.term_began(day) <= day for school in (PLAIN_WEEKS, OCTOBER) for day in days)


@pytest.mark.parametrize(
    ("day", "is_last"),
    [
        (AUTUMN.last_day, False),
        (SPRING.last_day, True),
        (date(2027, 8, 20), True),
        (NEXT_AUTUMN.first_day, False),
    ],
)
def test_a_school_year_ends_before_the_summer_holiday(day: date, *, is_last: bool) -> None:
    school = SchoolDays(terms=(AUTUMN, SPRING, NEXT_AUTUMN))

    assert school.is_last_of_school_year(day) is is_last
