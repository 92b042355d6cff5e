"""What can be set up for the PC in the room, and the values each setting may have."""

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from kiosk.errors import InvalidInputError

# CSS pixels on a metre of glass: a wall screen at the one end, a telephone at the other.
LEAST_PX_PER_METRE: Final = 1500
MOST_PX_PER_METRE: Final = 15_000
# A screen of 15.6 inches with 1366 pixels across: what the pages were drawn on (`look.md`).
USUAL_PX_PER_METRE: Final = 3953
# A bank card is 85.60 mm wide (ISO/IEC 7810, ID-1).
CARD_WIDTH_MM: Final = 85.6
LOUDEST: Final = 100
# Tenths of a millimetre: a printer that is further off has another fault.
FURTHEST_OFF: Final = 100
_OFFSET: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,3})?", re.ASCII)


class DeviceProblem(StrEnum):
    """Why something cannot be set up so."""

    NOT_A_SCREEN = "not-a-screen"
    NOT_AN_OFFSET = "not-an-offset"


class VoiceSource(StrEnum):
    """Who speaks: the first that exists, or one of them alone."""

    BEST = "best"
    RECORDED = "recorded"
    COMPUTER = "computer"
    MACHINE = "machine"
    NOBODY = "nobody"


class CameraState(StrEnum):
    """What the child's screen says of the camera; the children only see whether it looks."""

    LOOKS = "looks"
    MISSING = "missing"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN = "broken"


class Terminator(StrEnum):
    """What a scanner sends after a code."""

    ENTER = "enter"
    TAB = "tab"
    LINE_FEED = "line_feed"
    ENTER_LINE_FEED = "enter_line_feed"
    NOTHING = "nothing"


class LetterCase(StrEnum):
    """How a scanner writes the capitals of a code."""

    UPPER = "upper"
    LOWER = "lower"


class ScannedIsbn(StrEnum):
    """How a scanner hands on the bar of a book."""

    AS_PRINTED = "as_printed"
    TEN_DIGITS = "ten_digits"
    NOT_READ = "not_read"


class ScannerChange(StrEnum):
    """In what a scanner differs from what the scanner page has learned."""

    TERMINATOR = "terminator"
    PREFIX = "prefix"
    LETTER_CASE = "letter_case"
    DROPPED_CHARACTERS = "dropped_characters"
    INPUT_METHOD = "input_method"


def px_per_metre(*, px: int, mm: float) -> int:
    """Return the CSS pixels on a metre of a glass where `px` of them were found to be `mm` long.

    Raises:
        InvalidInputError: NOT_A_SCREEN, when no screen has so many or so few.
    """
    found = round(px * 1000 / mm)
    if not LEAST_PX_PER_METRE <= found <= MOST_PX_PER_METRE:
        raise InvalidInputError(DeviceProblem.NOT_A_SCREEN)
    return found


def offset(said: str) -> int:
    """Return millimetres as they are written, `-0,8`, in tenths.

    Raises:
        InvalidInputError: NOT_AN_OFFSET, for what is no number or more than ten millimetres.
    """
    plain = unicodedata.normalize("NFKC", said).strip().replace(",", ".").replace("\u2212", "-")
    if not _OFFSET.fullmatch(plain) or abs(tenths := round(float(plain) * 10)) > FURTHEST_OFF:
        raise InvalidInputError(DeviceProblem.NOT_AN_OFFSET)
    return tenths


def grades_to_bits(grades: Collection[int]) -> int:
    """Return grades 1 to 9 as one number, bit 2^(n-1) for grade n."""
    return sum(1 << (grade - 1) for grade in set(grades))


def bits_to_grades(bits: int) -> frozenset[int]:
    """Return the grades that `grades_to_bits` has made one number of."""
    return frozenset(grade for grade in range(1, 10) if bits & (1 << (grade - 1)))
