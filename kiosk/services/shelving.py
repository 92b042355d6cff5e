"""Books are put on a shelf: its label or its name first, then the labels of what stands there."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules import codes, lending
from kiosk.rules.codes import BookBar, CodeProblem
from kiosk.rules.lending import ItemStatus
from kiosk.rules.stocktake import StocktakeProblem
from kiosk.services import audit, hold_queue, item_lookup, loan_changes, loan_facts, stocktake
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

# What a page has kept for longer is as old as this.
_LONGEST_WAIT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A copy that has its place on a shelf now, and the shelf that it was of before, if any.

    `is_ready`: a child waits for it, and it belongs where such books lie. `is_found`: it was lost
    or missing until now.
    """

    shelf_id: UUID
    name: str
    accession_no: str
    came_from: str | None
    is_ready: bool
    is_found: bool = False


def put(
    code: str,
    *,
    shelf: str | None,
    actor_id: UUID,
    here: Here,
    waited: timedelta = timedelta(),
) -> UUID | Placed:
    """Take what was scanned or typed: a shelf, which is returned, or a copy that stands on it.

    `shelf` is the code of its label or its id. The same copy again stays where it is, and so does
    one that was moved after the scan, when that has `waited` for its answer. What was lost is there
    again; a count that is under way has seen it.

    Raises:
        NotFoundError: UNKNOWN_ITEM, UNKNOWN_SHELF. RefusedError: NO_SHELF before any shelf; IS_OUT
            on loan; IS_GONE for what was withdrawn.
        InvalidInputError: OWN_BAR for the publisher's bar, or a CodeProblem.
    """
    scanned_at = here.now - min(waited, _LONGEST_WAIT)
    with transaction() as session:
        found = session.scalar(select(Shelf.id).where(Shelf.code == code.strip().upper()))
        if found is not None:
            return found
        item = _item(session, code)
        if shelf is None:
            raise RefusedError(StocktakeProblem.NO_SHELF)
        shelf_id = _shelf(session, shelf)
        if waited and _moved_since(session, item, scanned_at):
            return _placed(session, item, before=None)
        before = session.get(Shelf, item.shelf_id) if item.shelf_id else None
        is_found = lending.heals(item.status)
        _see(session, item, shelf_id, here)
        if before is None or before.id != shelf_id:
            _note(session, item, actor_id, replace(here, now=scanned_at))
        return replace(_placed(session, item, before=before), is_found=is_found)


def how_many_without() -> int:
    """Return how many copies of the room have no place on a shelf yet."""
    statement = select(func.count()).where(
        Item.shelf_id.is_(None), Item.status != ItemStatus.WITHDRAWN
    )
    return reading().scalar(statement) or 0


def shelf_of_the_others(session: Session, title_id: UUID) -> UUID | None:
    """Return the shelf of a title's newest copy that has one: the next copy goes there too."""
    return session.scalar(
        select(Item.shelf_id)
        .where(Item.title_id == title_id, Item.shelf_id.is_not(None))
        .order_by(Item.accession_no.desc())
        .limit(1)
    )


def _item(session: Session, code: str) -> Item:
    item = item_lookup.typed(session, code)
    if item is not None:
        return item
    if isinstance(codes.parse(code), BookBar):
        raise InvalidInputError(StocktakeProblem.OWN_BAR)
    raise NotFoundError(CodeProblem.UNKNOWN_ITEM)


def _shelf(session: Session, shelf: str) -> UUID:
    try:
        wanted = Shelf.id == UUID(shelf)
    except ValueError:
        wanted = Shelf.code == shelf.upper()
    shelf_id = session.scalar(select(Shelf.id).where(wanted))
    if shelf_id is None:
        raise NotFoundError(StocktakeProblem.UNKNOWN_SHELF)
    return shelf_id


def _moved_since(session: Session, item: Item, moment: datetime) -> bool:
    """Return whether a copy was moved or edited after a moment: that is newer than the scan."""
    later = select(Audit.n).where(Audit.subject == f"item:{item.id}", Audit.at > moment)
    found = session.scalar(later.where(Audit.fields.in_(("shelf", "item"))).limit(1))
    return item.shelf_id is not None and found is not None


def _see(session: Session, item: Item, shelf_id: UUID, here: Here) -> None:
    """Give a copy its shelf, and put right what it proves wrong that it is there."""
    known = loan_facts.BY_ID.rows(session, {"item_id": item.id})[0]
    if known.status is ItemStatus.WITHDRAWN:
        raise RefusedError(StocktakeProblem.IS_GONE)
    if known.loan_id is not None and known.ended_at is None:
        raise RefusedError(StocktakeProblem.IS_OUT)
    item.shelf_id = shelf_id
    session.flush()
    under_way = stocktake.current(session, here)
    if under_way is None:
        loan_changes.heal(session, known, here)
    else:
        stocktake.see(session, under_way, known, shelf_id, new_id(here.now), here)


def _placed(session: Session, item: Item, *, before: Shelf | None) -> Placed:
    if item.shelf_id is None:
        raise RuntimeError("it has just been put on one")
    return Placed(
        shelf_id=item.shelf_id,
        name=session.get_one(Title, item.title_id).name,
        accession_no=item.accession_no,
        is_ready=hold_queue.ready_for(session, item.id) is not None,
        came_from=before.name if before is not None and before.id != item.shelf_id else None,
    )


def _note(session: Session, item: Item, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"item:{item.id}",
        fields="shelf",
        purpose="catalogue",
        here=here,
    )
