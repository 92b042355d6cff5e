"""Waiting for a title: who is next, and for how long a book lies ready."""

from enum import StrEnum


class HoldEnd(StrEnum):
    """How waiting came to its end: with the book, by the child's wish, or not picked up in time."""

    LENT = "lent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
