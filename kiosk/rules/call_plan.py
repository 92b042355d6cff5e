"""The week's plan of family calls: who rings when, who does not, and why.

Three steps. First who is seated: in turn, moving others where that keeps them all seated. Then
when: in turn again, everybody gets the day that suits it best of those that leave all seated. Last
what children asked for, among seats that are equally good by then. The same input gives the same
plan, so that "why not my child?" is answered by making it again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from kiosk.rules import call_asked
from kiosk.rules.call_households import Household, Seats, households, scarce
from kiosk.rules.call_matching import NOWHERE, Seating
from kiosk.rules.call_reasons import DUE_AFTER, Seated, Telling, Unseated
from kiosk.rules.call_waiting import CallPlace, WaitingChild, in_turn

# Raised with every change that could seat anybody otherwise. 2: what a child asks for is heeded.
RULE_VERSION: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """Who is seated and who is not, in turn."""

    seated: tuple[Seated, ...]
    unseated: tuple[Unseated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """An arrangement with all that it takes to make it again."""

    seed: str
    rule_version: int
    input_digest: str
    arrangement: Arrangement


def plan(
    children: Iterable[WaitingChild], places: Iterable[CallPlace], *, seed: str, first_day: date
) -> CallPlan:
    """Return the plan of a week whose first day this is; see `arrange`."""
    children, places = list(children), list(places)
    return CallPlan(
        seed=seed,
        rule_version=RULE_VERSION,
        input_digest=input_digest(children, places, first_day=first_day),
        arrangement=arrange(children, places, seed=seed, first_day=first_day),
    )


def is_same_again(
    made: CallPlan,
    children: Iterable[WaitingChild],
    places: Iterable[CallPlace],
    *,
    first_day: date,
) -> bool:
    """Return whether these facts give this very plan; the proof that nobody touched it."""
    return plan(children, places, seed=made.seed, first_day=first_day) == made


def input_digest(
    children: Iterable[WaitingChild], places: Iterable[CallPlace], *, first_day: date
) -> str:
    """Return a digest of all that is known; the order in which it is told does not matter."""
    told = {
        "first_day": first_day,
        "children": [asdict(child) for child in sorted(children, key=lambda one: one.child_id)],
        "places": [asdict(place) for place in sorted(places, key=lambda one: one.slot_id)],
    }
    written = json.dumps(told, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(written.encode()).hexdigest()


def _plain(value: date | frozenset[object]) -> str | list[str]:
    """Return what `json` cannot write itself in a way that is always the same."""
    return value.isoformat() if isinstance(value, date) else sorted(map(str, value))


def arrange(
    children: Iterable[WaitingChild],
    places: Iterable[CallPlace],
    *,
    seed: str,
    first_day: date,
    kept: Mapping[str, CallPlace] = MappingProxyType({}),
) -> Arrangement:
    """Return who rings when. `places` are free ones, from `first_day` on.

    As many households as can be are seated, and of all such sets the one that is best for whoever
    has waited longest, then for the next, and so on. Who had a place, in `kept` by child, keeps its
    time, or else its day, as far as those before it leave that. What a child asked for changes
    nobody's being seated, and nobody's day.
    """
    turns = in_turn(children, seed)
    seats = Seats(places)
    found = households(turns, seats)
    seating = Seating([household.seats for household in found], seats.capacity)
    seating.seat_all()
    equal = _choose_days(found, seating, seats, first_day=first_day, kept=kept)
    call_asked.heed(found, seating, seats, equal)
    return _told(turns, found, seating, seats, seed=seed, first_day=first_day)


def _choose_days(
    found: Sequence[Household],
    seating: Seating,
    seats: Seats,
    *,
    first_day: date,
    kept: Mapping[str, CallPlace],
) -> dict[int, int]:
    """Seat everybody on its best day; return for each that is seated the seats just as good."""
    of_day, rare = seats.on_day(), scarce(found, seats)
    equal: dict[int, int] = {}
    for unit, household in enumerate(found):
        if seating.seat_of[unit] != NOWHERE:
            due = max(first_day, household.children[0].waits_since + DUE_AFTER)
            days = sorted(of_day, key=lambda day: _days_off(day, due=due))
            wishes = [of_day[day] & of for day in days for of in (~rare, rare)]
            had = kept.get(household.children[0].child_id)
            if had is not None:
                wishes = [seats.at(had.on, had.span), of_day.get(had.on, 0), *wishes]
            equal[unit] = seating.prefer(unit, wishes)
    return equal


def _days_off(day: date, *, due: date) -> tuple[bool, int]:
    """Return how well a day suits: the due one, then those before it, then those after."""
    return day > due, abs((day - due).days)


def _told(
    turns: Sequence[WaitingChild],
    found: Sequence[Household],
    seating: Seating,
    seats: Seats,
    *,
    seed: str,
    first_day: date,
) -> Arrangement:
    is_full = sum(at != NOWHERE for at in seating.seat_of) >= sum(seats.capacity)
    telling = Telling(turns, seats, is_full=is_full, seed=seed, first_day=first_day)
    seated: dict[str, Seated] = {}
    taken = [0] * len(seats.seats)
    for unit, household in enumerate(found):
        at = seating.seat_of[unit]
        if at != NOWHERE:
            place = seats.seats[at].places[taken[at]]
            taken[at] += 1
            phone = call_asked.phone_at(household, at)
            for child in household.children:
                is_first = child is household.children[0]
                seated[child.child_id] = telling.seated(child, place, phone, is_first=is_first)
    return Arrangement(
        seated=tuple(seated[one.child_id] for one in turns if one.child_id in seated),
        unseated=tuple(telling.unseated(one) for one in turns if one.child_id not in seated),
    )
