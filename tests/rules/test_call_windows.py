from datetime import date, timedelta

import pytest

from kiosk.rules.call_windows import (
    BlockedTime,
    Hours,
    LineKind,
    Shift,
    WeekPattern,
    is_child_free,
    shift_hours,
)
from tests.rules.waiting import PHONE, callee, day

SIX = (18 * 60, 18 * 60 + 10)
SEVEN = 19 * 60


def hours(from_min: int, to_min: int, pattern: WeekPattern = WeekPattern.ALWAYS) -> Hours:
    return Hours(weekday=1, from_min=from_min, to_min=to_min, pattern=pattern, anchor=day(3))


def test_the_whole_place_lies_within_the_hours() -> None:
    assert hours(18 * 60, SEVEN).have(day(1), SIX)
    assert hours(18 * 60, 18 * 60 + 10).have(day(1), SIX)
    assert not hours(18 * 60 + 1, SEVEN).have(day(1), SIX)
    assert not hours(17 * 60, 18 * 60 + 9).have(day(1), SIX)
    assert not hours(18 * 60, SEVEN).have(day(2), SIX)


def test_hours_that_begin_in_the_evening_go_on_after_midnight() -> None:
    night = hours(22 * 60, 26 * 60)

    assert night.have(day(1), (23 * 60, 23 * 60 + 10))
    assert night.have(day(2), (60, 70))
    assert not night.have(day(2), (2 * 60, 2 * 60 + 10))
    assert not night.have(day(1), (60, 70))


def test_two_shifts_change_from_week_to_week() -> None:
    in_a, in_b = hours(0, 1440, WeekPattern.A), hours(0, 1440, WeekPattern.B)
    mondays = [day(1) + timedelta(weeks=week) for week in range(-3, 4)]

    assert [in_a.have(monday, SIX) for monday in mondays] == [False, True] * 3 + [False]
    assert [in_b.have(monday, SIX) for monday in mondays] == [True, False] * 3 + [True]


def test_a_night_of_an_a_week_is_still_of_that_week_after_midnight() -> None:
    sunday = Hours(weekday=7, from_min=22 * 60, to_min=26 * 60, pattern=WeekPattern.A,
                   anchor=day(1))  # fmt: skip

    assert sunday.have(day(8), (60, 70))
    assert not sunday.have(day(15), (60, 70))


@pytest.mark.parametrize(
    ("weekday", "from_min", "to_min"),
    [(0, 0, 60), (8, 0, 60), (1, 60, 60), (1, -1, 60), (1, 1440, 1500), (1, 60, 1501)],
)
def test_hours_that_are_none_are_refused(weekday: int, from_min: int, to_min: int) -> None:
    with pytest.raises(ValueError, match=r"weekday|time|day long"):
        Hours(weekday=weekday, from_min=from_min, to_min=to_min)


def test_every_other_week_counts_from_a_day() -> None:
    with pytest.raises(ValueError, match="counts from a day"):
        Hours(weekday=1, from_min=0, to_min=60, pattern=WeekPattern.A)


def test_a_family_without_known_hours_is_rung_at_any_time_unless_it_may_not_be() -> None:
    assert callee("1").is_free(day(1), SIX, LineKind.PHONE)
    assert not callee("1").is_free(day(1), SIX, LineKind.VIDEO)
    assert not callee("1", may_be_rung=False).is_free(day(1), SIX, LineKind.PHONE)
    assert callee("1", kinds=PHONE | {LineKind.VIDEO}).is_free(day(1), SIX, LineKind.VIDEO)


def test_a_child_is_not_fetched_from_a_lesson_nor_when_it_is_away() -> None:
    lesson = BlockedTime(weekday=1, from_min=SIX[1] - 1, to_min=SEVEN)
    after = BlockedTime(weekday=1, from_min=SIX[1], to_min=SEVEN)

    assert not is_child_free(day(1), SIX, blocked=[lesson], away=())
    assert is_child_free(day(2), SIX, blocked=[lesson], away=())
    assert is_child_free(day(1), SIX, blocked=[after], away=())
    assert not is_child_free(day(1), SIX, blocked=[], away={day(1)})


@pytest.mark.parametrize(
    ("shift", "in_a", "in_b"),
    [
        (Shift.DAY, (False, True), (False, True)),
        (Shift.NIGHT, (True, False), (True, False)),
        (Shift.ALTERNATING, (False, True), (True, False)),
        (Shift.FLEXIBLE, (True, True), (True, True)),
    ],
)
def test_a_shift_says_when_a_family_can_be_rung(
    shift: Shift, in_a: tuple[bool, bool], in_b: tuple[bool, bool]
) -> None:
    family = callee(
        "1",
        hours=shift_hours(
            shift, by_day=(18 * 60, 21 * 60), by_night=(15 * 60, 18 * 60), anchor=date(2026, 9, 9)
        ),
    )
    afternoon = (16 * 60, 16 * 60 + 10)

    def free(on: date) -> tuple[bool, bool]:
        return tuple(family.is_free(on, at, LineKind.PHONE) for at in (afternoon, SIX))  # type: ignore[return-value]

    assert free(day(5)) == in_a
    assert free(day(12)) == in_b
