"""The way of an item through those who wait for its title, inside a transaction under way.

Whoever ends or opens a loan calls these: `loan_changes` does so for every way of giving back, and
`lending` for every way of lending. A row of `loan_facts` says who waits, so that a scan of a book
that nobody waits for costs no statement more.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, select, update
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow
from kiosk.errors import RefusedError
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan
from kiosk.rules import holds as rules
from kiosk.rules.holds import HoldEnd, HoldRefusal
from kiosk.rules.lending import ItemStatus
from kiosk.services import calendar
from kiosk.services.here import Here

# What a scan that brings it back makes lendable: what was lost is found by the same scan.
_LENDABLE: Final = frozenset({ItemStatus.AVAILABLE, ItemStatus.LOST, ItemStatus.MISSING})

At = Session | Connection

_out, _held = aliased(Loan), aliased(Hold)
# A copy that stands on its shelf and is nobody's: neither on loan nor laid ready.
FREE: Final = (
    Item.status == ItemStatus.AVAILABLE,
    ~select(_out.id)
    .where(_out.item_id == Item.id, _out.ended_at.is_(None))
    .correlate(Item)
    .exists(),
    ~select(_held.id)
    .where(_held.item_id == Item.id, _held.ended_at.is_(None))
    .correlate(Item)
    .exists(),
)


def item_is_back(at: At, item: AnyRow, here: Here) -> None:
    """Lay an item ready for the child that has waited longest for its title, if one does."""
    if item.next_hold_id is not None and item.status in _LENDABLE:
        lay_ready(at, item.next_hold_id, item.id, here)


def ready_for(at: At, item_id: UUID) -> UUID | None:
    """Return whom an item lies ready for at this moment."""
    return at.scalar(select(Hold.child_id).where(Hold.item_id == item_id, Hold.ended_at.is_(None)))


def lay_ready(at: At, hold_id: UUID, item_id: UUID, here: Here) -> None:
    until = rules.pick_up_by(
        ready_on=here.today,
        days=here.library.hold_days,
        is_open=calendar.open_days(at, after=here.today, here=here),
    )
    at.execute(
        update(Hold)
        .where(Hold.id == hold_id, Hold.ended_at.is_(None))
        .values(item_id=item_id, ready_at=here.now, pick_up_by=until)
    )


def take_off_shelf(at: At, item_id: UUID) -> None:
    """Let whoever this item lies ready for wait again: it is gone, or out on loan after all."""
    at.execute(
        update(Hold)
        .where(Hold.item_id == item_id, Hold.ended_at.is_(None))
        .values(item_id=None, ready_at=None, pick_up_by=None)
    )


def let_take(at: At, item: AnyRow, *, child_id: UUID | None, here: Here) -> None:
    """Let somebody borrow an item, unless it lies ready for a child that still may come for it.

    Raises:
        RefusedError: RESERVED. What has lapsed is passed on all the same.
    """
    owner = item.ready_for
    if owner is not None and rules.is_lapsed(pick_up_by=item.pick_up_by, today=here.today):
        owner = pass_on(at, item.id, here)
    if owner is not None and owner != child_id:
        raise RefusedError(HoldRefusal.RESERVED, title_id=item.title_id)


def goes_to_another(at: At, item: AnyRow, *, child_id: UUID | None) -> bool:
    """Return whether an item that is still on loan lies ready for another child once it is back."""
    if item.next_hold_id is None:
        return False
    return at.scalar(select(Hold.child_id).where(Hold.id == item.next_hold_id)) != child_id


def lent(at: At, item: AnyRow, *, child_id: UUID, here: Here) -> None:
    """End a child's waiting with the book; what lay ready for it besides is passed on."""
    if not item.has_holds:
        return
    own = at.execute(
        select(Hold.id, Hold.item_id).where(
            Hold.child_id == child_id, Hold.title_id == item.title_id, Hold.ended_at.is_(None)
        )
    ).first()
    if own is None:
        return
    _end(at, own.id, HoldEnd.LENT, here)
    if own.item_id is not None and own.item_id != item.id:
        _give_to_next(at, own.item_id, here)


