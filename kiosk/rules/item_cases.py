"""What can happen to an item, and how it is settled without money."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kiosk.rules.lending import ItemStatus


class CaseKind(StrEnum):
    LOST = "lost"
    DAMAGED = "damaged"
    MISSING = "missing"
    WORN_OUT = "worn_out"


class CaseEnd(StrEnum):
    """FOUND and REPAIRED bring the item back; REPLACED and PARDONED close it for the child."""

    FOUND = "found"
    REPAIRED = "repaired"
    REPLACED = "replaced"
    PARDONED = "pardoned"
    WITHDRAWN = "withdrawn"


class CaseProblem(StrEnum):
    """Why a case cannot be opened or settled so."""

    OPEN_ALREADY = "open-already"
    SETTLED = "settled"
    NOT_SO = "not-so"  # a lost book is not repaired, a damaged one not found
    REASON_MISSING = "reason-missing"
    UNKNOWN_REPLACEMENT = "unknown-replacement"
    UNKNOWN = "unknown"


# How the item stands while its case is open.
STATUS_WHILE: Final[Mapping[CaseKind, ItemStatus]] = MappingProxyType(
    {
        CaseKind.LOST: ItemStatus.LOST,
        CaseKind.DAMAGED: ItemStatus.DAMAGED,
        CaseKind.MISSING: ItemStatus.MISSING,
        CaseKind.WORN_OUT: ItemStatus.DAMAGED,
    }
)
_BY_KIND: Final[Mapping[CaseKind, tuple[CaseEnd, ...]]] = MappingProxyType(
    {
        CaseKind.LOST: (CaseEnd.FOUND, CaseEnd.REPLACED, CaseEnd.PARDONED, CaseEnd.WITHDRAWN),
        CaseKind.DAMAGED: (
            CaseEnd.REPAIRED,
            CaseEnd.REPLACED,
            CaseEnd.PARDONED,
            CaseEnd.WITHDRAWN,
        ),
        CaseKind.MISSING: (CaseEnd.FOUND, CaseEnd.WITHDRAWN),
        CaseKind.WORN_OUT: (CaseEnd.REPAIRED, CaseEnd.WITHDRAWN),
    }
)
# What closes a case for good wants a reason, and somebody who approves it.
TO_APPROVE: Final = frozenset({CaseEnd.REPLACED, CaseEnd.PARDONED, CaseEnd.WITHDRAWN})


def ends(kind: CaseKind) -> tuple[CaseEnd, ...]:
    """Return how a case of this kind can be settled."""
    return _BY_KIND[kind]


def status_after(kind: CaseKind, end: CaseEnd) -> ItemStatus:
    """Return how the item stands once its case is settled.

    A damaged book whose damage is pardoned is lent again as it is; a lost one stays lost, so that
    any scan may still find it.
    """
    match end:
        case CaseEnd.FOUND | CaseEnd.REPAIRED:
            return ItemStatus.AVAILABLE
        case CaseEnd.REPLACED | CaseEnd.WITHDRAWN:
            return ItemStatus.WITHDRAWN
        case CaseEnd.PARDONED:
            return ItemStatus.LOST if kind is CaseKind.LOST else ItemStatus.AVAILABLE


def settles(kind: CaseKind, status: ItemStatus) -> CaseEnd | None:
    """Return which end a case comes to because a teacher says how the item stands, or None."""
    if status not in {ItemStatus.AVAILABLE, ItemStatus.IN_ROOM_ONLY}:
        return None
    is_away = kind in {CaseKind.LOST, CaseKind.MISSING}
    return CaseEnd.FOUND if is_away else CaseEnd.REPAIRED


def writes_off(kind: CaseKind, end: CaseEnd) -> bool:
    """Return whether the room has a book less by it: what stands in the ledger of losses."""
    return end in {CaseEnd.REPLACED, CaseEnd.WITHDRAWN} or (
        end is CaseEnd.PARDONED and kind is CaseKind.LOST
    )
