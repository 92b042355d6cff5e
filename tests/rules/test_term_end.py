"""When a term may be ended for good."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.rules.term_end import LONGEST_STILLNESS, TermEndProblem, refusal

NOW = datetime(2027, 1, 22, 8, 0, tzinfo=UTC)
TODAY = date(2027, 1, 22)
LAST_DAY = date(2027, 1, 21)
SECOND = timedelta(seconds=1)


def _refusal(
    *,
    last_day: date = LAST_DAY,
    is_frozen: bool = False,
    last_event: datetime | None = NOW - timedelta(days=1),
) -> TermEndProblem | None:
    return refusal(
        last_day=last_day, today=TODAY, is_frozen=is_frozen, now=NOW, last_event=last_event
    )


def test_a_term_that_is_over_may_be_ended() -> None:
    assert _refusal() is None
    assert _refusal(last_event=None) is None


@pytest.mark.parametrize("last_day", [TODAY, TODAY + timedelta(days=30)])
def test_a_term_that_goes_on_may_not(last_day: date) -> None:
    assert _refusal(last_day=last_day) is TermEndProblem.NOT_OVER


def test_a_term_is_ended_once() -> None:
    assert _refusal(is_frozen=True) is TermEndProblem.FROZEN


def test_a_clock_that_stands_before_what_has_happened_ends_nothing() -> None:
    assert _refusal(last_event=NOW + timedelta(hours=1)) is TermEndProblem.CLOCK_DOUBT


@pytest.mark.parametrize(
    ("still_for", "expected"),
    [
        (LONGEST_STILLNESS - SECOND, None),
        (LONGEST_STILLNESS, None),
        (LONGEST_STILLNESS + SECOND, TermEndProblem.CLOCK_DOUBT),
    ],
)
def test_a_clock_that_claims_more_than_a_long_holiday_ends_nothing(
    still_for: timedelta, expected: TermEndProblem | None
) -> None:
    assert _refusal(last_event=NOW - still_for) is expected
