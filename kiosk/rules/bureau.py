"""Two numbers of each class that only the office knows, for one paper (`domain.md` 2.4, L14)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST: Final = 999


class BureauProblem(StrEnum):
    """Why the numbers are not printed."""

    NOTHING = "nothing"
    MORE_THAN_THE_CLASS = "more-than-the-class"
    MORE_BOARDERS = "more-boarders"


@dataclass(frozen=True, slots=True, kw_only=True)
class BureauCount:
    """What an administrator typed for a class; None: nothing."""

    children: int | None = None
    boarders: int | None = None


def problem_of(count: BureauCount, *, of: int) -> BureauProblem | None:
    """Return what cannot be in a class of so many."""
    if max(count.children or 0, count.boarders or 0) > of:
        return BureauProblem.MORE_THAN_THE_CLASS
    if None not in (count.children, count.boarders) and (count.boarders or 0) > (
        count.children or 0
    ):
        return BureauProblem.MORE_BOARDERS
    return None
