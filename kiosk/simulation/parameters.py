"""What the invented term assumes; all of it stands in `kiosk/data/simulated_term.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from kiosk.rules.call_windows import Shift

_FILE: Final = Path(__file__).parent.parent / "data" / "simulated_term.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    first_day: date
    weeks: int
    weekdays: tuple[int, ...]
    opens_min: int
    closes_min: int
    drafted_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    day: float
    night: float
    alternating: float
    flexible: float
    by_day: tuple[int, int]
    by_night: tuple[int, int]
    never_answers: float

    def shares(self) -> dict[Shift, float]:
        """Return how many of the families work how."""
        return {shift: getattr(self, shift.value) for shift in Shift}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    no_answer_in_hours: float
    no_answer_outside: float
    hours_wrong: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    opening_fails: float
    line_breaks: float
    line_broken_days: int
    absent: float
    impossible_weekdays: int
    in_room: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    most_a_week: int
    eagerness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The term; the comments of the file say what each of them means."""

    term: Term
    families: Families
    answers: Answers
    trouble: Trouble
    sheet: Sheet


@cache
def parameters() -> Parameters:
    """Return what the file says. Raises TypeError when a key is missing or too many."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    told: dict[str, dict[str, Any]] = {
        name: {key: tuple(value) if isinstance(value, list) else value for key, value in of.items()}
        for name, of in read.items()
    }
    return Parameters(
        term=Term(**told["term"]),
        families=Families(**told["families"]),
        answers=Answers(**told["answers"]),
        trouble=Trouble(**told["trouble"]),
        sheet=Sheet(**told["sheet"]),
    )
