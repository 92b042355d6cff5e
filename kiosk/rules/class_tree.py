"""The tree of a class: a leaf for each book that the class has brought back this term.

It belongs to the class, never to a child, and is compared with nobody's (`domain.md` 4.8 S4).
"""

from dataclasses import dataclass
from typing import Final

LEAVES: Final = 30
MOST_FRUITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What hangs on a tree; a tree that is full bears a fruit and begins anew with its leaves."""

    leaves: int
    fruits: int


def grown(books: int) -> Tree:
    """Return the tree of a class that has brought back so many books."""
    fruits, leaves = divmod(books, LEAVES)
    if fruits > MOST_FRUITS:
        return Tree(leaves=LEAVES, fruits=MOST_FRUITS)
    return Tree(leaves=leaves, fruits=fruits)
