"""What follows when a telephone is out of order or the room stays shut: who moves, who misses out.

The same function tells the page that asks beforehand and the deed, so that the two agree.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from kiosk.rules import call_repair
from kiosk.rules.call_reasons import Seated
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_windows import BlockedTime


class ClosureReason(StrEnum):
    """Why the room does not open."""

    NO_DUTY = "no_duty"
    HOLIDAY = "holiday"
    EXAM = "exam"
    POWER = "power"
    NETWORK = "network"
    WEATHER = "weather"
    MEETING = "meeting"
    ILLNESS = "illness"
    OTHER = "other"


class ClosureRefusal(StrEnum):
    CHANGED = "closure-changed"
    TIME_TAKEN = "closure-time-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostCall:
    """A call whose place goes. One that cannot wait is made good by itself, whoever has rung."""

    call_id: str
    child_id: str
    place: CallPlace
    is_urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A child that loses a place, and the one it gets for it, if any.

    `had_call`: it has rung this week already, so nothing is owed.
    """

    call_id: str
    child_id: str
    place: CallPlace
    instead: Seated | None
    had_call: bool

    @property
    def keeps_time(self) -> bool:
        at = None if self.instead is None else self.instead.place
        return at is not None and (at.on, at.span) == (self.place.on, self.place.span)

    @property
    def misses_week(self) -> bool:
        return self.instead is None and not self.had_call


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """All that follows in one week, in order of the time that is lost.

    `gives_back` lend their further place of the week to somebody who has had no call.
    """

    losses: tuple[Loss, ...]
    gives_back: tuple[str, ...]


def outage(
    lost: Sequence[LostCall],
    *,
    children: Iterable[WaitingChild],
    had_call: Iterable[str],
    free: Sequence[CallPlace],
    lent: Mapping[str, CallPlace],
    seed: str,
    today: date,
) -> Outage:
    """Return what follows when these places are lost; `children` is what is known of the losers.

    What cannot wait comes first, at its soonest place. Of all the others the longest waiting keep
    their time if another telephone is free then. `free` and `lent` have none of the places lost.
    """
    rung, known = frozenset(had_call), {one.child_id: one for one in children}
    urgent = {one.child_id: one for one in lost if one.is_urgent}
    # A child loses one call of the week; of more than one the first is made good.
    weekly = {one.child_id: one for one in reversed(lost) if not one.is_urgent}
    soonest = call_repair.soonest(
        [one for one in known.values() if one.child_id in urgent],
        free=free,
        seed=seed,
        today=today,
    )
    taken = {one.place for one in soonest}
    for one in soonest:
        known[one.child_id] = _busy_at(known[one.child_id], one.place)
    moves = call_repair.reseat(
        [one for one in known.values() if one.child_id in weekly.keys() - rung],
        free=[one for one in free if one not in taken],
        lent=lent,
        seed=seed,
        today=today,
        kept={child_id: one.place for child_id, one in weekly.items()},
    )
    instead = {urgent[one.child_id].call_id: one for one in soonest}
    instead |= {weekly[one.child_id].call_id: one for one in moves.seated}
    losses = [_loss(one, instead, rung) for one in lost]
    losses.sort(key=lambda one: (one.place.on, one.place.start_min, one.place.line, one.child_id))
    return Outage(losses=tuple(losses), gives_back=moves.gives_back)


def _loss(one: LostCall, instead: Mapping[str, Seated], rung: frozenset[str]) -> Loss:
    return Loss(
        call_id=one.call_id,
        child_id=one.child_id,
        place=one.place,
        instead=instead.get(one.call_id),
        had_call=one.child_id in rung and not one.is_urgent,
    )


def _busy_at(child: WaitingChild, place: CallPlace) -> WaitingChild:
    time = BlockedTime(
        weekday=place.on.isoweekday(), from_min=place.start_min, to_min=place.end_min
    )
    return replace(child, blocked=(*child.blocked, time))


def digest(outages: Iterable[Outage], *, also: Iterable[str] = ()) -> str:
    """Return a digest of all that would follow: the deed is done only while it is the same.

    `also` is what follows beside the calls, a line for each.
    """
    told = hashlib.sha256()
    for one in outages:
        for loss in one.losses:
            at = "" if loss.instead is None else loss.instead.place.slot_id
            told.update(f"{loss.call_id} {loss.place.slot_id} {at} {loss.had_call}\n".encode())
        told.update(f"{sorted(one.gives_back)}\n".encode())
    for line in also:
        told.update(f"{line}\n".encode())
    return told.hexdigest()
