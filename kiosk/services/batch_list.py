"""Batches as they are shown: the list of them, and what is in one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, reading
from kiosk.errors import NotFoundError
from kiosk.models.intake import BatchGoods, BatchNotTaken, IntakeBatch
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Staff
from kiosk.rules.intake import BatchKind, IntakeProblem, NotTaken
from kiosk.services.here import Here

SHOWN_AT_MOST: Final = 200
_Receiver, _Accepter = aliased(Staff), aliased(Staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGoods:
    """Things of a batch that are no items."""

    name: str
    spec: str | None
    unit: str
    quantity: int
    price_fen: int | None
    used_for: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A batch in a list, and who had it in hand."""

    batch_id: UUID
    kind: BatchKind
    on_date: date
    donor: str | None
    has_contact: bool
    note: str | None
    items: int
    titles: int
    received_by_id: UUID | None
    received_by: str | None
    accepted_by: str | None
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """One line of goods, in its own words."""

    goods_id: UUID
    goods: NewGoods


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDetail:
    """A batch with what is in it; `loans` is how often its books have been lent so far."""

    line: BatchLine
    goods: tuple[GoodsLine, ...]
    not_taken: Mapping[NotTaken, int]
    books: tuple[tuple[str, int], ...]
    loans: int


_LINES: Final = (
    select(
        IntakeBatch,
        _Receiver.display_name.label("received_by"),
        _Accepter.display_name.label("accepted_by"),
        select(func.count())
        .where(Item.batch_id == IntakeBatch.id)
        .correlate(IntakeBatch)
        .scalar_subquery()
        .label("items"),
        select(func.count(func.distinct(Item.title_id)))
        .where(Item.batch_id == IntakeBatch.id)
        .correlate(IntakeBatch)
        .scalar_subquery()
        .label("titles"),
    )
    .outerjoin(_Receiver, _Receiver.id == IntakeBatch.received_by_id)
    .outerjoin(_Accepter, _Accepter.id == IntakeBatch.accepted_by_id)
    .order_by(IntakeBatch.on_date.desc(), IntakeBatch.id.desc())
)


def lines(*, here: Here, only_open: bool = False) -> tuple[BatchLine, ...]:
    """Return the batches of the room, the latest first."""
    find_them = _LINES.where(IntakeBatch.home_id == here.home_id).limit(SHOWN_AT_MOST)
    if only_open:
        find_them = find_them.where(IntakeBatch.accepted_at.is_(None))
    return tuple(_line(row) for row in reading().execute(find_them))


def detail(batch_id: UUID) -> BatchDetail:
    """Return a batch with what is in it.

    Raises:
        NotFoundError: UNKNOWN_BATCH.
    """
    session = reading()
    row = session.execute(_LINES.where(IntakeBatch.id == batch_id)).one_or_none()
    if row is None:
        raise NotFoundError(IntakeProblem.UNKNOWN_BATCH)
    books = session.execute(
        select(Title.name, func.count(Item.id).label("items"))
        .join(Item, Item.title_id == Title.id)
        .where(Item.batch_id == batch_id)
        .group_by(Title.id)
        .order_by(func.min(Item.accession_no))
    )
    ours = select(Item.id).where(Item.batch_id == batch_id)
    return BatchDetail(
        line=_line(row),
        goods=goods_of(session, batch_id),
        not_taken=not_taken_of(session, batch_id),
        books=tuple((one.name, one.items) for one in books),
        loans=session.scalar(select(func.count()).where(Loan.item_id.in_(ours))) or 0,
    )


def not_taken_of(session: Session, batch_id: UUID) -> Mapping[NotTaken, int]:
    """Return how many books of a batch were not taken in, by reason; those of none are left out."""
    rows = session.execute(
        select(BatchNotTaken.reason, func.count().label("books"))
        .where(BatchNotTaken.batch_id == batch_id)
        .group_by(BatchNotTaken.reason)
    )
    return {row.reason: row.books for row in rows}


def _line(row: AnyRow) -> BatchLine:
    batch: IntakeBatch = row.IntakeBatch
    return BatchLine(
        batch_id=batch.id,
        kind=batch.kind,
        on_date=batch.on_date,
        donor=batch.donor,
        has_contact=batch.donor_contact_cipher is not None,
        note=batch.note,
        items=row.items,
        titles=row.titles,
        received_by_id=batch.received_by_id,
        received_by=row.received_by,
        accepted_by=row.accepted_by,
        accepted_at=batch.accepted_at,
    )


def goods_of(session: Session, batch_id: UUID) -> tuple[GoodsLine, ...]:
    """Return what came with a batch besides books."""
    rows = session.scalars(
        select(BatchGoods).where(BatchGoods.batch_id == batch_id).order_by(BatchGoods.name)
    )
    return tuple(
        GoodsLine(
            goods_id=row.id,
            goods=NewGoods(
                name=row.name,
                spec=row.spec,
                unit=row.unit,
                quantity=row.quantity,
                price_fen=row.price_fen,
                used_for=row.used_for,
            ),
        )
        for row in rows
    )
