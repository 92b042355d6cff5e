"""A child waits for a title: asked for by itself or by staff, and taken back.

What becomes of it when books come and go is `hold_queue`'s; whom staff see waiting is
`hold_shelf`'s.
"""

from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Shelf, Title
from kiosk.models.people import Child
from kiosk.rules import book_classes
from kiosk.rules import holds as rules
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.holds import HoldEnd, HoldRefusal
from kiosk.rules.lending import ItemStatus
from kiosk.rules.people import PeopleProblem
from kiosk.services import audit, hold_queue, own_page
from kiosk.services.again import once_more
from kiosk.services.answers import ChildFace
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.hold_answers import HoldPlaced


@once_more("uq_hold_open_child_title", "uq_hold_request_id")
def place(
    *, title_id: UUID, child_id: UUID, face: ChildFace, request_id: UUID, here: Here
) -> HoldPlaced:
    """Let a child wait for a title; who waits for it already is told the same again.

    Raises:
        NotFoundError: UNKNOWN_TITLE. RefusedError: a HoldRefusal.
    """
    with transaction() as session:
        title = _title(session, title_id)
        hold_id = _place(session, title, child_id, request_id, here)
        (own,) = (
            one for one in own_page.holds(session, child_id=child_id) if one.hold_id == hold_id
        )
        at_hand = _at_hand(session, title_id)
        return HoldPlaced(
            child=face,
            hold=own,
            is_here=at_hand is not None,
            shelf=None if at_hand is None else _shelf_place(at_hand),
        )


def place_for(
    *, title_id: UUID, child_id: UUID, staff_id: UUID, request_id: UUID, here: Here
) -> None:
    """Let a child wait for a title because a teacher says so.

    Raises:
        NotFoundError: UNKNOWN_TITLE or UNKNOWN_CHILD. RefusedError: a HoldRefusal.
    """
    with transaction() as session:
        title = _title(session, title_id)
        if (
            session.scalar(select(Child.id).where(Child.id == child_id, Child.left_on.is_(None)))
            is None
        ):
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        hold_id = _place(session, title, child_id, request_id, here)
        note(session, hold_id, "placed", staff_id, here)


def cancel(*, hold_id: UUID, child_id: UUID, here: Here) -> None:
    """Take back a child's own waiting; a second time changes nothing.

    Raises:
        NotFoundError: OVER, for a hold that is not this child's. RefusedError: OVER.
    """
    with transaction() as session:
        hold = session.get(Hold, hold_id)
        if hold is None or hold.child_id != child_id:
            raise NotFoundError(HoldRefusal.OVER)
        if hold.ended_as is HoldEnd.CANCELLED:
            return
        if hold.ended_at is not None:
            raise RefusedError(HoldRefusal.OVER)
        hold_queue.end(session, hold_id, HoldEnd.CANCELLED, here)


def note(session: Session, hold_id: UUID, what: str, staff_id: UUID, here: Here) -> None:
    """Write what a teacher did with a hold into the audit."""
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"hold:{hold_id}",
        fields=what,
        purpose="lending",
        here=here,
    )


def _title(session: Session, title_id: UUID) -> AnyRow:
    row = session.execute(
        select(
            Title.id,
            func.count(Item.id)
            .filter(Item.status.not_in({ItemStatus.WITHDRAWN, ItemStatus.IN_ROOM_ONLY}))
            .label("copies"),
        )
        .outerjoin(Item, Item.title_id == Title.id)
        .where(Title.id == title_id)
        .group_by(Title.id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    return row


def _place(session: Session, title: AnyRow, child_id: UUID, request_id: UUID, here: Here) -> UUID:
    open_ones = session.execute(
        select(Hold.id, Hold.title_id).where(Hold.child_id == child_id, Hold.ended_at.is_(None))
    ).all()
    same = next((one.id for one in open_ones if one.title_id == title.id), None)
    has_it = session.scalar(
        select(Loan.id)
        .join(Item, Item.id == Loan.item_id)
        .where(Loan.child_id == child_id, Loan.ended_at.is_(None), Item.title_id == title.id)
        .limit(1)
    )
    refusal = rules.refusal(
        open_holds=len(open_ones),
        most=here.library.holds_most,
        has_it=has_it is not None,
        is_waiting=same is not None,
        copies=title.copies,
    )
    if refusal is not None:
        raise RefusedError(refusal, held=len(open_ones))
    return same or _add(session, title.id, child_id, request_id, here)


def _add(session: Session, title_id: UUID, child_id: UUID, request_id: UUID, here: Here) -> UUID:
    hold_id = new_id(here.now)
    session.add(
        Hold(
            id=hold_id,
            title_id=title_id,
            child_id=child_id,
            placed_at=here.now,
            request_id=request_id,
        )
    )
    session.flush()  # the queue is read again below
    return hold_id


def _at_hand(session: Session | Connection, title_id: UUID) -> AnyRow | None:
    """Return a copy that stands on a shelf now and is nobody's, or None."""
    return session.execute(
        select(Item.id, Title.class_mark, Shelf.colour, Shelf.letter)
        .join(Title, Title.id == Item.title_id)
        .outerjoin(Shelf, Shelf.id == Item.shelf_id)
        .where(Item.title_id == title_id, *hold_queue.FREE)
        .order_by(Item.accession_no)
        .limit(1)
    ).first()


def _shelf_place(row: AnyRow) -> ShelfPlace | None:
    return book_classes.place_of(row.class_mark, colour=row.colour, letter=row.letter)


def of_child(child_id: UUID) -> tuple[UUID, ...]:
    """Return the titles that a child waits for."""
    return tuple(
        reading().scalars(
            select(Hold.title_id).where(Hold.child_id == child_id, Hold.ended_at.is_(None))
        )
    )
