"""Figures counted by hand; the days are counted from Monday, 7 September, as 0."""

from datetime import timedelta

import pytest

from kiosk.rules import call_metrics
from kiosk.rules.call_metrics import CallHistory
from tests.rules.waiting import MONDAY


def history(*called: int, name: str = "one", days: int = 28) -> CallHistory:
    return CallHistory(
        child_id=name,
        first_day=MONDAY,
        last_day=MONDAY + timedelta(days=days - 1),
        called_on=tuple(MONDAY + timedelta(days=day) for day in called),
    )


@pytest.mark.parametrize(
    ("called", "covered"),
    [
        ((), 0),  # of the days 14 to 27
        ((14,), 7),  # 14 to 20
        ((14, 21), 14),
        ((7,), 0),  # 7 to 13
        ((8,), 1),  # the 14th
        ((10, 12), 5),  # 14 to 18, once
        ((14, 15, 15), 8),
        ((25,), 3),  # 25 to 27
        ((0, 5, 13, 22), 12),  # 14 to 19, 22 to 27
    ],
)
def test_a_day_is_covered_by_a_call_on_it_or_on_the_six_before(
    called: tuple[int, ...], covered: int
) -> None:
    assert call_metrics.cov7([history(*called)]) == covered / 14


def test_the_days_of_all_children_count_alike() -> None:
    assert call_metrics.cov7([history(14, 21), history()]) == 0.5
    assert call_metrics.cov7([history(days=10)]) == 0  # nothing to count yet


def test_a_letter_counts_as_a_call_of_its_day_where_letters_are_counted() -> None:
    rang = history(14)
    monday = rang.called_on[0]
    days = [monday + timedelta(days=n) for n in (-40, 0, 3, 20)]  # two of them are others' days

    both = call_metrics.with_letters(rang, days)

    assert both.called_on == (monday, monday + timedelta(days=3))
    assert call_metrics.cov7([both]) == 10 / 14  # 14 to 23
    assert call_metrics.cov7([rang]) == 7 / 14


def test_a_week_counts_once_from_monday_to_sunday() -> None:
    assert call_metrics.week_share([history(0, 6, 7)]) == 2 / 4
    assert call_metrics.week_share([history(13, 14), history(1, 8, 15, 22)]) == 6 / 8


def test_gaps_begin_with_the_first_day_and_end_with_the_last() -> None:
    assert call_metrics.gaps(history(3, 10)) == [3, 7, 17]
    assert call_metrics.gaps(history()) == [27]
    assert call_metrics.max_gap_days([history(3, 10), history(9, 18)]) == 17
    assert call_metrics.max_gap_days([]) == 0


def test_ninety_five_of_a_hundred_gaps_are_no_longer_than_this() -> None:
    nineteen = [history(*range(1, 19), days=20)]  # nineteen gaps of a day

    assert call_metrics.p95_gap_days([*nineteen, history(days=20)]) == 1
    assert call_metrics.p95_gap_days([*nineteen, history(days=20), history(days=10)]) == 9
    assert call_metrics.p95_gap_days([]) == 0


def test_who_had_no_call_at_all_is_counted() -> None:
    assert call_metrics.zero([history(), history(4), history()]) == 2


@pytest.mark.parametrize(
    ("counts", "gini"),
    [((3, 3, 3), 0.0), ((0, 0, 4), 2 / 3), ((1, 3), 0.25), ((0, 0), 0.0), ((), 0.0)],
)
def test_all_alike_is_zero_and_all_for_one_is_near_one(
    counts: tuple[int, ...], gini: float
) -> None:
    histories = [history(*range(count)) for count in counts]

    assert call_metrics.gini(histories) == pytest.approx(gini)


def test_use_is_of_the_places_that_there_were() -> None:
    assert call_metrics.use([history(1, 2), history(5)], places=12) == 0.25
    assert call_metrics.use([], places=0) == 0


def test_whom_nobody_answers_is_counted() -> None:
    assert call_metrics.unreachable([0, 1, 2, 5], brake_after=2) == 2


def test_an_average_is_taken_apart() -> None:
    shift = {"a": "night", "b": "day", "c": "night"}
    histories = [history(name=name) for name in "abc"]

    found = call_metrics.by_group(histories, lambda one: shift[one])

    assert {group: [one.child_id for one in of] for group, of in found.items()} == {
        "day": ["b"],
        "night": ["a", "c"],
    }


def test_the_clairvoyant_knows_who_would_have_answered_when() -> None:
    assert call_metrics.most_reachable({"a": 0b01, "b": 0b11, "c": 0b01}, [1, 1]) == 2
    assert call_metrics.most_reachable({"a": 0b01, "b": 0b01, "c": 0}, [2, 1]) == 2
