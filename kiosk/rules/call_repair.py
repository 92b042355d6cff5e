"""When a call falls through: the next try, and who takes the place meanwhile.

The ladder (`calls-and-hours.md` 5.4): twice in the same place, later the same day, later in the
week, the next plan, and a task for an adult to look at the contact card. What is left of a place
goes at once to a child who is in the room now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from kiosk.rules.call_plan import arrange
from kiosk.rules.call_reasons import Seated
from kiosk.rules.call_states import MIN_TRIES, CallKind, CallState, effect
from kiosk.rules.call_waiting import CallPlace, Turn, WaitingChild, in_turn, turn
from kiosk.rules.call_windows import LineKind, is_child_free
from kiosk.rules.slots import Span

# Two rings, or three minutes of waiting for a child who does not come.
GIVE_UP_MIN: Final = 3
# Every other call of children is no longer than this, so a rest of three minutes is worth having.
SHORTEST_CALL_MIN: Final = 3
# Whoever did not hear the telephone just now may do so in a quarter of an hour.
LATER_MIN: Final = 15
# A child that talked yesterday is not fetched again because a telephone happens to be free.
STANDBY_AFTER_DAYS: Final = 5
# Unless the room has set another cap.
URGENT_A_WEEK: Final = 3


class Step(StrEnum):
    """What comes next for a child whose call did not come about."""

    RING_AGAIN = "ring-again"
    LATER_TODAY = "later-today"
    LATER_THIS_WEEK = "later-this-week"
    NEXT_PLAN = "next-plan"


class UrgentRefusal(StrEnum):
    TOO_MANY_URGENT = "too-many-urgent"


class Need(IntEnum):
    """How much a child that is in the room needs a place that has become free."""

    CANNOT_WAIT = 0
    NOTHING_THIS_WEEK = 1  # neither a call nor a place
    NOTHING_BRAKED = 2  # the same, but nobody answered twice: after those who can be reached
    LONG_AGO = 3  # by the days since the last call
    LONG_AGO_BRAKED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The next step. A place of today is taken at once; those of later days go by `reseat`."""

    step: Step
    place: CallPlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Who gets which place, and whose place to come that was, if anybody's."""

    seated: tuple[Seated, ...]
    gives_back: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentChild:
    """A child in the room. `next_place_on` is the day of its place still to come this week.

    `is_urgent`: it waits for a call that cannot wait.
    """

    child: WaitingChild
    had_call: bool
    next_place_on: date | None
    is_urgent: bool = False


# How great the need is, then whose turn it is.
StandbyTurn: TypeAlias = tuple[Need, Turn]


def next_step(
    child: WaitingChild,
    free: Iterable[CallPlace],
    *,
    tries: int,
    is_wrong_number: bool,
    is_place_over: bool,
    someone_waits: bool,
    today: date,
    minute: int,
) -> NextStep:
    """Return what follows on a call that nobody answered; `child` already counts this miss.

    A wrong number is not rung again, and neither is, while someone else waits, a family that has
    been missed twice in a row: it keeps one planned try a week.
    """
    if tries < MIN_TRIES and not is_wrong_number and not is_place_over:
        return NextStep(step=Step.RING_AGAIN, place=None)
    if is_wrong_number or (child.is_braked and someone_waits):
        return NextStep(step=Step.NEXT_PLAN, place=None)
    later = later_places(child, free, today=today, minute=minute + LATER_MIN)
    if not later:
        return NextStep(step=Step.NEXT_PLAN, place=None)
    if later[0].on == today:
        return NextStep(step=Step.LATER_TODAY, place=later[0])
    return NextStep(step=Step.LATER_THIS_WEEK, place=None)


def later_places(
    child: WaitingChild, free: Iterable[CallPlace], *, today: date, minute: int
) -> list[CallPlace]:
    """Return the free places from a minute of today on that suit, soonest first."""
    suits = [
        place
        for place in free
        if (place.on, place.start_min) >= (today, minute)
        and contact_for(child, place.on, place.span, place.kind) is not None
    ]
    return sorted(suits, key=lambda place: (place.on, place.start_min, place.line))


