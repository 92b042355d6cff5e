from datetime import date
from uuid import UUID

import pytest

from kiosk.rules.hours_board import hanging, stretches
from kiosk.rules.openings import WeeklyRule

FIRST, CHANGE, LAST = date(2026, 9, 1), date(2026, 10, 12), date(2026, 11, 20)


def a_line(
    number: int, *, weekday: int = 1, since: date = FIRST, until: date | None = None
) -> WeeklyRule:
    return WeeklyRule(
        rule_id=UUID(int=number),
        weekday=weekday,
        from_min=990,
        to_min=1080,
        place_min=10,
        talk_min=8,
        valid_from=since,
        valid_to=until,
    )


def test_a_line_is_off_the_board_on_its_last_day_for_another_is_put_up() -> None:
    old, new = a_line(1, until=CHANGE), a_line(2, since=CHANGE)

    assert hanging([old, new], on=date(2026, 10, 11)) == (old,)
    assert hanging([old, new], on=CHANGE) == (new,)


def test_a_line_that_was_given_up_on_the_day_it_was_made_never_hung() -> None:
    slip = a_line(1, since=CHANGE, until=CHANGE)

    assert [one.rules for one in stretches([slip], first=FIRST, last=LAST)] == [(), ()]


def test_days_are_cut_where_a_line_comes_or_goes_and_nowhere_else() -> None:
    stays, old = a_line(1, weekday=5), a_line(2, until=CHANGE)
    new, later = a_line(3, since=CHANGE), a_line(4, since=date(2026, 12, 1))

    found = stretches([stays, old, new, later], first=FIRST, last=LAST)

    assert [(one.first, one.last, one.rules) for one in found] == [
        (FIRST, date(2026, 10, 11), (old, stays)),
        (CHANGE, LAST, (new, stays)),
    ]


def test_days_are_cut_once_more_where_it_is_asked_for() -> None:
    old, new = a_line(1, until=CHANGE), a_line(2, since=CHANGE)
    asked = date(2026, 10, 20)

    found = stretches([old, new], first=FIRST, last=LAST, cut_on=asked)

    assert [(one.first, one.last, one.rules) for one in found] == [
        (FIRST, date(2026, 10, 11), (old,)),
        (CHANGE, date(2026, 10, 19), (new,)),
        (asked, LAST, (new,)),
    ]


@pytest.mark.parametrize("on", [FIRST, CHANGE, date(2026, 8, 31), date(2026, 11, 21)])
def test_no_cut_is_made_twice_or_outside_of_the_days(on: date) -> None:
    old, new = a_line(1, until=CHANGE), a_line(2, since=CHANGE)

    found = stretches([old, new], first=FIRST, last=LAST, cut_on=on)

    assert [one.first for one in found] == [FIRST, CHANGE]


def test_what_changed_before_the_days_or_on_the_first_of_them_cuts_nothing() -> None:
    line = a_line(1, since=FIRST)

    found = stretches([line], first=FIRST, last=FIRST)

    assert [(one.first, one.last, one.rules) for one in found] == [(FIRST, FIRST, (line,))]
