"""What it means that an item is seen on a shelf, or is not.

Missing is not lost: an item counts as missing only when two stock-takes in a row have not found it,
and never while somebody has it (`visits-and-lending.md` 1 J).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from kiosk.rules.lending import ItemStatus

MISSES_UNTIL_MISSING: Final = 2

# What stands on a shelf as far as anybody knows; the others are looked for nowhere.
ON_THE_SHELVES: Final = frozenset(
    {ItemStatus.AVAILABLE, ItemStatus.IN_ROOM_ONLY, ItemStatus.DAMAGED}
)


class SightKind(StrEnum):
    """RIGHT: where it belongs. ON_LOAN: a ghost loan, closed by this. HEALED: lost or missing."""

    RIGHT = "right"
    WRONG_SHELF = "wrong_shelf"
    ON_LOAN = "on_loan"
    HEALED = "healed"
    WITHDRAWN = "withdrawn"


class StocktakeProblem(StrEnum):
    """Why a scan counts nothing, or a stock-take cannot go on."""

    NOT_OPEN = "not-open"
    NO_SHELF = "no-shelf"
    UNKNOWN_SHELF = "unknown-shelf"
    OWN_BAR = "own-bar"
    IS_OUT = "is-out"  # what is to stand on a shelf is on loan
    IS_GONE = "is-gone"  # it was withdrawn
    NOTHING_TO_UNDO = "nothing-to-undo"
    STAYS_ENDED = "stays-ended"  # the loan: lent again since, or its reader is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an item stands: its state, and how many stock-takes in a row have not found it."""

    status: ItemStatus
    misses: int


def sight(
    *, status: ItemStatus, on_loan: bool, belongs_on: UUID | None, seen_on: UUID | None
) -> SightKind:
    """Return what is odd about an item seen on a shelf; the oddest thing, where there are several.

    An item without a shelf of its own is right anywhere.
    """
    if status is ItemStatus.WITHDRAWN:
        return SightKind.WITHDRAWN
    if on_loan:
        return SightKind.ON_LOAN
    if status in {ItemStatus.LOST, ItemStatus.MISSING}:
        return SightKind.HEALED
    if is_elsewhere(belongs_on=belongs_on, seen_on=seen_on):
        return SightKind.WRONG_SHELF
    return SightKind.RIGHT


def is_elsewhere(*, belongs_on: UUID | None, seen_on: UUID | None) -> bool:
    """Return whether an item stands on another shelf than its own."""
    return belongs_on is not None and belongs_on != seen_on


def after_unseen(before: Standing, *, is_accounted_for: bool) -> Standing:
    """Return how an item stands after a stock-take of its shelf that has not seen it.

    `is_accounted_for`: it is on loan, waits for a child that asked for it, has passed through
    somebody's hands since the stock-take began, or is damaged and a teacher's to settle; then its
    absence says nothing.
    """
    if is_accounted_for or before.status not in ON_THE_SHELVES:
        return before
    misses = before.misses + 1
    if misses < MISSES_UNTIL_MISSING:
        return Standing(status=before.status, misses=misses)
    return Standing(status=ItemStatus.MISSING, misses=misses)
