"""Entries from the room's paper book: what they say, and what became of them."""

from enum import StrEnum


class LateAction(StrEnum):
    LEND = "lend"
    RETURN = "return"


class LateState(StrEnum):
    APPLIED = "applied"
    ASKED = "asked"
    DISMISSED = "dismissed"
