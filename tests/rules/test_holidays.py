"""Public holidays are asked as one question each; a year that is not known is missed in time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.holidays import PublicDay, missing_year, questions
from kiosk.rules.school_days import DayKind

DAY = timedelta(days=1)
FIRST = date(2026, 9, 20)


def _day(on: date, kind: DayKind = DayKind.CLOSED, name: str = "国庆节") -> PublicDay:
    return PublicDay(on=on, kind=kind, name=name)


def test_a_holiday_is_one_question_and_each_day_made_up_another() -> None:
    off = [_day(date(2026, 10, day)) for day in range(1, 8)]
    made_up = [_day(on, DayKind.MADE_UP) for on in (date(2026, 9, 20), date(2026, 10, 10))]
    moon = [_day(date(2026, 9, 25), name="中秋"), _day(date(2026, 9, 26), name="中秋")]

    asked = questions([*made_up, *reversed(off), *moon])

    assert [(one.kind.value, one.name, one.first_day, one.days) for one in asked] == [
        ("made_up", "国庆节", date(2026, 9, 20), 1),
        ("closed", "中秋", date(2026, 9, 25), 2),
        ("closed", "国庆节", date(2026, 10, 1), 7),
        ("made_up", "国庆节", date(2026, 10, 10), 1),
    ]


@given(
    st.dictionaries(
        st.integers(0, 40),
        st.tuples(st.sampled_from(DayKind), st.sampled_from(["国庆节", "中秋"])),
    )
)
def test_the_questions_have_each_day_once_and_no_other(
    days: dict[int, tuple[DayKind, str]],
) -> None:
    given_days = {_day(FIRST + DAY * n, kind, name) for n, (kind, name) in days.items()}

    asked = questions(given_days)

    again = [
        _day(one.first_day + DAY * n, one.kind, one.name) for one in asked for n in range(one.days)
    ]
    assert len(again) == len(given_days)
    assert set(again) == given_days


@pytest.mark.parametrize(
    ("today", "known", "missed"),
    [
        (date(2026, 11, 14), {2026}, None),
        (date(2026, 11, 15), {2026}, 2027),
        (date(2026, 12, 31), {2026}, 2027),
        (date(2026, 11, 15), {2026, 2027}, None),
        (date(2027, 1, 1), {2026}, 2027),
        (date(2027, 6, 1), {2026}, 2027),
        (date(2026, 3, 1), set(), 2026),
    ],
)
def test_this_year_is_missed_always_and_the_next_from_the_middle_of_november(
    today: date, known: set[int], missed: int | None
) -> None:
    assert missing_year(today, known=known) == missed
