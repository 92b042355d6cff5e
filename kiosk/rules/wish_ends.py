"""What became of a wish for a call: a call for it, nothing in its week, or it waits on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kiosk.rules.call_states import HOLDING, CallKind, CallState
from kiosk.rules.call_wishes import AskedBy, WishKind, WishState


class WishProblem(StrEnum):
    """What is wrong with a wish that staff write down, or with what they want done with it."""

    UNKNOWN = "wish-unknown"
    SETTLED = "wish-settled"
    NO_TIME = "wish-no-time"
    WRONG_SPAN = "wish-wrong-span"
    NO_PLAN_YET = "wish-no-plan-yet"
    NOTHING_LEFT = "wish-nothing-left"


@dataclass(frozen=True, slots=True, kw_only=True)
class WishTimeSpan:
    """A dated time in which the family would like to be rung."""

    on: date
    from_min: int
    to_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedCall:
    """A call of the child in the week of its wish."""

    booking_id: UUID
    contact_id: UUID
    kind: CallKind
    state: CallState
    on: date
    start_min: int
    booked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedFor:
    """What was asked for. `contact_id` is None where any person of the card will do."""

    kind: WishKind
    asked_by: AskedBy
    contact_id: UUID | None
    times: Sequence[WishTimeSpan]
    asked_at: datetime


def met_by(wish: WishedFor, calls: Iterable[WishedCall]) -> WishedCall | None:
    """Return the call that is what was asked for, or None.

    A call that fell through is none. Where times were named the call lies in one of them; without
    any, one that was there before somebody asked is not what was asked for, but for the child's
    call of the week. What a child asks for is its call of the week, with whom and whenever it is.
    """
    return next((call for call in calls if _is_it(wish, call)), None)


def state_of(call: WishedCall | None, *, is_week_over: bool) -> WishState:
    """Return how a wish that nobody took back stands."""
    if call is not None:
        return WishState.PLANNED
    return WishState.UNMET if is_week_over else WishState.OPEN


def _is_it(wish: WishedFor, call: WishedCall) -> bool:
    if call.state not in HOLDING:
        return False
    if (wish.kind is WishKind.URGENT) != (call.kind is CallKind.URGENT):
        return False
    if wish.asked_by is AskedBy.CHILD:
        return True
    if wish.contact_id not in {None, call.contact_id}:
        return False
    if wish.times:
        return any(
            time.on == call.on and time.from_min <= call.start_min < time.to_min
            for time in wish.times
        )
    return wish.kind is WishKind.WEEKLY or call.booked_at >= wish.asked_at
