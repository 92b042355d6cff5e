"""What it means that an item is seen on a shelf, or is not."""

from enum import StrEnum


class SightKind(StrEnum):
    """RIGHT: where it belongs. ON_LOAN: a ghost loan, closed by this. HEALED: lost or missing."""

    RIGHT = "right"
    WRONG_SHELF = "wrong_shelf"
    ON_LOAN = "on_loan"
    HEALED = "healed"
    WITHDRAWN = "withdrawn"
