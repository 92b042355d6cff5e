"""The week of a contact card: fields to touch, exact minutes, midnight, and two weeks in turn."""

import itertools
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.rules import contact_hours as rules
from kiosk.rules.call_windows import Hours, Shift, WeekPattern
from kiosk.rules.contact_hours import PARTS, Cell, HoursLine, PartOfDay

MONDAY: Final = date(2026, 11, 23)
WEEK: Final = timedelta(weeks=1)

patterns = st.sampled_from(WeekPattern)
cells = st.builds(
    Cell,
    weekday=st.sampled_from(rules.WEEKDAYS),
    part=st.sampled_from(PartOfDay),
    pattern=patterns,
)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    begin = draw(st.integers(0, 1439))
    pattern = draw(patterns)
    return Hours(
        weekday=draw(st.sampled_from(rules.WEEKDAYS)),
        from_min=begin,
        to_min=begin + draw(st.integers(1, 1440)),
        pattern=pattern,
        anchor=None if pattern is WeekPattern.ALWAYS else MONDAY,
    )


def _minutes(of: tuple[Hours, ...] | list[Hours]) -> set[tuple[WeekPattern, int, int]]:
    return {
        (one.pattern, one.weekday, minute)
        for one in of
        for minute in range(one.from_min, one.to_min)
    }


def test_the_parts_follow_one_another_round_the_clock() -> None:
    spans = list(PARTS.values())

    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))
    assert spans[-1][1] - spans[0][0] == 1440


@settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(hours(), max_size=12))
def test_hours_that_meet_are_one_and_hold_the_same_minutes(given_hours: list[Hours]) -> None:
    one = rules.merged(given_hours)

    assert _minutes(one) == _minutes(given_hours)
    assert len({(a.pattern, a.weekday, a.from_min) for a in one}) == len(one)
    assert _minutes(rules.merged(one)) == _minutes(one)


@settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(hours(), max_size=12))
def test_only_what_is_longer_than_a_day_overlaps(given_hours: list[Hours]) -> None:
    one = rules.merged(given_hours)

    meet = [
        (a, b)
        for a in one
        for b in one
        if a is not b
        and (a.pattern, a.weekday) == (b.pattern, b.weekday)
        and a.from_min <= b.from_min <= a.to_min
    ]
    assert all(b.to_min - a.from_min > 1440 for a, b in meet)


@settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(cells), st.integers(0, 27), st.integers(0, 1440 - 30), st.integers(1, 30))
def test_a_place_can_be_had_when_each_of_its_minutes_was_touched(
    touched: set[Cell], day: int, begin: int, length: int
) -> None:
    on, place = MONDAY + timedelta(days=day), (begin, begin + length)
    found = rules.of_cells(touched, anchor=MONDAY)
    letter = WeekPattern.A if rules.is_a_week(on, MONDAY) else WeekPattern.B
    yesterday = on - timedelta(days=1)
    its = WeekPattern.A if rules.is_a_week(yesterday, MONDAY) else WeekPattern.B

    def is_touched(minute: int, pattern: WeekPattern) -> bool:
        of, at, which = (on, minute, letter) if minute >= 360 else (yesterday, minute + 1440, its)
        return any(
            cell.weekday == of.isoweekday()
            and PARTS[cell.part][0] <= at < PARTS[cell.part][1]
            and cell.pattern is (pattern if pattern is WeekPattern.ALWAYS else which)
            for cell in touched
        )

    # At six the day begins, and what is written for every week and for one is not one time.
    if place[0] < 360 < place[1]:
        return
    wanted = any(
        all(is_touched(minute, pattern) for minute in range(*place))
        for pattern in (WeekPattern.ALWAYS, letter)
    )
    assert any(one.have(on, place) for one in found) == wanted


@settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(cells))
def test_fields_that_were_touched_are_shown_again(touched: set[Cell]) -> None:
    shown, exact = rules.cells_of(rules.of_cells(touched, anchor=MONDAY))

    assert shown == touched
    assert not exact


@settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(hours(), max_size=8))
def test_what_is_no_whole_field_is_kept_to_the_minute(given_hours: list[Hours]) -> None:
    shown, exact = rules.cells_of(given_hours)

    again = (*rules.of_cells(shown, anchor=MONDAY), *exact)
    assert _minutes(again) == _minutes(given_hours)


def test_a_time_that_ends_before_it_begins_goes_on_after_midnight() -> None:
    span = rules.span_of(22 * 60, 60)
    late = Hours(weekday=1, from_min=span[0], to_min=span[1])

    assert span == (1320, 1500)
    assert late.have(MONDAY + timedelta(days=1), (0, 60))
    assert not late.have(MONDAY, (0, 60))


@pytest.mark.parametrize("is_a_now", [True, False])
def test_two_shifts_in_turn_change_each_week(*, is_a_now: bool) -> None:
    anchor = rules.a_week_on(MONDAY + timedelta(days=3), is_a_now=is_a_now)
    found = rules.of_shift(Shift.ALTERNATING, anchor=anchor)

    def is_free(on: date, place: tuple[int, int]) -> bool:
        return any(one.have(on, place) for one in found)

    evening, afternoon = (19 * 60 + 30, 20 * 60), (15 * 60, 16 * 60)
    assert [is_free(MONDAY + week * WEEK, evening) for week in range(3)] == [
        is_a_now,
        not is_a_now,
        is_a_now,
    ]
    assert is_free(MONDAY, afternoon) is not is_a_now
    assert rules.is_a_week(MONDAY, anchor) is is_a_now


def test_a_shift_of_every_week_counts_from_no_day() -> None:
    assert all(one.anchor is None for one in rules.of_shift(Shift.DAY, anchor=MONDAY))
    assert rules.of_shift(Shift.FLEXIBLE, anchor=None) == ()


def test_days_with_the_same_time_are_one_line() -> None:
    (line,) = rules.lines(rules.every_day(PartOfDay.EVENING))

    assert line == HoursLine(
        weekdays=(1, 2, 3, 4, 5, 6, 7),
        from_min=17 * 60,
        to_min=22 * 60,
        pattern=WeekPattern.ALWAYS,
    )
