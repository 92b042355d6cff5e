"""The catalogue: titles that are found by whatever somebody remembers of them, and their copies."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.ids import new_id
from kiosk.models.library import Item, Loan, Shelf, Title
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.rules.catalogue import CatalogueProblem, isbn_of
from kiosk.rules.lending import ItemStatus
from kiosk.services import audit
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.catalogue_rows import (
    BEATEN_BY,
    LONGEST_NAME,
    AccessionNumbers,
    NewItem,
    NewTitle,
    item_row,
    new_item,
    title_row,
)
from kiosk.services.here import Here
from kiosk.services.title_search import FOUND_AT_MOST, TITLES, TitleRow, read_row, search

__all__ = [
    "FOUND_AT_MOST",
    "NewItem",
    "NewTitle",
    "TitleRow",
    "add_items",
    "add_title",
    "detail",
    "search",
]

MOST_COPIES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A copy, and until when it is on loan, if it is.

    `holder` is the name of the child or the teacher that has it; a class has `holder_class` alone.
    """

    item_id: UUID
    code: str
    accession_no: str
    shelf: str | None
    status: ItemStatus
    holder: str | None
    holder_class: tuple[int, int] | None
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleDetail:
    """A title with all that is known of it, and its copies by accession number."""

    title: TitleRow
    published: str | None
    csbn: str | None
    class_mark: str | None
    copies: tuple[ItemRow, ...]


def detail(title_id: UUID) -> TitleDetail:
    """Return a title with its copies.

    Raises:
        NotFoundError: UNKNOWN_TITLE.
    """
    session = reading()
    row = session.execute(TITLES.where(Title.id == title_id)).one_or_none()
    if row is None:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    return TitleDetail(
        title=read_row(row),
        published=row.published,
        csbn=row.csbn,
        class_mark=row.class_mark,
        copies=_copies(session, title_id),
    )


@once_more(*BEATEN_BY)
def add_title(
    new: NewTitle,
    *,
    copies: int = 0,
    request_id: UUID | None = None,
    actor_id: UUID | None,
    here: Here,
) -> UUID:
    """Add a title with its copies, and return its id: that of the request, where there is one.

    A second tap on the same form finds the title that the first one made.

    Raises:
        InvalidInputError: TITLE_MISSING, TITLE_TOO_LONG, WRONG_ISBN or WRONG_COUNT.
    """
    name = new.name.strip()
    if not name:
        raise InvalidInputError(CatalogueProblem.TITLE_MISSING)
    if len(name) > LONGEST_NAME:
        raise InvalidInputError(CatalogueProblem.TITLE_TOO_LONG, most=LONGEST_NAME)
    if new.isbn is not None and isbn_of(new.isbn) is None:
        raise InvalidInputError(CatalogueProblem.WRONG_ISBN)
    if not 0 <= copies <= MOST_COPIES:
        raise InvalidInputError(CatalogueProblem.WRONG_COUNT, most=MOST_COPIES)
    title_id = request_id or new_id(here.now)
    with transaction() as session:
        if session.get(Title, title_id) is not None:
            return title_id
        session.execute(insert(Title), [title_row(title_id, new)])
        _audit(session, here, actor_id=actor_id, subject=f"title:{title_id}", fields="added")
        if copies:
            _add_items(session, title_id, _item_ids(title_id, copies), actor_id, here)
    return title_id


@once_more(*BEATEN_BY)
def add_items(
    title_id: UUID,
    copies: int,
    *,
    request_id: UUID | None = None,
    actor_id: UUID | None,
    here: Here,
) -> tuple[NewItem, ...]:
    """Add copies of a title, each with a code and the next accession number.

    A second tap on the same form finds the copies that the first one made.

    Raises:
        NotFoundError: UNKNOWN_TITLE. InvalidInputError: WRONG_COUNT.
    """
    if not 1 <= copies <= MOST_COPIES:
        raise InvalidInputError(CatalogueProblem.WRONG_COUNT, most=MOST_COPIES)
    item_ids = _item_ids(request_id or new_id(here.now), copies)
    with transaction() as session:
        if session.get(Title, title_id) is None:
            raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
        made = _made(session, item_ids)
        return made or _add_items(session, title_id, item_ids, actor_id, here)


def _item_ids(request_id: UUID, copies: int) -> tuple[UUID, ...]:
    """Return the ids of what one request makes; the same ones, however often it comes."""
    return tuple(uuid5(request_id, str(place)) for place in range(copies))


def _made(session: Session, item_ids: tuple[UUID, ...]) -> tuple[NewItem, ...]:
    rows = session.scalars(select(Item).where(Item.id.in_(item_ids)).order_by(Item.accession_no))
    return tuple(
        NewItem(item_id=row.id, code=row.code, accession_no=row.accession_no) for row in rows
    )


def _add_items(
    session: Session,
    title_id: UUID,
    item_ids: tuple[UUID, ...],
    actor_id: UUID | None,
    here: Here,
) -> tuple[NewItem, ...]:
    numbers = AccessionNumbers(session)
    made = tuple(
        replace(new_item(numbers.next(), here=here), item_id=item_id) for item_id in item_ids
    )
    session.execute(insert(Item), [item_row(one, title_id, here=here) for one in made])
    _audit(session, here, actor_id=actor_id, subject=f"title:{title_id}", fields="items")
    return made


_COPIES: Final = (
    select(
        Item,
        Shelf.name.label("shelf"),
        Loan.due_on,
        Child.family_name,
        Child.given_name,
        Staff.display_name,
        SchoolClass.grade,
        SchoolClass.number,
    )
    .outerjoin(Shelf, Shelf.id == Item.shelf_id)
    .outerjoin(Loan, and_(Loan.item_id == Item.id, Loan.ended_at.is_(None)))
    .outerjoin(Child, Child.id == Loan.child_id)
    .outerjoin(Staff, Staff.id == Loan.staff_id)
    .outerjoin(SchoolClass, SchoolClass.id == func.coalesce(Child.class_id, Loan.class_id))
    .order_by(Item.accession_no)
)


def _copies(session: Session, title_id: UUID) -> tuple[ItemRow, ...]:
    rows = session.execute(_COPIES.where(Item.title_id == title_id))
    return tuple(
        ItemRow(
            item_id=row.Item.id,
            code=row.Item.code,
            accession_no=row.Item.accession_no,
            shelf=row.shelf,
            status=row.Item.status,
            holder=_holder(row),
            holder_class=None if row.grade is None else (row.grade, row.number),
            due_on=row.due_on,
        )
        for row in rows
    )


def _holder(row: AnyRow) -> str | None:
    """Return the name of the child or the teacher that has a copy; a class is no person."""
    if row.family_name is not None:
        name: str = row.family_name + row.given_name
        return name
    display_name: str | None = row.display_name
    return display_name


def _audit(
    session: Session, here: Here, *, actor_id: UUID | None, subject: str, fields: str
) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=subject,
        fields=fields,
        purpose="catalogue",
        here=here,
    )
