from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kiosk.rules.late_entries import (
    LateAction,
    LateProblem,
    Line,
    Span,
    arrange,
    insist,
    overlaps,
)

NINE = datetime(2026, 11, 20, 1, tzinfo=UTC)
MEI, LAN = UUID(int=1), UUID(int=2)


def _at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def _loan(number: int, child: UUID, begin: float, end: float | None) -> Span:
    return Span(
        loan_id=UUID(int=number),
        child_id=child,
        lent_at=_at(begin),
        ended_at=None if end is None else _at(end),
    )


def _lend(number: int, child: UUID, at: float) -> Line:
    return Line(key=UUID(int=number), action=LateAction.LEND, child_id=child, at=_at(at))


def _return(number: int, at: float) -> Line:
    return Line(key=UUID(int=number), action=LateAction.RETURN, child_id=None, at=_at(at))


def test_a_lending_of_a_book_that_stood_on_its_shelf_fits() -> None:
    found = arrange([_loan(10, MEI, 0, 1)], [_lend(20, LAN, 2)])

    assert found.problems == {}
    assert [(one.child_id, one.ended_at) for one in found.history] == [(MEI, _at(1)), (LAN, None)]


def test_a_return_ends_the_loan_that_was_open_then() -> None:
    found = arrange([_loan(10, MEI, 0, None)], [_return(20, 3)])

    assert found.history == (_loan(10, MEI, 0, 3),)


def test_lending_and_return_fit_in_whatever_order_they_are_typed() -> None:
    later = _loan(10, MEI, 5, None)
    lines = [_return(21, 2), _lend(20, LAN, 1)]

    found = arrange([later], lines)

    assert found.problems == {}
    assert found.history == (_loan(20, LAN, 1, 2), later)


@pytest.mark.parametrize(
    ("history", "line", "problem"),
    [
        ([_loan(10, MEI, 0, 4)], _lend(20, LAN, 2), LateProblem.IN_OTHER_HANDS),
        ([_loan(10, MEI, 0, None)], _lend(20, LAN, 2), LateProblem.IN_OTHER_HANDS),
        ([_loan(10, LAN, 0, None)], _lend(20, LAN, 2), LateProblem.ALREADY_LENT),
        ([_loan(10, MEI, 4, 5)], _lend(20, LAN, 2), LateProblem.LENT_AGAIN),
        ([], _return(20, 2), LateProblem.NOT_ON_LOAN),
        ([_loan(10, MEI, 0, 1)], _return(20, 2), LateProblem.NOT_ON_LOAN),
        ([_loan(10, MEI, 0, 4)], _return(20, 2), LateProblem.CAME_BACK_LATER),
    ],
)
def test_what_contradicts_is_a_question_and_changes_nothing(
    history: list[Span], line: Line, problem: LateProblem
) -> None:
    found = arrange(history, [line])

    assert found.problems == {line.key: problem}
    assert found.history == tuple(history)


def test_a_return_after_a_loss_says_that_it_is_found() -> None:
    lost = Span(loan_id=UUID(int=10), child_id=MEI, lent_at=_at(0), ended_at=_at(1), is_lost=True)

    assert arrange([lost], [_return(20, 2)]).problems == {}


def test_if_the_paper_is_right_the_other_child_brought_it_back_first() -> None:
    after = insist([_loan(10, MEI, 0, 4)], _lend(20, LAN, 2))

    assert after == (_loan(10, MEI, 0, 2), _loan(20, LAN, 2, 4))


def test_if_the_paper_is_right_it_came_back_before_it_was_lent_again() -> None:
    later = _loan(10, MEI, 4, None)

    assert insist([later], _lend(20, LAN, 2)) == (_loan(20, LAN, 2, 4), later)


def test_if_the_paper_is_right_it_came_back_earlier() -> None:
    assert insist([_loan(10, MEI, 0, 4)], _return(20, 2)) == (_loan(10, MEI, 0, 2),)


@pytest.mark.parametrize("line", [_lend(20, MEI, 2), _return(20, -1)])
def test_some_lines_can_only_be_laid_aside(line: Line) -> None:
    assert insist([_loan(10, MEI, 0, 4)], line) is None


def test_two_hands_at_once_would_be_seen() -> None:
    assert overlaps([_loan(10, MEI, 0, 2), _loan(11, LAN, 1, 3)])
    assert overlaps([_loan(10, MEI, 0, None), _loan(11, LAN, 1, 3)])
    assert not overlaps([_loan(10, MEI, 0, 1), _loan(11, LAN, 1, 3)])
