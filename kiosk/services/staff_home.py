"""What the staff home shows: the room now, and what somebody has to do about it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from kiosk.rules.openings import Hazard
from kiosk.rules.visits import VisitState
from kiosk.services import call_desk, rooms, staff_todo, waiting
from kiosk.services.call_board import BoardRow
from kiosk.services.here import Here
from kiosk.services.staff_todo import Todo, TodoKind
from kiosk.services.visit_days import of_days

__all__ = ["OnDuty", "OpenNow", "Present", "StaffHome", "Todo", "TodoKind", "look"]

_UNCLEAR_SHOWN: Final = timedelta(days=7)


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


def look(
    *,
    here: Here,
    amiss: Collection[TodoKind] = (),
    staff_id: UUID | None = None,
    is_head: bool = False,
) -> StaffHome:
    """Return the staff home; late and forgotten calls are settled on the way.

    `amiss` is what the room's devices have said of themselves: SCANNER, CAMERA. `staff_id` is
    who looks: which children have asked for somebody is shown to nobody else. `is_head` is said of
    an administrator, who hears what the ledgers of the month lack.
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
            *staff_todo.room(state, here),
            *_check_todo(session, opening, here),
            *(Todo(kind=kind, on=here.today) for kind in amiss),
            *staff_todo.of_calls(calls),
            *staff_todo.of_talks(session, staff_id, here),
            *(Todo(kind=TodoKind.UNCLEAR, on=row.on, call=row) for row in unclear),
            *staff_todo.later(session, here, is_head=is_head),
        ),
        calls=calls,
        without_call=call_desk.without_call_count(here=here),
        items_out=_items_out(session),
    )


def _items_out(session: Session) -> int:
    out = select(func.count()).select_from(Loan).where(Loan.ended_at.is_(None))
    return session.scalar(out) or 0


def _check_todo(session: Session, opening: OpenNow | None, here: Here) -> tuple[Todo, ...]:
    if opening is None:
        return ()
    return staff_todo.of_check(session, opening.opening_id, opening.exceptions, here)


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
