"""The room's plan and what became of it: weekly rules, dated openings, planned against held."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.rules import civil
from kiosk.rules.civil import DAY_MINUTES
from kiosk.rules.school_days import SchoolDays, WeekLetter

# From here on an opening counts for the school and the bureau (`domain.md` 2.6).
COUNTS_FROM_MIN = 30
# So long before its planned start the door opens for a planned opening; earlier it is another one.
OPENS_AHEAD_MIN = 30
_SATURDAY, _SUNDAY = 6, 7


class OpeningState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    HELD = "held"
    SHORT = "short"
    MISSED = "missed"
    CANCELLED = "cancelled"


class OpeningKind(StrEnum):
    """What a line of the weekly pattern is for. HOLIDAY holds between two terms, and only there."""

    NOON = "noon"
    AFTER_CLASS = "after_class"
    EVENING = "evening"
    SUNDAY_RETURN = "sunday_return"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class OpeningOrigin(StrEnum):
    """Where an opening comes from: the weekly plan, a date set by hand, or "open now"."""

    RULE = "rule"
    MANUAL = "manual"
    ADHOC = "adhoc"


class Hazard(StrEnum):
    """The eight of the safety check (八防), in the order of the paper form."""

    FIRE = "fire"
    WATER = "water"
    ELECTRICITY = "electricity"
    POISONING = "poisoning"
    COLLAPSE = "collapse"
    FALLS = "falls"
    TRAFFIC = "traffic"
    ACCIDENTS = "accidents"


class OpeningRefusal(StrEnum):
    ALREADY_OPEN = "already-open"
    NOT_OPEN = "not-open"
    CHECK_MISSING = "check-missing"
    CALLS_UNFINISHED = "calls-unfinished"  # a call has no outcome yet
    CALLS_WAITING = "calls-waiting"  # a child stands at the telephone and knows nothing
    RULES_OVERLAP = "rules-overlap"
    PAST = "past"  # a day or a time that is over
    KIND_ELSEWHEN = "kind-elsewhen"  # a return on a Tuesday, a weekend on a Monday


def suits(kind: OpeningKind, weekday: int) -> bool:
    """Return whether a line of this kind may stand on a weekday (1 for Monday to 7)."""
    match kind:
        case OpeningKind.SUNDAY_RETURN:
            return weekday == _SUNDAY
        case OpeningKind.WEEKEND:
            return weekday in {_SATURDAY, _SUNDAY}
        case _:
            return True


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyRule:
    """A period of the weekly plan. `weekday` is 1 for Monday to 7; `valid_to` is its last day.

    With a `letter` it holds in every other school week. Raises ValueError when it could never be
    kept.
    """

    rule_id: UUID
    weekday: int
    from_min: int
    to_min: int
    place_min: int
    talk_min: int
    valid_from: date
    valid_to: date | None
    kind: OpeningKind = OpeningKind.AFTER_CLASS
    letter: WeekLetter | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.weekday <= 7:  # noqa: PLR2004 - the days of a week
            raise ValueError(f"a weekday is 1 to 7, not {self.weekday}")
        if not 0 <= self.from_min < self.to_min <= DAY_MINUTES:
            raise ValueError(f"{self.from_min}-{self.to_min} is no period of a day")
        if not 1 <= self.talk_min <= self.place_min:
            raise ValueError(f"{self.talk_min} minutes of talk do not fit into {self.place_min}")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("the plan ends before it begins")
        if not suits(self.kind, self.weekday):
            raise ValueError(f"{self.kind} is not on weekday {self.weekday}")
        if self.kind is OpeningKind.HOLIDAY and self.letter is not None:
            raise ValueError("the weeks of a holiday have no letters")

    def overlaps(self, other: Self) -> bool:
        """Return whether both plan a minute of the same day; for how long is not looked at."""
        is_apart = self.to_min <= other.from_min or other.to_min <= self.from_min
        return self.weekday == other.weekday and not is_apart and self._may_meet(other)

    def _may_meet(self, other: Self) -> bool:
        """Return whether both may hold in the same week."""
        if (self.kind is OpeningKind.HOLIDAY) is not (other.kind is OpeningKind.HOLIDAY):
            return False
        return self.letter is None or other.letter is None or self.letter is other.letter

    def is_for(self, on: date, *, school: SchoolDays) -> bool:
        """Return whether the rule plans this day, as the school's calendar has it."""
        is_over = self.valid_to is not None and on > self.valid_to
        if on < self.valid_from or is_over:
            return False
        if self.kind is OpeningKind.HOLIDAY:
            return school.holiday_weekday(on) == self.weekday
        if school.plan_weekday(on) != self.weekday:
            return False
        return self.letter is None or school.week_letter(on) is self.letter


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedOpening:
    """A day's opening as the weekly plan has it."""

    rule_id: UUID
    on: date
    from_min: int
    to_min: int
    place_min: int
    talk_min: int


