import pytest

from kiosk.rules.class_tree import LEAVES, MOST_FRUITS, Tree, grown


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
