"""The numbers of the book house that staff can set, and the bounds they keep to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import LendingPolicy

# In the policy table grade 0 stands for teachers; new friends borrow as the first grade does.
STAFF_GRADE: Final = 0
GRADES: Final = range(1, 10)
# A school without higher classes is taken for a primary school.
PRIMARY: Final = 6

PolicyTable: TypeAlias = Mapping[tuple[int, TitleKind], LendingPolicy]


class PolicyProblem(StrEnum):
    """Why a number of the lending page cannot be kept."""

    WRONG_NUMBER = "wrong-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySettings:
    """What staff have set for the book house of a room; the defaults where nothing is.

    `policies` has only what was set: the rest is as the settings file has it (`Here.policy`).
    `holiday_most` books go home over a holiday, none of them with 0. `hold_days` counts the open
    days for which a book lies ready, `holds_most` what a child may wait for at once, `spread_days`
    the days after a holiday on which the classes bring back their books in turn. `forgets_readers`:
    the end of a term cuts the link between child and title. After `last_grade` a child leaves.
    """

    holiday_most: int = 5
    hold_days: int = 3
    holds_most: int = 2
    spread_days: int = 5
    forgets_readers: bool = True
    last_grade: int = PRIMARY
    policies: PolicyTable = field(default_factory=lambda: MappingProxyType({}))


# Least and most of each number, as the tables have them.
BOUNDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"holiday_most": (0, 99), "hold_days": (1, 30), "holds_most": (0, 10), "spread_days": (1, 10)}
)
POLICY_BOUNDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"limit": (1, 99), "days": (1, 366), "renewals": (0, 99), "grace_days": (0, 366)}
)
DEFAULTS: Final = LibrarySettings()
# A teacher borrows for the lessons (`visits-and-lending.md` 3.2).
STAFF_POLICY: Final = LendingPolicy(limit=10, days=14, renewals=1, grace_days=1, self_lending=True)
