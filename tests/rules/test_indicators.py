"""Each figure against a handful of facts that were counted by hand."""

from datetime import date

import pytest

from kiosk.rules import indicators
from kiosk.rules.call_states import CallState
from kiosk.rules.indicators import OpeningFact, Share, SignedUp
from kiosk.rules.openings import OpeningOrigin, OpeningState

MONDAY = date(2026, 11, 16)
TERM = SignedUp(first=date(2026, 9, 1), last=date(2027, 1, 20))


def _opening(
    state: OpeningState,
    minutes: int = 0,
    *,
    had_duty: bool = True,
    origin: OpeningOrigin = OpeningOrigin.RULE,
) -> OpeningFact:
    return OpeningFact(on=MONDAY, origin=origin, state=state, minutes=minutes, had_duty=had_duty)


# Five planned; two were held with a teacher, one was too short, one had nobody, one was missed.
# One more was cancelled, and one was not in the plan.
A_WEEK = [
    _opening(OpeningState.HELD, 90),
    _opening(OpeningState.HELD, 30),
    _opening(OpeningState.SHORT, 29),
    _opening(OpeningState.HELD, 60, had_duty=False),
    _opening(OpeningState.MISSED, had_duty=False),
    _opening(OpeningState.CANCELLED, had_duty=False),
    _opening(OpeningState.HELD, 60, origin=OpeningOrigin.ADHOC),
]


def test_what_was_held_of_the_plan() -> None:
    assert indicators.held(A_WEEK) == Share(of=2, whole=5)
    assert indicators.held(A_WEEK).value == pytest.approx(0.4)


def test_who_was_on_duty_of_the_plan() -> None:
    assert indicators.on_duty(A_WEEK) == Share(of=3, whole=5)


def test_who_comes_back_in_one_opening_is_counted_once() -> None:
    visits = [("a", 1), ("a", 1), ("a", 2), ("b", 1), ("c", None), ("c", None)]

    assert indicators.visit_times(visits) == 4
    assert indicators.visitors(visits) == 3


def test_books_for_each_reader_and_for_each_child() -> None:
    # Twelve loans by five readers, of twenty-four children, from a house of two hundred copies.
    assert indicators.loans_of_a_reader(12, 5) == pytest.approx(2.4)
    assert indicators.loans_of_a_child(12, 24) == pytest.approx(0.5)
    assert indicators.turnover(12, 200) == pytest.approx(0.06)


def test_calls_that_came_about_of_those_that_were_started() -> None:
    calls = [
        CallState.DONE,
        CallState.DONE,
        CallState.DONE,
        CallState.NO_ANSWER,
        CallState.CUT,
        CallState.NO_SHOW,
        CallState.CANCELLED,
        CallState.BOOKED,
    ]

    assert indicators.answered(calls) == Share(of=3, whole=5)


def test_children_with_a_call_in_the_week_of_those_signed_up() -> None:
    signed_up = {
        "monday": TERM,
        "sunday": TERM,
        "week before": TERM,
        "never": TERM,
        "left before": SignedUp(first=TERM.first, last=date(2026, 11, 15)),
        "comes after": SignedUp(first=date(2026, 11, 23), last=TERM.last),
        "left on tuesday": SignedUp(first=TERM.first, last=date(2026, 11, 17)),
    }
    called = [
        ("monday", date(2026, 11, 16)),
        ("monday", date(2026, 11, 18)),
        ("sunday", date(2026, 11, 22)),
        ("week before", date(2026, 11, 15)),
        ("week before", date(2026, 11, 23)),
        ("nobody to ring", date(2026, 11, 18)),
    ]

    assert indicators.covered(called, signed_up, MONDAY) == Share(of=2, whole=5)


def test_cards_that_were_confirmed() -> None:
    assert indicators.confirmed(18, 24) == Share(of=18, whole=24)


def test_the_mean_passes_over_weeks_without_anybody() -> None:
    shares = [Share(of=1, whole=2), Share(of=0, whole=0), Share(of=4, whole=4)]

    assert indicators.mean(shares) == pytest.approx(0.75)


def test_a_share_of_nothing_is_none() -> None:
    assert indicators.held([]).value is None
    assert indicators.mean([]) is None
    assert indicators.loans_of_a_reader(0, 0) is None
    assert indicators.loans_of_a_child(0, 0) is None
    assert indicators.turnover(0, 0) is None


def test_the_weeks_of_a_month_begin_on_mondays() -> None:
    weeks = list(indicators.mondays(date(2026, 11, 1), date(2026, 11, 30)))

    assert weeks[0] == date(2026, 10, 26)
    assert weeks[-1] == date(2026, 11, 30)
    assert len(weeks) == 6
