"""Who is seated together, and at which times each can be: the edges of the plan.

Places of one time and one kind of telephone are one seat with room for as many calls. Children who
would ring the same person share a place when there is a time that suits all of them. A child that
does not fit joins none, and then no time is left at which both could ring that person: that nobody
is rung at two telephones at once needs no check of its own (ruling 17).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Final

from kiosk.rules.call_matching import bits
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_windows import BlockedTime, Callee, Hours, LineKind, is_child_free
from kiosk.rules.slots import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A time with its telephones of one kind; the places are in the order of the lines."""

    on: date
    span: Span
    kind: LineKind
    places: tuple[CallPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Children who ring together, whose turn it is first before the others.

    `by_phone` has for each number that all of them can ring the seats at which that goes.
    """

    children: tuple[WaitingChild, ...]
    by_phone: dict[str, int]

    @property
    def seats(self) -> int:
        return reduce(or_, self.by_phone.values(), 0)


class Seats:
    """The seats of a week in order of time, and who can use which, as a bit for each seat."""

    def __init__(self, places: Iterable[CallPlace]) -> None:
        groups: dict[tuple[date, Span, LineKind], list[CallPlace]] = {}
        for place in places:
            groups.setdefault((place.on, place.span, place.kind), []).append(place)
        self.seats: list[Seat] = [
            Seat(
                on=on,
                span=span,
                kind=kind,
                places=tuple(sorted(of_one, key=lambda place: (place.line, place.slot_id))),
            )
            for (on, span, kind), of_one in sorted(groups.items())
        ]
        self._family: Final[dict[tuple[tuple[Hours, ...], frozenset[LineKind]], int]] = {}
        self._child: Final[dict[tuple[tuple[BlockedTime, ...], frozenset[date]], int]] = {}

    @property
    def capacity(self) -> list[int]:
        return [len(seat.places) for seat in self.seats]

    def of_kinds(self, kinds: Iterable[LineKind]) -> int:
        """Return the seats with a telephone of one of these kinds."""
        wanted = frozenset(kinds)
        return self._where(lambda seat: seat.kind in wanted)

    def of_family(self, child: WaitingChild) -> dict[str, int]:
        """Return for each number that may be rung the seats at which the family is free."""
        found: dict[str, int] = {}
        for callee in child.callees:
            if not callee.may_be_rung:
                continue
            key = callee.hours, callee.kinds
            if key not in self._family:
                self._family[key] = self._where(_free_for(callee))
            found[callee.phone] = found.get(callee.phone, 0) | self._family[key]
        return found

    def of_child(self, child: WaitingChild) -> int:
        """Return the seats to which the child itself can come."""
        key = child.blocked, child.away
        if key not in self._child:
            self._child[key] = self._where(
                lambda seat: is_child_free(
                    seat.on, seat.span, blocked=child.blocked, away=child.away
                )
            )
        return self._child[key]

    def at(self, on: date, span: Span) -> int:
        """Return the seats of one time."""
        return self._where(lambda seat: (seat.on, seat.span) == (on, span))

    def within(self, times: Iterable[tuple[date, Span]]) -> int:
        """Return the seats that lie in one of these times."""
        times = list(times)
        return self._where(
            lambda seat: any(
                seat.on == on and begin <= seat.span[0] and seat.span[1] <= end
                for on, (begin, end) in times
            )
        )

    def on_day(self) -> dict[date, int]:
        """Return the seats of each day."""
        found: dict[date, int] = {}
        for at, seat in enumerate(self.seats):
            found[seat.on] = found.get(seat.on, 0) | 1 << at
        return found

    def _where(self, is_one: Callable[[Seat], bool]) -> int:
        return sum(1 << at for at, seat in enumerate(self.seats) if is_one(seat))


def _free_for(callee: Callee) -> Callable[[Seat], bool]:
    return lambda seat: callee.is_free(seat.on, seat.span, seat.kind)


def households(children: Iterable[WaitingChild], seats: Seats) -> list[Household]:
    """Return who rings together, of children in turn, in the turn of the first of each.

    Only households that could have a seat.
    """
    found: list[Household] = []
    ringing: dict[str, list[int]] = {}  # which households can ring this number
    for child in children:
        own = seats.of_child(child)
        family = seats.of_family(child)
        by_phone = {phone: mask & own for phone, mask in family.items() if mask & own}
        if not by_phone:
            continue
        at = next((at for phone in by_phone for at in ringing.get(phone, ())
                   if _shared(found[at], by_phone)), None)  # fmt: skip
        if at is None:
            at = len(found)
            found.append(Household(children=(child,), by_phone=by_phone))
            for phone in by_phone:
                ringing.setdefault(phone, []).append(at)
        else:
            together = (*found[at].children, child)
            found[at] = Household(children=together, by_phone=_shared(found[at], by_phone))
    return found


def _shared(household: Household, by_phone: dict[str, int]) -> dict[str, int]:
    """Return the numbers and seats that suit the household and one more child."""
    both = {phone: mask & by_phone.get(phone, 0) for phone, mask in household.by_phone.items()}
    return {phone: mask for phone, mask in both.items() if mask}


def scarce(found: Iterable[Household], seats: Seats) -> int:
    """Return the seats that are wanted more than others, as a bit for each.

    A household wants each of its seats by as much as it has few of them. Who has a choice is kept
    off these, so that what is left of them helps those who have none.
    """
    wanted = [0.0] * len(seats.seats)
    for household in found:
        own = list(bits(household.seats))
        for at in own:
            wanted[at] += 1 / len(own) / len(seats.seats[at].places)
    mean = sum(wanted) / max(len(wanted), 1)
    return sum(1 << at for at, much in enumerate(wanted) if much > mean)
