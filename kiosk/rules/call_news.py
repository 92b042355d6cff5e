"""What a child is told about its own call: that it is kept, that it is time, or what comes next.

The one rule between the states of a call and the words on a child's screen. A call that did not
come about is never anybody's fault there; what is said is what happens next (`domain.md` S8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kiosk.rules.call_states import CallState

# From so many minutes before its time a child that shows its card is sent to the telephone.
SOON_MIN: Final = 10
# And so many before it is called up on the idle screen.
CALL_UP_MIN: Final = 2

_TRIED: Final = frozenset({CallState.NO_ANSWER, CallState.CUT})
_UNTOLD: Final = frozenset({CallState.CANCELLED, CallState.EXCUSED, CallState.UNCLEAR})


class CallNews(StrEnum):
    """What there is to tell. The first five have a call to come, the others have none."""

    TURN = "turn"
    SOON = "soon"
    AGAIN = "again"  # nobody answered or it broke off, and there is a new time
    MOVED = "moved"
    KEPT = "kept"
    ASKED = "asked"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"  # a stranger was rung, and no adult has looked at the number yet
    CUT = "cut"
    MISSED = "missed"  # the child did not come, or the time went by
    RELEASED = "released"  # the line or the room could not
    DONE = "done"
    NONE = "none"

    @property
    def is_ahead(self) -> bool:
        """Say whether there is a call to come."""
        return self.is_now or self in {CallNews.AGAIN, CallNews.MOVED, CallNews.KEPT}

    @property
    def is_now(self) -> bool:
        """Say whether the child is to go to the telephone."""
        return self in {CallNews.TURN, CallNews.SOON}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCall:
    """A call of this week or later. `before` is how the call ended in whose place it was put.

    `is_wrong_number`: the number was not the family's; `is_looked_at`: an adult has seen to that.
    """

    state: CallState
    on: date
    start_min: int
    end_min: int
    before: CallState | None = None
    is_wrong_number: bool = False
    is_looked_at: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The news, and which of the calls it is about, if any."""

    news: CallNews
    which: int | None = None


def news(calls: Sequence[ToldCall], *, has_asked: bool, today: date, minute: int) -> Told:
    """Return what to tell of a child's calls; `has_asked`: it asked for one and waits.

    Of those that are over the last one, but a call that came about is not made nothing by another
    that did not.
    """
    ahead = [place for place, call in enumerate(calls) if is_to_come(call, today, minute)]
    if ahead:
        first = min(ahead, key=lambda place: (calls[place].on, calls[place].start_min))
        return Told(news=_of_next(calls[first], today, minute), which=first)
    if has_asked:
        return Told(news=CallNews.ASKED)
    over = [place for place, call in enumerate(calls) if call.state not in _UNTOLD]
    if not over:
        return Told(news=CallNews.NONE)
    last = max(over, key=lambda place: _weight(calls[place]))
    return Told(news=_of_last(calls[last]), which=last)


def is_to_come(call: ToldCall, today: date, minute: int) -> bool:
    """Say whether a call can still be made; who came for it has it as long as the day."""
    match call.state:
        case CallState.BOOKED:
            return (call.on, call.end_min) > (today, minute)
        case CallState.WAITING:
            return call.on >= today
        case CallState.CALLING:
            return call.on == today
        case _:
            return False


def is_time(call: ToldCall, today: date, minute: int) -> bool:
    """Say whether a child that shows its card now comes for this call."""
    return call.on == today and call.start_min - SOON_MIN <= minute


def _of_next(call: ToldCall, today: date, minute: int) -> CallNews:
    if call.on == today and call.start_min - CALL_UP_MIN <= minute:
        return CallNews.TURN
    if is_time(call, today, minute):
        return CallNews.SOON
    if call.before is None:
        return CallNews.KEPT
    return CallNews.AGAIN if call.before in _TRIED else CallNews.MOVED


def _weight(call: ToldCall) -> tuple[bool, date, int]:
    return call.state is CallState.DONE, call.on, call.start_min


def _of_last(call: ToldCall) -> CallNews:
    match call.state:
        case CallState.DONE:
            return CallNews.DONE
        case CallState.NO_ANSWER if call.is_wrong_number:
            # It was not the family that did not hear it.
            return CallNews.RELEASED if call.is_looked_at else CallNews.WRONG_NUMBER
        case CallState.NO_ANSWER:
            return CallNews.NO_ANSWER
        case CallState.CUT:
            return CallNews.CUT
        case CallState.RELEASED:
            return CallNews.RELEASED
        case _:
            return CallNews.MISSED