def taken(at: At, item: AnyRow, *, child_id: UUID | None, here: Here) -> None:
    """Note that an item has just been lent, to this child, a class or a teacher."""
    if not item.has_holds:
        return
    if child_id is not None:
        lent(at, item, child_id=child_id, here=here)
    take_off_shelf(at, item.id)


def not_lent(at: At, loan: AnyRow) -> None:
    """Let a child wait again whose loan is taken back: its book lies ready as before."""
    own = at.execute(
        select(Hold.id, Hold.item_id).where(
            Hold.child_id == loan.child_id,
            Hold.title_id == loan.title_id,
            Hold.ended_as == HoldEnd.LENT,
            Hold.ended_at == loan.lent_at,
        )
    ).first()
    if own is None:
        return
    was_other = own.item_id != loan.id
    gone = {"item_id": None, "ready_at": None, "pick_up_by": None} if was_other else {}
    at.execute(update(Hold).where(Hold.id == own.id).values(ended_at=None, ended_as=None, **gone))


def pass_on(at: At, item_id: UUID, here: Here) -> UUID | None:
    """Let the hold that an item lies ready for lapse, and return whose the item is now."""
    ready = at.scalar(select(Hold.id).where(Hold.item_id == item_id, Hold.ended_at.is_(None)))
    if ready is not None:
        _end(at, ready, HoldEnd.EXPIRED, here)
    return _give_to_next(at, item_id, here)


def end(at: At, hold_id: UUID, how: HoldEnd, here: Here) -> None:
    """End an open hold; what lay ready for it is passed on."""
    item_id = at.scalar(select(Hold.item_id).where(Hold.id == hold_id))
    _end(at, hold_id, how, here)
    if item_id is not None:
        _give_to_next(at, item_id, here)


def _end(at: At, hold_id: UUID, how: HoldEnd, here: Here) -> None:
    at.execute(
        update(Hold)
        .where(Hold.id == hold_id, Hold.ended_at.is_(None))
        .values(ended_at=here.now, ended_as=how)
    )


def _give_to_next(at: At, item_id: UUID, here: Here) -> UUID | None:
    """Lay an item on the hold shelf ready for the next child, and return which; None waits."""
    following = at.execute(
        select(Hold.id, Hold.child_id)
        .join(Item, Item.title_id == Hold.title_id)
        .where(
            Item.id == item_id,
            Item.status == ItemStatus.AVAILABLE,
            ~select(Loan.id).where(Loan.item_id == item_id, Loan.ended_at.is_(None)).exists(),
            Hold.ended_at.is_(None),
            Hold.item_id.is_(None),
        )
        .order_by(Hold.placed_at, Hold.id)
        .limit(1)
    ).first()
    if following is None:
        return None
    lay_ready(at, following.id, item_id, here)
    child_id: UUID = following.child_id
    return child_id


def hand_over(session: Session, from_id: UUID, to_id: UUID, here: Here) -> None:
    """Let what a new friend waits for be the listed child's; twice for one title is once."""
    known = set(session.scalars(select(Hold.title_id).where(_waits(to_id))))
    for hold in session.execute(select(Hold.id, Hold.title_id).where(_waits(from_id))).all():
        if hold.title_id in known:
            end(session, hold.id, HoldEnd.CANCELLED, here)
    session.execute(update(Hold).where(Hold.child_id == from_id).values(child_id=to_id))


def _waits(child_id: UUID) -> ColumnElement[bool]:
    return and_(Hold.child_id == child_id, Hold.ended_at.is_(None))


def offer(at: At, item_id: UUID, here: Here) -> None:
    """Lay an item ready that is in the room, unless it lies ready already."""
    ready = at.scalar(select(Hold.id).where(Hold.item_id == item_id, Hold.ended_at.is_(None)))
    if ready is None:
        _give_to_next(at, item_id, here)
