"""Dates in every form that Chinese offices write them in (`sync.md` 3.1)."""

import re
from datetime import date, timedelta

from kiosk.files.text import compact

# Excel counts days from a day that makes 1900 a leap year; the 1904 count is the old Macintosh's.
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?(?:\.0+)?")
_PARTED = re.compile(
    r"(\d{4})(?:[./\-]|年)(\d{1,2})(?:(?:[./\-]|月)(\d{1,2})[日号]?|月?)(?:T?00:00(:00)?)?"
)


def read_date(text: str, *, serials_from_1904: bool = False) -> date | None:
    """Return the day a cell means, or None where it is impossible or could be read in two ways.

    A month without a day is its first day: 2014.09, 201409, 2014年9月.
    """
    plain = compact(text)
    if match := _SERIAL.fullmatch(plain):
        epoch = _EPOCH_1904 if serials_from_1904 else _EPOCH_1900
        return epoch + timedelta(days=int(match[1]))
    match = _COMPACT.fullmatch(plain) or _PARTED.fullmatch(plain)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None
