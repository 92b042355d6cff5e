"""What a month or a term amounted to: the figures of school and district, and of its charts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.rules import civil, indicators
from kiosk.rules.call_states import CallState
from kiosk.rules.indicators import OpeningFact, Share, SignedUp
from kiosk.rules.lending import Borrower
from kiosk.rules.letters import kept_since
from kiosk.rules.openings import OpeningState, counted_min, minute_on
from kiosk.services import letters, opening_log, report_facts, use_facts
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.opening_log import OpeningRow, OpeningSum
from kiosk.services.use_facts import CountedCall, CountedLoan, CountedVisit

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekUse:
    """A week; `is_over` is false for this one.

    `covered` is of the children signed up for calls, `covered_letters` counts letters as well.
    """

    monday: date
    planned: int
    held: int
    loans: int
    covered: Share
    covered_letters: Share
    is_over: bool

    @property
    def is_averaged(self) -> bool:
        """Whether the mean of the weeks counts it."""
        return self.is_over and bool(self.planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    on: date
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HourUse:
    """Visits that began in an hour of a weekday; 0 is Monday."""

    weekday: int
    hour: int
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFigures:
    """The openings; `exceptions` are what the safety checks found not to be fine."""

    opened: OpeningSum
    held: Share
    cancelled: int
    on_duty: Share
    checks: int
    exceptions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFigures:
    """The loans of children; `readers` is None where some of them are forgotten."""

    loans: int
    readers: int | None
    enrolled: int
    copies: int
    new: int
    donated: int

    @property
    def of_a_reader(self) -> float | None:
        if self.readers is None:
            return None
        return indicators.loans_of_a_reader(self.loans, self.readers)

    @property
    def of_a_child(self) -> float | None:
        return indicators.loans_of_a_child(self.loans, self.enrolled)

    @property
    def turnover(self) -> float | None:
        return indicators.turnover(self.loans, self.copies)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """The calls; `coverage` is the mean of the weeks that are over and had a planned opening.

    `coverage_letters` is the same with the letters that were ticked (ruling 18).
    """

    done: int
    answered: Share
    coverage: float | None
    coverage_letters: float | None
    confirmed: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A period in figures."""

    period: Period
    room: RoomFigures
    visits: int
    visitors: int
    books: BookFigures
    calls: CallFigures
    days: tuple[DayUse, ...]
    hours: tuple[HourUse, ...]
    weeks: tuple[WeekUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What was read: of the period, and of the whole weeks that belong to it."""

    openings: Sequence[OpeningRow]
    loans: Sequence[CountedLoan]
    calls: Sequence[CountedCall]
    letters: Sequence[tuple[UUID, date]]
    signed_up: dict[UUID, SignedUp]
    enrolled: set[UUID]


def look(period: Period, *, here: Here) -> Report:
    """Return a period in figures, from the tables as they stand."""
    return of_period(reading(), period, here=here)


def of_period(session: Session, period: Period, *, here: Here) -> Report:
    """Return a period in figures.

    Whole weeks are looked at for the figures of a week, also where the month ends in one.
    """
    mondays = _weeks_of(period)
    facts = _read(session, period, mondays, here)
    visits = use_facts.visits(session, period, here=here)
    weeks = tuple(_week(monday, facts, here) for monday in mondays)
    return Report(
        period=period,
        room=_room(facts, period, here),
        visits=indicators.visit_times(visit.time for visit in visits),
        visitors=indicators.visitors(visit.time for visit in visits),
        books=_books(session, facts, period),
        calls=_calls(facts, weeks, period, report_facts.confirmed(session, period, here)),
        days=_days(visits, [one for one in facts.openings if period.has(one.on)]),
        hours=_hours(visits, here),
        weeks=weeks,
    )


def _read(session: Session, period: Period, mondays: Sequence[date], here: Here) -> _Facts:
    wide = Period(
        first=min([period.first, *mondays]),
        last=max([period.last, *(monday + 6 * _DAY for monday in mondays)]),
    )
    loans = use_facts.loans(session, wide)
    return _Facts(
        openings=opening_log.between(wide.first, wide.last, here=here),
        loans=[one for one in loans if one.borrower is Borrower.CHILD],
        calls=use_facts.calls(session, wide, here=here),
        letters=letters.pairs(session, wide),
        signed_up=report_facts.signed_up(session, wide),
        enrolled=report_facts.enrolled(session, period),
    )


def _room(facts: _Facts, period: Period, here: Here) -> RoomFigures:
    openings = [one for one in facts.openings if period.has(one.on)]
    plain = [_fact(one, here) for one in openings]
    return RoomFigures(
        opened=opening_log.total(tuple(openings)),
        held=indicators.held(plain),
        cancelled=sum(one.state is OpeningState.CANCELLED for one in plain),
        on_duty=indicators.on_duty(plain),
        checks=sum(one.has_check for one in openings),
        exceptions=sum(len(one.exceptions) for one in openings),
    )


def _books(session: Session, facts: _Facts, period: Period) -> BookFigures:
    loans = [one for one in facts.loans if period.has(one.on)]
    return BookFigures(
        loans=len(loans),
        readers=_readers(loans),
        enrolled=len(facts.enrolled),
        copies=report_facts.copies(session, period),
        new=report_facts.new_copies(session, period, donated=False),
        donated=report_facts.new_copies(session, period, donated=True),
    )


def _calls(
    facts: _Facts, weeks: Sequence[WeekUse], period: Period, of_whom_known: set[UUID] | None
) -> CallFigures:
    calls = [one for one in facts.calls if period.has(one.on)]
    return CallFigures(
        done=sum(one.state is CallState.DONE for one in calls),
        answered=indicators.answered(one.state for one in calls),
        coverage=indicators.mean(one.covered for one in weeks if one.is_averaged),
        coverage_letters=indicators.mean(one.covered_letters for one in weeks if one.is_averaged),
        confirmed=_confirmed(facts, of_whom_known),
    )


def _confirmed(facts: _Facts, of_whom_known: set[UUID] | None) -> Share:
    """Return a share of nobody where it is not known any more."""
    if of_whom_known is None:
        return indicators.confirmed(0, 0)
    return indicators.confirmed(len(facts.enrolled & of_whom_known), len(facts.enrolled))


def _fact(one: OpeningRow, here: Here) -> OpeningFact:
    zone = here.settings.zone
    opened = minute_on(one.on, one.opened_at, zone)
    is_over = one.closed_at is not None or one.is_close_unconfirmed
    minutes = 0
    if opened is not None and is_over:
        closed = minute_on(one.on, one.closed_at, zone)
        minutes = counted_min(one.from_min, one.to_min, opened, closed)
    return OpeningFact(
        on=one.on,
        origin=one.origin,
        state=one.state,
        minutes=minutes,
        had_duty=bool(one.duty),
    )


def _weeks_of(period: Period) -> list[date]:
    """Return the Mondays of the weeks that belong to a period: those whose Thursday lies in it."""
    return [
        monday
        for monday in indicators.mondays(period.first, period.last)
        if period.first <= monday + 3 * _DAY <= period.last
    ]


def _week(monday: date, facts: _Facts, here: Here) -> WeekUse:
    week = Period(first=monday, last=monday + 6 * _DAY)
    held = indicators.held(_fact(one, here) for one in facts.openings if week.has(one.on))
    done = [(one.child_id, one.on) for one in facts.calls if one.state is CallState.DONE]
    return WeekUse(
        monday=monday,
        planned=held.whole,
        held=held.of,
        loans=sum(week.has(one.on) for one in facts.loans),
        covered=indicators.covered(done, facts.signed_up, monday),
        covered_letters=(
            indicators.covered([*done, *facts.letters], facts.signed_up, monday)
            if monday >= kept_since(here.today)
            else Share(of=0, whole=0)  # the letters of that week are forgotten
        ),
        is_over=week.last < here.today,
    )


def _days(visits: Iterable[CountedVisit], openings: Iterable[OpeningRow]) -> tuple[DayUse, ...]:
    """Return the days on which the room was open, and how many came."""
    came = Counter(on for _, (on, _) in {visit.time for visit in visits})
    days = sorted({one.on for one in openings if one.opened_at is not None} | set(came))
    return tuple(DayUse(on=day, visits=came[day]) for day in days)


def _hours(visits: Iterable[CountedVisit], here: Here) -> tuple[HourUse, ...]:
    """Return when children came, by weekday and hour; who comes back is counted where it began."""
    first: dict[object, CountedVisit] = {}
    for visit in visits:
        first.setdefault(visit.time, visit)
    counted = Counter(
        (one.on.weekday(), civil.local(one.at, here.settings.zone).hour) for one in first.values()
    )
    return tuple(
        HourUse(weekday=weekday, hour=hour, visits=many)
        for (weekday, hour), many in sorted(counted.items())
    )


def _readers(loans: Sequence[CountedLoan]) -> int | None:
    readers = {one.child_id for one in loans}
    return None if None in readers else len(readers)
