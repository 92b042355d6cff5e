"""The end of a stock-take: what was not seen on a counted shelf is missed, and may be missing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect, transaction
from kiosk.ids import new_id
from kiosk.models.lending import Hold, ItemCase
from kiosk.models.library import Item, Loan
from kiosk.models.stocktake import Stocktake, StocktakeSight
from kiosk.rules.item_cases import CaseKind
from kiosk.rules.lending import ItemStatus
from kiosk.rules.stocktake import ON_THE_SHELVES, Standing, after_unseen
from kiosk.services import audit, stocktake, stocktake_board
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.stocktake import WITHOUT_SHELF

_AT_ONCE: Final = 500
_REASON: Final = "盘点连续两次未见"


def end(*, also_counted: Collection[UUID], staff_id: UUID, here: Here) -> UUID:
    """End the stock-take that is under way, and return it.

    Only the shelves that were counted wholly are judged: those that somebody has said are done,
    and `also_counted`. What stands on any other shelf is as it was before.

    Raises:
        RefusedError: NOT_OPEN.
    """
    with transaction() as session:
        under_way = stocktake.required(session, here)
        places = stocktake_board.places(session, under_way)
        counted = stocktake_board.counted_ids(places, also=also_counted)
        _forgive_seen(session, under_way)
        _forgive_handled(session, under_way)
        _miss_unseen(session, under_way, counted, staff_id, here)
        under_way.ended_at = max(here.now, under_way.began_at)
        under_way.ended_by_id = staff_id
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=staff_id,
            subject=f"stocktake:{under_way.id}",
            fields=f"ended, {len(counted)} of {len(places)} shelves",
            purpose="stocktake",
            here=here,
        )
        return under_way.id


def _forgive_seen(session: Session, under_way: Stocktake) -> None:
    seen = select(StocktakeSight.item_id).where(StocktakeSight.stocktake_id == under_way.id)
    session.execute(update(Item).where(Item.id.in_(seen), Item.misses > 0).values(misses=0))


def _forgive_handled(session: Session, under_way: Stocktake) -> None:
    """Let what has been lent or came back since the stock-take before begin anew.

    Asked here and not counted at each scan, which costs a scan nothing.
    """
    before = session.scalar(
        select(func.max(Stocktake.began_at)).where(
            Stocktake.home_id == under_way.home_id, Stocktake.ended_at.is_not(None)
        )
    )
    if before is not None:
        session.execute(
            update(Item).where(Item.misses > 0, _handled_since(before)).values(misses=0)
        )


def _miss_unseen(
    session: Session,
    under_way: Stocktake,
    counted: Collection[UUID],
    staff_id: UUID,
    here: Here,
) -> None:
    after: defaultdict[Standing, list[UUID]] = defaultdict(list)
    for row in session.execute(_unseen(under_way)):
        if (row.shelf_id or WITHOUT_SHELF) in counted:
            before = Standing(status=row.status, misses=row.misses)
            standing = after_unseen(before, is_accounted_for=_is_accounted_for(row))
            if standing != before:
                after[standing].append(row.id)
    for standing, item_ids in after.items():
        _set(session, standing, item_ids)
        if standing.status is ItemStatus.MISSING:
            _open_cases(session, item_ids, staff_id, here)


def _set(session: Session, standing: Standing, item_ids: Sequence[UUID]) -> None:
    for first in range(0, len(item_ids), _AT_ONCE):
        session.execute(
            update(Item)
            .where(Item.id.in_(item_ids[first : first + _AT_ONCE]))
            .values(status=standing.status, misses=standing.misses)
        )


def _unseen(under_way: Stocktake) -> AnySelect:
    """Select what was there when the count began and was not seen.

    What came later may have come after its shelf was counted.
    """
    was_there = or_(Item.added_at.is_(None), Item.added_at <= under_way.began_at)
    sighted = exists().where(
        StocktakeSight.stocktake_id == under_way.id, StocktakeSight.item_id == Item.id
    )
    waits = exists().where(Hold.item_id == Item.id, Hold.ended_at.is_(None))
    has_case = exists().where(ItemCase.item_id == Item.id, ItemCase.ended_at.is_(None))
    return select(
        Item.id,
        Item.shelf_id,
        Item.status,
        Item.misses,
        _handled_since(under_way.began_at).label("is_handled"),
        waits.label("is_waiting"),
        has_case.label("has_case"),
    ).where(Item.status.in_(ON_THE_SHELVES), was_there, ~sighted)


def _handled_since(moment: datetime) -> ColumnElement[bool]:
    """Say that an item was in somebody's hands: what came out of the box was, when it was noted."""
    return exists().where(
        Loan.item_id == Item.id,
        or_(
            Loan.ended_at.is_(None),
            Loan.lent_at >= moment,
            Loan.ended_at >= moment,
            Loan.end_noted_at >= moment,
        ),
    )


def _is_accounted_for(row: AnyRow) -> bool:
    return bool(row.is_handled or row.is_waiting or row.has_case)


def _open_cases(session: Session, item_ids: Iterable[UUID], staff_id: UUID, here: Here) -> None:
    """Open a case for each item that is missing now; one that had a case is not missed."""
    session.add_all(
        ItemCase(
            id=new_id(here.now),
            item_id=item_id,
            kind=CaseKind.MISSING,
            local_day=here.today,
            opened_at=here.now,
            opened_by_id=staff_id,
            reason=_REASON,
        )
        for item_id in item_ids
    )
