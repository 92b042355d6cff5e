"""Which days can be ticked, and how long a tick is known."""

from datetime import date

import pytest

from kiosk.rules import letters

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("on", "may"),
    [
        (date(2026, 11, 21), False),
        (TODAY, True),
        (date(2026, 10, 20), True),
        (date(2026, 10, 19), False),
    ],
)
def test_today_and_the_last_month_can_be_ticked(on: date, may: bool) -> None:  # noqa: FBT001
    assert letters.may_tick(on, today=TODAY) is may


def test_a_tick_outlives_the_reports_of_its_year() -> None:
    assert letters.kept_since(TODAY) == date(2025, 10, 16)
