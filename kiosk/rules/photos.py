"""What can be wrong with a photo that staff hand in, and what tells a kept one from another."""

from datetime import datetime
from enum import StrEnum
from typing import Final

MOST_UPLOAD: Final = 5_000_000
LARGEST_COVER: Final = 30_720
LONGEST_COVER_EDGE: Final = 480


class PhotoProblem(StrEnum):
    NOT_A_PICTURE = "not-a-picture"
    TOO_LARGE = "too-large"


def version(added_at: datetime) -> str:
    """Return what the address of a picture has of it: another picture of the title has another.

    Taken from the moment it was kept, for which no picture has to be read.
    """
    return f"{round(added_at.timestamp() * 1_000_000):x}"
