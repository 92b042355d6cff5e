"""The shelves: what they are called, and by which colour and letter a child finds them.

Their codes come with their first label (`shelf_labels`).
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.library import Item, Shelf
from kiosk.rules.catalogue import CatalogueProblem, ShelfColour
from kiosk.rules.lending import ItemStatus
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

LONGEST_NAME: Final = 40
_SAME_NAME: Final = "uq_shelf_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfRow:
    """A shelf, its code once a label was printed, and how many items belong there."""

    shelf_id: UUID
    name: str
    code: str | None
    colour: ShelfColour | None
    letter: str | None
    items: int

    @property
    def has_label(self) -> bool:
        return self.code is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedShelf:
    """A shelf whose label was scanned."""

    shelf_id: UUID
    name: str


def listing() -> tuple[ShelfRow, ...]:
    """Return the shelves by name."""
    rows = reading().execute(
        select(Shelf, func.count(Item.id).label("items"))
        .outerjoin(Item, (Item.shelf_id == Shelf.id) & (Item.status != ItemStatus.WITHDRAWN))
        .group_by(Shelf.id)
        .order_by(Shelf.name)
    )
    return tuple(
        ShelfRow(
            shelf_id=row.Shelf.id,
            name=row.Shelf.name,
            code=row.Shelf.code,
            colour=row.Shelf.colour,
            letter=row.Shelf.letter,
            items=row.items,
        )
        for row in rows
    )


def by_code(code: str) -> ScannedShelf | None:
    """Return the shelf with this code on its label, or None."""
    row = reading().execute(select(Shelf.id, Shelf.name).where(Shelf.code == code)).first()
    return None if row is None else ScannedShelf(shelf_id=row.id, name=row.name)


def add(
    name: str,
    *,
    colour: ShelfColour | None,
    letter: str | None,
    request_id: UUID,
    actor_id: UUID,
    here: Here,
) -> UUID:
    """Add a shelf; the same request adds it once.

    Raises:
        InvalidInputError: SHELF_NAME_MISSING. RefusedError: SHELF_KNOWN.
    """
    _write(request_id, name, colour, letter, actor_id, here, is_new=True)
    return request_id


def change(
    shelf_id: UUID,
    name: str,
    *,
    colour: ShelfColour | None,
    letter: str | None,
    actor_id: UUID,
    here: Here,
) -> None:
    """Change what a shelf is called and looks like.

    Raises:
        NotFoundError: UNKNOWN_SHELF. InvalidInputError: SHELF_NAME_MISSING.
        RefusedError: SHELF_KNOWN.
    """
    _write(shelf_id, name, colour, letter, actor_id, here, is_new=False)


def _write(
    shelf_id: UUID,
    name: str,
    colour: ShelfColour | None,
    letter: str | None,
    actor_id: UUID,
    here: Here,
    *,
    is_new: bool,
) -> None:
    if not name:
        raise InvalidInputError(CatalogueProblem.SHELF_NAME_MISSING)
    try:
        with transaction() as session:
            shelf = session.get(Shelf, shelf_id)
            if shelf is None and not is_new:
                raise NotFoundError(CatalogueProblem.UNKNOWN_SHELF)
            if shelf is None:
                shelf = Shelf(id=shelf_id, name=name)
                session.add(shelf)
            shelf.name, shelf.colour, shelf.letter = name, colour, letter
            _note(session, shelf_id, actor_id, here)
    except IntegrityError as error:
        if violated(error) != _SAME_NAME:
            raise
        raise RefusedError(CatalogueProblem.SHELF_KNOWN) from error


def _note(session: Session, shelf_id: UUID, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"shelf:{shelf_id}",
        fields="shelf",
        purpose="catalogue",
        here=here,
    )
