"""The state of the room now: open or not, how many are here, who is on duty."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, String, bindparam, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, constant, reading
from kiosk.models.calls import UNFINISHED_STATES, Booking, Line, Slot
from kiosk.models.library import Item, Loan, Title, TitleCover
from kiosk.models.openings import Duty, Opening
from kiosk.models.people import Child, Staff
from kiosk.models.visits import Visit
from kiosk.rules import call_news, openings
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.call_states import CallState
from kiosk.rules.lending import ItemStatus
from kiosk.rules.openings import OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services import own_page
from kiosk.services.answers import Book, NextOpening, Room
from kiosk.services.forgotten import is_forgotten
from kiosk.services.here import Here
from kiosk.services.own_call import BoardCall, CallMode
from kiosk.services.prepared import Prepared

TRAIN_LENGTH: Final = 24
BOARD_LENGTH: Final = 3
NEW_BOOKS: Final = 2
_NEW_FOR: Final = timedelta(days=30)
_LOOK_AHEAD: Final = timedelta(days=60)
_CALL_LASTS_MIN: Final = 10

_OPEN: Final = Prepared(
    select(Opening.id, Opening.on_date, Opening.to_min).where(
        Opening.home_id == bindparam("home_id"), Opening.state == constant(OpeningState.OPEN)
    )
)
# The first of the plan that is not over; `openings.next_planned` has the last word.
_NEXT: Final = Prepared(
    select(Opening.id, Opening.on_date, Opening.from_min, Opening.to_min)
    .where(
        Opening.home_id == bindparam("home_id"),
        Opening.state == constant(OpeningState.PLANNED),
        Opening.on_date >= bindparam("today"),
        Opening.on_date <= bindparam("horizon"),
        or_(Opening.on_date > bindparam("today"), Opening.to_min > bindparam("minute")),
    )
    .order_by(Opening.on_date, Opening.from_min)
    .limit(1)
)
_TRAIN: Final = Prepared(
    select(
        type_coerce(Child.animal, String).label("animal"),
        type_coerce(Child.cloth, String).label("cloth"),
    )
    .join(Visit, Visit.child_id == Child.id)
    .where(
        Visit.home_id == bindparam("home_id"),
        Visit.local_day >= bindparam("since"),
        Visit.state == constant(VisitState.OPEN),
    )
    .order_by(Visit.signed_in_at.desc())
    .limit(TRAIN_LENGTH)
)
_COUNT: Final = select(func.count()).where(
    Visit.home_id == bindparam("home_id"),
    Visit.local_day >= bindparam("since"),
    Visit.state == constant(VisitState.OPEN),
)
_DUTY: Final = (
    select(Staff.display_name)
    .join(Duty, Duty.staff_id == Staff.id)
    .where(Duty.opening_id == bindparam("opening_id"), Duty.signed_off_at.is_(None))
    .order_by(Duty.signed_on_at)
    .limit(1)
)
_CALLS: Final = (
    select(
        Child.animal,
        Child.cloth,
        Booking.start_min,
        Booking.state,
        Line.kind,
        Line.name.label("line"),
    )
    .join(Child, Child.id == Booking.child_id)
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Line, Line.id == Slot.line_id)
    .where(
        Line.home_id == bindparam("home_id"),
        Booking.on_date == bindparam("today"),
        Booking.state.in_(UNFINISHED_STATES),
        or_(
            Booking.start_min > bindparam("after"),
            Booking.state == constant(CallState.CALLING),
        ),
    )
    .order_by(Booking.start_min)
    .limit(BOARD_LENGTH)
)

_NEWEST: Final = (
    select(Item.title_id, func.max(Item.added_on).label("added_on"))
    .join(Title, Title.id == Item.title_id)
    .where(
        Item.added_on >= bindparam("since"),
        Title.is_draft.is_(False),
        Item.status == constant(ItemStatus.AVAILABLE),
        ~select(Loan.id).where(Loan.item_id == Item.id, Loan.ended_at.is_(None)).exists(),
    )
    .group_by(Item.title_id)
    .order_by(func.max(Item.added_on).desc(), Item.title_id)
    .limit(NEW_BOOKS)
    .subquery()
)
_NEW_BOOKS: Final = (
    select(Title.name, *own_page.COVER_COLUMNS)
    .join(_NEWEST, _NEWEST.c.title_id == Title.id)
    .outerjoin(TitleCover, TitleCover.title_id == Title.id)
    .order_by(_NEWEST.c.added_on.desc(), Title.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOpening:
    """An opening of the plan; minutes since midnight."""

    opening_id: UUID
    on: date
    from_min: int
    to_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """Whether the room is open now, and what the plan has next.

    `since` is the day of the opening that is going on, else today: after midnight the children of
    the evening are still here.
    """

    opening_id: UUID | None
    since: date
    closes_min: int | None
    next_planned: PlannedOpening | None

    @property
    def is_open(self) -> bool:
        return self.opening_id is not None


def state(session: Session | Connection, here: Here) -> RoomState:
    """Return the state of the room at this moment."""
    current = _current(session, here)
    return RoomState(
        opening_id=None if current is None else current.id,
        since=here.today if current is None else current.on_date,
        closes_min=None if current is None else current.to_min,
        next_planned=next_planned(session, here),
    )


def is_open_since(day: date | None, here: Here) -> bool:
    """Return whether the room is open, `day` being that of the opening that stands open."""
    return day is not None and not is_forgotten(day, here)


def next_planned(session: Session | Connection, here: Here) -> PlannedOpening | None:
    """Return the next opening of the plan, also one that should be going on."""
    rows = _NEXT.rows(
        session,
        {
            "home_id": here.home_id,
            "today": here.today,
            "minute": here.minute,
            "horizon": here.today + _LOOK_AHEAD,
        },
    )
    return openings.next_planned(map(_planned, rows), today=here.today, minute=here.minute)


def train(session: Session | Connection, here: Here, *, since: date) -> tuple[Badge, ...]:
    """Return the badges of the children who are here, latest arrivals last."""
    rows = _TRAIN.rows(session, {"home_id": here.home_id, "since": since})
    return tuple(_badge(row.animal, row.cloth) for row in reversed(rows))


def _headcount(session: Session, here: Here, since: date) -> int:
    given = {"home_id": here.home_id, "since": since}
    return session.connection().execute(_COUNT, given).scalar_one()


def now(here: Here) -> Room:
    """Return what the idle screen shows."""
    session = reading()
    found = state(session, here)
    ahead = found.next_planned
    return Room(
        now=here.local.replace(tzinfo=None),
        closes_min=found.closes_min,
        next_opening=None if ahead is None else NextOpening(on=ahead.on, from_min=ahead.from_min),
        headcount=_headcount(session, here, found.since),
        duty_title=_duty(session, found),
        calls=_board(session, here) if found.is_open else (),
        train=train(session, here, since=found.since),
        new_books=_new_books(session, here) if found.is_open else (),
    )


def _current(session: Session | Connection, here: Here) -> AnyRow | None:
    current = _OPEN.first(session, {"home_id": here.home_id})
    if current is None or not is_open_since(current.on_date, here):
        return None
    return current


@cache
def _badge(animal: str, cloth: str) -> Badge:
    return Badge(animal=Animal(animal), cloth=Cloth(cloth))


def _duty(session: Session, found: RoomState) -> str | None:
    if found.opening_id is None:
        return None
    name: str | None = session.execute(_DUTY, {"opening_id": found.opening_id}).scalar_one_or_none()
    return name


def _board(session: Session, here: Here) -> tuple[BoardCall, ...] | None:
    if not here.settings.show_calls_when_idle:
        return None
    given = {
        "home_id": here.home_id,
        "today": here.today,
        "after": here.minute - _CALL_LASTS_MIN,
    }
    rows = session.execute(_CALLS, given).all()
    return tuple(
        BoardCall(
            badge=Badge(animal=row.animal, cloth=row.cloth),
            start_min=row.start_min,
            is_current=place == 0,
            mode=CallMode(row.kind.value),
            line=row.line,
            is_due=row.state is not CallState.CALLING
            and row.start_min - call_news.CALL_UP_MIN <= here.minute,
            is_late=row.start_min <= here.minute,
        )
        for place, row in enumerate(rows)
    )


def _new_books(session: Session, here: Here) -> tuple[Book, ...]:
    rows = session.execute(_NEW_BOOKS, {"since": here.today - _NEW_FOR})
    return tuple(own_page.book_of(row) for row in rows)


def _planned(row: AnyRow) -> PlannedOpening:
    return PlannedOpening(
        opening_id=row.id, on=row.on_date, from_min=row.from_min, to_min=row.to_min
    )