def dated(
    rules: Iterable[WeeklyRule], *, first: date, last: date, school: SchoolDays
) -> tuple[DatedOpening, ...]:
    """Return what the rules plan from `first` to `last`, both included, in order of time.

    One for each rule and day, always the same: the pair (rule, day) is its identity, so that
    planning twice makes nothing twice and a day that was edited by hand stays as it is.
    """
    rules = tuple(rules)
    days = (first + timedelta(days=day) for day in range((last - first).days + 1))
    planned = (
        _on_day(rule, day) for day in days for rule in rules if rule.is_for(day, school=school)
    )
    return tuple(sorted(planned, key=lambda opening: (opening.on, opening.from_min)))


def _on_day(rule: WeeklyRule, on: date) -> DatedOpening:
    return DatedOpening(
        rule_id=rule.rule_id,
        on=on,
        from_min=rule.from_min,
        to_min=rule.to_min,
        place_min=rule.place_min,
        talk_min=rule.talk_min,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledOpening:
    """An opening that the calendar cancelled; `is_by_hand`: no line of the pattern had it."""

    opening_id: UUID
    on: date
    from_min: int
    to_min: int
    is_by_hand: bool


def come_back(
    cancelled: Iterable[CancelledOpening],
    *,
    pattern: Iterable[DatedOpening],
    standing: Iterable["Planned"],
) -> dict[UUID, UUID | None]:
    """Return which cancelled openings stand again, each with the line of the pattern it is of.

    The first of these that lie at one time; none at a time at which another opening stands. What
    the pattern had, whether or not it was moved by hand since, comes back where the pattern has an
    opening at its time; what was planned by hand does without.
    """
    lines, taken = list(pattern), list(standing)
    found: dict[UUID, UUID | None] = {}
    for one in cancelled:
        if any(_meet(one, other) for other in taken):
            continue
        line = next((line for line in lines if _meet(one, line)), None)
        if one.is_by_hand or line is not None:
            found[one.opening_id] = None if one.is_by_hand or line is None else line.rule_id
            taken.append(one)
            lines = [other for other in lines if other is not line or one.is_by_hand]
    return found


def _meet(one: "Planned", other: "Planned") -> bool:
    return one.on == other.on and one.from_min < other.to_min and other.from_min < one.to_min


def minute_on(on: date, at: datetime | None, zone: ZoneInfo) -> int | None:
    """Return an instant in minutes since the midnight before a day; past 1440 on the next one."""
    if at is None:
        return None
    return int((at - civil.instant(on, 0, zone)).total_seconds() // 60)


def counted_min(planned_from: int, planned_to: int, opened_min: int, closed_min: int | None) -> int:
    """Return how many minutes of an opening count; when nobody closed it, those within the plan."""
    if closed_min is None:
        opened_min, closed_min = max(opened_min, planned_from), planned_to
    return max(closed_min - opened_min, 0)


def outcome(
    planned_from: int, planned_to: int, opened_min: int | None, closed_min: int | None
) -> OpeningState:
    """Return what became of a planned opening that is over: held, short or missed.

    Minutes since the midnight before it, so that closing after midnight is past 1440. When nobody
    closed the room, only what lies within the plan counts.
    """
    if opened_min is None:
        return OpeningState.MISSED
    counted = counted_min(planned_from, planned_to, opened_min, closed_min)
    return OpeningState.HELD if counted >= COUNTS_FROM_MIN else OpeningState.SHORT


class Planned(Protocol):
    """Whatever stands for a planned opening; minutes since midnight, local time."""

    @property
    def on(self) -> date: ...
    @property
    def from_min(self) -> int: ...
    @property
    def to_min(self) -> int: ...


PlannedT = TypeVar("PlannedT", bound=Planned)


def next_planned(openings: Iterable[PlannedT], *, today: date, minute: int) -> PlannedT | None:
    """Return the first of these openings that is not over by plan, or None.

    One that should be going on is "next" as long as the room is closed: a child that comes at
    five past is not sent away until tomorrow. Pass only those still in the state PLANNED.
    """
    ahead = (o for o in openings if (o.on, o.to_min) > (today, minute))
    return min(ahead, key=lambda o: (o.on, o.from_min), default=None)


def is_due(opening: Planned, *, today: date, minute: int) -> bool:
    """Return whether a room that opens now keeps this plan: shortly before its start to its end."""
    first = opening.from_min - OPENS_AHEAD_MIN
    return opening.on == today and first <= minute < opening.to_min


def minutes_until(opening: Planned | None, *, today: date, minute: int) -> int | None:
    """Return how long until this opening begins by plan: 0 while it lasts, None if not today."""
    if opening is None or opening.on != today or minute >= opening.to_min:
        return None
    return max(opening.from_min - minute, 0)