def reseat(
    waiting: Iterable[WaitingChild],
    *,
    free: Iterable[CallPlace],
    lent: Mapping[str, CallPlace],
    seed: str,
    today: date,
    kept: Mapping[str, CallPlace] = MappingProxyType({}),
) -> Moves:
    """Return who of those without a call or a place this week gets one that is left of it.

    `lent` are the places to come of children who had a call this week already, by child: they keep
    them, and ring once more, unless someone without a call fits nowhere else. Children whom nobody
    answers come after all others. No other place moves. `kept` are the places that some of them
    have just lost: they stay at that time where it can be had.
    """
    waiting, free, holders = list(waiting), list(free), dict(lent)
    seated: dict[str, Seated] = {}
    gives_back: list[str] = []
    for is_lending in (False, True):
        for is_braked in (False, True):
            some = [one for one in waiting
                    if one.is_braked is is_braked and one.child_id not in seated]  # fmt: skip
            places = list(holders.values()) if is_lending else free
            made = arrange(some, places, seed=seed, first_day=today, kept=kept)
            for place in made.seated:
                seated[place.child_id] = place
                free = [one for one in free if one != place.place]
                found = [one for one, its in holders.items() if its == place.place]
                gives_back += found
                holders = {one: its for one, its in holders.items() if one not in found}
    return Moves(seated=tuple(seated.values()), gives_back=tuple(gives_back))


def soonest(
    waiting: Iterable[WaitingChild], *, free: Iterable[CallPlace], seed: str, today: date
) -> tuple[Seated, ...]:
    """Return who of those whose call cannot wait gets which place: in turn, each its soonest."""
    free, seated = list(free), list[Seated]()
    for child in in_turn(waiting, seed):
        for place in later_places(child, free, today=today, minute=0)[:1]:
            free.remove(place)
            seated += arrange([child], [place], seed=seed, first_day=today).seated
    return tuple(seated)


def contact_for(child: WaitingChild, on: date, span: Span, kind: LineKind) -> str | None:
    """Return the first contact whom the child can ring then, or None."""
    if not is_child_free(on, span, blocked=child.blocked, away=child.away):
        return None
    free = (one.contact_id for one in child.callees if one.is_free(on, span, kind))
    return next(free, None)


def rest_of(place: CallPlace, *, begun_min: int) -> Span | None:
    """Return what is left of a place that was given up, or None when it is too short to talk."""
    rest = (max(begun_min, place.start_min), place.end_min)
    return rest if rest[1] - rest[0] >= SHORTEST_CALL_MIN else None


def standby_turn(present: PresentChild, seed: str) -> StandbyTurn:
    """Return by what the children in the room are put in order for a place that is free now."""
    is_braked = present.child.is_braked
    if present.is_urgent:
        need = Need.CANNOT_WAIT
    elif present.had_call or present.next_place_on is not None:
        need = Need.LONG_AGO_BRAKED if is_braked else Need.LONG_AGO
    else:
        need = Need.NOTHING_BRAKED if is_braked else Need.NOTHING_THIS_WEEK
    return need, turn(present.child, seed)


def may_stand_by(present: PresentChild, *, today: date) -> bool:
    """Return whether a free place is offered to this child at all.

    Not just after a call, unless another one cannot wait, and not before its own place of today:
    the family waits for that one.
    """
    if present.next_place_on == today:
        return False
    if present.is_urgent:
        return True
    last = present.child.last_connected_on
    return last is None or (today - last).days >= STANDBY_AFTER_DAYS


def standby(
    in_order: Iterable[WaitingChild], *, on: date, span: Span, kind: LineKind
) -> tuple[WaitingChild, str] | None:
    """Return the first of the children whose family is free now, with whom it rings, or None."""
    for child in in_order:
        contact_id = contact_for(child, on, span, kind)
        if contact_id is not None:
            return child, contact_id
    return None


def urgent_refusal(urgent_this_week: int, *, cap: int) -> UrgentRefusal | None:
    """Return why there can be no further urgent call this week, or None."""
    return UrgentRefusal.TOO_MANY_URGENT if urgent_this_week >= cap else None


def is_owed(ended: Iterable[tuple[CallKind, CallState]]) -> bool:
    """Return whether a child is owed a call after a week of calls that ended like this.

    By what fell through by nobody's doing, the line's or the room's or a family that did not hear
    it; not when any call of the week came about, and not by calls that were called off.
    """
    ended = list(ended)
    if any(effect(state).resets_clock for _, state in ended):
        return False
    return any(effect(state).owed or state is CallState.NO_ANSWER for _, state in ended)
