from datetime import date

import pytest

from kiosk.rules.holds import HoldRefusal, is_lapsed, pick_up_by, refusal

FRIDAY = date(2026, 11, 20)


def _weekdays(day: date) -> bool:
    return day.isoweekday() <= 5


@pytest.mark.parametrize(
    ("days", "until"),
    [(1, date(2026, 11, 23)), (3, date(2026, 11, 25)), (6, date(2026, 11, 30))],
)
def test_a_book_lies_ready_for_so_many_open_days(days: int, until: date) -> None:
    assert pick_up_by(ready_on=FRIDAY, days=days, is_open=_weekdays) == until


def test_a_room_that_never_opens_keeps_a_book_for_plain_days() -> None:
    assert pick_up_by(ready_on=FRIDAY, days=3, is_open=lambda _: False) == date(2026, 11, 23)


def test_the_last_day_counts_still() -> None:
    assert not is_lapsed(pick_up_by=FRIDAY, today=FRIDAY)
    assert is_lapsed(pick_up_by=FRIDAY, today=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("held", "has_it", "is_waiting", "copies", "reason"),
    [
        (0, False, False, 1, None),
        (2, False, False, 1, HoldRefusal.TOO_MANY_HOLDS),
        (2, False, True, 1, None),
        (0, True, False, 1, HoldRefusal.HAVE_IT),
        (0, False, False, 0, HoldRefusal.NO_COPY),
    ],
)
def test_who_may_wait(
    *, held: int, has_it: bool, is_waiting: bool, copies: int, reason: HoldRefusal | None
) -> None:
    found = refusal(open_holds=held, most=2, has_it=has_it, is_waiting=is_waiting, copies=copies)

    assert found is reason
