"""The hold shelf as staff see it: what lies ready, what is to be fetched, who waits for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Shelf, Title
from kiosk.models.people import Child, SchoolClass
from kiosk.rules.holds import HoldEnd, HoldRefusal, HoldShelfProblem
from kiosk.services import hold_queue, holds
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyHold:
    """A book on the hold shelf, for whom, and until which day."""

    hold_id: UUID
    title_id: UUID
    title: str
    accession_no: str
    name: str
    class_name: tuple[int, int]
    pick_up_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingHold:
    """A child that waits; `place` is 1 for the next. `copy` stands free on a shelf at the moment.

    Of several children the first ones have a copy to be fetched, as many as there are.
    """

    hold_id: UUID
    title_id: UUID
    title: str
    name: str
    class_name: tuple[int, int]
    placed_at: datetime
    place: int
    copy: "FreeCopy | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeCopy:
    """A copy that a teacher can fetch."""

    item_id: UUID
    accession_no: str
    shelf: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldShelf:
    ready: tuple[ReadyHold, ...]
    waiting: tuple[WaitingHold, ...]


_HOLDS: Final = (
    select(
        Hold.id,
        Hold.title_id,
        Hold.placed_at,
        Hold.pick_up_by,
        Title.name.label("title"),
        Item.accession_no,
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
    )
    .join(Title, Title.id == Hold.title_id)
    .join(Child, Child.id == Hold.child_id)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .outerjoin(Item, Item.id == Hold.item_id)
    .where(Hold.ended_at.is_(None))
)


def look(*, here: Here, title_id: UUID | None = None) -> HoldShelf:
    """Return who waits, of one title or of all; what was not picked up is passed on first."""
    settle(here=here)
    session = reading()
    find = _HOLDS if title_id is None else _HOLDS.where(Hold.title_id == title_id)
    ready = session.execute(
        find.where(Hold.item_id.is_not(None)).order_by(Hold.pick_up_by, Title.name)
    )
    waiting = session.execute(
        find.where(Hold.item_id.is_(None)).order_by(Title.name, Hold.placed_at, Hold.id)
    ).all()
    return HoldShelf(ready=tuple(map(_ready, ready)), waiting=_waiting(session, waiting))


def of_item(at: hold_queue.At, item_id: UUID) -> ReadyHold | None:
    """Return for whom an item lies ready, or None."""
    row = at.execute(_HOLDS.where(Hold.item_id == item_id)).one_or_none()
    return None if row is None else _ready(row)


def to_fetch_count() -> int:
    """Return for how many children a free copy of what they wait for stands on a shelf."""
    return (
        reading().scalar(
            select(func.count(func.distinct(Hold.id)))
            .join(Item, Item.title_id == Hold.title_id)
            .where(Hold.ended_at.is_(None), Hold.item_id.is_(None), *hold_queue.FREE)
        )
        or 0
    )


def count_of(title_id: UUID) -> int:
    """Return how many children wait for a title, those included for whom it lies ready."""
    return (
        reading().scalar(
            select(func.count())
            .select_from(Hold)
            .where(Hold.title_id == title_id, Hold.ended_at.is_(None))
        )
        or 0
    )


def settle(*, here: Here) -> None:
    """Let the holds lapse that nobody picked up in time, and those of children that have left."""
    over = (
        select(Hold.id, Hold.pick_up_by)
        .join(Child, Child.id == Hold.child_id)
        .where(
            Hold.ended_at.is_(None),
            or_(Hold.pick_up_by < here.today, Child.left_on.is_not(None)),
        )
        .order_by(Hold.ready_at)
    )
    if reading().execute(over).first() is None:
        return
    with transaction() as session:
        for row in session.execute(over).all():
            has_lapsed = row.pick_up_by is not None and row.pick_up_by < here.today
            how = HoldEnd.EXPIRED if has_lapsed else HoldEnd.CANCELLED
            hold_queue.end(session, row.id, how, here)


def fetch(*, hold_id: UUID, staff_id: UUID, here: Here) -> None:
    """Lay a free copy ready for a child that waits: a teacher has it in hand.

    Raises:
        RefusedError: OVER, or NOT_FREE when no copy stands on a shelf any more.
    """
    with transaction() as session:
        hold = _open(session, hold_id)
        if hold.item_id is not None:
            return
        copy = _free_copies(session, {hold.title_id}).get(hold.title_id)
        if not copy:
            raise RefusedError(HoldShelfProblem.NOT_FREE)
        hold_queue.lay_ready(session, hold_id, copy[0].item_id, here)
        holds.note(session, hold_id, f"ready item:{copy[0].item_id}", staff_id, here)


def end(*, hold_id: UUID, staff_id: UUID, here: Here) -> None:
    """Let a child wait no more, because a teacher says so; a second time changes nothing.

    Raises:
        NotFoundError: OVER, for one that there never was.
    """
    with transaction() as session:
        hold = session.get(Hold, hold_id)
        if hold is None:
            raise NotFoundError(HoldRefusal.OVER)
        if hold.ended_at is None:
            hold_queue.end(session, hold_id, HoldEnd.CANCELLED, here)
            holds.note(session, hold_id, "cancelled", staff_id, here)


def _open(session: Session, hold_id: UUID) -> Hold:
    hold = session.get(Hold, hold_id)
    if hold is None or hold.ended_at is not None:
        raise RefusedError(HoldRefusal.OVER)
    return hold


def _ready(row: AnyRow) -> ReadyHold:
    return ReadyHold(
        hold_id=row.id,
        title_id=row.title_id,
        title=row.title,
        accession_no=row.accession_no,
        name=row.family_name + row.given_name,
        class_name=(row.grade, row.number),
        pick_up_by=row.pick_up_by,
    )


def _waiting(session: Session, rows: Sequence[AnyRow]) -> tuple[WaitingHold, ...]:
    copies = _free_copies(session, {row.title_id for row in rows})
    places: dict[UUID, int] = {}
    found = []
    for row in rows:
        place = places[row.title_id] = places.get(row.title_id, 0) + 1
        free = copies.get(row.title_id, [])
        found.append(
            WaitingHold(
                hold_id=row.id,
                title_id=row.title_id,
                title=row.title,
                name=row.family_name + row.given_name,
                class_name=(row.grade, row.number),
                placed_at=row.placed_at,
                place=place,
                copy=free[place - 1] if place <= len(free) else None,
            )
        )
    return tuple(found)


def _free_copies(session: Session, title_ids: set[UUID]) -> dict[UUID, list[FreeCopy]]:
    rows = session.execute(
        select(Item.id, Item.title_id, Item.accession_no, Shelf.name)
        .outerjoin(Shelf, Shelf.id == Item.shelf_id)
        .where(and_(Item.title_id.in_(title_ids), *hold_queue.FREE))
        .order_by(Item.accession_no)
    )
    found: dict[UUID, list[FreeCopy]] = {}
    for row in rows:
        copy = FreeCopy(item_id=row.id, accession_no=row.accession_no, shelf=row.name)
        found.setdefault(row.title_id, []).append(copy)
    return found
