"""The hours of a family as a contact card is filled in: a week of five parts of the day to touch.

The parts follow one another round the clock; the night belongs to the day on which it begins.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kiosk.rules.call_windows import Hours, Shift, WeekPattern, shift_hours
from kiosk.rules.civil import DAY_MINUTES
from kiosk.rules.slots import Span

WEEKDAYS: Final = range(1, 8)
# Who works by day can be rung after work, who works at night between sleep and work.
BY_DAY: Final[Span] = (17 * 60, 22 * 60)
BY_NIGHT: Final[Span] = (14 * 60, 19 * 60)
# More lines than a family can mean; whoever types on has lost the page.
MOST_LINES: Final = 60
_WEEK: Final = timedelta(days=7)


class PartOfDay(StrEnum):
    EARLY = "early"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


PARTS: Final[Mapping[PartOfDay, Span]] = MappingProxyType(
    {
        PartOfDay.EARLY: (6 * 60, 11 * 60),
        PartOfDay.NOON: (11 * 60, 14 * 60),
        PartOfDay.AFTERNOON: (14 * 60, 17 * 60),
        PartOfDay.EVENING: (17 * 60, 22 * 60),
        PartOfDay.NIGHT: (22 * 60, DAY_MINUTES + 6 * 60),
    }
)
_BEGINS: Final = frozenset(span[0] for span in PARTS.values())
_ENDS: Final = frozenset(span[1] for span in PARTS.values())


class CardProblem(StrEnum):
    """What is wrong with what staff write on a contact card or a child's timetable."""

    WRONG_SPAN = "card-wrong-span"
    TOO_MANY_LINES = "card-too-many-lines"
    NO_DAY = "card-no-day"
    WHICH_WEEK = "card-which-week"
    REACHED_NOHOW = "card-reached-nohow"
    UNKNOWN_DOUBT = "card-unknown-doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of the week: a part of one day, in every week or every other one."""

    weekday: int
    part: PartOfDay
    pattern: WeekPattern = WeekPattern.ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """The same time on several days, as a card says it."""

    weekdays: tuple[int, ...]
    from_min: int
    to_min: int
    pattern: WeekPattern


def span_of(from_min: int, to_min: int) -> Span:
    """Return a time as two clocks say it; one that ends before it begins goes on after midnight."""
    return from_min, to_min if to_min > from_min else to_min + DAY_MINUTES


def of_cells(cells: Iterable[Cell], *, anchor: date | None) -> tuple[Hours, ...]:
    """Return the hours of the fields that were touched; neighbours of one day are one time."""
    return merged(
        Hours(
            weekday=cell.weekday,
            from_min=PARTS[cell.part][0],
            to_min=PARTS[cell.part][1],
            pattern=cell.pattern,
            anchor=None if cell.pattern is WeekPattern.ALWAYS else anchor,
        )
        for cell in cells
    )


def cells_of(hours: Iterable[Hours]) -> tuple[frozenset[Cell], tuple[Hours, ...]]:
    """Return the fields that hours fill, and those of the hours that are no whole fields."""
    cells: set[Cell] = set()
    exact: list[Hours] = []
    for one in merged(hours):
        if one.from_min in _BEGINS and one.to_min in _ENDS:
            cells |= {
                Cell(weekday=one.weekday, part=part, pattern=one.pattern)
                for part, span in PARTS.items()
                if one.from_min <= span[0] and span[1] <= one.to_min
            }
        else:
            exact.append(one)
    return frozenset(cells), tuple(exact)


def merged(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """Return the same hours with those of one day and week that meet made one, in their order."""
    groups: dict[tuple[WeekPattern, int], list[Hours]] = {}
    for one in hours:
        groups.setdefault((one.pattern, one.weekday), []).append(one)
    return tuple(
        whole
        for _, of_day in sorted(groups.items())
        for joined in _joined(sorted(of_day, key=lambda one: (one.from_min, one.to_min)))
        for whole in _at_most_a_day(joined[0], joined[1])
    )


def _joined(in_order: list[Hours]) -> Iterable[tuple[Hours, int]]:
    """Yield the first of the hours that meet, and where the last of them ends."""
    first, end = in_order[0], in_order[0].to_min
    for one in in_order[1:]:
        if one.from_min > end:
            yield first, end
            first = one
            end = one.to_min
        end = max(end, one.to_min)
    yield first, end


def _at_most_a_day(first: Hours, end: int) -> Iterable[Hours]:
    """Yield the time as one line, or as two that overlap where it is longer than a day."""
    if end - first.from_min <= DAY_MINUTES:
        yield replace(first, to_min=end)
    else:
        yield replace(first, to_min=first.from_min + DAY_MINUTES)
        yield replace(first, from_min=end - DAY_MINUTES, to_min=end)


def lines(hours: Iterable[Hours]) -> tuple[HoursLine, ...]:
    """Return the hours as a card says them, times that several days share in one line."""
    days: dict[tuple[WeekPattern, int, int], list[int]] = {}
    for one in hours:
        days.setdefault((one.pattern, one.from_min, one.to_min), []).append(one.weekday)
    return tuple(
        HoursLine(weekdays=tuple(sorted(its)), from_min=begin, to_min=end, pattern=pattern)
        for (pattern, begin, end), its in sorted(days.items())
    )


def of_shift(shift: Shift, *, anchor: date | None) -> tuple[Hours, ...]:
    """Return the hours that a shift stands for until the family names its own."""
    found = shift_hours(shift, by_day=BY_DAY, by_night=BY_NIGHT, anchor=anchor)
    return tuple(
        replace(one, anchor=None) if one.pattern is WeekPattern.ALWAYS else one for one in found
    )


def every_day(part: PartOfDay) -> tuple[Hours, ...]:
    """Return one part of each day."""
    return of_cells((Cell(weekday=day, part=part) for day in WEEKDAYS), anchor=None)


def are_named(hours: Collection[Hours], shift: Shift | None) -> bool:
    """Say whether a family named these hours itself: to the minute, or week by week.

    The usual hours of a shift that does not change were named by nobody.
    """
    if changes_weekly(hours):
        return True
    has_usual = shift in {Shift.DAY, Shift.NIGHT}
    usual = of_shift(shift, anchor=None) if shift is not None and has_usual else ()
    return not set(cells_of(hours)[1]) <= set(usual)


def a_week_on(today: date, *, is_a_now: bool) -> date:
    """Return the Monday of the A week that is now, or was last week."""
    monday = today - timedelta(days=today.weekday())
    return monday if is_a_now else monday - _WEEK


def is_a_week(today: date, anchor: date) -> bool:
    """Return whether a day lies in an A week."""
    between = a_week_on(today, is_a_now=True) - a_week_on(anchor, is_a_now=True)
    return between.days // _WEEK.days % 2 == 0


def changes_weekly(hours: Collection[Hours]) -> bool:
    """Return whether two weeks differ."""
    return any(one.pattern is not WeekPattern.ALWAYS for one in hours)
