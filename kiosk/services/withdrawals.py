"""Since when the house has a copy no more: a row from the day it went until it is back."""

from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from kiosk.ids import new_id
from kiosk.models.lending import ItemWithdrawal
from kiosk.models.library import Item
from kiosk.rules.lending import ItemStatus
from kiosk.services.here import Here


def put(
    session: Session, item: Item, status: ItemStatus, *, staff_id: UUID | None, here: Here
) -> None:
    """Give a copy its status; the day is kept when it goes from the house, or comes back."""
    was, item.status = item.status, status
    if status is was:
        return
    gone = _gone(session, item)
    if status is ItemStatus.WITHDRAWN:
        if gone is None:
            _add(session, item, staff_id, here)
    elif gone is not None and gone.withdrawn_on is None:
        session.delete(gone)  # it had no day, and the copy is here
    elif gone is not None and gone.withdrawn_on is not None:
        gone.back_on = max(gone.withdrawn_on, here.today)


def write_off(session: Session, item: Item, *, staff_id: UUID | None, here: Here) -> None:
    """Note that the house has a copy less from today on, also of one that is lost.

    One that went before keeps its day; where nobody knows it, it is today that somebody stands for.
    """
    gone = _gone(session, item)
    if gone is None:
        _add(session, item, staff_id, here)
    elif gone.withdrawn_on is None:
        gone.withdrawn_on, gone.withdrawn_by_id = here.today, staff_id


def found(session: Session | Connection, item_id: UUID, here: Here) -> None:
    """Note that a copy is back that was written off because it was lost."""
    session.execute(
        update(ItemWithdrawal)
        .where(
            ItemWithdrawal.item_id == item_id,
            ItemWithdrawal.back_on.is_(None),
            ItemWithdrawal.withdrawn_on.is_not(None),
        )
        .values(
            # A clock set back since must not keep it away.
            back_on=case(
                (ItemWithdrawal.withdrawn_on > here.today, ItemWithdrawal.withdrawn_on),
                else_=here.today,
            )
        )
    )


def _gone(session: Session, item: Item) -> ItemWithdrawal | None:
    return session.scalars(
        select(ItemWithdrawal).where(
            ItemWithdrawal.item_id == item.id, ItemWithdrawal.back_on.is_(None)
        )
    ).one_or_none()


def _add(session: Session, item: Item, staff_id: UUID | None, here: Here) -> None:
    session.add(
        ItemWithdrawal(
            id=new_id(here.now), item_id=item.id, withdrawn_on=here.today, withdrawn_by_id=staff_id
        )
    )
