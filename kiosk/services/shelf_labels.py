"""The labels of shelves: a code of its own from the first print on."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from kiosk.db import AnySelect, transaction
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules import codes
from kiosk.rules.book_classes import ShelfPlace
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.shelf_places import place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfLabel:
    """What the label of a shelf says; without a sign of its own it has that of its books."""

    shelf_id: UUID
    code: str
    name: str
    place: ShelfPlace | None


def labels(shelf_ids: Collection[UUID], *, actor_id: UUID, here: Here) -> tuple[ShelfLabel, ...]:
    """Return the labels of these shelves; one that has no code yet gets it now, for good."""
    with transaction() as session:
        found = session.scalars(
            select(Shelf).where(Shelf.id.in_(shelf_ids)).order_by(Shelf.name)
        ).all()
        for shelf in found:
            if shelf.code is None:
                shelf.code = codes.new_shelf_code()
        if found:
            audit.record(
                session,
                AuditAction.PRINT,
                actor_id=actor_id,
                subject="shelves",
                fields=f"label x {len(found)}",
                purpose="labels",
                here=here,
            )
        marks = {row.shelf_id: row.mark for row in session.execute(_marks(shelf_ids))}
        return tuple(
            ShelfLabel(
                shelf_id=shelf.id,
                code=shelf.code or "",
                name=shelf.name,
                place=place_of(marks.get(shelf.id), shelf),
            )
            for shelf in found
        )


def _marks(shelf_ids: Collection[UUID]) -> AnySelect:
    """Return a class mark of the books on each shelf."""
    return (
        select(Item.shelf_id, func.min(Title.class_mark).label("mark"))
        .join(Title, Title.id == Item.title_id)
        .where(Item.shelf_id.in_(shelf_ids), Title.class_mark.is_not(None))
        .group_by(Item.shelf_id)
    )
