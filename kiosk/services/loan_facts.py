"""What is known of an item, its last loan and who waits: one statement for each way to ask."""

from typing import Final

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from kiosk.db import AnyRow, constant
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Shelf, Title, TitleCover
from kiosk.models.people import SchoolClass
from kiosk.rules import book_classes
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.lending import ItemStatus
from kiosk.services.prepared import Prepared

_ready = aliased(Hold)
_next = aliased(Hold)
_any = aliased(Hold)
# The child that has waited longest for this title and has no copy ready yet.
_next_one = (
    select(_next.id)
    .where(_next.title_id == Item.title_id, _next.ended_at.is_(None), _next.item_id.is_(None))
    .order_by(_next.placed_at, _next.id)
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)
_has_holds = (
    select(_any.id)
    .where(_any.title_id == Item.title_id, _any.ended_at.is_(None))
    .correlate(Item)
    .exists()
)
_COLUMNS: Final = (
    Item.id,
    Item.status,
    Item.accession_no,
    Item.title_id,
    _ready.child_id.label("ready_for"),
    _ready.pick_up_by,
    _next_one.label("next_hold_id"),
    _has_holds.label("has_holds"),
    Title.name,
    Title.kind,
    Title.class_mark,
    TitleCover.added_at.label("cover_at"),
    Shelf.colour.label("shelf_colour"),
    Shelf.letter.label("shelf_letter"),
    Loan.id.label("loan_id"),
    Loan.borrower,
    Loan.child_id,
    Loan.class_id,
    Loan.staff_id,
    SchoolClass.grade,
    SchoolClass.number,
    Loan.lent_at,
    Loan.plain_due_on,
    Loan.due_on,
    Loan.renewals,
    Loan.ended_at,
    Loan.ended_as,
    Loan.request_id,
    Loan.end_request_id,
    Loan.renew_request_id,
)
_open = aliased(Loan)
_last = aliased(Loan)
# The open one first: after the clock was set back, the latest by its time may be another.
_open_one = (
    select(_open.id)
    .where(_open.item_id == Item.id, _open.ended_at.is_(None))
    .correlate(Item)
    .scalar_subquery()
)
_latest_one = (
    select(_last.id)
    .where(_last.item_id == Item.id)
    .order_by(_last.lent_at.desc())
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)
_is_ready = and_(_ready.item_id == Item.id, _ready.ended_at.is_(None))
_ITEM: Final = (
    select(*_COLUMNS)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(TitleCover, TitleCover.title_id == Title.id)
    .outerjoin(Shelf, Shelf.id == Item.shelf_id)
    .outerjoin(Loan, Loan.id == func.coalesce(_open_one, _latest_one))
    .outerjoin(SchoolClass, SchoolClass.id == Loan.class_id)
    .outerjoin(_ready, _is_ready)
)
BY_CODE: Final = Prepared(_ITEM.where(Item.code == bindparam("code")))
BY_NUMBER: Final = Prepared(_ITEM.where(Item.accession_no == bindparam("accession_no")))
BY_ID: Final = Prepared(_ITEM.where(Item.id == bindparam("item_id")))
BY_ISBN: Final = Prepared(
    _ITEM.where(Title.isbn == bindparam("isbn"), Item.status != constant(ItemStatus.WITHDRAWN))
)
BY_LOAN: Final = Prepared(
    select(*_COLUMNS)
    .join(Item, Item.id == Loan.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(TitleCover, TitleCover.title_id == Title.id)
    .outerjoin(Shelf, Shelf.id == Item.shelf_id)
    .outerjoin(SchoolClass, SchoolClass.id == Loan.class_id)
    .outerjoin(_ready, _is_ready)
    .where(Loan.id == bindparam("loan_id"))
)


def place_of(item: AnyRow) -> ShelfPlace | None:
    """Return where the item of such a row stands, as a child finds it."""
    return book_classes.place_of(
        item.class_mark,
        colour=item.shelf_colour,
        letter=item.shelf_letter,
    )
