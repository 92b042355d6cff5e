"""Visitors who help in an opening: noted as they come, gone with the closing at the latest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.duty import Visitor
from kiosk.models.openings import Opening
from kiosk.rules.openings import OpeningState
from kiosk.rules.visitors import MOST_PEOPLE, VisitorProblem, VisitPurpose
from kiosk.services import audit, rooms
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorRow:
    """Somebody who came, with others perhaps. Without `left_at` nobody signed this person out.

    `gone_at` is when the person was gone at the latest: the closing of the room.
    """

    visitor_id: UUID
    opening_id: UUID
    name: str
    organisation: str
    purpose: VisitPurpose
    people: int
    came_at: datetime
    left_at: datetime | None
    gone_at: datetime | None
    is_here: bool


@once_more("uq_visitor_request_id")
def come(
    *,
    name: str,
    organisation: str,
    purpose: VisitPurpose,
    people: int,
    request_id: UUID,
    staff_id: UUID,
    here: Here,
) -> None:
    """Note who has come into the room that is open now; a second tap notes nothing.

    Raises:
        InvalidInputError: NAME_MISSING, ORGANISATION_MISSING or TOO_MANY.
        RefusedError: ROOM_CLOSED.
    """
    if not name.strip():
        raise InvalidInputError(VisitorProblem.NAME_MISSING)
    if not organisation.strip():
        raise InvalidInputError(VisitorProblem.ORGANISATION_MISSING)
    if not 1 <= people <= MOST_PEOPLE:
        raise InvalidInputError(VisitorProblem.TOO_MANY, most=MOST_PEOPLE)
    with transaction() as session:
        if session.scalar(select(Visitor.id).where(Visitor.request_id == request_id)):
            return
        opening_id = rooms.state(session, here).opening_id
        if opening_id is None:
            raise RefusedError(VisitorProblem.ROOM_CLOSED)
        visitor = Visitor(
            id=new_id(here.now),
            opening_id=opening_id,
            name=name.strip(),
            organisation=organisation.strip(),
            purpose=purpose,
            people=people,
            came_at=here.now,
            noted_by_id=staff_id,
            request_id=request_id,
        )
        session.add(visitor)
        _audit(session, visitor.id, "came", staff_id, here)


def leave(visitor_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Note that a visitor goes now; who has gone already stays gone.

    Raises:
        NotFoundError: UNKNOWN. RefusedError: ROOM_CLOSED, when the closing has done it.
    """
    with transaction() as session:
        visitor = session.get(Visitor, visitor_id)
        opening = None if visitor is None else session.get(Opening, visitor.opening_id)
        if visitor is None or opening is None or opening.home_id != here.home_id:
            raise NotFoundError(VisitorProblem.UNKNOWN)
        if visitor.left_at is not None:
            return
        if opening.state is not OpeningState.OPEN:
            raise RefusedError(VisitorProblem.ROOM_CLOSED)
        visitor.left_at = max(here.now, visitor.came_at)
        _audit(session, visitor.id, "left", staff_id, here)


def may_come(*, here: Here) -> bool:
    """Say whether visitors can be noted: the room is open."""
    return rooms.state(reading(), here).is_open


def recent(*, here: Here, most: int) -> tuple[VisitorRow, ...]:
    """Return the latest visitors of this room, who is here before all others."""
    session = reading()
    rows = session.execute(
        select(Visitor, Opening)
        .join(Opening, Opening.id == Visitor.opening_id)
        .where(Opening.home_id == here.home_id)
        .order_by(Visitor.came_at.desc(), Visitor.id.desc())
        .limit(most)
    )
    found = [_row(visitor, opening) for visitor, opening in rows]
    return tuple(sorted(found, key=lambda one: not one.is_here))


def of_openings(session: Session, opening_ids: Collection[UUID]) -> dict[UUID, list[VisitorRow]]:
    """Return who came in each opening, in the order in which they came."""
    found: dict[UUID, list[VisitorRow]] = {}
    for visitor, opening in session.execute(
        select(Visitor, Opening)
        .join(Opening, Opening.id == Visitor.opening_id)
        .where(Visitor.opening_id.in_(opening_ids))
        .order_by(Visitor.came_at, Visitor.id)
    ):
        found.setdefault(opening.id, []).append(_row(visitor, opening))
    return found


def _row(visitor: Visitor, opening: Opening) -> VisitorRow:
    return VisitorRow(
        visitor_id=visitor.id,
        opening_id=opening.id,
        name=visitor.name,
        organisation=visitor.organisation,
        purpose=visitor.purpose,
        people=visitor.people,
        came_at=visitor.came_at,
        left_at=visitor.left_at,
        gone_at=visitor.left_at or opening.closed_at,
        is_here=visitor.left_at is None and opening.state is OpeningState.OPEN,
    )


def _audit(session: Session, visitor_id: UUID, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"visitor:{visitor_id}",
        fields=what,
        purpose="visitors",
        here=here,
    )
