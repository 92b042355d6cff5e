"""How far the room keeps what its rule set asks, from what it held and has planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading
from kiosk.models.calls import TO_COME_STATES, Booking, Line, Slot
from kiosk.models.openings import Opening, OpeningRule
from kiosk.rules import compliance
from kiosk.rules.compliance import CallFacts, OpeningFact, Standing, Week
from kiosk.rules.demands import Demand, Measure, RuleSet
from kiosk.rules.openings import OpeningState, counted_min, minute_on
from kiosk.services import call_numbers_facts, letters, rule_sets
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.on_duty import HAD_DUTY

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_SUNDAY: Final = timedelta(days=6)
# So many weeks back are shown, at most: a term.
_MOST_WEEKS: Final = 30
_OVER: Final = frozenset({OpeningState.HELD})
_TO_COME: Final = frozenset({OpeningState.PLANNED, OpeningState.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekStandings:
    """A week from Monday, and how each demand that held in it stands."""

    monday: date
    standings: tuple[Standing, ...]

    def of(self, demand: Demand) -> Standing | None:
        """Return how a demand stood; None where it did not hold in that week."""
        return next((one for one in self.standings if one.demand == demand), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The rule set that is followed, this week, and the weeks of the term before it."""

    rule_set: RuleSet
    this_week: tuple[Standing, ...]
    warned: tuple[Standing, ...]
    before: tuple[WeekStandings, ...]


def warnings(*, here: Here) -> tuple[Standing, ...]:
    """Return what of the rule set is in danger this week; nothing where none is followed."""
    rule_set = rule_sets.followed(here=here)
    if rule_set is None:
        return ()
    week = _week(reading(), rule_set, _monday(here.today), here)
    return compliance.warned(week, today=here.today)


def kept(*, here: Here) -> Kept | None:
    """Return how the rule set is kept this week and was in the term; None: none is followed."""
    rule_set = rule_sets.followed(here=here)
    if rule_set is None:
        return None
    session, monday = reading(), _monday(here.today)
    this_week = _week(session, rule_set, monday, here)
    return Kept(
        rule_set=rule_set,
        this_week=this_week,
        warned=compliance.warned(this_week, today=here.today),
        before=tuple(
            WeekStandings(monday=one, standings=_week(session, rule_set, one, here))
            for one in _weeks_before(session, monday, here)
        ),
    )


def between(first: date, last: date, *, here: Here) -> tuple[WeekStandings, ...]:
    """Return how each week of a period stood, for a report; nothing where no rule set is followed.

    The weeks are those whose Monday lies in the period.
    """
    rule_set = rule_sets.followed(here=here)
    if rule_set is None:
        return ()
    session, monday, found = reading(), first + _DAY * (-first.weekday() % 7), []
    while monday <= last:
        found.append(WeekStandings(monday=monday, standings=_week(session, rule_set, monday, here)))
        monday += _WEEK
    return tuple(found)


