"""Keys that the application makes itself: UUID version 7, in order of time."""

import secrets
from datetime import datetime
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id(now: datetime) -> UUID:
    """Return a UUIDv7 (RFC 9562, section 5.7): 48 bits of `now` in ms, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    random_a = secrets.randbits(12) << 64
    random_b = secrets.randbits(62)
    return UUID(int=milliseconds << 80 | _VERSION_7 | random_a | _VARIANT | random_b)
