"""The parts of a day in which a child would like to ring, as pictures that it can choose."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from kiosk.rules.slots import Span


class DayPart(StrEnum):
    NOON = "noon"
    AFTER_SCHOOL = "after_school"
    AFTER_DINNER = "after_dinner"


SPANS: Mapping[DayPart, Span] = MappingProxyType(
    {
        DayPart.NOON: (11 * 60, 14 * 60),
        DayPart.AFTER_SCHOOL: (15 * 60, 18 * 60),
        DayPart.AFTER_DINNER: (18 * 60, 22 * 60),
    }
)


def within(part: DayPart, opening: Span) -> Span | None:
    """Return what of an opening lies in this part of the day, or None."""
    begins, ends = SPANS[part]
    both = max(begins, opening[0]), min(ends, opening[1])
    return both if both[0] < both[1] else None


def of(openings: Iterable[Span]) -> tuple[DayPart, ...]:
    """Return the parts of the day in which the room is open at all, the earliest first."""
    spans = list(openings)
    return tuple(part for part in DayPart if any(within(part, one) for one in spans))
