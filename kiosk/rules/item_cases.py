"""What can happen to an item, and how it is settled without money."""

from enum import StrEnum


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
