"""Public holidays and the days made up for them: asked, never guessed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kiosk.rules.school_days import DayKind

_DAY: Final = timedelta(days=1)
# The next year's holidays are made known in November; from then on they are missed.
_MISSED_FROM: Final = (11, 15)


class HolidayAnswer(StrEnum):
    """What the school said of a day that is a public holiday, or is worked for one."""

    TAKEN = "taken"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What somebody answered to a day that the list had otherwise then."""

    kind: DayKind
    answer: HolidayAnswer
    by: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PublicDay:
    """A day off, or a weekend on which the country works for one; `name` is the holiday's.

    `is_withdrawn`: the list has it no longer. `stands` is what the calendar has for it now.
    """

    on: date
    kind: DayKind
    name: str
    is_withdrawn: bool = False
    stands: DayKind | None = field(default=None, compare=False)
    earlier: Earlier | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayQuestion:
    """Days that follow each other under one name and are all off, or one day made up."""

    name: str
    kind: DayKind
    first_day: date
    last_day: date
    is_withdrawn: bool = False
    stands: DayKind | None = None
    earlier: Earlier | None = None

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


def questions(days: Iterable[PublicDay]) -> tuple[HolidayQuestion, ...]:
    """Return what is to be asked, in order: a holiday is one question, a day made up another."""
    found: list[HolidayQuestion] = []
    open_at: dict[object, int] = {}
    for day in sorted(days):
        alike = (day.name, day.is_withdrawn, day.stands, day.earlier)
        at = open_at.get(alike) if day.kind is DayKind.CLOSED else None
        if at is not None and day.on - found[at].last_day == _DAY:
            found[at] = replace(found[at], last_day=day.on)
            continue
        if day.kind is DayKind.CLOSED:
            open_at[alike] = len(found)
        found.append(
            HolidayQuestion(
                name=day.name,
                kind=day.kind,
                first_day=day.on,
                last_day=day.on,
                is_withdrawn=day.is_withdrawn,
                stands=day.stands,
                earlier=day.earlier,
            )
        )
    return tuple(found)


def missing_year(today: date, *, known: Collection[int]) -> int | None:
    """Return the year whose holidays should be known by now and are not, or None.

    This year's always; the next one's from the middle of November.
    """
    if today.year not in known:
        return today.year
    is_due = (today.month, today.day) >= _MISSED_FROM
    return today.year + 1 if is_due and today.year + 1 not in known else None
