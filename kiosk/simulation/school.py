"""The invented school: its children, how their families work, who would answer when, what breaks.

Everything is drawn from the seed alone, so that each rule meets the very same term.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Final
from uuid import UUID, uuid5

from kiosk.rules import slots
from kiosk.rules.call_waiting import CallPlace
from kiosk.rules.call_windows import (
    BlockedTime,
    Callee,
    Hours,
    LineKind,
    Shift,
    is_child_free,
    shift_hours,
)
from kiosk.rules.civil import DAY_MINUTES
from kiosk.rules.slots import Span
from kiosk.simulation.parameters import Parameters

# What the children's ids are made from: the same in every run, as ids of a database look.
_CHILDREN: Final = UUID("6f1d3f0e-5b0a-4a52-9a55-2d7f3c9f0a11")
_PHONE: Final = frozenset({LineKind.PHONE})
_OTHER: Final = {
    Shift.DAY: Shift.NIGHT,
    Shift.NIGHT: Shift.DAY,
    Shift.ALTERNATING: Shift.ALTERNATING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedChild:
    """A child, its family as the card has it, and what the card cannot know."""

    child_id: str
    name: str
    shift: Shift
    anchor: date
    callee: Callee
    blocked: tuple[BlockedTime, ...]
    never_answers: bool
    eagerness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTime:
    """A time of a week at which there are places."""

    on: date
    span: Span


class School:
    """A school with so many children and lines; `seed` names the term."""

    def __init__(
        self, *, given: Parameters, children: int, lines: int, place_min: int, seed: int
    ) -> None:
        self.given, self.lines, self.place_min, self.seed = given, lines, place_min, seed
        self.last_day: Final = given.term.first_day + timedelta(weeks=given.term.weeks, days=-1)
        self.children: Final = {one.child_id: one for one in self._invented(children)}
        self._answers: dict[tuple[str, int], int] = {}
        self._free: dict[tuple[tuple[Hours, ...], int], int] = {}
        self._unblocked: dict[tuple[tuple[BlockedTime, ...], int], int] = {}

    def _chance(self, *of: object) -> Random:
        """Return chances of their own for one matter, whatever else is asked for."""
        return Random("/".join(map(str, (self.seed, *of))))  # noqa: S311 - an invented school

    def _invented(self, count: int) -> list[SimulatedChild]:
        families, first_day = self.given.families, self.given.term.first_day
        shares = families.shares()
        shifts = [shift for shift in Shift for _ in range(round(shares[shift] * count))]
        shifts = (shifts + [Shift.FLEXIBLE] * count)[:count]
        self._chance("shifts").shuffle(shifts)
        return [
            self._child(f"child-{number:04}", shift, first_day)
            for number, shift in enumerate(shifts, start=1)
        ]

    def _child(self, name: str, shift: Shift, first_day: date) -> SimulatedChild:
        chance, families = self._chance("child", name), self.given.families
        child_id = str(uuid5(_CHILDREN, f"{self.seed}/{name}"))
        anchor = first_day + timedelta(weeks=chance.randrange(2))
        never = chance.sample(self.given.term.weekdays, self.given.trouble.impossible_weekdays)
        hours = shift_hours(
            shift, by_day=families.by_day, by_night=families.by_night, anchor=anchor
        )
        return SimulatedChild(
            child_id=child_id,
            name=name,
            shift=shift,
            anchor=anchor,
            callee=_family(child_id, hours),
            blocked=tuple(
                BlockedTime(weekday=day, from_min=0, to_min=DAY_MINUTES) for day in never
            ),
            never_answers=chance.random() < families.never_answers,
            eagerness=chance.lognormvariate(0, self.given.sheet.eagerness),
        )

    @cached_property
    def lot_secret(self) -> bytes:
        """What the lots of this school's weeks are drawn with."""
        return hashlib.sha256(str(self.seed).encode()).digest()

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The places of one line on one day."""
        return slots.grid(self.given.term.opens_min, self.given.term.closes_min, self.place_min)

    def days(self, week: int) -> list[date]:
        """Return the days of a week, from 0, on which the room opens by plan."""
        monday = self.given.term.first_day + timedelta(weeks=week)
        return [monday + timedelta(days=weekday - 1) for weekday in self.given.term.weekdays]

    def times(self, week: int) -> list[CallTime]:
        return [CallTime(on=day, span=span) for day in self.days(week) for span in self.spans]

    def places(self, week: int) -> list[CallPlace]:
        """Return the places of a week, as the weekly plan has them."""
        return [
            CallPlace(
                slot_id=f"{time.on}/{line}/{time.span[0]}",
                line=str(line),
                kind=LineKind.PHONE,
                on=time.on,
                start_min=time.span[0],
                end_min=time.span[1],
            )
            for time in self.times(week)
            for line in range(1, self.lines + 1)
        ]

    def opens(self, day: date) -> bool:
        return self._chance("opening", day).random() >= self.given.trouble.opening_fails

    def broken_lines(self, day: date) -> frozenset[str]:
        """Return the lines that do not work on a day."""
        days, weekdays = self.given.trouble.line_broken_days, self.given.term.weekdays
        back = (day - timedelta(days=ago) for ago in range(2 * days + 5))
        open_days = [one for one in back if one.isoweekday() in weekdays][:days]
        return frozenset(
            str(line)
            for line in range(1, self.lines + 1)
            if any(self._breaks(line, one) for one in open_days)
        )

    def _breaks(self, line: int, day: date) -> bool:
        return self._chance("line", line, day).random() < self.given.trouble.line_breaks

    def absent(self, day: date) -> frozenset[str]:
        chance, share = self._chance("absent", day), self.given.trouble.absent
        return frozenset(child_id for child_id in self.children if chance.random() < share)

    def elsewhere(self, day: date) -> frozenset[str]:
        """Return who is at school but not in the room, and comes for its own place only."""
        chance, share = self._chance("room", day), self.given.trouble.in_room
        return frozenset(child_id for child_id in self.children if chance.random() >= share)

    def answers(self, child_id: str, week: int) -> int:
        """Return, as bits, at which times of a week the family would answer."""
        key = child_id, week
        if key not in self._answers:
            self._answers[key] = self._drawn(self.children[child_id], week)
        return self._answers[key]

    def _drawn(self, child: SimulatedChild, week: int) -> int:
        if child.never_answers:
            return 0
        chance, given = self._chance("answers", child.name, week), self.given.answers
        callee = child.callee
        if chance.random() < given.hours_wrong:
            callee = self._other_hours(child, is_by_day=chance.random() < 0.5)  # noqa: PLR2004
        free, answers = self._in_hours(callee, week), 0
        for at in range(len(self.days(week)) * len(self.spans)):
            misses = given.no_answer_in_hours if free >> at & 1 else given.no_answer_outside
            if chance.random() >= misses:
                answers |= 1 << at
        return answers

    def _in_hours(self, callee: Callee, week: int) -> int:
        key = callee.hours, week
        if key not in self._free:
            self._free[key] = sum(
                1 << at
                for at, time in enumerate(self.times(week))
                if callee.is_free(time.on, time.span, LineKind.PHONE)
            )
        return self._free[key]

    def _other_hours(self, child: SimulatedChild, *, is_by_day: bool) -> Callee:
        """Return the family as it works in a week in which the card is wrong."""
        shift = _OTHER.get(child.shift, Shift.DAY if is_by_day else Shift.NIGHT)
        anchor = child.anchor + timedelta(weeks=1)
        families = self.given.families
        hours = shift_hours(
            shift, by_day=families.by_day, by_night=families.by_night, anchor=anchor
        )
        return _family(child.child_id, hours)

    def ceiling_edges(self, week: int) -> tuple[dict[str, int], list[int]]:
        """Return who could have been connected when, and the lines that worked at each time."""
        days, a_day = self.days(week), len(self.spans)
        working = [
            self.lines - len(self.broken_lines(day)) if self.opens(day) else 0 for day in days
        ]
        edges = dict.fromkeys(self.children, 0)
        for at, day in enumerate(days):
            absent, of_day = self.absent(day), (1 << a_day) - 1 << at * a_day
            for child_id in self.children.keys() - absent:
                edges[child_id] |= self.answers(child_id, week) & of_day
        for child_id in edges:
            edges[child_id] &= self._can_come(self.children[child_id].blocked, week)
        return edges, [lines for lines in working for _ in self.spans]

    def _can_come(self, blocked: tuple[BlockedTime, ...], week: int) -> int:
        key = blocked, week
        if key not in self._unblocked:
            self._unblocked[key] = sum(
                1 << at
                for at, time in enumerate(self.times(week))
                if is_child_free(time.on, time.span, blocked=blocked, away=())
            )
        return self._unblocked[key]


def _family(child_id: str, hours: tuple[Hours, ...]) -> Callee:
    return Callee(
        contact_id=f"family-{child_id}",
        phone=child_id,
        kinds=_PHONE,
        hours=hours,
        may_be_rung=True,
    )
