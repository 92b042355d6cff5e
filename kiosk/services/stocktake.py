"""A stock-take of the shelves: begun, each scan stored at once, taken back, shelf by shelf.

Which shelf somebody stands at is said with each scan, by the window that scans: so several windows
may count at once, and one that was started anew goes on where it was.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Shelf, Title, TitleCover
from kiosk.models.stocktake import Stocktake, StocktakeShelf, StocktakeSight
from kiosk.rules import codes, stocktake
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.codes import BookBar, CodeKind, CodeProblem, OurCode
from kiosk.rules.lending import LoanEnd
from kiosk.rules.stocktake import SightKind, StocktakeProblem
from kiosk.services import audit, loan_changes, loan_facts, own_page, shelf_places
from kiosk.services.again import once_more
from kiosk.services.answers import Book
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

# The place of items that have no shelf of their own; a shelf's id is never this.
WITHOUT_SHELF: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtShelf:
    """A shelf's code was scanned: what comes next stands there."""

    place_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item was seen, and what is odd about it. Nothing here says who had it.

    `goes_to` is its own shelf, where it stands on another one; `is_again`: it was seen there
    before; `is_waited_for`: it lies ready for a child, and goes on the hold shelf.
    """

    place_id: UUID
    sight_id: UUID
    title: str
    book: Book
    accession_no: str
    kind: SightKind
    goes_to: ShelfPlace | None
    is_again: bool
    is_waited_for: bool


@once_more("uq_stocktake_open_home")
def begin(*, staff_id: UUID, here: Here) -> UUID:
    """Begin a stock-take, or return the one that is under way."""
    with transaction() as session:
        under_way = current(session, here)
        if under_way is not None:
            return under_way.id
        begun = Stocktake(
            id=new_id(here.now), home_id=here.home_id, began_at=here.now, began_by_id=staff_id
        )
        session.add(begun)
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=staff_id,
            subject=f"stocktake:{begun.id}",
            fields="began",
            purpose="stocktake",
            here=here,
        )
        return begun.id


@once_more(
    "uq_stocktake_sight_stocktake_id_item_id",
    "uq_stocktake_sight_request_id",
    "pk_stocktake_shelf",
)
def scan(code: str, *, place_id: UUID | None, request_id: UUID, here: Here) -> AtShelf | Seen:
    """Take what was scanned at a place: a shelf's code, or an item that stands there.

    Stored before it is answered; the same `request_id` gives the same answer again. What is seen
    is neither lent nor lost, so a loan that stands ends as found and a lost item is there again.

    Raises:
        RefusedError: NOT_OPEN; NO_SHELF for an item before any shelf.
        InvalidInputError: OWN_BAR for the publisher's bar, or a CodeProblem.
        NotFoundError: UNKNOWN_ITEM or UNKNOWN_SHELF.
    """
    said = codes.parse(code)
    with transaction() as session:
        under_way = required(session, here)
        match said:
            case OurCode(kind=CodeKind.COMMAND, text=text):
                return _at_shelf(session, under_way, text, here)
            case OurCode(kind=CodeKind.ITEM, text=text):
                if place_id is None:
                    raise RefusedError(StocktakeProblem.NO_SHELF)
                item = loan_changes.only_item(session, loan_facts.BY_CODE, {"code": text})
                stand_at(session, under_way, place_id, here)
                return see(session, under_way, item, place_id, request_id, here)
            case BookBar():
                raise InvalidInputError(StocktakeProblem.OWN_BAR)
            case OurCode():
                raise InvalidInputError(CodeProblem.NOT_OUR_CODE)


def undo(sight_id: UUID, *, here: Here) -> UUID:
    """Take a sight back, and return the place of it: it was the wrong shelf, or the wrong book.

    A loan that it had ended stands again. What was lost stays found: it has been in a hand.

    Raises:
        RefusedError: NOT_OPEN; NOTHING_TO_UNDO; STAYS_ENDED, of the loan.
    """
    with transaction() as session:
        under_way = required(session, here)
        sight = session.get(StocktakeSight, sight_id)
        if sight is None or sight.stocktake_id != under_way.id:
            raise RefusedError(StocktakeProblem.NOTHING_TO_UNDO)
        if sight.kind is SightKind.ON_LOAN:
            _lend_again(session, sight)
        session.delete(sight)
        return sight.shelf_id or WITHOUT_SHELF


def set_done(place_id: UUID, *, is_done: bool, here: Here) -> None:
    """Say that everything on a shelf has been scanned, or that it has not after all.

    Raises:
        RefusedError: NOT_OPEN. NotFoundError: UNKNOWN_SHELF.
    """
    with transaction() as session:
        row = stand_at(session, required(session, here), place_id, here)
        if row is not None:
            row.done_at = max(here.now, row.begun_at) if is_done else None


def look(sight_id: UUID) -> Seen | None:
    """Return what was answered to a sight, for the page that is opened again."""
    session = reading()
    sight = session.get(StocktakeSight, sight_id)
    return None if sight is None else _seen(session, sight, is_again=False)


def current(session: Session, here: Here) -> Stocktake | None:
    """Return the stock-take that is under way in this room."""
    return session.scalar(
        select(Stocktake).where(Stocktake.home_id == here.home_id, Stocktake.ended_at.is_(None))
    )


def required(session: Session, here: Here) -> Stocktake:
    """Return the stock-take that is under way. Raises RefusedError: NOT_OPEN."""
    under_way = current(session, here)
    if under_way is None:
        raise RefusedError(StocktakeProblem.NOT_OPEN)
    return under_way


def stand_at(
    session: Session, under_way: Stocktake, place_id: UUID, here: Here
) -> StocktakeShelf | None:
    """Return the row of a shelf in a stock-take, made at the first step before it.

    None for what has no shelf. Raises NotFoundError: UNKNOWN_SHELF.
    """
    if place_id == WITHOUT_SHELF:
        return None
    if session.get(Shelf, place_id) is None:
        raise NotFoundError(StocktakeProblem.UNKNOWN_SHELF)
    row = session.get(StocktakeShelf, (under_way.id, place_id))
    if row is None:
        row = StocktakeShelf(stocktake_id=under_way.id, shelf_id=place_id, begun_at=here.now)
        session.add(row)
    return row


def _at_shelf(session: Session, under_way: Stocktake, code: str, here: Here) -> AtShelf:
    shelf_id = session.scalar(select(Shelf.id).where(Shelf.code == code))
    if shelf_id is None:
        raise NotFoundError(StocktakeProblem.UNKNOWN_SHELF)
    stand_at(session, under_way, shelf_id, here)
    return AtShelf(place_id=shelf_id)


def see(
    session: Session,
    under_way: Stocktake,
    item: AnyRow,
    place_id: UUID,
    request_id: UUID,
    here: Here,
) -> Seen:
    """Note that an item, a row of `loan_facts`, was seen at a place."""
    shelf_id = None if place_id == WITHOUT_SHELF else place_id
    sight = session.scalar(
        select(StocktakeSight).where(
            StocktakeSight.stocktake_id == under_way.id, StocktakeSight.item_id == item.id
        )
    )
    if sight is not None and sight.request_id == request_id:
        return _seen(session, sight, is_again=False)
    kind = _mend(session, item, shelf_id, request_id, here)
    if sight is not None:
        return _see_again(session, sight, kind, shelf_id, request_id)
    sight = StocktakeSight(
        id=new_id(here.now),
        stocktake_id=under_way.id,
        item_id=item.id,
        shelf_id=shelf_id,
        seen_at=here.now,
        kind=kind,
        request_id=request_id,
    )
    session.add(sight)
    return _seen(session, sight, is_again=False)


def _see_again(
    session: Session,
    sight: StocktakeSight,
    kind: SightKind,
    shelf_id: UUID | None,
    request_id: UUID,
) -> Seen:
    """Move the sight of an item to the shelf where it stands by now; what it mended stays said."""
    is_again = sight.shelf_id == shelf_id and kind is not SightKind.ON_LOAN
    sight.shelf_id = shelf_id
    if kind is SightKind.ON_LOAN:  # it was lent after it was counted
        sight.kind, sight.request_id = kind, request_id
    elif sight.kind in {SightKind.RIGHT, SightKind.WRONG_SHELF}:
        sight.kind = kind
    return _seen(session, sight, is_again=is_again)


def _mend(
    session: Session, item: AnyRow, shelf_id: UUID | None, request_id: UUID, here: Here
) -> SightKind:
    """Put right what the sight of an item proves wrong, and return what was odd about it."""
    kind = stocktake.sight(
        status=item.status,
        on_loan=item.loan_id is not None and item.ended_at is None,
        belongs_on=session.scalar(select(Item.shelf_id).where(Item.id == item.id)),
        seen_on=shelf_id,
    )
    if kind is SightKind.ON_LOAN:
        loan_changes.end(session, item, LoanEnd.FOUND, here, request_id=request_id)
    loan_changes.heal(session, item, here)
    return kind


def _lend_again(session: Session, sight: StocktakeSight) -> None:
    loan_id = session.scalar(
        select(Loan.id).where(
            Loan.end_request_id == sight.request_id, Loan.ended_as == LoanEnd.FOUND
        )
    )
    if loan_id is not None:
        try:
            loan_changes.reopen(session, loan_changes.find(session, loan_id))
        except RefusedError as error:
            raise RefusedError(StocktakeProblem.STAYS_ENDED) from error


def _seen(session: Session, sight: StocktakeSight, *, is_again: bool) -> Seen:
    row = session.execute(
        select(
            Title.name,
            *own_page.COVER_COLUMNS,
            Item.accession_no,
            Item.shelf_id,
            exists().where(Hold.item_id == Item.id, Hold.ended_at.is_(None)).label("is_ready"),
        )
        .join(Item, Item.title_id == Title.id)
        .outerjoin(TitleCover, TitleCover.title_id == Title.id)
        .where(Item.id == sight.item_id)
    ).one()
    is_elsewhere = stocktake.is_elsewhere(belongs_on=row.shelf_id, seen_on=sight.shelf_id)
    return Seen(
        place_id=sight.shelf_id or WITHOUT_SHELF,
        sight_id=sight.id,
        title=row.name,
        book=own_page.book_of(row),
        accession_no=row.accession_no,
        kind=sight.kind,
        goes_to=shelf_places.named(session.get_one(Shelf, row.shelf_id)) if is_elsewhere else None,
        is_again=is_again,
        is_waited_for=row.is_ready,
    )
