"""The figures of a month for school and district, each defined once (`domain.md` 2.6).

A share of nothing is no share: it is None, and paper has a dash.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from kiosk.rules.call_states import CallState
from kiosk.rules.openings import COUNTS_FROM_MIN, OpeningOrigin, OpeningState

K = TypeVar("K")

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
# Somebody was rung; a call that was cut off had begun, and nobody says that it came about.
STARTED: Final = frozenset({CallState.DONE, CallState.CUT, CallState.NO_ANSWER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    of: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.of / self.whole if self.whole else None


_NOT_COUNTED: Final = frozenset({OpeningState.CANCELLED, OpeningState.PLANNED, OpeningState.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningFact:
    """An opening; `minutes` is how long it was open, `had_duty` whether a teacher signed on."""

    on: date
    origin: OpeningOrigin
    state: OpeningState
    minutes: int
    had_duty: bool

    @property
    def is_planned(self) -> bool:
        """Whether it stood in the plan and is over; what was cancelled stands in it no more."""
        return self.origin is not OpeningOrigin.ADHOC and self.state not in _NOT_COUNTED

    @property
    def counts(self) -> bool:
        """Whether it was open for long enough, and not without a teacher."""
        return self.minutes >= COUNTS_FROM_MIN and self.had_duty


def held(openings: Iterable[OpeningFact]) -> Share:
    """开放率: of the openings that were planned, those that were held."""
    planned = [one for one in openings if one.is_planned]
    return Share(of=sum(one.counts for one in planned), whole=len(planned))


def on_duty(openings: Iterable[OpeningFact]) -> Share:
    """值班到岗率: of the openings that were planned, those with a teacher who signed on."""
    planned = [one for one in openings if one.is_planned]
    return Share(of=sum(one.had_duty for one in planned), whole=len(planned))


def visit_times(visits: Iterable[tuple[K, object]]) -> int:
    """到室人次: visits by child and opening; who comes back in the same opening counts once."""
    return len(set(visits))


def visitors(visits: Iterable[tuple[K, object]]) -> int:
    """到室人数: how many children came."""
    return len({child for child, _ in visits})


def loans_of_a_reader(loans: int, readers: int) -> float | None:
    """生均借阅, by readers: children with at least one loan in the period."""
    return loans / readers if readers else None


def loans_of_a_child(loans: int, enrolled: int) -> float | None:
    """生均借阅, by all children of the school."""
    return loans / enrolled if enrolled else None


def turnover(loans: int, copies: int) -> float | None:
    """图书流通率: loans of the period for each copy that the room holds."""
    return loans / copies if copies else None


def answered(calls: Iterable[CallState]) -> Share:
    """通话接通率: of the calls that were started, those that came about."""
    started = [state for state in calls if state in STARTED]
    return Share(of=sum(state is CallState.DONE for state in started), whole=len(started))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUp:
    """A child that has somebody to ring, from its first day to its last one, both included."""

    first: date
    last: date


def covered(
    reached_on: Iterable[tuple[K, date]], signed_up: Mapping[K, SignedUp], monday: date
) -> Share:
    """周覆盖率 of a week: of the children signed up for calls, those that were reached in it.

    There are two of it (ruling 18): by calls that came about, and by these and letters.
    """
    sunday = monday + 6 * _DAY
    there = {
        child for child, one in signed_up.items() if one.first <= sunday and one.last >= monday
    }
    reached = {child for child, on in reached_on if monday <= on <= sunday}
    return Share(of=len(there & reached), whole=len(there))


def confirmed(children: int, enrolled: int) -> Share:
    """联系卡完整率: children with a contact confirmed this term, of all children."""
    return Share(of=children, whole=enrolled)


def mean(shares: Iterable[Share]) -> float | None:
    """Return the mean of shares, each week weighing the same; those of nothing left out."""
    values = [value for share in shares if (value := share.value) is not None]
    return sum(values) / len(values) if values else None


def mondays(first: date, last: date) -> Iterator[date]:
    """Yield the Mondays of the weeks that have a day from `first` to `last`."""
    monday = first - first.weekday() * _DAY
    while monday <= last:
        yield monday
        monday += _WEEK
