from datetime import date, timedelta

import pytest

from kiosk.rules.class_tree import LEAVES, MOST_FRUITS, Tree, grown, term_began


@pytest.mark.parametrize(
    ("today", "began"),
    [
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2026, 12, 31), date(2026, 9, 1)),
        (date(2027, 1, 31), date(2026, 9, 1)),
        (date(2027, 2, 1), date(2027, 2, 1)),
        (date(2027, 8, 31), date(2027, 2, 1)),
    ],
)
def test_a_tree_begins_anew_with_each_term(today: date, began: date) -> None:
    assert term_began(today) == began


def test_no_day_lies_before_its_term() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(800)]

    assert all(term_began(day) <= day for day in days)


@pytest.mark.parametrize(
    ("books", "tree"),
    [
        (0, Tree(leaves=0, fruits=0)),
        (1, Tree(leaves=1, fruits=0)),
        (LEAVES - 1, Tree(leaves=LEAVES - 1, fruits=0)),
        (LEAVES, Tree(leaves=0, fruits=1)),
        (2 * LEAVES + 3, Tree(leaves=3, fruits=2)),
        (1000 * LEAVES, Tree(leaves=LEAVES, fruits=MOST_FRUITS)),
    ],
)
def test_each_book_is_a_leaf_and_a_full_tree_bears_a_fruit(books: int, tree: Tree) -> None:
    assert grown(books) == tree


def test_a_tree_that_is_as_full_as_can_be_loses_nothing() -> None:
    most = (MOST_FRUITS + 1) * LEAVES

    assert grown(most) == grown(most + 17)
