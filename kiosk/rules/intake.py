"""How items come into the book house."""

from enum import StrEnum


class BatchKind(StrEnum):
    """How the school came by a batch: 购置, 捐赠 or, from the education office, 配发."""

    PURCHASE = "purchase"
    DONATION = "donation"
    ALLOTMENT = "allotment"
