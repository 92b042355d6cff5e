"""Who waits for the teacher's touch: asked without a card, signed in at the time of asking."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnySelect, constant, reading, transaction
from kiosk.ids import new_id
from kiosk.models.no_card import WaitingArrival, WaitOutcome
from kiosk.models.people import Child, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules.badges import Badge
from kiosk.rules.visits import VisitState
from kiosk.services import rooms
from kiosk.services.again import once_more
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A child at the screen without its card, as the teacher sees it."""

    waiting_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    asked_at: datetime


def ask(session: Session, *, child_id: UUID, request_id: UUID, here: Here) -> None:
    """Let the child wait; whoever waits already goes on waiting."""
    waiting = session.scalar(
        select(WaitingArrival).where(
            WaitingArrival.child_id == child_id, WaitingArrival.settled_at.is_(None)
        )
    )
    if waiting is not None:
        if waiting.local_day >= rooms.state(session, here).since:
            return
        waiting.settled_at, waiting.outcome = here.now, WaitOutcome.EXPIRED
        session.flush()  # one child waits once
    elif session.scalar(select(WaitingArrival.id).where(WaitingArrival.request_id == request_id)):
        return  # asked and settled: the answer was lost on its way
    session.add(
        WaitingArrival(
            id=new_id(here.now),
            home_id=here.home_id,
            child_id=child_id,
            local_day=here.today,
            asked_at=here.now,
            request_id=request_id,
        )
    )


def now(*, here: Here) -> tuple[Waiting, ...]:
    """Return who waits, by class and time."""
    session = reading()
    rows = session.execute(
        _of_now(session, here)
        .add_columns(
            Child.given_name,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
            SchoolClass.number,
        )
        .join(Child, Child.id == WaitingArrival.child_id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .order_by(SchoolClass.grade, SchoolClass.number, WaitingArrival.asked_at)
    )
    return tuple(
        Waiting(
            waiting_id=row.id,
            given_name=row.given_name,
            class_name=(row.grade, row.number),
            badge=Badge(animal=row.animal, cloth=row.cloth),
            asked_at=row.asked_at,
        )
        for row in rows
    )


def count(*, here: Here) -> int:
    """Return how many wait."""
    session = reading()
    return session.scalar(select(func.count()).select_from(_of_now(session, here).subquery())) or 0


@once_more("uq_visit_open_child")
def confirm(waiting_ids: Collection[UUID], *, actor_id: UUID, here: Here) -> None:
    """Sign these children in at the time they asked; who waits no more is passed over."""
    with transaction() as session:
        rows = session.execute(
            _of_now(session, here)
            .where(WaitingArrival.id.in_(waiting_ids))
            .order_by(WaitingArrival.id)
        ).all()
        for row in rows:
            # The visit first, as a card does it: in the other order two rooms would block
            # each other.
            visit_id, is_new = _visit(session, row.id, here)
            is_settled = _settle(
                session, row.id, WaitOutcome.ARRIVED, actor_id, here, visit_id=visit_id
            )
            if is_new and not is_settled:  # taken out at another screen meanwhile
                session.execute(delete(Visit).where(Visit.id == visit_id))


def decline(waiting_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Take a child out that is not here; who waits no more is passed over."""
    with transaction() as session:
        _settle(session, waiting_id, WaitOutcome.DECLINED, actor_id, here)


def _settle(
    session: Session,
    waiting_id: UUID,
    outcome: WaitOutcome,
    actor_id: UUID,
    here: Here,
    *,
    visit_id: UUID | None = None,
) -> bool:
    """Say what became of it, and whether it was still to be said."""
    settled = session.scalar(
        update(WaitingArrival)
        .where(
            WaitingArrival.id == waiting_id,
            WaitingArrival.home_id == here.home_id,
            WaitingArrival.settled_at.is_(None),
        )
        .values(settled_at=here.now, settled_by_id=actor_id, outcome=outcome, visit_id=visit_id)
        .returning(WaitingArrival.id)
    )
    return settled is not None


def settle_own(connection: Connection, waiting_id: UUID, *, visit_id: UUID, here: Here) -> None:
    """Note that the child has found its card; a request of another day has run out."""
    is_of_today = WaitingArrival.local_day == here.today
    connection.execute(
        update(WaitingArrival)
        .where(WaitingArrival.id == waiting_id, WaitingArrival.settled_at.is_(None))
        .values(
            settled_at=here.now,
            outcome=case(
                (is_of_today, constant(WaitOutcome.ARRIVED)), else_=constant(WaitOutcome.EXPIRED)
            ),
            visit_id=case((is_of_today, visit_id), else_=None),
        )
    )


def expire(session: Session, *, here: Here) -> None:
    """Let whoever still waits go when the room closes: nobody saw them."""
    session.execute(
        update(WaitingArrival)
        .where(WaitingArrival.home_id == here.home_id, WaitingArrival.settled_at.is_(None))
        .values(settled_at=here.now, outcome=WaitOutcome.EXPIRED)
    )


def _of_now(session: Session, here: Here) -> AnySelect:
    """Return who waits in this opening; a request of an earlier day is nobody's any more."""
    return select(WaitingArrival.id, WaitingArrival.asked_at).where(
        WaitingArrival.home_id == here.home_id,
        WaitingArrival.settled_at.is_(None),
        WaitingArrival.local_day >= rooms.state(session, here).since,
    )


def _visit(session: Session, waiting_id: UUID, here: Here) -> tuple[UUID, bool]:
    """Return the visit of a child that has been seen, and whether it was made for that."""
    waiting = session.get_one(WaitingArrival, waiting_id)
    visit = session.scalar(
        select(Visit).where(
            Visit.child_id == waiting.child_id, Visit.state == constant(VisitState.OPEN)
        )
    )
    if visit is not None:
        if visit.local_day >= waiting.local_day:
            return visit.id, False
        visit.state = VisitState.LEFT_UNCONFIRMED
        session.flush()  # one child is in the room once
    visit_id = new_id(here.now)
    session.execute(
        insert(Visit).values(
            id=visit_id,
            home_id=waiting.home_id,
            child_id=waiting.child_id,
            local_day=waiting.local_day,
            signed_in_at=waiting.asked_at,
            state=VisitState.OPEN,
            request_id=waiting.request_id,
        )
    )
    return visit_id, True
