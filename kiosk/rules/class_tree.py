"""The tree of a class: a leaf for each book that the class has brought back this term.

It belongs to the class, never to a child, and is compared with nobody's (`domain.md` 4.8 S4).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

LEAVES: Final = 30
MOST_FRUITS: Final = 6
# The first days on which the two terms may begin; a school's own dates come with its calendar.
_AUTUMN: Final = (9, 1)
_SPRING: Final = (2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What hangs on a tree; a tree that is full bears a fruit and begins anew with its leaves."""

    leaves: int
    fruits: int


def term_began(today: date) -> date:
    """Return the first day of the term that `today` belongs to."""
    months = ((today.year, *_AUTUMN), (today.year, *_SPRING), (today.year - 1, *_AUTUMN))
    return next(date(*day) for day in months if date(*day) <= today)


def grown(books: int) -> Tree:
    """Return the tree of a class that has brought back so many books."""
    fruits, leaves = divmod(books, LEAVES)
    if fruits > MOST_FRUITS:
        return Tree(leaves=LEAVES, fruits=MOST_FRUITS)
    return Tree(leaves=leaves, fruits=fruits)
