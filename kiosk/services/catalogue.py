"""The catalogue: titles that are found by whatever somebody remembers of them, and their copies."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.ids import new_id
from kiosk.models.library import Item, Loan, Shelf, Title
from kiosk.models.people import Child, SchoolClass
from kiosk.rules.catalogue import CatalogueProblem, isbn_of
from kiosk.rules.lending import ItemStatus
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.catalogue_rows import (
    LONGEST_NAME,
    AccessionNumbers,
    NewItem,
    NewTitle,
    item_row,
    new_item,
    plain,
    title_row,
)
from kiosk.services.here import Here

__all__ = ["NewItem", "NewTitle", "add_items", "add_title", "detail", "search"]

FOUND_AT_MOST: Final = 50
MOST_COPIES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRow:
    """A title in a list; `on_loan` of its `items` are out."""

    title_id: UUID
    name: str
    author: str | None
    publisher: str | None
    isbn: str | None
    grade_band: str | None
    items: int
    on_loan: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A copy; who has it and until when, while it is on loan."""

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


_out = and_(Loan.item_id == Item.id, Loan.ended_at.is_(None))
_TITLES: Final = (
    select(
        Title.id,
        Title.name,
        Title.author,
        Title.publisher,
        Title.isbn,
        Title.grade_band,
        Title.published,
        Title.csbn,
        Title.class_mark,
        func.count(Item.id).label("items"),
        func.count(Loan.id).label("on_loan"),
    )
    .outerjoin(Item, and_(Item.title_id == Title.id, Item.status != ItemStatus.WITHDRAWN))
    .outerjoin(Loan, _out)
    .group_by(Title.id)
)


def search(text: str, *, here: Here) -> tuple[TitleRow, ...]:
    """Return the titles that have every word of `text`, in order of name; all of them without one.

    A word may be part of title, author or ISBN, initials (`xmgh`), an accession number or the
    code of a label. At most `FOUND_AT_MOST`.
    """
    del here
    find = _TITLES.order_by(Title.name, Title.id).limit(FOUND_AT_MOST)
    for word in text.split():
        key = plain(word)
        by_copy = select(Item.title_id).where(
            or_(
                Item.accession_no.startswith(word, autoescape=True),
                Item.code == word.upper(),
            )
        )
        by_title = Title.search_key.contains(key, autoescape=True) if key else Title.id.is_(None)
        find = find.where(or_(by_title, Title.id.in_(by_copy)))
    return tuple(_title_row(row) for row in reading().execute(find))


def detail(title_id: UUID) -> TitleDetail:
    """Return a title with its copies.

    Raises:
        NotFoundError: UNKNOWN_TITLE.
    """
    session = reading()
    row = session.execute(_TITLES.where(Title.id == title_id)).one_or_none()
    if row is None:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    return TitleDetail(
        title=_title_row(row),
        published=row.published,
        csbn=row.csbn,
        class_mark=row.class_mark,
        copies=_copies(session, title_id),
    )


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
        InvalidInputError: TITLE_MISSING, WRONG_ISBN or WRONG_COUNT.
    """
    name = new.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInputError(CatalogueProblem.TITLE_MISSING)
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


def _copies(session: Session, title_id: UUID) -> tuple[ItemRow, ...]:
    rows = session.execute(
        select(
            Item,
            Shelf.name.label("shelf"),
            Loan.due_on,
            Child.family_name,
            Child.given_name,
            SchoolClass.grade,
            SchoolClass.number,
        )
        .outerjoin(Shelf, Shelf.id == Item.shelf_id)
        .outerjoin(Loan, _out)
        .outerjoin(Child, Child.id == Loan.child_id)
        .outerjoin(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Item.title_id == title_id)
        .order_by(Item.accession_no)
    )
    return tuple(
        ItemRow(
            item_id=row.Item.id,
            code=row.Item.code,
            accession_no=row.Item.accession_no,
            shelf=row.shelf,
            status=row.Item.status,
            holder=None if row.due_on is None else row.family_name + row.given_name,
            holder_class=None if row.grade is None else (row.grade, row.number),
            due_on=row.due_on,
        )
        for row in rows
    )


def _title_row(row: AnyRow) -> TitleRow:
    return TitleRow(
        title_id=row.id,
        name=row.name,
        author=row.author,
        publisher=row.publisher,
        isbn=row.isbn,
        grade_band=row.grade_band,
        items=row.items,
        on_loan=row.on_loan,
    )


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
