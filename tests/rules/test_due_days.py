from collections.abc import Callable
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules.due_days import Given, due_on, plain_due_on, plain_renewed_on, turn_of_class
from kiosk.rules.lending import LendingPolicy
from kiosk.rules.school_days import PLAIN_WEEKS, DayKind, SchoolDays, SpecialDay, TermSpan

MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)
POLICY = LendingPolicy(limit=2, days=14, renewals=1, grace_days=1, self_lending=True)
# An autumn term until Friday, 15 January 2027, then the winter holiday until Monday, 1 March.
AUTUMN = TermSpan(first_day=date(2026, 9, 1), last_day=date(2027, 1, 15))
SPRING = TermSpan(first_day=date(2027, 3, 1), last_day=date(2027, 7, 2))
TERMS = SchoolDays(terms=(AUTUMN, SPRING))


def always(_: date) -> bool:
    return True


def never(_: date) -> bool:
    return False


def on_school_days(day: date) -> bool:
    return day.isoweekday() <= 5


def open_in(school: SchoolDays, weekdays: frozenset[int]) -> Callable[[date], bool]:
    """Return whether a room with this weekly pattern opens on a day."""
    return lambda day: school.plan_weekday(day) in weekdays


def closed(first: date, days: int) -> MappingProxyType[date, SpecialDay]:
    rest = SpecialDay(kind=DayKind.CLOSED, name="放假")
    return MappingProxyType({first + DAY * n: rest for n in range(days)})


def due(
    plain: date,
    *,
    given_on: date = MONDAY,
    school: SchoolDays = PLAIN_WEEKS,
    is_open: Callable[[date], bool] = always,
    turn: int = 0,
    is_for_holiday: bool = False,
) -> date:
    one = Given(given_on=given_on, plain_due_on=plain, turn=turn, is_for_holiday=is_for_holiday)
    return due_on(one, school=school, is_open=is_open)


# The plain day


def test_the_day_of_lending_is_not_counted() -> None:
    assert plain_due_on(POLICY, lent_on=MONDAY) == date(2026, 11, 30)


def test_a_renewal_counts_from_the_plain_day_while_that_is_ahead_and_then_from_today() -> None:
    early = plain_renewed_on(POLICY, plain_due_on=date(2026, 11, 20), today=MONDAY)
    late = plain_renewed_on(POLICY, plain_due_on=date(2026, 11, 2), today=MONDAY)

    assert (early, late) == (date(2026, 12, 4), date(2026, 11, 30))


# Days on which the room opens


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize(
    "weekdays", [frozenset({1, 2, 3, 4, 5}), frozenset({3}), frozenset({6, 7}), frozenset[int]()]
)
def test_a_book_is_due_on_the_first_open_day_for_every_weekly_pattern(
    weekday: int, weekdays: frozenset[int]
) -> None:
    plain = MONDAY + DAY * weekday

    found = due(plain, is_open=open_in(PLAIN_WEEKS, weekdays))

    open_days = [day for n in range(7) if (day := plain + DAY * n).isoweekday() in weekdays]
    assert found == (open_days[0] if open_days else plain)


@pytest.mark.parametrize(
    ("closed_days", "waits"), [(0, 0), (1, 1), (59, 59), (60, 60), (61, 0), (400, 0)]
)
def test_a_long_closure_moves_the_day_by_sixty_days_at_most_and_then_not_at_all(
    closed_days: int, waits: int
) -> None:
    opens_again = MONDAY + DAY * closed_days

    assert due(MONDAY, is_open=lambda day: day >= opens_again) == MONDAY + DAY * waits


# The term


def test_a_book_comes_back_before_the_term_ends() -> None:
    found = due(
        date(2027, 1, 20),
        given_on=date(2027, 1, 6),
        school=TERMS,
        is_open=open_in(TERMS, frozenset({2, 4})),
    )

    assert found == date(2027, 1, 14), "the last open day of the term, a Thursday"


def test_a_book_lent_on_the_last_day_is_due_that_day_and_not_before() -> None:
    found = due(date(2027, 1, 29), given_on=AUTUMN.last_day, school=TERMS, is_open=on_school_days)

    assert found == AUTUMN.last_day


def test_the_last_school_day_stands_when_no_day_is_open_at_all() -> None:
    found = due(date(2027, 1, 20), given_on=date(2027, 1, 6), school=TERMS, is_open=never)

    assert found == AUTUMN.last_day


@pytest.mark.parametrize(("turn", "weekday"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)])
def test_a_holiday_book_is_due_in_the_first_whole_week_by_class(turn: int, weekday: int) -> None:
    spring = TermSpan(first_day=date(2027, 2, 25), last_day=date(2027, 7, 2))  # a Thursday
    school = SchoolDays(terms=(AUTUMN, spring))

    found = due(
        date(2027, 1, 28),
        given_on=date(2027, 1, 14),
        school=school,
        is_open=open_in(school, frozenset({1, 2, 3, 4, 5})),
        turn=turn,
        is_for_holiday=True,
    )

    assert found == date(2027, 2, 28) + DAY * weekday


