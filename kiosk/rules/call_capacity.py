"""How many calls the room can give, what can honestly be promised, and what would help most.

The rate that can be given to everybody at once is a maximum flow: so many calls a week from each
group of children through the times at which its families are free. Where it is stuck it names the
group that is worst off, and that is the group an extra hour has to serve.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

from kiosk.rules.call_flow import Flow
from kiosk.rules.call_households import Seats
from kiosk.rules.call_matching import bits
from kiosk.rules.call_waiting import CallPlace, WaitingChild

_WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityCard:
    """What a settings page says. `load` above 1: a call a week for everybody is impossible.

    `round_days` is how long it takes until every child has had its turn, `worst_round_days` the
    same for `worst_off`, the children whose families are free when the room is full; both are
    None when some of them cannot be reached at all. `never` are those: no opening suits them.
    """

    children: int
    places: int
    load: float
    round_days: int | None
    worst_rate: Fraction
    worst_round_days: int | None
    worst_off: tuple[str, ...]
    never: tuple[str, ...]


class Change(StrEnum):
    """What a school could change about its calls."""

    HOUR_BEFORE = "hour-before"
    HOUR_AFTER = "hour-after"
    LATER = "later"  # the same hours, begun one hour later
    MORE_LINES = "more-lines"
    SHORTER_PLACES = "shorter-places"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A change, and the calls a week that those who are worst off would have by it.

    `reached` are the children more whom some opening suits; they are worst off of all.
    """

    change: Change
    rate: Fraction
    gain: Fraction
    reached: int


def card(
    children: Iterable[WaitingChild], places: Iterable[CallPlace], *, use: float
) -> CapacityCard:
    """Return what a week of these places can do.

    `use` is the share of the places at which a call came about lately, 1 when nothing is known: a
    promise that forgets the calls nobody answers is not kept.
    """
    children, places = list(children), list(places)
    groups = _groups(children, Seats(places))
    never = groups.pop(0, [])
    reachable = sum(map(len, groups.values()))
    rate, worst = _rate(groups, Seats(places).capacity)
    whole = Fraction(len(places), reachable) if reachable else Fraction(0)
    return CapacityCard(
        children=len(children),
        places=len(places),
        load=len(children) / len(places) if places else float("inf"),
        round_days=round_days(whole, use=use),
        worst_rate=rate,
        worst_round_days=round_days(rate, use=use),
        worst_off=tuple(sorted(one for mask in worst for one in groups[mask])),
        never=tuple(sorted(never)),
    )


def round_days(rate: Fraction, *, use: float) -> int | None:
    """Return how many days lie between two calls at so many a week, a week at the least.

    Where there are more places than children, a call that nobody answers is made again.
    """
    each = min(float(rate) * use, 1.0)
    return ceil(_WEEK_DAYS / each - 1e-9) if each else None


def advice(
    children: Sequence[WaitingChild],
    now: Sequence[CallPlace],
    changed: Mapping[Change, Sequence[CallPlace]],
) -> list[Advice]:
    """Return what each change is worth to whoever is worst off, the best first.

    First what reaches children whom no opening suits, then what gives the others more calls.

    Equal ones in the order in which they are given, so name the cheapest first.
    """
    before, lost = _worst(children, now)
    found = []
    for change, places in changed.items():
        rate, still_lost = _worst(children, places)
        found.append(
            Advice(change=change, rate=rate, gain=rate - before, reached=lost - still_lost)
        )
    return sorted(found, key=lambda one: (-one.reached, -one.gain))


def worst_rate(children: Iterable[WaitingChild], places: Iterable[CallPlace]) -> Fraction:
    """Return the calls a week that every child can have who can be reached at all (λ* of 4.2)."""
    return _worst(children, places)[0]


def _worst(children: Iterable[WaitingChild], places: Iterable[CallPlace]) -> tuple[Fraction, int]:
    """Return that rate, and how many children cannot be reached."""
    seats = Seats(places)
    groups = _groups(children, seats)
    never = groups.pop(0, [])
    return _rate(groups, seats.capacity)[0], len(never)


def _groups(children: Iterable[WaitingChild], seats: Seats) -> dict[int, list[str]]:
    """Return the children by the seats that they can have: those alike are one group."""
    groups: dict[int, list[str]] = {}
    for child in children:
        can = 0
        for mask in seats.of_family(child).values():
            can |= mask
        groups.setdefault(can & seats.of_child(child), []).append(child.child_id)
    return groups


def _rate(
    groups: Mapping[int, list[str]], capacity: Sequence[int]
) -> tuple[Fraction, tuple[int, ...]]:
    """Return the highest rate for all groups at once, and the groups that hold it down.

    Begins with the rate that the places allow by number. When that does not flow, the cut names
    groups that have fewer seats among them than that; their own rate is the next to try. Each
    step lowers the rate to one of a smaller set, so it ends soon.
    """
    if not groups:
        return Fraction(0), ()
    worst = tuple(groups)
    while True:
        rate = _own_rate(worst, groups, capacity)
        stuck = _stuck(groups, capacity, rate)
        if not stuck:
            return rate, worst
        worst = stuck


def _own_rate(
    some: Iterable[int], groups: Mapping[int, list[str]], capacity: Sequence[int]
) -> Fraction:
    seats = children = 0
    for mask in some:
        seats |= mask
        children += len(groups[mask])
    return Fraction(sum(capacity[seat] for seat in bits(seats)), children)


def _stuck(
    groups: Mapping[int, list[str]], capacity: Sequence[int], rate: Fraction
) -> tuple[int, ...]:
    """Return the groups that cannot all have this rate; none when everybody can."""
    flow = Flow()
    for mask, children in groups.items():
        flow.add("source", ("group", mask), len(children) * rate.numerator)
        for seat in bits(mask):
            flow.add(("group", mask), ("seat", seat), capacity[seat] * rate.denominator)
    for seat, room in enumerate(capacity):
        flow.add(("seat", seat), "sink", room * rate.denominator)
    wanted = sum(map(len, groups.values())) * rate.numerator
    if flow.push("source", "sink") >= wanted:
        return ()
    reached = flow.reached("source")
    return tuple(mask for mask in groups if ("group", mask) in reached)
