"""Which days are school days: the term, the holidays, and the days made up for them."""

from enum import StrEnum


class DayKind(StrEnum):
    """CLOSED: the room stays closed on a day of its plan. MADE_UP: a school day at a weekend."""

    CLOSED = "closed"
    MADE_UP = "made_up"
