"""Which characters the font that travels along can draw; it is opened for rare ones alone."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONT: Final = Path(__file__).parent.parent / "static" / "fonts" / "NotoSansSC-Regular.woff2"
_NO_CHARACTER: Final = "\U0010ffff"
# In pixels. It is opened at one size and kept: each size would cost the same 24 MB again.
SIZE: Final = 96


def lacking(text: str) -> str:
    """Return the characters that the font has not; they would be printed as empty boxes."""
    rare = [sign for sign in text if not _is_common(sign)]
    if not rare:
        return ""
    font = opened()
    box = bytes(font.getmask(_NO_CHARACTER))
    return "".join(sign for sign in rare if bytes(font.getmask(sign)) == box)


@cache
def opened() -> "FreeTypeFont":
    """Return the font; opening it takes a third of a second the first time."""
    from PIL import ImageFont

    return ImageFont.truetype(FONT, SIZE)


def _is_common(sign: str) -> bool:
    """Say whether it is in GBK, all of which the font has (`scripts/build_fonts.py` holds it)."""
    try:
        sign.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
