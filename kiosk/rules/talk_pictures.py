"""Three pictures of what a child could tell at the telephone: a hint, and nothing is kept of it."""

import hashlib
from enum import StrEnum
from typing import Final
from uuid import UUID

_HOW_MANY: Final = 3


class TalkPicture(StrEnum):
    """Each has its drawing in `static/art/talk-<name>.svg`. None asks after feelings or marks."""

    FOOD = "food"
    SCHOOL = "school"
    PLAY = "play"
    WEATHER = "weather"
    BOOK = "book"
    FRIEND = "friend"
    SONG = "song"
    DRAWING = "drawing"
    FLOWER = "flower"
    ANIMAL = "animal"
    WALK = "walk"
    DREAM = "dream"


def for_call(booking_id: UUID) -> tuple[TalkPicture, ...]:
    """Draw three by lot; a call always has the same, so that they stand still on the screen."""
    return tuple(sorted(TalkPicture, key=lambda one: _lot(booking_id, one))[:_HOW_MANY])


def _lot(booking_id: UUID, one: TalkPicture) -> bytes:
    return hashlib.sha256(booking_id.bytes + one.encode()).digest()
