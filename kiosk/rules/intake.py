"""How items come into the book house."""

from enum import StrEnum
from typing import Final
from uuid import UUID
from zlib import crc32

# One label in so many is looked at a second time, with its book (T-58).
ONE_IN: Final = 10


class BatchKind(StrEnum):
    """How the school came by a batch: 购置, 捐赠 or, from the education office, 配发."""

    PURCHASE = "purchase"
    DONATION = "donation"
    ALLOTMENT = "allotment"


class NotTaken(StrEnum):
    """Why a book of a batch becomes no item; the batch counts it."""

    TOO_OLD = "too_old"
    UNSUITABLE = "unsuitable"
    TORN = "torn"
    TOO_MANY = "too_many"


class IntakeProblem(StrEnum):
    """Why a batch or the pile says no."""

    UNKNOWN_BATCH = "unknown-batch"
    DONOR_MISSING = "donor-missing"
    SAME_PERSON = "same-person"
    PRICE_ACCEPTED = "price-accepted"
    WORTH_ACCEPTED = "worth-accepted"  # without a price, which the title now gets
    ALREADY_ACCEPTED = "already-accepted"
    NOTHING_IN_IT = "nothing-in-it"
    TOO_LATE_TO_UNDO = "too-late-to-undo"
    HAS_A_PAST = "has-a-past"
    NO_MORE_A_DRAFT = "no-more-a-draft"


def is_chosen(item_id: UUID) -> bool:
    """Say whether an item is one of those whose label is looked at twice; the same ones always."""
    return crc32(item_id.bytes) % ONE_IN == 0
