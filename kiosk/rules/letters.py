"""Letters home: a tick and its day. Nobody reads what children write (`domain.md` 2.1)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

_TICKED_WITHIN: Final = timedelta(days=31)
# The year's reports count them once more; after that they serve nothing.
_KEPT: Final = timedelta(days=400)


class LetterRefusal(StrEnum):
    """Why a letter is not ticked."""

    WRONG_DAY = "wrong-day"
    FROZEN = "frozen"  # the ledgers of that day are closed


def first_day(today: date) -> date:
    """Return the first day that may still be ticked, or its tick be taken away."""
    return today - _TICKED_WITHIN


def may_tick(on: date, *, today: date) -> bool:
    return first_day(today) <= on <= today


def kept_since(today: date) -> date:
    """Return the first day whose letters are still known."""
    return today - _KEPT
