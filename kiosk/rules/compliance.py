"""What a district asks of the room, week by week: kept, still possible, or missed.

What is asked is data (`kiosk.rules.demands`); here it is only counted.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kiosk.rules.demands import CALL_MEASURES, HOLIDAY_MEASURES, Demand, Measure
from kiosk.rules.openings import OpeningKind
from kiosk.rules.school_days import SchoolDays

Counted = tuple[int, int, int]  # wanted, held, still to come

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_HOUR_MIN: Final = 60
_WEDNESDAY: Final = 3
_NOON_ENDS: Final = 14 * 60
_EVENING_BEGINS: Final = 18 * 60
_SATURDAY: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningFact:
    """An opening that was held, or one that is still planned; others are not told.

    `minutes` is how long it was, or is to be. `has_duty`: somebody signed on for it.
    """

    on: date
    kind: OpeningKind
    minutes: int
    is_held: bool
    has_duty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """How many children may call, how many have, and how many of the others have a place.

    Of letters: how many wrote; nobody has a place for that.
    """

    children: int
    called: int
    booked: int


NO_CALLS: Final = CallFacts(children=0, called=0, booked=0)


class Outlook(StrEnum):
    """How a demand stands in its week or month.

    LAST_CHANCE: all that is still planned is needed. TOO_FEW: what is planned is not enough; one
    more would be. MISSED: the time is over.
    """

    KEPT = "kept"
    ON_THE_WAY = "on_the_way"
    LAST_CHANCE = "last_chance"
    TOO_FEW = "too_few"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a demand is kept from `first` to `last`; `to_come` is planned until then."""

    demand: Demand
    first: date
    last: date
    wanted: int
    held: int
    to_come: int
    outlook: Outlook

    @property
    def missing(self) -> int:
        """Return how many more than is planned it would take."""
        return max(self.wanted - self.held - self.to_come, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week from Monday: what was and will be open, and the calls and letters of its month."""

    monday: date
    openings: tuple[OpeningFact, ...]
    calls: CallFacts = NO_CALLS
    month_calls: CallFacts = NO_CALLS
    month_letters: CallFacts = NO_CALLS
    month_either: CallFacts = NO_CALLS


def kind_at(weekday: int, from_min: int, to_min: int) -> OpeningKind:
    """Return what an opening that no line of the pattern planned counts as, by its time."""
    if weekday >= _SATURDAY:
        return OpeningKind.WEEKEND
    if to_min <= _NOON_ENDS:
        return OpeningKind.NOON
    return OpeningKind.EVENING if from_min >= _EVENING_BEGINS else OpeningKind.AFTER_CLASS


def standings(
    demands: Iterable[Demand], week: Week, *, today: date, school: SchoolDays
) -> tuple[Standing, ...]:
    """Return how each demand stands that holds in this week; a closed week asks for nothing.

    In a week with fewer school days than are asked, these are enough.
    """
    days = [week.monday + _DAY * n for n in range(7)]
    school_days = frozenset(day for day in days if school.plan_weekday(day) in range(1, 6))
    is_holiday = not school_days and any(school.holiday_weekday(day) for day in days)
    found = []
    for demand in demands:
        if demand.measure in CALL_MEASURES:
            found.append(_of_calls(demand, week, today))
        elif is_holiday if demand.measure in HOLIDAY_MEASURES else school_days:
            found.append(_of_openings(demand, week, school_days, today))
    return tuple(one for one in found if one.wanted)


def warned(standings: Iterable[Standing], *, today: date) -> tuple[Standing, ...]:
    """Return what somebody should do something about today.

    What every remaining opening is needed for is told from Wednesday on; what the plan has too few
    of at once.
    """
    is_late = today.isoweekday() >= _WEDNESDAY
    return tuple(
        one
        for one in standings
        if one.outlook is Outlook.TOO_FEW or (one.outlook is Outlook.LAST_CHANCE and is_late)
    )


def _of_calls(demand: Demand, week: Week, today: date) -> Standing:
    if demand.measure is Measure.CALLS_A_WEEK:
        facts, first, last = week.calls, week.monday, week.monday + _DAY * 6
    else:
        facts, first, last = _of_month(demand, week), *month_of(week.monday)
    return _standing(demand, (first, last), (facts.children, facts.called, facts.booked), today)


def _of_month(demand: Demand, week: Week) -> CallFacts:
    if demand.measure is Measure.LETTERS_A_MONTH:
        return week.month_letters
    if demand.measure is Measure.CALLS_OR_LETTERS_A_MONTH:
        return week.month_either
    return week.month_calls


def month_of(monday: date) -> tuple[date, date]:
    """Return the first and last day of the month that a week counts for: that of its Thursday."""
    first = (monday + _DAY * 3).replace(day=1)
    return first, (first + _DAY * 31).replace(day=1) - _DAY


def _of_openings(
    demand: Demand, week: Week, school_days: Collection[date], today: date
) -> Standing:
    held = [one for one in week.openings if one.is_held]
    planned = [one for one in week.openings if not one.is_held]
    counted = _COUNTS[demand.measure](demand, held, planned, school_days)
    return _standing(demand, (week.monday, week.monday + _DAY * 6), counted, today)


def _standing(
    demand: Demand, span: tuple[date, date], counted: tuple[int, int, int], today: date
) -> Standing:
    wanted, held, to_come = counted
    return Standing(
        demand=demand,
        first=span[0],
        last=span[1],
        wanted=wanted,
        held=held,
        to_come=to_come,
        outlook=_outlook(demand, counted, today, last=span[1]),
    )


def _outlook(demand: Demand, counted: Counted, today: date, *, last: date) -> Outlook:
    wanted, held, to_come = counted
    if held >= wanted:
        return Outlook.KEPT
    if today > last:
        return Outlook.MISSED
    if last - today >= _WEEK:
        return Outlook.ON_THE_WAY  # nobody has planned the end of a month at its beginning
    if held + to_come < wanted:
        return Outlook.TOO_FEW
    # A child that has a place has one; an opening that falls out is one too few.
    is_tight = held + to_come == wanted and demand.measure not in CALL_MEASURES
    return Outlook.LAST_CHANCE if is_tight else Outlook.ON_THE_WAY


def _days(
    demand: Demand,
    held: list[OpeningFact],
    planned: list[OpeningFact],
    school_days: Collection[date],
) -> Counted:
    done = {one.on for one in held}
    wanted = min(demand.least, len(school_days) or demand.least)
    return wanted, len(done), len({one.on for one in planned} - done)


def _times(
    demand: Demand,
    held: list[OpeningFact],
    planned: list[OpeningFact],
    school_days: Collection[date],
) -> Counted:
    return min(demand.least, len(school_days)), len(held), len(planned)


def _each_day(
    demand: Demand,
    held: list[OpeningFact],
    planned: list[OpeningFact],
    school_days: Collection[date],
) -> Counted:
    wanted = {(day, kind) for day in school_days for kind in demand.kinds}
    done = {(one.on, one.kind) for one in held} & wanted
    coming = {(one.on, one.kind) for one in planned} & wanted
    return len(wanted), len(done), len(coming - done)


def _hours(
    demand: Demand,
    held: list[OpeningFact],
    planned: list[OpeningFact],
    school_days: Collection[date],
) -> Counted:
    """Count the days that are long enough, of all days on which it opened or is to open."""
    del school_days
    done, all_day = _minutes(held), _minutes([*held, *planned])
    long = {day for day, minutes in done.items() if minutes >= demand.least * _HOUR_MIN}
    coming = {one.on for one in planned if all_day[one.on] >= demand.least * _HOUR_MIN} - long
    return len(all_day), len(long), len(coming)


def _minutes(openings: Iterable[OpeningFact]) -> Mapping[date, int]:
    found: dict[date, int] = {}
    for one in openings:
        found[one.on] = found.get(one.on, 0) + one.minutes
    return found


def _duty(
    demand: Demand,
    held: list[OpeningFact],
    planned: list[OpeningFact],
    school_days: Collection[date],
) -> Counted:
    del demand
    done = {one.on for one in held if one.has_duty} & set(school_days)
    return len(school_days), len(done), len({one.on for one in planned} & set(school_days) - done)


_COUNTS: Final[
    Mapping[
        Measure,
        Callable[[Demand, list[OpeningFact], list[OpeningFact], Collection[date]], Counted],
    ]
] = {
    Measure.DAYS_A_WEEK: _days,
    Measure.OPENINGS_A_WEEK: _times,
    Measure.EACH_SCHOOL_DAY: _each_day,
    Measure.HOURS_A_DAY: _hours,
    Measure.DUTY_EACH_SCHOOL_DAY: _duty,
    Measure.HOLIDAY_DAYS_A_WEEK: _days,
    Measure.HOLIDAY_HOURS_A_DAY: _hours,
}
