"""When the gaps of a month are told: two weeks before it ends."""

from datetime import date

import pytest

from kiosk.rules.gaps import is_time


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 15), False),
        (date(2026, 11, 16), True),
        (date(2026, 11, 30), True),
        (date(2027, 2, 13), False),
        (date(2027, 2, 14), True),
        (date(2026, 12, 16), False),
        (date(2026, 12, 17), True),
    ],
)
def test_two_weeks_before_the_month_ends(today: date, expected: bool) -> None:  # noqa: FBT001
    assert is_time(today) is expected
