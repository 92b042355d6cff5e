"""What an opening left behind by itself: duty, children and books at the screen, the kiosk's power.

Nobody types what a scan knows: a time that is missing is proposed from these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What some openings left behind, read at once: a page that polls asks for all of them.

    `at_screen` are the times of scans by the day they belong to, `back` those of books brought
    back, `off_at` when the kiosk was switched off.
    """

    spans: dict[UUID, Span]
    duty: dict[UUID, tuple[datetime | None, datetime | None]]
    at_screen: dict[date, list[datetime]]
    back: tuple[datetime, ...]
    off_at: tuple[datetime, ...]


def proposal(session: Session, opening: Opening, *, here: Here) -> Proposal:
    """Return when an opening seems to have begun and ended."""
    return _proposal(opening, _found(session, [opening], here), here)


def _proposal(opening: Opening, found: _Found, here: Here) -> Proposal:
    return room_times.proposed(
        _traces(opening, found),
        plan_to=civil.instant(opening.on_date, opening.to_min, here.settings.zone),
    )


def _found(session: Session, openings: Sequence[Opening], here: Here) -> _Found:
    days = [one.on_date for one in openings]
    others = _of_days(session, min(days), max(days), here)
    spans = {one.id: _span(one, others, here) for one in openings}
    since = min(span.since for span in spans.values())
    until = max(span.until for span in spans.values())
    return _Found(
        spans=spans,
        duty=_duty(session, openings),
        at_screen=_at_screen(session, min(days), max(days), here),
        back=_back(session, since, until),
        off_at=signs_of_life.switched_off(here.settings.instance, since=since, until=until),
    )


def _of_days(session: Session, first: date, last: date, here: Here) -> Sequence[Opening]:
    return session.scalars(
        select(Opening).where(
            Opening.home_id == here.home_id,
            Opening.on_date.between(first, last),
            Opening.state != OpeningState.CANCELLED,
        )
    ).all()


def _span(opening: Opening, openings: Sequence[Opening], here: Here) -> Span:
    """Return the time of an opening: a little beyond its plan, up to its neighbours of the day."""
    zone = here.settings.zone
    since = civil.instant(opening.on_date, opening.from_min, zone) - _AHEAD
    until = civil.instant(opening.on_date, opening.to_min, zone) + _LINGERS
    for other in openings:
        if other.id == opening.id or other.on_date != opening.on_date:
            continue
        begins = other.opened_at or civil.instant(other.on_date, other.from_min, zone) - _AHEAD
        ends = other.closed_at or civil.instant(other.on_date, other.to_min, zone)
        if other.from_min > opening.from_min:
            until = min(until, max(begins, since))
        else:
            since = max(since, min(ends, until))
    return Span(since=min(since, opening.opened_at or since), until=until)


def _duty(
    session: Session, openings: Sequence[Opening]
) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    rows = session.execute(
        select(
            Duty.opening_id,
            func.min(Duty.signed_on_at).label("began"),
            func.max(Duty.signed_off_at).label("ended"),
        )
        .where(Duty.opening_id.in_([one.id for one in openings]))
        .group_by(Duty.opening_id)
    )
    return {row.opening_id: (row.began, row.ended) for row in rows}


def _at_screen(session: Session, first: date, last: date, here: Here) -> dict[date, list[datetime]]:
    """Return the times at which children and books to borrow were at the screen, by their day."""
    found: dict[date, list[datetime]] = {}
    for row in session.execute(
        select(Visit.local_day, Visit.signed_in_at, Visit.signed_out_at).where(
            of_days(here.home_id, first, last)
        )
    ):
        found.setdefault(row.local_day, []).append(row.signed_in_at)
        if row.signed_out_at is not None:
            found[row.local_day].append(row.signed_out_at)
    # What was entered from the paper book was not at the screen then.
    for loan in session.execute(
        select(Loan.local_day, Loan.lent_at).where(
            Loan.local_day.between(first, last), Loan.is_late_entry.is_(False)
        )
    ):
        found.setdefault(loan.local_day, []).append(loan.lent_at)
    return found


def _back(session: Session, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return when books were brought back; not those of the paper book or of the return box."""
    ended = session.scalars(
        select(Loan.ended_at).where(
            Loan.ended_at.between(since, until),
            Loan.end_noted_at.is_(None),
            Loan.is_late_return.is_(False),
            Loan.ended_as == LoanEnd.RETURNED,
        )
    )
    return tuple(at for at in ended if at is not None)


def _traces(opening: Opening, found: _Found) -> Traces:
    span = found.spans[opening.id]
    began, ended = found.duty.get(opening.id, (None, None))
    at_screen = [*found.at_screen.get(opening.on_date, ()), *found.back]
    scans = [at for at in at_screen if span.since <= at <= span.until]
    return Traces(
        duty_on=began,
        duty_off=ended,
        first_scan=min(scans, default=None),
        last_scan=max(scans, default=None),
        off_at=tuple(at for at in found.off_at if span.since <= at <= span.until),
    )


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
    if not rows:
        return ()
    found = _found(session, rows, here)
    return tuple(one.on_date for one in rows if _proposal(one, found, here).opened is not None)
