"""When somebody should ask after a child: signs that calls give, without a word of what was said.

They are for whoever looks after the class, never for the children's screen, and they take nothing
from the child: a missed call has no consequence (`calls-and-hours.md` 5.15).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import takewhile
from typing import Final

from kiosk.rules.call_states import CallState

LONG_DAYS: Final = 14
NO_SHOWS: Final = 2
# How a call ended for the child; what the room or the line called off says nothing of it.
_ENDED: Final = frozenset({CallState.DONE, CallState.CUT, CallState.NO_ANSWER, CallState.NO_SHOW})


class CareSign(StrEnum):
    """What a teacher may want to know of a child."""

    DID_NOT_COME = "did-not-come"  # to two calls in a row
    LONG_WITHOUT = "long-without"  # a call that came about, for 14 days


def signs(
    latest_first: Iterable[CallState], *, waits_since: date, today: date
) -> frozenset[CareSign]:
    """Return the signs of a child by its calls, the latest first, and since when it waits."""
    found = set()
    ended = (state for state in latest_first if state in _ENDED)
    if len(list(takewhile(lambda state: state is CallState.NO_SHOW, ended))) >= NO_SHOWS:
        found.add(CareSign.DID_NOT_COME)
    if (today - waits_since).days >= LONG_DAYS:
        found.add(CareSign.LONG_WITHOUT)
    return frozenset(found)
