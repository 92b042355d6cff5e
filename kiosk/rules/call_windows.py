"""When a call can be: the family's hours, the child's lessons, and what telephone it takes.

All is civil time: a weekday (1 for Monday to 7) and minutes since midnight, half-open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kiosk.rules.civil import DAY_MINUTES
from kiosk.rules.slots import Span

_WEEK: Final = 7


class LineKind(StrEnum):
    PHONE = "phone"
    VIDEO = "video"


class WeekPattern(StrEnum):
    """The weeks in which hours hold: all of them, or every other one of a factory's two shifts."""

    ALWAYS = "always"
    A = "A"
    B = "B"


class Shift(StrEnum):
    """How a family works, as a contact card asks it (白班, 夜班, 两班倒, 都可以)."""

    DAY = "day"
    NIGHT = "night"
    ALTERNATING = "alternating"
    FLEXIBLE = "flexible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A weekly time in which the family can be rung.

    It belongs to the day on which it begins; past 1440 it goes on after midnight. `anchor` is any
    day of an A week, and is needed by the patterns A and B alone. Raises ValueError when the time
    is none.
    """

    weekday: int
    from_min: int
    to_min: int
    pattern: WeekPattern = WeekPattern.ALWAYS
    anchor: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.weekday <= _WEEK:
            raise ValueError(f"a weekday is 1 to 7, not {self.weekday}")
        if not 0 <= self.from_min < DAY_MINUTES or not self.from_min < self.to_min:
            raise ValueError(f"{self.from_min}-{self.to_min} is no time")
        if self.to_min - self.from_min > DAY_MINUTES:
            raise ValueError("hours are a day long at most")
        if self.pattern is not WeekPattern.ALWAYS and self.anchor is None:
            raise ValueError("every other week counts from a day")

    def have(self, on: date, place: Span) -> bool:
        """Return whether the whole of a place lies within these hours."""
        return self._begun_on(on, place) or self._begun_on(
            on - timedelta(days=1), (place[0] + DAY_MINUTES, place[1] + DAY_MINUTES)
        )

    def _begun_on(self, on: date, place: Span) -> bool:
        return (
            on.isoweekday() == self.weekday
            and self.from_min <= place[0]
            and place[1] <= self.to_min
            and self.pattern in {WeekPattern.ALWAYS, _letter(on, self.anchor)}
        )


def _letter(on: date, anchor: date | None) -> WeekPattern | None:
    """Return whether the ISO week of a day is an A or a B week of the factory.

    Calendar weeks: a factory does not stand still in the school's holidays.
    """
    if anchor is None:
        return None
    weeks = (_monday(on) - _monday(anchor)).days // _WEEK
    return WeekPattern.B if weeks % 2 else WeekPattern.A


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedTime:
    """Weekly minutes in which the child is not to be fetched: a lesson, a club, a meal."""

    weekday: int
    from_min: int
    to_min: int

    def meets(self, on: date, place: Span) -> bool:
        """Return whether a place shares a minute with it."""
        on_that_day = on.isoweekday() == self.weekday
        return on_that_day and self.from_min < place[1] and place[0] < self.to_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """A contact of a child. `phone` stands for the number: equal for one person on two cards.

    Without hours the family is taken to be free at any time. `may_be_rung` is false for one who is
    barred, withdrawn or not approved yet; that one is never an option, and nobody is told why.
    """

    contact_id: str
    phone: str
    kinds: frozenset[LineKind]
    hours: tuple[Hours, ...]
    may_be_rung: bool

    def is_free(self, on: date, place: Span, kind: LineKind) -> bool:
        """Return whether the contact can be rung at this place."""
        if not self.may_be_rung or kind not in self.kinds:
            return False
        return not self.hours or any(hours.have(on, place) for hours in self.hours)


def is_child_free(
    on: date, place: Span, *, blocked: Sequence[BlockedTime], away: Iterable[date]
) -> bool:
    """Return whether the child can come: no lesson, and not away on that day."""
    return on not in away and not any(time.meets(on, place) for time in blocked)


def shift_hours(
    shift: Shift, *, by_day: Span, by_night: Span, anchor: date | None
) -> tuple[Hours, ...]:
    """Return the hours of a family that works so, until it names its own.

    `by_day` is when one who works by day can be rung, `by_night` one who works at night, on any
    day of the week; two shifts in turn have the day shift in A weeks. Flexible is any time.
    """
    match shift:
        case Shift.DAY:
            return _every_day(by_day, WeekPattern.ALWAYS, anchor)
        case Shift.NIGHT:
            return _every_day(by_night, WeekPattern.ALWAYS, anchor)
        case Shift.ALTERNATING:
            by_turns = (by_day, WeekPattern.A), (by_night, WeekPattern.B)
            return tuple(one for turn in by_turns for one in _every_day(*turn, anchor))
        case Shift.FLEXIBLE:
            return ()


def _every_day(span: Span, pattern: WeekPattern, anchor: date | None) -> tuple[Hours, ...]:
    return tuple(
        Hours(weekday=day, from_min=span[0], to_min=span[1], pattern=pattern, anchor=anchor)
        for day in range(1, _WEEK + 1)
    )
