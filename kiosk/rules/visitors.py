"""People from outside who help in the room for an afternoon."""

from enum import StrEnum
from typing import Final

LONGEST_NAME: Final = 40
LONGEST_ORGANISATION: Final = 60
MOST_PEOPLE: Final = 99


class VisitPurpose(StrEnum):
    """What visitors came for."""

    READING = "reading"
    HOMEWORK = "homework"
    GAMES = "games"
    CRAFTS = "crafts"
    TALKING = "talking"
    DONATION = "donation"
    LOOKING = "looking"
    OTHER = "other"


class VisitorProblem(StrEnum):
    NAME_MISSING = "name-missing"
    ORGANISATION_MISSING = "organisation-missing"
    TOO_MANY = "too-many-visitors"
    ROOM_CLOSED = "visitors-room-closed"
    UNKNOWN = "unknown-visitor"
