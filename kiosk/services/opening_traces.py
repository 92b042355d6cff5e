"""What an opening left behind by itself: duty, children and books at the screen, the kiosk's power.

Nobody types what a scan knows: a time that is missing is proposed from these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.models.library import Loan
from kiosk.models.openings import Duty, Opening
from kiosk.models.visits import Visit
from kiosk.rules import civil, openings, room_times
from kiosk.rules.lending import LoanEnd
from kiosk.rules.openings import OpeningState
from kiosk.rules.room_times import Proposal, Traces
from kiosk.services import signs_of_life
from kiosk.services.here import Here
from kiosk.services.visit_days import of_days

# What is scanned so long after the plan's end still belongs to an opening that nobody closed.
_LINGERS: Final = timedelta(hours=3)
_ASKED_FOR: Final = timedelta(days=8)
_DAY: Final = timedelta(days=1)
_AHEAD: Final = timedelta(minutes=openings.OPENS_AHEAD_MIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """In which time an opening's traces are looked for, both ends included."""

    since: datetime
    until: datetime


def proposal(session: Session, opening: Opening, *, here: Here) -> Proposal:
    """Return when an opening seems to have begun and ended."""
    zone = here.settings.zone
    return room_times.proposed(
        _traces(session, opening, _span(session, opening, here), here),
        plan_to=civil.instant(opening.on_date, opening.to_min, zone),
    )


def _span(session: Session, opening: Opening, here: Here) -> Span:
    """Return the time of an opening: a little beyond its plan, up to its neighbours of the day."""
    zone = here.settings.zone
    since = civil.instant(opening.on_date, opening.from_min, zone) - _AHEAD
    until = civil.instant(opening.on_date, opening.to_min, zone) + _LINGERS
    for other in _others(session, opening):
        begins = other.opened_at or civil.instant(other.on_date, other.from_min, zone) - _AHEAD
        ends = other.closed_at or civil.instant(other.on_date, other.to_min, zone)
        if other.from_min > opening.from_min:
            until = min(until, max(begins, since))
        else:
            since = max(since, min(ends, until))
    return Span(since=min(since, opening.opened_at or since), until=until)


def _others(session: Session, opening: Opening) -> Sequence[Opening]:
    return session.scalars(
        select(Opening).where(
            Opening.home_id == opening.home_id,
            Opening.on_date == opening.on_date,
            Opening.id != opening.id,
            Opening.state != OpeningState.CANCELLED,
        )
    ).all()


def _traces(session: Session, opening: Opening, span: Span, here: Here) -> Traces:
    duty = session.execute(
        select(
            func.min(Duty.signed_on_at).label("began"), func.max(Duty.signed_off_at).label("ended")
        ).where(Duty.opening_id == opening.id)
    ).one()
    scans = _scans(session, opening, span)
    return Traces(
        duty_on=duty.began,
        duty_off=duty.ended,
        first_scan=min(scans, default=None),
        last_scan=max(scans, default=None),
        off_at=signs_of_life.switched_off(
            here.settings.instance, since=span.since, until=span.until
        ),
    )


def _scans(session: Session, opening: Opening, span: Span) -> list[datetime]:
    """Return the times at which children and books were at the screen."""
    on = opening.on_date
    visits = session.execute(
        select(Visit.signed_in_at, Visit.signed_out_at).where(of_days(opening.home_id, on, on))
    )
    # What was entered from the paper book, or lay in the return box, was not at the screen then.
    lent = session.scalars(
        select(Loan.lent_at).where(Loan.local_day == on, Loan.is_late_entry.is_(False))
    )
    back = session.scalars(
        select(Loan.ended_at).where(
            Loan.ended_at.between(span.since, span.until),
            Loan.end_noted_at.is_(None),
            Loan.is_late_return.is_(False),
            Loan.ended_as == LoanEnd.RETURNED,
        )
    )
    found = [*lent, *back, *(at for row in visits for at in row)]
    return [at for at in found if at is not None and span.since <= at <= span.until]


def unsaid(*, here: Here) -> tuple[date, ...]:
    """Return the days of openings whose times nobody has said, though their traces tell."""
    session = reading()
    rows = session.scalars(
        select(Opening)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date.between(here.today - _ASKED_FOR, here.today - _DAY),
            Opening.state != OpeningState.CANCELLED,
            Opening.closed_at.is_(None),
        )
        .order_by(Opening.on_date)
    ).all()
    return tuple(
        one.on_date for one in rows if proposal(session, one, here=here).opened is not None
    )
