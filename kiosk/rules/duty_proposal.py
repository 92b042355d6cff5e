"""A rota that is proposed: who has the day by agreement first, then who has had the fewest.

Twenty people at most: no solver, and each line can be said in a sentence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from kiosk.rules.duty import Need

_NEVER: Final = date.min
K = TypeVar("K")


class Because(StrEnum):
    """Why somebody is proposed: it is this person's day, or nobody has had fewer duties."""

    TEMPLATE = "template"
    FEWEST = "fewest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be on duty; `duties` are those of this term, `last_on` the latest of them.

    `place` decides where everything else is equal: the same facts give the same rota.
    """

    staff_id: UUID
    is_helper: bool
    duties: int
    last_on: date | None
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyDuty:
    """Whose duty a time of a weekday is, by agreement; `valid_to` is its last day."""

    staff_id: UUID
    weekday: int
    from_min: int
    to_min: int
    valid_from: date
    valid_to: date | None

    def is_for(self, opening: "ToStaff") -> bool:
        """Say whether an opening falls into this time."""
        is_valid = self.valid_from <= opening.on and (
            self.valid_to is None or opening.on <= self.valid_to
        )
        is_then = self.from_min < opening.to_min and opening.from_min < self.to_min
        return is_valid and is_then and opening.weekday == self.weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class ToStaff:
    """An opening that is to come; `weekday` is the one whose plan it follows, 1 for Monday.

    `on_duty` are responsible already. Who is `out` has said not to come, had somebody stand in, or
    is not to come (`duty_fitness`).
    """

    opening_id: UUID
    on: date
    weekday: int
    from_min: int
    to_min: int
    on_duty: tuple[UUID, ...] = ()
    out: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One line of the proposal. `before` is how many duties the person had until then."""

    opening_id: UUID
    staff_id: UUID
    because: Because
    before: int


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """What everybody has by now; it goes on as lines are proposed."""

    duties: Counter[UUID]
    last_on: dict[UUID, date]
    days: dict[UUID, set[date]] = field(default_factory=dict)

    def add(self, staff_id: UUID, on: date) -> None:
        self.duties[staff_id] += 1
        self.last_on[staff_id] = max(on, self.last_on.get(staff_id, _NEVER))
        self.days.setdefault(staff_id, set()).add(on)


def propose(
    openings: Iterable[ToStaff],
    people: Sequence[Candidate],
    weekly: Sequence[WeeklyDuty],
    *,
    need: Need,
) -> tuple[Proposed, ...]:
    """Return who could take what is not covered, in order of time.

    Everybody whose day it is; then, while somebody is missing, who has the fewest duties this
    term, of these whoever was on duty longest ago. Nobody comes twice on a day while another could.
    What stands already counts and stays.
    """
    openings = sorted(openings, key=lambda one: (one.on, one.from_min, one.opening_id))
    book = _Ledger(
        duties=Counter({one.staff_id: one.duties for one in people}),
        last_on={one.staff_id: one.last_on for one in people if one.last_on is not None},
    )
    for opening in openings:
        for staff_id in opening.on_duty:  # their number is in `duties` already
            book.days.setdefault(staff_id, set()).add(opening.on)
    found: list[Proposed] = []
    for opening in openings:
        found += _for_one(opening, people, weekly, need, book)
    return tuple(found)


def _for_one(
    opening: ToStaff,
    people: Sequence[Candidate],
    weekly: Sequence[WeeklyDuty],
    need: Need,
    book: _Ledger,
) -> list[Proposed]:
    known = {one.staff_id: one for one in people}
    there = [staff_id for staff_id in opening.on_duty if staff_id in known]
    chosen: list[Proposed] = []

    def take(staff_id: UUID, because: Because) -> None:
        before = book.duties[staff_id]
        chosen.append(
            Proposed(
                opening_id=opening.opening_id, staff_id=staff_id, because=because, before=before
            )
        )
        there.append(staff_id)
        book.add(staff_id, opening.on)

    def free() -> list[Candidate]:
        return [p for p in people if p.staff_id not in there and p.staff_id not in opening.out]

    theirs = {one.staff_id for one in weekly if one.is_for(opening)}
    for person in free():
        if person.staff_id in theirs:
            take(person.staff_id, Because.TEMPLATE)
    while need.missing([known[staff_id].is_helper for staff_id in there]):
        # A helper alone is nobody of the school: who is missing then is a teacher.
        has_teacher = any(not known[staff_id].is_helper for staff_id in there)
        fit = [one for one in free() if has_teacher or not one.is_helper]
        if not fit:
            break
        take(min(fit, key=lambda one: _rank(one, opening.on, book)).staff_id, Because.FEWEST)
    return chosen


def _rank(person: Candidate, on: date, book: _Ledger) -> tuple[bool, bool, int, date, int]:
    """Return the order of the free: not a second time that day, a teacher, fewest, longest ago."""
    staff_id = person.staff_id
    return (
        on in book.days.get(staff_id, ()),
        person.is_helper,
        book.duties[staff_id],
        book.last_on.get(staff_id, _NEVER),
        person.place,
    )


def spread(duties: Mapping[K, int]) -> int:
    """Return how far apart the most and the fewest duties are; 0 for nobody."""
    return max(duties.values(), default=0) - min(duties.values(), default=0)
