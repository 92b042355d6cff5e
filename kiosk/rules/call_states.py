"""The life of a booking: its states, what each one does, and which may follow.

The table is that of `calls-and-hours.md` 3.3. The sets of states are those of the database's
partial unique indexes; the models build the predicates from them, so that the two cannot drift
apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

MIN_TALK = timedelta(seconds=60)
MIN_TRIES = 2
NO_SHOW_AFTER = timedelta(minutes=3)
DONE_UNDO_WINDOW = timedelta(minutes=2)
UNCLEAR_WINDOW = timedelta(days=7)


class CallKind(StrEnum):
    """Why there is a call; only the weekly one uses the week's entitlement."""

    WEEKLY = "weekly"
    STANDBY = "standby"
    PARENT = "parent"
    URGENT = "urgent"


class CallState(StrEnum):
    BOOKED = "booked"
    WAITING = "waiting"
    CALLING = "calling"
    DONE = "done"
    CUT = "cut"
    NO_ANSWER = "no_answer"
    NO_SHOW = "no_show"
    EXCUSED = "excused"
    CANCELLED = "cancelled"
    RELEASED = "released"
    UNCLEAR = "unclear"


# Nobody has rung yet.
TO_COME = frozenset({CallState.BOOKED, CallState.WAITING})


class CallRefusal(StrEnum):
    NOT_ALLOWED = "not-allowed"
    SLOT_TAKEN = "slot-taken"
    ALREADY_THIS_WEEK = "already-this-week"
    PERSON_BUSY = "person-busy"
    CHILD_BUSY = "child-busy"
    LINE_BUSY = "line-busy"
    NO_CONTACT = "no-contact"
    NO_TIMES = "no-times"
    PHONE_DOWN = "phone-down"
    TOO_LATE = "too-late"
    TOO_SHORT = "too-short"
    RING_AGAIN = "ring-again"
    LINE_KNOWN = "line-known"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEffect:
    """What a booking in a state does.

    `holds_place`: nobody else can have the slot. `uses_week`: a weekly call counts as this week's.
    `resets_clock`: the child counts as connected. `owed`: it was nobody's doing and is made good.
    """

    holds_place: bool
    uses_week: bool
    resets_clock: bool
    owed: bool


TRANSITIONS: Mapping[CallState, frozenset[CallState]] = MappingProxyType(
    {
        CallState.BOOKED: frozenset(
            {
                CallState.WAITING,
                CallState.NO_SHOW,
                CallState.EXCUSED,
                CallState.CANCELLED,
                CallState.RELEASED,
            }
        ),
        CallState.WAITING: frozenset({CallState.CALLING, CallState.RELEASED}),
        # Unclear: forgotten until midnight.
        CallState.CALLING: frozenset(
            {CallState.DONE, CallState.CUT, CallState.NO_ANSWER, CallState.UNCLEAR}
        ),
        # The undo of a wrong tap, for two minutes.
        CallState.DONE: frozenset({CallState.CALLING}),
        # A retry after these is a booking of its own; nothing is reopened.
        CallState.CUT: frozenset(),
        CallState.NO_ANSWER: frozenset(),
        CallState.NO_SHOW: frozenset(),
        CallState.EXCUSED: frozenset(),
        CallState.CANCELLED: frozenset(),
        CallState.RELEASED: frozenset(),
        # Staff say within seven days how it ended.
        CallState.UNCLEAR: frozenset({CallState.DONE, CallState.CUT, CallState.NO_ANSWER}),
    }
)

HOLDING: frozenset[CallState] = frozenset(
    {
        CallState.BOOKED,
        CallState.WAITING,
        CallState.CALLING,
        CallState.DONE,
        CallState.CUT,
        CallState.UNCLEAR,
    }
)
# A call that was cut was no call: the week stays the child's.
USES_WEEK: frozenset[CallState] = HOLDING - {CallState.CUT}
_OWED = frozenset({CallState.CUT, CallState.RELEASED})


def effect(state: CallState) -> StateEffect:
    """Return what a booking in this state holds, uses, resets and is owed."""
    return StateEffect(
        holds_place=state in HOLDING,
        uses_week=state in USES_WEEK,
        resets_clock=state is CallState.DONE,
        owed=state in _OWED,
    )


def transition_refusal(
    from_state: CallState, to_state: CallState, *, since: timedelta
) -> CallRefusal | None:
    """Return why a booking cannot pass from one state to the other, or None.

    `since` is how long it has been in `from_state`. It matters for two edges, the undo of a done
    call and the outcome of an unclear one; a clock that was set back does not hold them open.
    """
    if to_state not in TRANSITIONS[from_state]:
        return CallRefusal.NOT_ALLOWED
    window = _WINDOWS.get(from_state)
    if window is not None and abs(since) > window:
        return CallRefusal.TOO_LATE
    return None


_WINDOWS: Mapping[CallState, timedelta] = MappingProxyType(
    {CallState.DONE: DONE_UNDO_WINDOW, CallState.UNCLEAR: UNCLEAR_WINDOW}
)


def ending_refusal(
    to_state: CallState,
    *,
    talked: timedelta,
    is_sure: bool,
    tries: int,
    is_wrong_number: bool,
    is_place_over: bool,
) -> CallRefusal | None:
    """Return what speaks against ending a call that is under way like this, or None.

    Under a minute it was cut off rather than done, unless who was there is sure. Nobody gives up
    after one try while the place lasts; only a wrong number is not rung again.
    """
    if to_state is CallState.DONE and talked < MIN_TALK and not is_sure:
        return CallRefusal.TOO_SHORT
    may_give_up = tries >= MIN_TRIES or is_wrong_number or is_place_over
    if to_state is CallState.NO_ANSWER and not may_give_up:
        return CallRefusal.RING_AGAIN
    return None


def is_no_show(state: CallState, *, late_by: timedelta) -> bool:
    """Return whether the room has waited long enough for a child that is not there.

    `late_by` is the time since the planned start, negative before it.
    """
    return state in TO_COME and late_by >= NO_SHOW_AFTER
