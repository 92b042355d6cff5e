"""The only module that reads the time; everything else is handed `now`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def running_s() -> float:
    """Return seconds that no hand can set: only how far they are apart means anything.

    Asleep counts too, where the machine can tell.
    """
    asleep_too = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if asleep_too is None else time.clock_gettime(asleep_too)
