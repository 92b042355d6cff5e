"""What two sides must agree on to prove that they hold the same rows (`sync.md` 2.5).

A canonical row is one line of ASCII: its fields parted by tabs, an absent value empty.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SEPARATOR: Final = "\t"
MODULUS: Final = 1 << 60
DIGITS: Final = 15  # hexadecimal digits of md5 in 60 bits

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A key that is no UUIDv7 may claim a year that Python cannot hold; it belongs to the last day.
_LAST_DAY: Final = date(9998, 12, 30)
_LAST_MILLISECOND: Final = (_LAST_DAY - _EPOCH.date()).days * 86_400_000 + 43_200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDigest:
    """How many rows there are, and the sum of their digests, whatever their order."""

    rows: int
    digest: int

    def __add__(self, other: "SetDigest") -> "SetDigest":
        """Return the digest of both sets together."""
        return SetDigest(rows=self.rows + other.rows, digest=(self.digest + other.digest) % MODULUS)


EMPTY: Final = SetDigest(rows=0, digest=0)


def row_digest(line: str) -> int:
    """Return the first 60 bits of the line's md5: every database can count the same."""
    found = hashlib.md5(line.encode(), usedforsecurity=False).digest()
    return int.from_bytes(found[:8]) >> 4


def set_digest(lines: Iterable[str]) -> SetDigest:
    """Return the digest of a set of rows; the order does not matter, a double row does."""
    digests = list(map(row_digest, lines))
    return SetDigest(rows=len(digests), digest=sum(digests) % MODULUS)


def chain(previous: str, sha256: str) -> str:
    """Return the link after `previous`; the first link follows the empty text."""
    return hashlib.sha256(previous.encode() + sha256.encode()).hexdigest()


def day_of_key(key: str, zone: ZoneInfo) -> date:
    """Return the local day on which a UUIDv7 was made; `key` is 32 hexadecimal digits, or more.

    A row's day is that of its key: it never moves, is known of a row that is gone, and needs no
    index on either side (`sync.md` 2.8).
    """
    return _instant(int(key[:12], 16)).astimezone(zone).date()


def keys_of_day(day: date, zone: ZoneInfo) -> tuple[str, str]:
    """Return the lowest key of a local day and the first key after it, as 32 digits."""
    after = day + timedelta(days=1)
    return _lowest_key(day, zone), "f" * 32 if day >= _LAST_DAY else _lowest_key(after, zone)


def _instant(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=min(milliseconds, _LAST_MILLISECOND))


def _lowest_key(day: date, zone: ZoneInfo) -> str:
    start = datetime.combine(day, time(), tzinfo=zone)
    milliseconds = round(start.timestamp() * 1000)
    return f"{max(milliseconds, 0):012x}" + "0" * 20
