"""How far a stock-take is: for each shelf what stands there by the catalogue, and what was seen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect, reading
from kiosk.models.library import Item, Loan, Shelf
from kiosk.models.stocktake import Stocktake, StocktakeShelf, StocktakeSight
from kiosk.rules.stocktake import ON_THE_SHELVES
from kiosk.services import stocktake
from kiosk.services.here import Here
from kiosk.services.stocktake import WITHOUT_SHELF, ShelfSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A shelf in a stock-take, or what has none (`sign` is None).

    `expected` items stand there by the catalogue and are with nobody; `seen` of them were seen,
    on whichever shelf.
    """

    place_id: UUID
    sign: ShelfSign | None
    expected: int
    seen: int
    is_begun: bool
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The stock-take that is under way."""

    stocktake_id: UUID
    began_at: datetime
    places: tuple[Place, ...]

    @property
    def expected(self) -> int:
        return sum(place.expected for place in self.places)

    @property
    def seen(self) -> int:
        return sum(place.seen for place in self.places)

    def place(self, place_id: UUID) -> Place | None:
        return next((one for one in self.places if one.place_id == place_id), None)


def board(here: Here) -> Board | None:
    """Return how far the stock-take of this room is; None when there is none."""
    session = reading()
    under_way = stocktake.current(session, here)
    if under_way is None:
        return None
    return Board(
        stocktake_id=under_way.id,
        began_at=under_way.began_at,
        places=places(session, under_way),
    )


def places(session: Session, of: Stocktake) -> tuple[Place, ...]:
    """Return each shelf in the order of its name, and last what has none, where there is any."""
    counts = {row.shelf_id: row for row in session.execute(_counts(of.id))}
    visited = {
        row.shelf_id: row
        for row in session.scalars(
            select(StocktakeShelf).where(StocktakeShelf.stocktake_id == of.id)
        )
    }
    found = [
        _place(shelf.id, stocktake.sign(shelf), counts.get(shelf.id), visited.get(shelf.id))
        for shelf in session.scalars(select(Shelf).order_by(Shelf.name))
    ]
    if None in counts or not found:
        found.append(_place(WITHOUT_SHELF, None, counts.get(None), None))
    return tuple(found)


def counted_ids(places: Collection[Place], *, also: Collection[UUID]) -> frozenset[UUID]:
    """Return the places that were counted wholly; `also` are those somebody says so of now."""
    return frozenset(one.place_id for one in places if one.is_done or one.place_id in also)


def _counts(stocktake_id: UUID) -> AnySelect:
    return (
        select(
            Item.shelf_id,
            func.count(Item.id).label("expected"),
            func.count(StocktakeSight.id).label("seen"),
        )
        .outerjoin(
            StocktakeSight,
            and_(StocktakeSight.stocktake_id == stocktake_id, StocktakeSight.item_id == Item.id),
        )
        .outerjoin(Loan, and_(Loan.item_id == Item.id, Loan.ended_at.is_(None)))
        .where(Item.status.in_(ON_THE_SHELVES), Loan.id.is_(None))
        .group_by(Item.shelf_id)
    )


def _place(
    place_id: UUID, sign: ShelfSign | None, count: AnyRow | None, visit: StocktakeShelf | None
) -> Place:
    return Place(
        place_id=place_id,
        sign=sign,
        expected=0 if count is None else count.expected,
        seen=0 if count is None else count.seen,
        is_begun=visit is not None,
        is_done=visit is not None and visit.done_at is not None,
    )
