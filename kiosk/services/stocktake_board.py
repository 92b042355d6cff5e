"""How far a stock-take is: for each shelf what stands there by the catalogue, and what was seen."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from kiosk.db import AnySelect, reading
from kiosk.models.library import Item, Loan, Shelf
from kiosk.models.stocktake import Stocktake, StocktakeShelf, StocktakeSight
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.stocktake import ON_THE_SHELVES
from kiosk.services import shelf_places, stocktake
from kiosk.services.here import Here
from kiosk.services.stocktake import WITHOUT_SHELF

_how_many: Final = func.count(Item.id).label("items")
_is_out: Final = and_(Loan.item_id == Item.id, Loan.ended_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A shelf in a stock-take, or what has none (`sign` is None).

    `expected` items stand there by the catalogue and are with nobody; `seen` of them were seen,
    on whichever shelf.
    """

    place_id: UUID
    sign: ShelfPlace | None
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
    expected, seen = _expected(session), _seen(session, of.id)
    visited = {
        row.shelf_id: row
        for row in session.scalars(
            select(StocktakeShelf).where(StocktakeShelf.stocktake_id == of.id)
        )
    }
    found = [
        Place(
            place_id=shelf.id,
            sign=shelf_places.named(shelf),
            expected=expected[shelf.id],
            seen=seen[shelf.id],
            is_begun=shelf.id in visited,
            is_done=shelf.id in visited and visited[shelf.id].done_at is not None,
        )
        for shelf in session.scalars(select(Shelf).order_by(Shelf.name))
    ]
    if expected[None] or not found:
        found.append(
            Place(
                place_id=WITHOUT_SHELF,
                sign=None,
                expected=expected[None],
                seen=seen[None],
                is_begun=False,
                is_done=False,
            )
        )
    return tuple(found)


def counted_ids(places: Collection[Place], *, also: Collection[UUID]) -> frozenset[UUID]:
    """Return the places that were counted wholly; `also` are those somebody says so of now."""
    return frozenset(one.place_id for one in places if one.is_done or one.place_id in also)


def _expected(session: Session) -> Counter[UUID | None]:
    """Return what stands on each shelf: all that belongs there, without what somebody has.

    Two counts, for to ask of each of 20,000 items whether it is on loan would hold up every scan.
    """
    all_of_it = _by_shelf(session, select(Item.shelf_id, _how_many))
    all_of_it.subtract(_by_shelf(session, select(Item.shelf_id, _how_many).join(Loan, _is_out)))
    return all_of_it


def _seen(session: Session, stocktake_id: UUID) -> Counter[UUID | None]:
    """Return how many of what is expected on each shelf were seen, on whichever."""
    sighted = select(Item.shelf_id, _how_many).join(
        StocktakeSight,
        and_(StocktakeSight.item_id == Item.id, StocktakeSight.stocktake_id == stocktake_id),
    )
    seen = _by_shelf(session, sighted)
    seen.subtract(_by_shelf(session, sighted.join(Loan, _is_out)))
    return seen


def _by_shelf(session: Session, find: AnySelect) -> Counter[UUID | None]:
    rows = session.execute(find.where(Item.status.in_(ON_THE_SHELVES)).group_by(Item.shelf_id))
    return Counter({row.shelf_id: row.items for row in rows})
