"""What a stock-take found once it has ended: by shelf, what to put in its place, what to give up.

Read from the sights and from how the items stand now, so what is found afterwards is no longer
missing. Nobody's name is in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, reading
from kiosk.errors import NotFoundError
from kiosk.models.library import Item, Loan, Shelf, Title
from kiosk.models.stocktake import Stocktake, StocktakeSight
from kiosk.rules.lending import ItemStatus
from kiosk.rules.stocktake import ON_THE_SHELVES, SightKind, StocktakeProblem, is_elsewhere
from kiosk.services.here import Here

# What somebody looks for on a shelf, also after it was not found.
_LOOKED_FOR: Final = ON_THE_SHELVES | {ItemStatus.MISSING}
_is_looked_for: Final = and_(Item.status.in_(_LOOKED_FOR), Loan.id.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfLine:
    """A shelf as it was counted; what has no shelf is a line without a name."""

    name: str | None
    expected: int
    seen: int
    elsewhere: int
    ghosts: int
    missed_once: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportItem:
    """An item of one of the lists."""

    name: str
    accession_no: str
    shelf: str | None
    seen_on: str | None
    price_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a stock-take found."""

    stocktake_id: UUID
    began_at: datetime
    ended_at: datetime
    shelves: tuple[ShelfLine, ...]
    to_move: tuple[ReportItem, ...]
    ghosts: tuple[ReportItem, ...]
    healed: tuple[ReportItem, ...]
    withdrawn: tuple[ReportItem, ...]
    missed_once: tuple[ReportItem, ...]
    missing: tuple[ReportItem, ...]


def latest(here: Here) -> Report:
    """Return the report of the stock-take that ended last in this room.

    Raises:
        NotFoundError: NOT_OPEN, when none has ended yet.
    """
    session = reading()
    found = session.scalar(
        select(Stocktake)
        .where(Stocktake.home_id == here.home_id, Stocktake.ended_at.is_not(None))
        .order_by(Stocktake.ended_at.desc())
        .limit(1)
    )
    if found is None or found.ended_at is None:
        raise NotFoundError(StocktakeProblem.NOT_OPEN)
    rows = _rows(session, found.id)
    return Report(
        stocktake_id=found.id,
        began_at=found.began_at,
        ended_at=found.ended_at,
        shelves=_shelves(rows),
        to_move=_items(row for row in rows if _stands_elsewhere(row)),
        ghosts=_items(row for row in rows if row.kind is SightKind.ON_LOAN),
        healed=_items(row for row in rows if row.kind is SightKind.HEALED),
        withdrawn=_items(row for row in rows if row.kind is SightKind.WITHDRAWN),
        missed_once=_items(row for row in rows if _is_missed_once(row)),
        missing=_items(row for row in rows if _is_missing(row)),
    )


def exists(here: Here) -> bool:
    """Say whether a stock-take has ended in this room."""
    return (
        reading().scalar(
            select(Stocktake.id)
            .where(Stocktake.home_id == here.home_id, Stocktake.ended_at.is_not(None))
            .limit(1)
        )
        is not None
    )


def _rows(session: Session, stocktake_id: UUID) -> Sequence[AnyRow]:
    """Return each item that was seen or is looked for, with its sight; those in hands left out."""
    own, seen_on = aliased(Shelf), aliased(Shelf)
    return session.execute(
        select(
            Title.name,
            Item.accession_no,
            Item.shelf_id,
            Item.status,
            Item.misses,
            func.coalesce(Item.price_fen, Title.price_fen).label("price_fen"),
            own.name.label("shelf"),
            seen_on.name.label("seen_on"),
            StocktakeSight.id.label("sight_id"),
            StocktakeSight.shelf_id.label("seen_on_id"),
            StocktakeSight.kind,
        )
        .join(Title, Title.id == Item.title_id)
        .outerjoin(own, own.id == Item.shelf_id)
        .outerjoin(
            StocktakeSight,
            and_(StocktakeSight.item_id == Item.id, StocktakeSight.stocktake_id == stocktake_id),
        )
        .outerjoin(seen_on, seen_on.id == StocktakeSight.shelf_id)
        .outerjoin(Loan, and_(Loan.item_id == Item.id, Loan.ended_at.is_(None)))
        .where(or_(StocktakeSight.id.is_not(None), _is_looked_for))
        .order_by(own.name, Item.accession_no)
    ).all()


def _shelves(rows: Sequence[AnyRow]) -> tuple[ShelfLine, ...]:
    """Return a line for each shelf: what belongs there, and what was seen there of others."""
    belongs, seen = defaultdict(list), defaultdict(list)
    for row in rows:
        if row.status is not ItemStatus.WITHDRAWN:
            belongs[row.shelf].append(row)
        if row.sight_id is not None:
            seen[row.seen_on].append(row)
    names = sorted({*belongs, *seen}, key=lambda name: (name is None, name or ""))
    return tuple(_line(name, belongs[name], seen[name]) for name in names)


def _line(name: str | None, belongs: Sequence[AnyRow], seen: Sequence[AnyRow]) -> ShelfLine:
    return ShelfLine(
        name=name,
        expected=len(belongs),
        seen=sum(row.sight_id is not None for row in belongs),
        elsewhere=sum(map(_stands_elsewhere, seen)),
        ghosts=sum(row.kind is SightKind.ON_LOAN for row in seen),
        missed_once=sum(map(_is_missed_once, belongs)),
        missing=sum(map(_is_missing, belongs)),
    )


def _stands_elsewhere(row: AnyRow) -> bool:
    return row.sight_id is not None and is_elsewhere(
        belongs_on=row.shelf_id, seen_on=row.seen_on_id
    )


def _is_missed_once(row: AnyRow) -> bool:
    return row.sight_id is None and row.status in ON_THE_SHELVES and row.misses > 0


def _is_missing(row: AnyRow) -> bool:
    return row.sight_id is None and row.status is ItemStatus.MISSING


def _items(rows: Iterable[AnyRow]) -> tuple[ReportItem, ...]:
    return tuple(
        ReportItem(
            name=row.name,
            accession_no=row.accession_no,
            shelf=row.shelf,
            seen_on=row.seen_on,
            price_fen=row.price_fen,
        )
        for row in rows
    )
