"""The figures of a room's calls as one page has them: of all children, of a group, of a week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from kiosk.rules import call_metrics
from kiosk.rules.call_households import Seats, households
from kiosk.rules.call_matching import NOWHERE, Seating
from kiosk.rules.call_metrics import CallHistory
from kiosk.rules.call_waiting import BRAKE_AFTER_MISSES, CallPlace, WaitingChild

# Fewer children than this are not told apart on a sheet that leaves the room (`domain.md` 1.5).
FEW: Final = 5
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is said of some children; the shares are of 1, the gaps are days.

    `cov7_letters` counts letters as well. `week_share` is that of whole weeks: one that has just
    begun says nothing yet.
    """

    children: int
    cov7: float
    cov7_letters: float
    week_share: float
    max_gap_days: int
    p95_gap_days: int
    zero: int
    gini: float
    unreachable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """A week from Monday: how many children there were, and how many of them had a call."""

    monday: date
    children: int
    called: int

    @property
    def share(self) -> float:
        return self.called / self.children if self.children else 0.0


def of(
    histories: Sequence[CallHistory],
    misses: Mapping[str, int],
    *,
    letters: Mapping[str, Iterable[date]],
    last_sunday: date,
) -> Figures:
    """Return the figures of these children.

    `misses` are the unanswered calls in a row of each, `letters` the days on which it wrote.
    """
    return Figures(
        children=len(histories),
        cov7=call_metrics.cov7(histories),
        cov7_letters=cov7_letters(histories, letters),
        week_share=call_metrics.week_share(_until(histories, last_sunday)),
        max_gap_days=call_metrics.max_gap_days(histories),
        p95_gap_days=call_metrics.p95_gap_days(histories),
        zero=call_metrics.zero(histories),
        gini=call_metrics.gini(histories),
        unreachable=call_metrics.unreachable(
            (misses.get(one.child_id, 0) for one in histories), brake_after=BRAKE_AFTER_MISSES
        ),
    )


def cov7_letters(histories: Iterable[CallHistory], letters: Mapping[str, Iterable[date]]) -> float:
    """Return the share of days of children with a call or a letter within seven days."""
    return call_metrics.cov7(
        [call_metrics.with_letters(one, letters.get(one.child_id, ())) for one in histories]
    )


def _until(histories: Iterable[CallHistory], day: date) -> list[CallHistory]:
    return [
        replace(
            one,
            last_day=min(one.last_day, day),
            called_on=tuple(on for on in one.called_on if on <= day),
        )
        for one in histories
        if one.first_day <= day
    ]


def weeks(histories: Iterable[CallHistory], *, first: date, last: date) -> list[WeekFigures]:
    """Return the weeks from that of `first` to that of `last`."""
    children: dict[date, int] = {}
    called: dict[date, int] = {}
    for history in histories:
        for monday in _mondays(history.first_day, history.last_day):
            children[monday] = children.get(monday, 0) + 1
        for monday in {_monday(day) for day in history.called_on}:
            called[monday] = called.get(monday, 0) + 1
    return [
        WeekFigures(monday=monday, children=children.get(monday, 0), called=called.get(monday, 0))
        for monday in _mondays(first, last)
    ]


def most_in_a_week(children: Iterable[WaitingChild], places: Iterable[CallPlace]) -> int:
    """Return how many children could ring in a week if every family answered in its hours.

    Who rings the same person may share a place, so the larger households are seated first.
    """
    seats = Seats(places)
    found = sorted(households(children, seats), key=lambda one: -len(one.children))
    seating = Seating([household.seats for household in found], seats.capacity)
    seating.seat_all()
    return sum(
        len(household.children)
        for household, seat in zip(found, seating.seat_of, strict=True)
        if seat != NOWHERE
    )


def is_few(count: int) -> bool:
    """Return whether so few children are meant that somebody could tell who."""
    return 0 < count < FEW


def _mondays(first: date, last: date) -> list[date]:
    found, monday = [], _monday(first)
    while monday <= last:
        found.append(monday)
        monday += _WEEK
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
