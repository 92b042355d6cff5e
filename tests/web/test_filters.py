from datetime import date, datetime, timedelta

import pytest

from kiosk.rules import class_tree
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.codes import CodeProblem
from kiosk.web import filters
from kiosk.web.filters import Nearness, StripDay

WEDNESDAY = date(2026, 11, 25)
A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("minute", "numerals"),
    [
        (0, "12:00"),
        (5, "12:05"),
        (719, "11:59"),
        (720, "12:00"),
        (1040, "5:20"),
        (1439, "11:59"),
        (1440, "24:00"),
    ],
)
def test_a_time_is_twelve_hour_numerals(minute: int, numerals: str) -> None:
    assert filters.twelve_hour(minute) == numerals


def test_the_hands_of_a_clock_stand_where_they_stand_on_the_wall() -> None:
    afternoon = filters.hands(1040)

    assert (afternoon.hour, afternoon.minute) == (160, 120)
    assert filters.hands(320) == afternoon


def test_a_wall_clock_is_a_minute_of_its_day() -> None:
    assert filters.minute_of_day(datetime(2026, 11, 25, 16, 42)) == 1002  # noqa: DTZ001


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (-1, Nearness.PAST),
        (0, Nearness.TODAY),
        (1, Nearness.TOMORROW),
        (2, Nearness.THIS_WEEK),
        (4, Nearness.THIS_WEEK),
        (5, Nearness.NEXT_WEEK),
        (11, Nearness.NEXT_WEEK),
        (12, Nearness.WEEK_AFTER_NEXT),
        (18, Nearness.WEEK_AFTER_NEXT),
        (19, Nearness.LATER),
    ],
)
def test_a_day_is_named_as_a_child_names_it(days: int, name: Nearness) -> None:
    assert filters.nearness(WEDNESDAY + days * A_DAY, WEDNESDAY) == name


def test_monday_is_tomorrow_on_a_sunday() -> None:
    sunday = date(2026, 11, 29)

    assert filters.nearness(sunday + A_DAY, sunday) == Nearness.TOMORROW
    assert filters.nearness(sunday + 2 * A_DAY, sunday) == Nearness.NEXT_WEEK


def test_the_strip_leads_from_today_to_the_day_the_book_is_due() -> None:
    first, second = filters.strip(WEDNESDAY + 9 * A_DAY, WEDNESDAY)

    assert first == (StripDay.GONE,) * 2 + (StripDay.TODAY,) + (StripDay.READING,) * 4
    assert second == (StripDay.READING,) * 4 + (StripDay.DUE,) + (StripDay.AFTER,) * 2


def test_a_book_due_today_is_due_and_not_merely_today() -> None:
    days = [day for week in filters.strip(WEDNESDAY, WEDNESDAY) for day in week]

    assert days.count(StripDay.DUE) == 1
    assert StripDay.TODAY not in days


def test_a_late_book_still_has_its_day_on_the_strip() -> None:
    first, _second = filters.strip(WEDNESDAY - 2 * A_DAY, WEDNESDAY)

    assert first[:3] == (StripDay.DUE, StripDay.GONE, StripDay.TODAY)


@pytest.mark.parametrize(("days", "weeks"), [(0, 2), (14, 3), (25, 4), (26, 0), (60, 0)])
def test_the_strip_is_as_long_as_it_must_be_and_never_too_long(days: int, weeks: int) -> None:
    assert len(filters.strip(WEDNESDAY + days * A_DAY, WEDNESDAY)) == weeks


def test_the_window_of_the_child_is_the_last_one_with_its_badge() -> None:
    deer = Badge(animal=Animal.DEER, cloth=Cloth.LAKE)
    cat = Badge(animal=Animal.CAT, cloth=Cloth.LAKE)

    assert filters.last_place((deer, cat, deer, cat), deer) == 2
    assert filters.last_place((cat,), deer) == -1


@pytest.mark.parametrize(("children", "coaches"), [(0, 2), (12, 2), (13, 3), (24, 4)])
def test_the_train_has_a_window_for_everybody(children: int, coaches: int) -> None:
    assert filters.coaches(children, 6) == coaches


def test_a_reason_is_named_by_its_set_and_member() -> None:
    assert filters.reason_key(CodeProblem.OLD_CARD) == "CodeProblem.OLD_CARD"


def test_a_tree_with_one_leaf_more_keeps_all_that_it_had() -> None:
    for leaves in range(1, class_tree.LEAVES):
        more = filters.leaf_path(leaves + 1)

        assert more == filters.leaf_path(leaves) + filters.leaf_path(leaves + 1, last=True)
