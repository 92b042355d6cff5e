"""The gap list: what of a period an inspector would find missing, with the days it is about.

A signature is not missing: it is given on paper. What is still to come is not missing either.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kiosk.db import reading
from kiosk.models.calls import Booking
from kiosk.models.openings import Opening, SafetyCheck
from kiosk.models.people import Card, Child, Contact, ContactStatus, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import call_states
from kiosk.rules import gaps as rules
from kiosk.rules.call_states import CallState
from kiosk.rules.gaps import GapKind
from kiosk.rules.openings import Hazard, OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services import friends, late_entries
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.on_duty import HAD_DUTY

_HELD: Final = (OpeningState.HELD, OpeningState.SHORT)
_STILL_ABOUT: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One kind of gap: how many there are, and every day they are on, where they have any."""

    kind: GapKind
    count: int
    days: tuple[date, ...] = ()

    @property
    def months(self) -> tuple[tuple[date, tuple[int, ...]], ...]:
        """The same days by month: its first day, and the days of it."""
        by_month = groupby(self.days, key=lambda on: on.replace(day=1))
        return tuple((first, tuple(on.day for on in days)) for first, days in by_month)


def find(*, first: date, last: date, here: Here) -> tuple[Gap, ...]:
    """Return the gaps of a period.

    What is of the children alone is as it stands today, so that a period of long ago has no part
    in it.
    """
    session, period = reading(), Period(first=first, last=min(last, here.today))
    found = [*_of_openings(session, period, here), *_of_events(session, period, here)]
    if last >= here.today - _STILL_ABOUT:
        found += _of_children(session, here)
    found += _of_heads(last, here)
    return tuple(gap for gap in found if gap.count)


def this_month(here: Here) -> tuple[Gap, ...]:
    """Return the gaps of this month that can be mended, when it is time to tell them."""
    if not rules.is_time(here.today):
        return ()
    found = find(first=here.today.replace(day=1), last=here.today, here=here)
    return tuple(gap for gap in found if gap.kind not in rules.PAST_MENDING)


def _of_openings(session: Session, period: Period, here: Here) -> Iterator[Gap]:
    checked = (
        select(func.count())
        .select_from(SafetyCheck)
        .where(SafetyCheck.opening_id == Opening.id)
        .scalar_subquery()
    )
    held = Opening.state.in_(_HELD)
    for kind, which in (
        (GapKind.MISSED, Opening.state == OpeningState.MISSED),
        (GapKind.SHORT, Opening.state == OpeningState.SHORT),
        (GapKind.NO_CHECK, held & (checked < len(Hazard))),
        (GapKind.NO_DUTY, held & ~HAD_DUTY),
        (GapKind.NOT_CLOSED, held & Opening.is_close_unconfirmed.is_(True)),
    ):
        yield _dated(session, kind, Opening.on_date, which & _here_in(period, here))


def _here_in(period: Period, here: Here) -> ColumnElement[bool]:
    return (Opening.home_id == here.home_id) & Opening.on_date.between(period.first, period.last)


def _of_events(session: Session, period: Period, here: Here) -> Iterator[Gap]:
    yield _dated(
        session,
        GapKind.NOT_SEEN_OUT,
        Visit.local_day,
        (Visit.home_id == here.home_id)
        & (Visit.state == VisitState.LEFT_UNCONFIRMED)
        & Visit.local_day.between(period.first, period.last),
    )
    unclear = (Booking.state == CallState.UNCLEAR) & Booking.on_date.between(
        period.first, period.last
    )
    mendable = Booking.on_date >= here.today - call_states.UNCLEAR_WINDOW
    for kind, which in (
        (GapKind.CALL_UNCLEAR, unclear & mendable),
        (GapKind.CALL_STAYS_UNCLEAR, unclear & ~mendable),
    ):
        yield _dated(session, kind, Booking.on_date, which)
    yield Gap(kind=GapKind.LATE_QUESTION, count=late_entries.question_count(session))


def _dated(
    session: Session, kind: GapKind, day: InstrumentedAttribute[date], which: ColumnElement[bool]
) -> Gap:
    rows = session.execute(select(day, func.count()).where(which).group_by(day).order_by(day)).all()
    return Gap(kind=kind, count=sum(count for _, count in rows), days=tuple(on for on, _ in rows))


def _of_children(session: Session, here: Here) -> Iterator[Gap]:
    approved = (Contact.child_id == Child.id) & (Contact.status == ContactStatus.APPROVED)
    since = here.school.term_began(here.today)
    called = exists().where(
        (Booking.child_id == Child.id)
        & (Booking.state == CallState.DONE)
        & (Booking.on_date > here.today - rules.CALL_WITHIN)
    )
    has_card = exists().where((Card.child_id == Child.id) & Card.revoked_at.is_(None))
    confirmed = exists().where(approved & (Contact.hours_confirmed_on >= since))
    yield _children(session, GapKind.NO_CALL, exists().where(approved) & ~called)
    yield _children(session, GapKind.CONTACT, ~confirmed)
    yield _children(session, GapKind.NO_CARD, ~has_card)
    yield Gap(kind=GapKind.NEW_FRIEND, count=friends.unnamed_count(session))


def _children(session: Session, kind: GapKind, which: ColumnElement[bool]) -> Gap:
    count = session.scalar(
        select(func.count())
        .select_from(Child)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.left_on.is_(None), SchoolClass.grade > 0, which)
    )
    return Gap(kind=kind, count=count or 0)


def _of_heads(last: date, here: Here) -> Iterator[Gap]:
    missing: tuple[tuple[GapKind, Callable[[], bool]], ...] = (
        (GapKind.NO_TERM, lambda: here.school.answering_term(last) is None),
        (GapKind.NO_SCHOOL, lambda: not here.settings.school),
    )
    for kind, is_missing in missing:
        yield Gap(kind=kind, count=int(is_missing()))
