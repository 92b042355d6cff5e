"""A photo from a camera or a file becomes a small JPEG that holds its pixels and nothing else.

The pixels are pasted into a new picture: place, time, comments and whatever else a file carries
stay behind; a plain re-save would keep a comment (`security.md` 1 row 26).
"""

import struct
from io import BytesIO
from typing import TYPE_CHECKING, Final

from kiosk.errors import InvalidInputError
from kiosk.rules.photos import MOST_UPLOAD, PhotoProblem

if TYPE_CHECKING:
    from PIL import Image

# Twelve million and what the cameras of telephones have beyond it. Told before a pixel is read:
# 389 KB of PNG can be 400 million of them (`security.md` 1 row 25).
MOST_PIXELS: Final = 12_500_000
_QUALITIES: Final = (82, 74, 64, 52, 40)
_SMALLER: Final = 0.75
_LEAST_EDGE: Final = 24


def small_jpeg(data: bytes, *, longest_edge: int, most: int) -> bytes:
    """Return the picture as a JPEG of at most `most` bytes; `longest_edge` is in pixels.

    Raises:
        InvalidInputError: NOT_A_PICTURE, or TOO_LARGE in bytes or pixels.
    """
    if len(data) > MOST_UPLOAD:
        raise InvalidInputError(PhotoProblem.TOO_LARGE)
    picture = _decoded(data, longest_edge)
    while True:
        for quality in _QUALITIES:
            target = BytesIO()
            picture.save(target, "JPEG", quality=quality, optimize=True)
            if target.tell() <= most:
                return target.getvalue()
        longest_edge = int(longest_edge * _SMALLER)
        if longest_edge < _LEAST_EDGE:
            raise InvalidInputError(PhotoProblem.TOO_LARGE)
        picture.thumbnail((longest_edge, longest_edge))


def _decoded(data: bytes, longest_edge: int) -> "Image.Image":
    from PIL import Image, ImageOps

    broken = (OSError, ValueError, SyntaxError, struct.error, EOFError)
    bomb = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as found:
            if found.width * found.height > MOST_PIXELS:
                raise InvalidInputError(PhotoProblem.TOO_LARGE)
            found.draft("RGB", (2 * longest_edge, 2 * longest_edge))  # a JPEG is read small at once
            found.load()
            upright = ImageOps.exif_transpose(found)
            upright.thumbnail((longest_edge, longest_edge))
            solid = upright.convert("RGBA")
    except bomb as error:
        raise InvalidInputError(PhotoProblem.TOO_LARGE) from error
    except broken as error:
        raise InvalidInputError(PhotoProblem.NOT_A_PICTURE) from error
    clean = Image.new("RGB", solid.size, "white")
    clean.paste(solid, mask=solid)
    return clean
