"""Which lines of the weekly pattern the board at the door had on it, and when it was changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kiosk.rules.openings import WeeklyRule

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days, both included, through which the same lines stood on the board."""

    first: date
    last: date
    rules: tuple[WeeklyRule, ...]


def hanging(rules: Iterable[WeeklyRule], *, on: date) -> tuple[WeeklyRule, ...]:
    """Return the lines on the board of a day, in the order of the week.

    A line is taken off on its last day: what is printed then hangs on the days after.
    """
    held = (
        one for one in rules if one.valid_from <= on and (one.valid_to is None or on < one.valid_to)
    )
    return tuple(sorted(held, key=lambda one: (one.weekday, one.from_min, one.to_min)))


def stretches(
    rules: Iterable[WeeklyRule], *, first: date, last: date, cut_on: date | None = None
) -> tuple[Stretch, ...]:
    """Return the days from `first` to `last`, cut wherever a line came or went, and on `cut_on`."""
    known = tuple(rules)
    changes = {on for one in known for on in (one.valid_from, one.valid_to)} | {cut_on}
    begins = sorted({first} | {on for on in changes if on is not None and first < on <= last})
    ends = [begin - _DAY for begin in begins[1:]] + [last]
    return tuple(
        Stretch(first=begin, last=end, rules=hanging(known, on=begin))
        for begin, end in zip(begins, ends, strict=True)
    )