def test_a_holiday_book_without_a_next_term_is_due_as_any_other() -> None:
    school = SchoolDays(terms=(AUTUMN,))

    found = due(date(2027, 1, 28), given_on=date(2027, 1, 14), school=school, is_for_holiday=True)

    assert found == AUTUMN.last_day


# After a holiday


@pytest.mark.parametrize(("turn", "day"), [(0, 7), (1, 8), (2, 9), (3, 12), (4, 13)])
def test_what_was_due_in_a_holiday_comes_back_class_by_class(turn: int, day: int) -> None:
    # The first week of October is a holiday, from Thursday to Wednesday.
    school = SchoolDays(days=closed(date(2026, 9, 30), 7))

    found = due(
        date(2026, 10, 2),
        given_on=date(2026, 9, 18),
        school=school,
        is_open=open_in(school, frozenset({1, 2, 3, 4, 5})),
        turn=turn,
    )

    assert found == date(2026, 10, day)


def test_a_single_closed_day_is_no_holiday() -> None:
    school = SchoolDays(days=closed(MONDAY, 1))

    found = due(MONDAY, school=school, is_open=open_in(school, frozenset({1, 2})), turn=4)

    assert found == MONDAY + DAY


def test_the_classes_of_a_school_are_spread_over_all_days() -> None:
    turns = [
        turn_of_class(grade, number, spread_days=5) for grade in range(1, 7) for number in (1, 2)
    ]

    assert set(turns) == {0, 1, 2, 3, 4}
    assert max(map(turns.count, range(5))) <= 3


# Whatever calendar

DAYS = st.integers(0, 250).map(lambda n: date(2026, 9, 1) + DAY * n)
WEEKDAYS = st.frozensets(st.integers(1, 7), min_size=1)


@st.composite
def calendars(draw: st.DrawFn) -> SchoolDays:
    """Return terms far enough from each other, some holidays and a few days made up."""
    days: dict[date, SpecialDay] = {}
    for first in draw(st.lists(DAYS, max_size=4)):
        days |= closed(first, draw(st.integers(1, 9)))
    for day in draw(st.lists(DAYS, max_size=4)):
        weekday = draw(st.integers(1, 7))
        days[day] = SpecialDay(kind=DayKind.MADE_UP, name="补班", as_weekday=weekday)
    has_terms = draw(st.booleans())
    return SchoolDays(terms=(AUTUMN, SPRING) if has_terms else (), days=days)


@st.composite
def loans(draw: st.DrawFn) -> Given:
    given_on = draw(DAYS)
    return Given(
        given_on=given_on,
        plain_due_on=given_on + DAY * draw(st.integers(1, 40)),
        is_for_holiday=draw(st.booleans()),
        turn=draw(st.integers(0, 9)),
    )


def _near(first: date, is_open: Callable[[date], bool]) -> bool:
    return any(is_open(first + DAY * n) for n in range(61))


@given(loan=loans(), school=calendars(), weekdays=WEEKDAYS)
@settings(max_examples=300)
def test_no_book_is_due_on_a_closed_day_or_before_it_was_lent(
    loan: Given, school: SchoolDays, weekdays: frozenset[int]
) -> None:
    is_open = open_in(school, weekdays)

    found = due_on(loan, school=school, is_open=is_open)

    assert found >= loan.given_on
    term = school.term_of(loan.given_on)
    lasts = term is not None and not (
        loan.is_for_holiday and school.term_after(loan.given_on) is not None
    )
    if term is not None and lasts:
        assert found <= term.last_day
        between = (loan.given_on + DAY * n for n in range(1, (found - loan.given_on).days + 2))
        if not any(map(is_open, between)):
            return  # no day is left before the end of the term
    if _near(loan.plain_due_on, is_open):
        assert is_open(found)


@given(loan=loans(), more=st.integers(0, 30), school=calendars(), weekdays=WEEKDAYS)
@settings(max_examples=200)
def test_who_may_keep_a_book_longer_has_it_no_shorter(
    loan: Given, more: int, school: SchoolDays, weekdays: frozenset[int]
) -> None:
    is_open = open_in(school, weekdays)
    later = Given(
        given_on=loan.given_on,
        plain_due_on=loan.plain_due_on + DAY * more,
        is_for_holiday=loan.is_for_holiday,
        turn=loan.turn,
    )
    if not _near(loan.plain_due_on, is_open):
        return

    earlier_due = due_on(loan, school=school, is_open=is_open)

    assert earlier_due <= due_on(later, school=school, is_open=is_open)


@given(loan=loans(), first=DAYS, days=st.integers(1, 30), weekdays=WEEKDAYS)
@settings(max_examples=200)
def test_closing_days_makes_no_book_due_earlier(
    loan: Given, first: date, days: int, weekdays: frozenset[int]
) -> None:
    school = SchoolDays(days=closed(first, days))
    before = due_on(loan, school=PLAIN_WEEKS, is_open=open_in(PLAIN_WEEKS, weekdays))

    closed_later = due_on(loan, school=school, is_open=open_in(school, weekdays))

    assert before <= closed_later
