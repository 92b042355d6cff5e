"""What a child is told who begins to wait for a book."""

from dataclasses import dataclass

from kiosk.rules.book_classes import ShelfPlace
from kiosk.services.answers import ChildFace, OwnHold


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced:
    """A child waits for a book from now on; `shelf` is where a copy stands at this moment.

    `is_here` without `shelf`: a copy is in the room, nobody has said where.
    """

    child: ChildFace
    hold: OwnHold
    is_here: bool
    shelf: ShelfPlace | None
