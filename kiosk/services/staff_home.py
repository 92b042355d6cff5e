"""What the staff home shows: the room now, and what somebody has to do about it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import constant, reading
from kiosk.models.library import Loan
from kiosk.models.openings import Duty, Opening, SafetyCheck
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.models.visits import Visit
from kiosk.rules.badges import Badge
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import Hazard, OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services import (
    call_desk,
    card_doubts,
    friends,
    hold_shelf,
    late_entries,
    rooms,
    waiting,
    week_plans,
)
from kiosk.services.call_board import BoardRow, CallRow
from kiosk.services.here import Here
from kiosk.services.visit_days import of_days

# How long an opening that nobody opened is still worth a line on the home page.
_MISSED_SHOWN: Final = timedelta(days=4)
_UNCLEAR_SHOWN: Final = timedelta(days=7)
# The child was here and did not talk to anybody.
_BOOK_AGAIN: Final = frozenset({CallState.NO_ANSWER, CallState.CUT, CallState.RELEASED})


class TodoKind(StrEnum):
    """What a person in the room has to see to, most urgent first."""

    OPEN_ROOM = "open_room"
    CALL_DUE = "call_due"
    SAFETY = "safety"
    SCANNER = "scanner"
    CAMERA = "camera"
    MAKE_GOOD = "make_good"
    PLAN = "plan"
    LATE = "late"
    HOLD = "hold"
    NEW_FRIEND = "new_friend"
    UNCLEAR = "unclear"
    CARD = "card"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One thing to do. What it is about stands in the fields that its kind needs."""

    kind: TodoKind
    on: date
    minute: int = 0
    call: CallRow | None = None
    hazard: Hazard | None = None
    note: str | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    staff_id: UUID
    display_name: str
    signed_on_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNow:
    """The opening that is going on. `exceptions` are the hazards that were not fine."""

    opening_id: UUID
    opened_at: datetime
    to_min: int
    duty: tuple[OnDuty, ...]
    exceptions: tuple[tuple[Hazard, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A child in the room, as everybody on duty may see it."""

    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    signed_in_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHome:
    """The room at one moment. `came`, `left` and `unconfirmed` count children of today.

    Nobody saw those leave who are `unconfirmed`.
    """

    opening: OpenNow | None
    next_planned: rooms.PlannedOpening | None
    present: tuple[Present, ...]
    waiting: tuple[waiting.Waiting, ...]
    came: int
    left: int
    unconfirmed: int
    todo: tuple[Todo, ...]
    calls: tuple[BoardRow, ...]
    without_call: int
    items_out: int

    @property
    def headcount(self) -> int:
        return len(self.present)


def look(*, here: Here, amiss: Collection[TodoKind] = ()) -> StaffHome:
    """Return the staff home; late and forgotten calls are settled on the way.

    `amiss` is what the room's devices have said of themselves: SCANNER, CAMERA.
    """
    calls = call_desk.board(here.today, here=here)
    unclear = call_desk.unclear(since=here.today - _UNCLEAR_SHOWN, here=here)
    session = reading()
    state = rooms.state(session, here)
    opening = _open_now(session, state.opening_id, here)
    visits = _visits_today(session, state.since, here)
    became = Counter(visits.values())
    return StaffHome(
        opening=opening,
        next_planned=state.next_planned,
        present=_present(session, state.since, here),
        waiting=waiting.now(here=here),
        came=len(visits),
        left=became[VisitState.LEFT],
        unconfirmed=became[VisitState.LEFT_UNCONFIRMED],
        todo=(
            *_room_todo(state, here),
            *_safety_todo(opening, here),
            *(Todo(kind=kind, on=here.today) for kind in amiss),
            *_call_todo(calls),
            *(Todo(kind=TodoKind.UNCLEAR, on=row.on, call=row) for row in unclear),
            *_later_todo(session, here),
        ),
        calls=calls,
        without_call=call_desk.without_call_count(here=here),
        items_out=session.scalar(
            select(func.count()).select_from(Loan).where(Loan.ended_at.is_(None))
        )
        or 0,
    )


def _open_now(session: Session, opening_id: UUID | None, here: Here) -> OpenNow | None:
    if opening_id is None:
        return None
    opening = session.get_one(Opening, opening_id)
    duty = session.execute(
        select(Staff.id, Staff.display_name, Duty.signed_on_at)
        .join(Duty, Duty.staff_id == Staff.id)
        .where(Duty.opening_id == opening_id, Duty.signed_off_at.is_(None))
        .order_by(Duty.signed_on_at)
    ).all()
    exceptions = session.execute(
        select(SafetyCheck.hazard, SafetyCheck.note).where(
            SafetyCheck.opening_id == opening_id, SafetyCheck.is_fine.is_(False)
        )
    ).all()
    return OpenNow(
        opening_id=opening_id,
        opened_at=opening.opened_at or here.now,
        to_min=opening.to_min,
        duty=tuple(
            OnDuty(staff_id=row.id, display_name=row.display_name, signed_on_at=row.signed_on_at)
            for row in duty
        ),
        exceptions=tuple((row.hazard, row.note or "") for row in exceptions),
    )


def _visits_today(session: Session, since: date, here: Here) -> dict[UUID, VisitState]:
    """Return who was here today, and how the latest visit stands."""
    rows = session.execute(
        select(Visit.child_id, Visit.state)
        .where(of_days(here.home_id, since, here.today))
        .order_by(Visit.signed_in_at)
    )
    return {row.child_id: row.state for row in rows}


def _present(session: Session, since: date, here: Here) -> tuple[Present, ...]:
    rows = session.execute(
        select(
            Child.given_name,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
            SchoolClass.number,
            Visit.signed_in_at,
        )
        .join(Visit, Visit.child_id == Child.id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(
            Visit.home_id == here.home_id,
            Visit.local_day >= since,
            Visit.state == constant(VisitState.OPEN),
        )
        .order_by(SchoolClass.grade, SchoolClass.number, Visit.signed_in_at)
    )
    return tuple(
        Present(
            given_name=row.given_name,
            class_name=(row.grade, row.number),
            badge=Badge(animal=row.animal, cloth=row.cloth),
            signed_in_at=row.signed_in_at,
        )
        for row in rows
    )


def _room_todo(state: rooms.RoomState, here: Here) -> tuple[Todo, ...]:
    ahead = state.next_planned
    if state.is_open or ahead is None or (ahead.on, ahead.from_min) > (here.today, here.minute):
        return ()
    return (Todo(kind=TodoKind.OPEN_ROOM, on=ahead.on, minute=ahead.from_min),)


def _safety_todo(opening: OpenNow | None, here: Here) -> tuple[Todo, ...]:
    if opening is None:
        return ()
    return tuple(
        Todo(kind=TodoKind.SAFETY, on=here.today, hazard=hazard, note=note)
        for hazard, note in opening.exceptions
    )


def _call_todo(board: tuple[BoardRow, ...]) -> tuple[Todo, ...]:
    calls = [row for row in board if isinstance(row, CallRow)]
    due = tuple(
        Todo(kind=TodoKind.CALL_DUE, on=row.on, minute=row.start_min, call=row)
        for row in calls
        if row.is_due
    )
    missing = tuple(
        Todo(kind=TodoKind.MAKE_GOOD, on=row.on, minute=row.start_min, call=row)
        for row in calls
        if row.state in _BOOK_AGAIN and row.is_to_be_made_good
    )
    return due + missing


def _later_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    monday = week_plans.to_publish(here=here)
    plan = () if monday is None else (Todo(kind=TodoKind.PLAN, on=monday),)
    rest = (*_friend_todo(session, here), *_missed_todo(session, here))
    return (*plan, *_count_todo(session, here), *rest)


def _count_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    """Say what is asked of the paper book, what is to be fetched, and which cards are in doubt.

    What nobody picked up in time is passed on first.
    """
    hold_shelf.settle(here=here)
    counts = (
        (TodoKind.LATE, late_entries.question_count(session)),
        (TodoKind.HOLD, hold_shelf.to_fetch_count()),
        (TodoKind.CARD, card_doubts.count(here=here)),
    )
    return tuple(Todo(kind=kind, on=here.today, count=count) for kind, count in counts if count)


def _friend_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    count = friends.unnamed_count(session)
    return (Todo(kind=TodoKind.NEW_FRIEND, on=here.today, count=count),) if count else ()


def _missed_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    rows = session.execute(
        select(Opening.on_date, Opening.from_min)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date < here.today,
            Opening.on_date >= here.today - _MISSED_SHOWN,
            Opening.state.in_([OpeningState.MISSED, OpeningState.PLANNED]),
        )
        .order_by(Opening.on_date.desc())
        .limit(2)
    )
    return tuple(Todo(kind=TodoKind.MISSED, on=row.on_date, minute=row.from_min) for row in rows)
