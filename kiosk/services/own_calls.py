"""A child's own calls, read in one statement, and what there is to tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, constant, reading
from kiosk.models.call_hours import ContactDoubt
from kiosk.models.call_plan import CallWish
from kiosk.models.calls import TO_COME_STATES, Booking, CallAttempt, CallResult, Line, Slot
from kiosk.models.people import Child, Contact, ContactStatus
from kiosk.rules import call_news, civil
from kiosk.rules.call_news import CallNews, ToldCall
from kiosk.rules.call_states import CallState
from kiosk.rules.call_wishes import AskedBy, WishState
from kiosk.services.here import Here
from kiosk.services.own_call import CallMode, CallTime, OwnCall
from kiosk.services.prepared import Prepared

_WEEK: Final = timedelta(days=7)

CALL_COLUMNS: Final = (
    Booking.id.label("booking_id"),
    Booking.on_date,
    Booking.start_min,
    Booking.state,
    Booking.version,
    # Whom a child may not ring any more is not shown to it, whatever call they had.
    case((Contact.status == constant(ContactStatus.APPROVED), Contact.relation)).label("relation"),
    Line.kind,
    Line.name.label("line"),
    Slot.end_min,
)
_CALLS = (
    select(*CALL_COLUMNS)
    .join(Contact, Contact.id == Booking.contact_id)
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Line, Line.id == Slot.line_id)
)
CALL_BY_ID: Final = Prepared(_CALLS.where(Booking.id == bindparam("booking_id")))
_NEXT: Final = Prepared(
    _CALLS.where(
        Booking.child_id == bindparam("child_id"),
        Booking.state.in_(TO_COME_STATES),
        or_(
            Booking.on_date > bindparam("today"),
            and_(Booking.on_date == bindparam("today"), Slot.end_min > bindparam("minute")),
        ),
    )
    .order_by(Booking.on_date, Booking.start_min)
    .limit(1)
)
_before = aliased(Booking)
# Who rings along has its tries with the call of the one that has the place.
_is_wrong_number = exists().where(
    CallAttempt.booking_id == func.coalesce(Booking.companion_of_id, Booking.id),
    CallAttempt.result == constant(CallResult.WRONG_NUMBER),
)
_is_looked_at = exists().where(
    ContactDoubt.contact_id == Booking.contact_id, ContactDoubt.settled_at >= Booking.state_since
)
_asked_week = (
    select(func.max(CallWish.week_key))
    .where(
        CallWish.home_id == bindparam("home_id"),
        CallWish.week_key.in_((bindparam("week"), bindparam("next_week"))),
        CallWish.child_id == bindparam("child_id"),
        CallWish.asked_by == constant(AskedBy.CHILD),
        CallWish.state == constant(WishState.OPEN),
    )
    .scalar_subquery()
)
# One row at least: whether the child has asked is known without a call as well.
_OF_CHILD: Final = Prepared(
    select(
        *CALL_COLUMNS,
        _before.state.label("before_state"),
        _before.on_date.label("before_on"),
        _before.start_min.label("before_min"),
        _asked_week.label("asked_week"),
        _is_wrong_number.label("is_wrong_number"),
        _is_looked_at.label("is_looked_at"),
    )
    .select_from(Child)
    .outerjoin(Booking, and_(Booking.child_id == Child.id, Booking.on_date >= bindparam("monday")))
    .outerjoin(Contact, Contact.id == Booking.contact_id)
    .outerjoin(Slot, Slot.id == Booking.slot_id)
    .outerjoin(Line, Line.id == Slot.line_id)
    .outerjoin(_before, _before.id == Booking.replaces_id)
    .where(Child.id == bindparam("child_id"))
    .order_by(Booking.on_date, Booking.start_min)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNews:
    """The news of a child's calls, and the call that they are about.

    `state` and `version` are those of that call, for who changes it.
    """

    news: CallNews
    call: OwnCall | None = None
    state: CallState | None = None
    version: int = 0


def read(session: Session | Connection, *, child_id: UUID, here: Here) -> OwnNews:
    """Return what there is to tell of a child's calls of this week and later."""
    monday = here.today - timedelta(days=here.today.weekday())
    rows = _OF_CHILD.rows(
        session,
        {
            "home_id": here.home_id,
            "child_id": child_id,
            "monday": monday,
            "week": civil.week_key(monday),
            "next_week": civil.week_key(monday + _WEEK),
        },
    )
    calls = [row for row in rows if row.booking_id is not None]
    return _news(calls, has_asked=_has_asked(rows, here), here=here)


def of_next(row: AnyRow, here: Here) -> OwnNews:
    """Return the news of the one call in a row, NONE where it has none; the door needs no more."""
    if row.booking_id is None:
        return OwnNews(news=CallNews.NONE)
    told = call_news.news([_told(row)], has_asked=False, today=here.today, minute=here.minute)
    return OwnNews(news=told.news, call=own_call(row), state=row.state, version=row.version)


def show(*, child_id: UUID, here: Here) -> OwnNews:
    """Return what there is to tell of a child's calls, read by itself."""
    return read(reading(), child_id=child_id, here=here)


def _has_asked(rows: Sequence[AnyRow], here: Here) -> bool:
    """Say whether the child waits: what it asked of this week is met by a call that came about."""
    asked = {row.asked_week for row in rows}
    this_week = civil.week_key(here.today)
    is_met = any(row.state is CallState.DONE for row in rows)
    return bool(asked - {None, this_week}) or (this_week in asked and not is_met)


def _news(calls: Sequence[AnyRow], *, has_asked: bool, here: Here) -> OwnNews:
    told = call_news.news(
        [_told_of_child(row) for row in calls],
        has_asked=has_asked,
        today=here.today,
        minute=here.minute,
    )
    if told.which is None:
        return OwnNews(news=told.news)
    row = calls[told.which]
    return OwnNews(news=told.news, call=_moved_call(row), state=row.state, version=row.version)


def _before_state(row: AnyRow) -> CallState | None:
    """Return how the call ended that this one stands for; one given back at its time is as kept."""
    is_back = (row.before_on, row.before_min) == (row.on_date, row.start_min)
    return None if is_back else row.before_state


def _told(row: AnyRow) -> ToldCall:
    return ToldCall(state=row.state, on=row.on_date, start_min=row.start_min, end_min=row.end_min)


def _told_of_child(row: AnyRow) -> ToldCall:
    return replace(
        _told(row),
        before=_before_state(row),
        is_wrong_number=row.is_wrong_number,
        is_looked_at=row.is_looked_at,
    )


def _moved_call(row: AnyRow) -> OwnCall:
    before = None
    if row.before_on is not None:
        before = CallTime(on=row.before_on, start_min=row.before_min)
    return own_call(row, before=before)


def next_call(session: Session | Connection, *, child_id: UUID, here: Here) -> OwnCall | None:
    """Return the next call that a child still has before it."""
    row = _NEXT.first(session, {"child_id": child_id, "today": here.today, "minute": here.minute})
    return None if row is None else own_call(row)


def call_today(*, child_id: UUID, here: Here) -> OwnCall | None:
    """Return the call that a child still has today, read by itself."""
    call = next_call(reading(), child_id=child_id, here=here)
    return call if call is not None and call.on == here.today else None


def own_call(row: AnyRow, *, before: CallTime | None = None) -> OwnCall:
    """Return a call from a row that has the `CALL_COLUMNS`."""
    return OwnCall(
        booking_id=row.booking_id,
        relation=row.relation,
        on=row.on_date,
        start_min=row.start_min,
        mode=CallMode(row.kind.value),
        line=row.line,
        before=before,
    )
