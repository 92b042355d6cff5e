"""What the page of figures says, counted by hand; days from Monday, 7 September, as 0."""

from datetime import date, timedelta

import pytest

from kiosk.rules import call_care, call_figures
from kiosk.rules.call_care import CareSign
from kiosk.rules.call_metrics import CallHistory
from kiosk.rules.call_states import CallState
from tests.rules.waiting import MONDAY, callee, child, place

SUNDAY = MONDAY + timedelta(days=27)
TODAY = date(2026, 11, 20)


def history(name: str, *called: int, days: int = 28) -> CallHistory:
    return CallHistory(
        child_id=name,
        first_day=MONDAY,
        last_day=MONDAY + timedelta(days=days - 1),
        called_on=tuple(MONDAY + timedelta(days=day) for day in called),
    )


def test_the_figures_are_those_of_all_children_together() -> None:
    histories = [history("one", 14, 21), history("two"), history("three", 0, 7, 14, 21)]

    found = call_figures.of(
        histories,
        {"two": 2, "three": 1},
        letters={"two": [MONDAY + timedelta(days=21)]},
        last_sunday=SUNDAY,
    )

    assert (found.children, found.zero, found.unreachable) == (3, 1, 1)
    assert found.cov7 == (14 + 0 + 14) / 42
    assert found.cov7_letters == (14 + 7 + 14) / 42
    assert found.week_share == (2 + 0 + 4) / 12
    assert (found.max_gap_days, found.p95_gap_days) == (27, 27)


def test_a_week_that_has_just_begun_is_not_counted_against_the_room() -> None:
    histories = [history("one", 0, 7, days=16), history("late", days=2)]

    found = call_figures.of(histories, {}, letters={}, last_sunday=MONDAY + timedelta(days=13))

    assert found.week_share == 2 / 3


def test_the_weeks_count_who_was_there_and_who_had_a_call() -> None:
    weeks = call_figures.weeks(
        [history("one", 0, 1, 8), history("gone", 2, days=7)],
        first=MONDAY,
        last=MONDAY + timedelta(days=15),
    )

    assert [(one.children, one.called, one.share) for one in weeks] == [
        (2, 2, 1.0),
        (1, 1, 1.0),
        (1, 0, 0.0),
    ]


def test_who_rings_the_same_person_takes_one_place_of_the_ceiling() -> None:
    mother = callee("of both")
    sisters = [child("a", mother), child("b", mother)]

    assert call_figures.most_in_a_week([child("c"), *sisters], [place(1)]) == 2
    assert call_figures.most_in_a_week(sisters, []) == 0


@pytest.mark.parametrize(("count", "is_few"), [(0, False), (1, True), (4, True), (5, False)])
def test_nought_is_told_and_one_to_four_are_not(count: int, *, is_few: bool) -> None:
    assert call_figures.is_few(count) is is_few


DONE, CUT, NO_SHOW = CallState.DONE, CallState.CUT, CallState.NO_SHOW
NO_ANSWER, RELEASED = CallState.NO_ANSWER, CallState.RELEASED


@pytest.mark.parametrize(
    ("latest_first", "days", "expected"),
    [
        ((NO_SHOW, NO_SHOW), 3, {CareSign.DID_NOT_COME}),
        ((NO_SHOW, RELEASED, NO_SHOW, DONE), 3, {CareSign.DID_NOT_COME}),  # the room was shut
        ((NO_SHOW, DONE, NO_SHOW), 3, set()),
        ((NO_ANSWER, NO_SHOW, NO_SHOW), 3, set()),  # it came the last time
        ((NO_SHOW,), 3, set()),
        ((DONE,), 13, set()),
        ((CUT, DONE), 14, {CareSign.LONG_WITHOUT}),
        ((), 14, {CareSign.LONG_WITHOUT}),
        ((NO_SHOW, NO_SHOW), 20, set(CareSign)),
    ],
)
def test_a_teacher_is_told_of_two_missed_calls_or_two_weeks_without(
    latest_first: tuple[CallState, ...], days: int, expected: set[CareSign]
) -> None:
    found = call_care.signs(latest_first, waits_since=TODAY - timedelta(days=days), today=TODAY)

    assert found == expected
