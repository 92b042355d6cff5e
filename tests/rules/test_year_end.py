"""When classes may move up, and what stands in the way first."""

from datetime import date

import pytest

from kiosk.rules.year_end import YearEndProblem, coming_year, refusal


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2027, 4, 30), None),
        (date(2027, 5, 1), 2027),
        (date(2027, 7, 10), 2027),
        (date(2027, 9, 2), 2027),
        (date(2027, 9, 30), 2027),
        (date(2027, 10, 1), None),
        (date(2028, 1, 15), None),
    ],
)
def test_the_year_that_begins(today: date, year: int | None) -> None:
    assert coming_year(today) == year


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({}, None),
        ({"year": None, "moved_up": True}, YearEndProblem.NOT_NOW),
        ({"moved_up": True, "terms_not_ended": 1}, YearEndProblem.MOVED_UP),
        ({"terms_not_ended": 1, "is_open": True}, YearEndProblem.TERM_NOT_ENDED),
        ({"is_open": True, "leavers_with_calls": 2}, YearEndProblem.ROOM_OPEN),
        ({"leavers_with_calls": 1, "books_for_nobody": 3}, YearEndProblem.LEAVER_HAS_CALL),
        ({"books_for_nobody": 3}, YearEndProblem.NOBODY_FOLLOWS),
    ],
)
def test_what_stands_in_the_way(facts: dict[str, int], problem: YearEndProblem | None) -> None:
    plain = {
        "year": 2027,
        "moved_up": False,
        "terms_not_ended": 0,
        "is_open": False,
        "leavers_with_calls": 0,
        "books_for_nobody": 0,
    }

    assert refusal(**(plain | facts)) is problem  # type: ignore[arg-type]  # by name
