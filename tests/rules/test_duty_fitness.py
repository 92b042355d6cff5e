"""Who is checked and who is away: proposed only for days on which both are in order."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from kiosk.rules.duty_fitness import Away, Fitness, Unfit, Vetting, is_check, vetting

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
WANG, AUNT = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("days", "is_helper", "stands"),
    [
        (None, False, Vetting.FINE),
        (None, True, Vetting.MISSING),
        (-1, False, Vetting.RAN_OUT),
        (-1, True, Vetting.RAN_OUT),
        (0, True, Vetting.RUNS_OUT),
        (30, True, Vetting.RUNS_OUT),
        (31, True, Vetting.FINE),
    ],
)
def test_a_check_is_missed_of_helpers_and_told_thirty_days_before_it_runs_out(
    days: int | None, *, is_helper: bool, stands: Vetting
) -> None:
    until = None if days is None else TODAY + DAY * days

    assert vetting(until, is_helper=is_helper, on=TODAY) is stands


@pytest.mark.parametrize(
    ("checked", "holds", "fits"),
    [(0, 0, True), (0, 366, True), (0, 367, False), (1, 30, False), (0, -1, False)],
)
def test_a_check_has_taken_place_and_holds_for_a_year_at_most(
    checked: int, holds: int, *, fits: bool
) -> None:
    on = TODAY + DAY * checked

    assert is_check(on, on + DAY * holds, today=TODAY) is fits


def test_a_check_is_asked_of_the_day_of_the_duty_not_of_today() -> None:
    known = Fitness(valid_until={WANG: TODAY + DAY * 5})

    said = [known.unfit(WANG, is_helper=False, on=TODAY + DAY * n) for n in (5, 6)]

    assert said == [None, Unfit.NOT_CHECKED]


def test_who_is_away_is_so_from_the_first_to_the_last_day() -> None:
    known = Fitness(away=(Away(staff_id=WANG, first_day=TODAY, last_day=TODAY + DAY),))

    said = [known.unfit(WANG, is_helper=False, on=TODAY + DAY * n) for n in (-1, 0, 1, 2)]

    assert said == [None, Unfit.AWAY, Unfit.AWAY, None]
    assert known.unfit(UUID(int=9), is_helper=False, on=TODAY) is None


def test_out_are_those_who_are_not_to_come_that_day() -> None:
    known = Fitness(away=(Away(staff_id=WANG, first_day=TODAY, last_day=TODAY),))

    assert known.out([(WANG, False), (AUNT, True)], on=TODAY) == {WANG, AUNT}
    assert known.out([(WANG, False), (AUNT, True)], on=TODAY + DAY) == {AUNT}
