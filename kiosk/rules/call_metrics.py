"""The figures by which family calls are judged (`calls-and-hours.md` 4.3), one function each.

Only calls that came about count. A day has a call within seven days when there was one on it or
on one of the six before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from typing import Final

from kiosk.rules.call_matching import NOWHERE, Seating

COV_DAYS: Final = 7
# The first days say nothing: whoever comes last in the first round had to wait for it.
SETTLING: Final = timedelta(days=14)
_MOST_GAPS: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHistory:
    """A child's calls from one day to another, both included, in order."""

    child_id: str
    first_day: date
    last_day: date
    called_on: tuple[date, ...]


def cov7(histories: Iterable[CallHistory]) -> float:
    """Return the share of days of children with a call within seven days, after the settling."""
    covered = days = 0
    for history in histories:
        begin = (history.first_day + SETTLING).toordinal()
        end = history.last_day.toordinal() + 1
        days += max(end - begin, 0)
        reached = begin
        for called in history.called_on:
            since = max(called.toordinal(), reached)
            until = min(called.toordinal() + COV_DAYS, end)
            covered += max(until - since, 0)
            reached = max(reached, until)
    return _share(covered, days)


def with_letters(history: CallHistory, written_on: Iterable[date]) -> CallHistory:
    """Return a history in which the days of letters count as those of calls (ruling 18)."""
    days = {on for on in written_on if history.first_day <= on <= history.last_day}
    return replace(history, called_on=tuple(sorted(days.union(history.called_on))))


def week_share(histories: Iterable[CallHistory]) -> float:
    """Return the share of weeks of children, from Monday, with a call in them."""
    called = weeks = 0
    for history in histories:
        first = _week(history.first_day)
        weeks += _week(history.last_day) - first + 1
        called += len({_week(day) for day in history.called_on})
    return _share(called, weeks)


def _week(day: date) -> int:
    return (day.toordinal() - 1) // 7


def gaps(history: CallHistory) -> list[int]:
    """Return the days between the calls, with those before the first and after the last."""
    marks = [history.first_day, *history.called_on, history.last_day]
    return [(later - sooner).days for sooner, later in pairwise(marks)]


def max_gap_days(histories: Iterable[CallHistory]) -> int:
    """Return the longest time that any child was without a call."""
    return max((gap for history in histories for gap in gaps(history)), default=0)


def p95_gap_days(histories: Iterable[CallHistory]) -> int:
    """Return the time that 95 of 100 gaps do not exceed (nearest rank)."""
    found = sorted(gap for history in histories for gap in gaps(history))
    return found[ceil(len(found) * _MOST_GAPS) - 1] if found else 0


def zero(histories: Iterable[CallHistory]) -> int:
    """Return how many children had no call at all."""
    return sum(not history.called_on for history in histories)


def gini(histories: Iterable[CallHistory]) -> float:
    """Return how unequal the numbers of calls are: 0 all alike, near 1 one child has all."""
    counts = sorted(len(history.called_on) for history in histories)
    total = sum(counts)
    weighted = sum(place * count for place, count in enumerate(counts, start=1))
    return (2 * weighted / total - (len(counts) + 1)) / len(counts) if total else 0.0


def use(histories: Iterable[CallHistory], *, places: int) -> float:
    """Return the share of the places that could be used at which a call came about."""
    return _share(sum(len(history.called_on) for history in histories), places)


def unreachable(misses: Iterable[int], *, brake_after: int) -> int:
    """Return how many children nobody answers: so many calls in a row, and no call since."""
    return sum(missed >= brake_after for missed in misses)


def by_group(
    histories: Iterable[CallHistory], group_of: Callable[[str], str]
) -> dict[str, list[CallHistory]]:
    """Return the histories by class or by the family's shift: an average hides the night shift."""
    found: dict[str, list[CallHistory]] = {}
    for history in histories:
        found.setdefault(group_of(history.child_id), []).append(history)
    return dict(sorted(found.items()))


def most_reachable(answers: Mapping[str, int], capacity: Sequence[int]) -> int:
    """Return how many children anybody could have connected in a week: the clairvoyant's ceiling.

    `answers` has for each child the seats, as bits, at which it could come and the family would
    have answered; `capacity` the telephones that worked at each.
    """
    seating = Seating(list(answers.values()), capacity)
    seating.seat_all()
    return sum(seat != NOWHERE for seat in seating.seat_of)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