def _weeks_before(session: Session, monday: date, here: Here) -> list[date]:
    """Return the Mondays of the term before this one, the newest first; none before the room."""
    begun = here.school.term_began(here.today)
    planned = select(func.min(Opening.on_date)).where(
        Opening.home_id == here.home_id, Opening.on_date >= begun
    )
    first = _monday(session.scalar(planned) or here.today)
    weeks = min(max((monday - first) // _WEEK, 0), _MOST_WEEKS)
    return [monday - _WEEK * n for n in range(1, weeks + 1)]


def _monday(day: date) -> date:
    return day - _DAY * day.weekday()


def _week(session: Session, rule_set: RuleSet, monday: date, here: Here) -> tuple[Standing, ...]:
    asked = {demand.measure for demand in rule_set.demands}
    month = compliance.month_of(monday)
    facts = Week(
        monday=monday,
        openings=tuple(_openings(session, monday, here)),
        calls=_calls(session, monday, monday + _SUNDAY, here)
        if Measure.CALLS_A_WEEK in asked
        else compliance.NO_CALLS,
        month_calls=_calls(session, *month, here)
        if Measure.CALLS_A_MONTH in asked
        else compliance.NO_CALLS,
        month_letters=_letters(session, *month, here)
        if Measure.LETTERS_A_MONTH in asked
        else compliance.NO_CALLS,
        month_either=_calls(session, *month, here, with_letters=True)
        if Measure.CALLS_OR_LETTERS_A_MONTH in asked
        else compliance.NO_CALLS,
    )
    return compliance.standings(rule_set.demands, facts, today=here.today, school=here.school)


def _openings(session: Session, monday: date, here: Here) -> Iterable[OpeningFact]:
    rows = session.execute(
        select(
            Opening.on_date,
            Opening.from_min,
            Opening.to_min,
            Opening.state,
            Opening.opened_at,
            Opening.closed_at,
            OpeningRule.kind,
            HAD_DUTY.label("has_duty"),
        )
        .outerjoin(OpeningRule, OpeningRule.id == Opening.rule_id)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date.between(monday, monday + _SUNDAY),
            Opening.state.in_([*_OVER, *_TO_COME]),
        )
    ).all()
    return (_fact(row, here) for row in rows if row.state in _OVER or row.on_date >= here.today)


def _fact(row: AnyRow, here: Here) -> OpeningFact:
    weekday = row.on_date.isoweekday()
    return OpeningFact(
        on=row.on_date,
        kind=row.kind or compliance.kind_at(weekday, row.from_min, row.to_min),
        minutes=_minutes(row, here),
        is_held=row.state in _OVER,
        has_duty=bool(row.has_duty),
    )


def _minutes(row: AnyRow, here: Here) -> int:
    zone = here.settings.zone
    opened = minute_on(row.on_date, row.opened_at, zone)
    if row.state not in _OVER or opened is None:
        return int(row.to_min - row.from_min)
    closed = minute_on(row.on_date, row.closed_at, zone)
    return counted_min(row.from_min, row.to_min, opened, closed)


def _calls(
    session: Session, first: date, last: date, here: Here, *, with_letters: bool = False
) -> CallFacts:
    """Count the children who have somebody to ring: with a call by now, with one to come.

    With letters, who wrote needs no call.
    """
    until = min(last, here.today)
    if until < first:
        return compliance.NO_CALLS
    period = Period(first=first, last=until)
    made = call_numbers_facts.calls(session, period, here=here)
    counted = call_numbers_facts.children(session, period, made)
    able = {one.history.child_id for one in counted if one.has_contact}
    called = {str(child_id) for child_id, days in made.days.items() if days}
    if with_letters:
        called |= _wrote(session, period)
    called &= able
    return CallFacts(
        children=len(able),
        called=len(called),
        booked=len(_booked(session, last, here) & able - called),
    )


def _letters(session: Session, first: date, last: date, here: Here) -> CallFacts:
    """Count the children who have somebody to write to, and who wrote by now."""
    until = min(last, here.today)
    if until < first:
        return compliance.NO_CALLS
    period = Period(first=first, last=until)
    counted = call_numbers_facts.children(session, period, call_numbers_facts.NONE_COUNTED)
    able = {one.history.child_id for one in counted if one.has_contact}
    return CallFacts(children=len(able), called=len(_wrote(session, period) & able), booked=0)


def _wrote(session: Session, period: Period) -> set[str]:
    return {str(child_id) for child_id in letters.days(session, period)}


def _booked(session: Session, last: date, here: Here) -> set[str]:
    rows = session.scalars(
        select(Booking.child_id)
        .distinct()
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(
            Line.home_id == here.home_id,
            Booking.state.in_(TO_COME_STATES),
            Booking.on_date.between(here.today, last),
        )
    )
    return {str(child_id) for child_id in rows}
