"""What a district asks of the room: demands in its own words, under a local name.

Places ask for different things (`domain.md` 1.7), so what is asked is data, a rule set.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.rules.openings import OpeningKind

_MOST: Final = 24


class Measure(StrEnum):
    """What is counted, as the files of the rule sets name it."""

    DAYS_A_WEEK = "days_a_week"
    OPENINGS_A_WEEK = "openings_a_week"
    EACH_SCHOOL_DAY = "each_school_day"
    HOURS_A_DAY = "hours_a_day"
    DUTY_EACH_SCHOOL_DAY = "duty_each_school_day"
    HOLIDAY_DAYS_A_WEEK = "holiday_days_a_week"
    HOLIDAY_HOURS_A_DAY = "holiday_hours_a_day"
    CALLS_A_WEEK = "calls_a_week"
    CALLS_A_MONTH = "calls_a_month"
    LETTERS_A_MONTH = "letters_a_month"
    CALLS_OR_LETTERS_A_MONTH = "calls_or_letters_a_month"


HOLIDAY_MEASURES: Final = frozenset({Measure.HOLIDAY_DAYS_A_WEEK, Measure.HOLIDAY_HOURS_A_DAY})
# Of these it is counted which children had one.
CALL_MEASURES: Final = frozenset(
    {
        Measure.CALLS_A_WEEK,
        Measure.CALLS_A_MONTH,
        Measure.LETTERS_A_MONTH,
        Measure.CALLS_OR_LETTERS_A_MONTH,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One thing that is asked, in the words of whoever asks it. Raises ValueError for nonsense."""

    measure: Measure
    least: int
    text: str
    kinds: tuple[OpeningKind, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.least <= _MOST:
            raise ValueError(f"at least {self.least} is no number of times")
        if not self.text:
            raise ValueError("a demand has words")
        if (self.measure is Measure.EACH_SCHOOL_DAY) is not bool(self.kinds):
            raise ValueError("kinds belong to what is asked of each school day, and there only")
        if self.measure in CALL_MEASURES and self.least != 1:
            raise ValueError("of calls and letters it is counted which children had one")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """What one place asks. `key` is the name of its file, `source` where it stands."""

    key: str
    name: str
    source: str
    demands: tuple[Demand, ...]
