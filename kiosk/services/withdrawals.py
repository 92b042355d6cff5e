"""Since when the house has a copy no more: a row from the day it is withdrawn until it is back."""

from uuid import UUID

from sqlalchemy import select
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
    if (was is ItemStatus.WITHDRAWN) is (status is ItemStatus.WITHDRAWN):
        return
    if status is ItemStatus.WITHDRAWN:
        session.add(
            ItemWithdrawal(
                id=new_id(here.now),
                item_id=item.id,
                withdrawn_on=here.today,
                withdrawn_by_id=staff_id,
            )
        )
        return
    gone = session.scalars(
        select(ItemWithdrawal).where(
            ItemWithdrawal.item_id == item.id, ItemWithdrawal.back_on.is_(None)
        )
    ).one_or_none()
    if gone is not None and gone.withdrawn_on is None:
        session.delete(gone)  # it had no day, and the copy is here
    elif gone is not None and gone.withdrawn_on is not None:
        gone.back_on = max(gone.withdrawn_on, here.today)
