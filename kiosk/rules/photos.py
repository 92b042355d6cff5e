"""What can be wrong with a photo that staff hand in."""

from enum import StrEnum
from typing import Final

MOST_UPLOAD: Final = 5_000_000
LARGEST_COVER: Final = 30_720
LONGEST_COVER_EDGE: Final = 480


class PhotoProblem(StrEnum):
    NOT_A_PICTURE = "not-a-picture"
    TOO_LARGE = "too-large"
