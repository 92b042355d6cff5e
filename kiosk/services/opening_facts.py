"""What happened in each opening: who came, what was lent and rung, what was done together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.models.activities import Activity
from kiosk.models.calls import Booking, Line, Slot
from kiosk.models.library import Loan
from kiosk.models.visits import Visit, VisitPastime
from kiosk.rules import civil
from kiosk.rules.call_states import CallState
from kiosk.rules.lending import LoanEnd
from kiosk.rules.visits import Pastime
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period, day_of
from kiosk.services.opening_log import OpeningRow
from kiosk.services.visit_days import of_days


@dataclass(slots=True)
class Happened:
    """What happened in one opening; `children` are those that came.

    `activities` are the titles of what was noted of it (L12), in order of time.
    """

    children: set[UUID] = field(default_factory=set)
    lent: int = 0
    returned: int = 0
    calls: int = 0
    pastimes: set[Pastime] = field(default_factory=set)
    activities: list[str] = field(default_factory=list)


class Days:
    """Which opening something happened in: of two on one day, in the one that had begun."""

    def __init__(self, openings: Sequence[OpeningRow]) -> None:
        self._days: dict[date, list[OpeningRow]] = {}
        for one in openings:
            if one.opened_at is not None:
                self._days.setdefault(one.on, []).append(one)

    def opening_at(self, on: date, at: datetime) -> UUID | None:
        """Return the opening of an event; None on a day that nobody opened."""
        that_day = self._days.get(on)
        if not that_day:
            return None
        begun = [one for one in that_day if one.opened_at is not None and one.opened_at <= at]
        return (begun[-1] if begun else that_day[0]).opening_id


def happened(
    session: Session, openings: Sequence[OpeningRow], period: Period, *, here: Here
) -> dict[UUID, Happened]:
    """Return what happened in each of these openings."""
    days = Days(openings)
    found = {one.opening_id: Happened() for one in openings}

    def at(on: date, instant: datetime) -> Happened:
        opening_id = days.opening_at(on, instant)
        return Happened() if opening_id is None else found[opening_id]

    for visit in _visits(session, period, here):
        opening = at(visit.local_day, visit.signed_in_at)
        opening.children.add(visit.child_id)
        if visit.pastime is not None:
            opening.pastimes.add(visit.pastime)
    for loan in _loans(session, period, here):
        if period.first <= loan.local_day <= period.last:
            at(loan.local_day, loan.lent_at).lent += 1
        if loan.ended_at is not None and loan.ended_as is not LoanEnd.LOST:
            at(day_of(loan.ended_at, here), loan.ended_at).returned += 1
    for call in _calls(session, period, here):
        at(call.on_date, call.started_at or here.now).calls += 1
    for one in _activities(session, period, here):
        middle = civil.instant(one.on_date, (one.from_min + one.to_min) // 2, here.settings.zone)
        at(one.on_date, middle).activities.append(one.title)
    return found


def _visits(session: Session, period: Period, here: Here) -> Iterable[AnyRow]:
    return session.execute(
        select(Visit.child_id, Visit.local_day, Visit.signed_in_at, VisitPastime.pastime)
        .outerjoin(VisitPastime, VisitPastime.visit_id == Visit.id)
        .where(of_days(here.home_id, period.first, period.last))
    )


def _loans(session: Session, period: Period, here: Here) -> Iterable[AnyRow]:
    begin = civil.instant(period.first, 0, here.settings.zone)
    end = civil.instant(period.last, 0, here.settings.zone) + timedelta(days=1)
    return session.execute(
        select(Loan.local_day, Loan.lent_at, Loan.ended_at, Loan.ended_as).where(
            # One look into each index: an OR of both columns makes SQLite read every loan.
            Loan.id.in_(
                select(Loan.id)
                .where(Loan.local_day.between(period.first, period.last))
                .union(select(Loan.id).where(Loan.ended_at >= begin, Loan.ended_at < end))
            ),
            or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE),
        )
    )


def _calls(session: Session, period: Period, here: Here) -> Iterable[AnyRow]:
    return session.execute(
        select(Booking.on_date, Booking.started_at)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(
            Line.home_id == here.home_id,
            Booking.on_date.between(period.first, period.last),
            Booking.state == CallState.DONE,
        )
    )


def _activities(session: Session, period: Period, here: Here) -> Iterable[AnyRow]:
    return session.execute(
        select(Activity.on_date, Activity.from_min, Activity.to_min, Activity.title)
        .where(
            Activity.home_id == here.home_id,
            Activity.on_date.between(period.first, period.last),
        )
        .order_by(Activity.on_date, Activity.from_min, Activity.id)
    )
