"""The grid of call slots of an opening, and which free places a child is offered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeAlias
from uuid import UUID

# From a minute of the day to another, half-open.
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A free place; `start_min` counts minutes since midnight, local time."""

    slot_id: UUID
    on: date
    start_min: int


def grid(from_min: int, to_min: int, place_min: int) -> tuple[Span, ...]:
    """Return the half-open spans of the places between two minutes; a partial last one is left out.

    Raises ValueError on a place of no length.
    """
    if place_min < 1:
        raise ValueError(f"a place lasts a minute at least, not {place_min}")
    starts = range(from_min, to_min - place_min + 1, place_min)
    return tuple((start, start + place_min) for start in starts)


def may_stand(place: Span, *, on_its_line: Iterable[Span], on_that_day: Iterable[Span]) -> bool:
    """Return whether a place may be laid beside those that are there already.

    A line has one call at a time. Places of other lines may be at the very same time, never across
    it: a child and a person are kept from two calls at once by their start alone
    (`calls-and-hours.md` 3.4).
    """
    return not any(_overlap(place, other) for other in on_its_line) and not any(
        _overlap(place, other) and other != place for other in on_that_day
    )


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def offer(
    slots: Iterable[Place], *, now_date: date, now_min: int, limit: int = 3, lead_min: int = 5
) -> tuple[Place, ...]:
    """Return up to `limit` free places to choose from, soonest first.

    The nearest day gives all tiles but one and the next day with a place the last, so that a
    family that is at work today has a choice too; that one shows, if it can, a clock face that is
    not among the others. Days that come alone fill up what is left. A time is offered once,
    however many lines are free at it: the line that `slots` names first. Nothing starts within
    `lead_min`.
    """
    free = _one_a_time(p for p in slots if (p.on, p.start_min) >= (now_date, now_min + lead_min))
    a_day = max(limit - 1, 1)
    chosen: list[Place] = []
    for _, of_day in groupby(free, key=lambda place: place.on):
        faces = {place.start_min for place in chosen}
        new_faces_first = sorted(of_day, key=lambda place: place.start_min in faces)
        chosen += new_faces_first[:a_day]
    chosen += [place for place in free if place not in chosen]
    return tuple(sorted(chosen[:limit], key=_when))


def _when(place: Place) -> tuple[date, int]:
    return place.on, place.start_min


def _one_a_time(places: Iterable[Place]) -> list[Place]:
    first: dict[tuple[date, int], Place] = {}
    for place in places:
        first.setdefault(_when(place), place)
    return sorted(first.values(), key=_when)
