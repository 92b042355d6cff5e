"""School weeks of a term take turns, and a week of holiday does not count."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.openings import OpeningKind, WeeklyRule, dated, suits
from kiosk.rules.school_days import (
    PLAIN_WEEKS,
    DayKind,
    SchoolDays,
    SpecialDay,
    TermSpan,
    WeekLetter,
)

DAY = timedelta(days=1)
WEEK = 7 * DAY
MONDAY = date(2026, 8, 31)
TERM = TermSpan(first_day=date(2026, 9, 1), last_day=date(2027, 1, 15))
NEXT = TermSpan(first_day=date(2027, 3, 1), last_day=date(2027, 7, 2))
REST = SpecialDay(kind=DayKind.CLOSED, name="放假")
WEEKS = 20


def _school(*closed_weeks: int) -> SchoolDays:
    """Return a calendar whose weeks of these numbers, from 0, are closed from Monday to Sunday."""
    days = {MONDAY + WEEK * n + DAY * day: REST for n in closed_weeks for day in range(7)}
    return SchoolDays(terms=(TERM, NEXT), days=days)


def _letters(school: SchoolDays, weekday: int = 3) -> str:
    days = (MONDAY + WEEK * n + DAY * (weekday - 1) for n in range(WEEKS))
    return "".join(school.week_letter(day).value for day in days)


def _rule(
    *, kind: OpeningKind = OpeningKind.AFTER_CLASS, letter: WeekLetter | None, weekday: int = 3
) -> WeeklyRule:
    return WeeklyRule(
        rule_id=UUID(int=1),
        weekday=weekday,
        from_min=990,
        to_min=1080,
        place_min=10,
        talk_min=8,
        valid_from=TERM.first_day,
        valid_to=None,
        kind=kind,
        letter=letter,
    )


def test_the_first_week_of_a_term_is_odd_also_when_it_begins_on_a_tuesday() -> None:
    assert _letters(_school()) == "ab" * (WEEKS // 2)
    assert _school().week_number(TERM.first_day) == 1
    assert _school().week_letter(NEXT.first_day) is WeekLetter.A


def test_a_holiday_week_does_not_advance_the_letter() -> None:
    assert _letters(_school(5)) == "ababaabababababababa"[:5] + "a" + _letters(_school())[5:-1]
    assert _school(5).week_number(MONDAY + WEEK * 6) == 6


def test_a_week_with_one_day_of_school_counts() -> None:
    of_week = {MONDAY + WEEK * 5 + DAY * day: REST for day in range(4)}
    school = SchoolDays(terms=(TERM, NEXT), days=of_week)

    assert _letters(school) == _letters(_school())


def test_a_made_up_saturday_makes_a_closed_week_count() -> None:
    closed = dict(_school(5).days)
    closed[MONDAY + WEEK * 5 + DAY * 5] = SpecialDay(
        kind=DayKind.MADE_UP, name="补班", as_weekday=4
    )

    assert _letters(SchoolDays(terms=(TERM, NEXT), days=closed)) == _letters(_school())


def test_without_a_term_weeks_still_take_turns() -> None:
    letters = [PLAIN_WEEKS.week_letter(MONDAY + WEEK * n) for n in range(4)]

    assert letters[0] is letters[2] is not letters[1] is letters[3]


@given(closed=st.sets(st.integers(0, WEEKS - 1)), weekday=st.integers(1, 7))
def test_school_weeks_alternate_whatever_is_closed(closed: set[int], weekday: int) -> None:
    letters = _letters(_school(*closed), weekday)

    held = [letter for n, letter in enumerate(letters) if n not in closed]
    assert "".join(held) == ("ab" * WEEKS)[: len(held)]


@given(closed=st.sets(st.integers(0, WEEKS - 1)), weekday=st.integers(1, 5))
def test_two_lines_that_take_turns_are_one_line_of_each_week(
    closed: set[int], weekday: int
) -> None:
    school = _school(*closed)
    span = {"first": MONDAY, "last": TERM.last_day, "school": school}

    both = [
        one.on
        for letter in WeekLetter
        for one in dated([_rule(letter=letter, weekday=weekday)], **span)  # type: ignore[arg-type]  # three of one kind each
    ]

    each = [one.on for one in dated([_rule(letter=None, weekday=weekday)], **span)]  # type: ignore[arg-type]  # as above
    assert sorted(both) == each
    assert len(set(both)) == len(both)


def test_a_line_for_the_holidays_holds_between_two_terms_and_nowhere_else() -> None:
    holiday, plain = _rule(kind=OpeningKind.HOLIDAY, letter=None), _rule(letter=None)
    closed = date(2027, 2, 10)  # a Wednesday between the terms
    school = SchoolDays(terms=(TERM, NEXT), days={closed: REST})
    first, last = date(2027, 1, 11), date(2027, 3, 7)

    in_holidays = [o.on for o in dated([holiday], first=first, last=last, school=school)]
    in_term = [o.on for o in dated([plain], first=first, last=last, school=school)]

    assert in_holidays == [date(2027, 1, 20) + WEEK * n for n in (0, 1, 2, 4, 5)]
    assert in_term == [date(2027, 1, 13), date(2027, 3, 3)]


@pytest.mark.parametrize(
    ("mine", "other", "overlap"),
    [
        ((OpeningKind.NOON, None), (OpeningKind.NOON, None), True),
        ((OpeningKind.NOON, WeekLetter.A), (OpeningKind.NOON, None), True),
        ((OpeningKind.NOON, WeekLetter.A), (OpeningKind.NOON, WeekLetter.A), True),
        ((OpeningKind.NOON, WeekLetter.A), (OpeningKind.NOON, WeekLetter.B), False),
        ((OpeningKind.HOLIDAY, None), (OpeningKind.NOON, None), False),
        ((OpeningKind.HOLIDAY, None), (OpeningKind.HOLIDAY, None), True),
    ],
)
def test_lines_overlap_where_both_may_hold_on_one_day(
    mine: tuple[OpeningKind, WeekLetter | None],
    other: tuple[OpeningKind, WeekLetter | None],
    overlap: bool,  # noqa: FBT001 - a case of the table
) -> None:
    one, two = _rule(kind=mine[0], letter=mine[1]), _rule(kind=other[0], letter=other[1])

    assert one.overlaps(two) is two.overlaps(one) is overlap


@pytest.mark.parametrize(
    ("kind", "weekdays"),
    [
        (OpeningKind.SUNDAY_RETURN, {7}),
        (OpeningKind.WEEKEND, {6, 7}),
        (OpeningKind.HOLIDAY, set(range(1, 8))),
        (OpeningKind.NOON, set(range(1, 8))),
    ],
)
def test_a_kind_has_its_weekdays(kind: OpeningKind, weekdays: set[int]) -> None:
    assert {n for n in range(1, 8) if suits(kind, n)} == weekdays


def test_a_line_that_could_never_be_kept_is_none() -> None:
    with pytest.raises(ValueError, match="weekday 3"):
        _rule(kind=OpeningKind.SUNDAY_RETURN, letter=None)
    with pytest.raises(ValueError, match="letters"):
        _rule(kind=OpeningKind.HOLIDAY, letter=WeekLetter.A)


def test_a_term_may_begin_with_an_even_week() -> None:
    odd, even = (
        _school(4),
        SchoolDays(terms=(replace(TERM, first_letter=WeekLetter.B), NEXT), days=_school(4).days),
    )

    assert _letters(odd).startswith("abab")
    assert _letters(even) == _letters(odd).translate(str.maketrans("ab", "ba"))
    assert even.week_number(MONDAY + WEEK * 6) == odd.week_number(MONDAY + WEEK * 6)
    assert even.week_letter(NEXT.first_day) is WeekLetter.A, "each term says it for itself"
