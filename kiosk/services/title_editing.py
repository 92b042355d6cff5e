"""A title and its copies are put right: everything that the catalogue holds of them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.files.book_fields import read_class_mark, read_csbn
from kiosk.models.intake import IntakeBatch
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules import book_numbers
from kiosk.rules.book_classes import BookClass, class_of
from kiosk.rules.book_numbers import Issn
from kiosk.rules.catalogue import CatalogueProblem, isbn_of
from kiosk.rules.codes import CodeProblem
from kiosk.rules.intake import BatchKind, IntakeProblem
from kiosk.services import audit, covers, drafts, pile_batches
from kiosk.services.audit import AuditAction
from kiosk.services.catalogue_rows import LONGEST_NAME, NewTitle, plain
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedItem:
    """A copy as it stands in the form.

    Of one that two people have accepted the price is corrected with a reason, which stays.
    """

    item_id: UUID
    accession_no: str
    shelf_id: UUID | None
    price_fen: int | None
    issue: str | None
    batch_id: UUID | None
    price_reason: str | None = None
    is_accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchName:
    """A batch to choose for a copy."""

    batch_id: UUID
    kind: BatchKind
    on_date: str
    donor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedTitle:
    """A title as it stands in the form; `next_volume` is the next one of its series, if any."""

    title_id: UUID
    title: NewTitle
    book_class: BookClass | None
    cover: str | None
    next_volume: tuple[UUID, str] | None
    copies: tuple[EditedItem, ...]


def read(title_id: UUID) -> EditedTitle:
    """Return a title with all that can be changed of it.

    Raises:
        NotFoundError: UNKNOWN_TITLE.
    """
    session = reading()
    title = _title(session, title_id)
    copies = session.scalars(
        select(Item).where(Item.title_id == title_id).order_by(Item.accession_no)
    )
    accepted = set(
        session.scalars(select(IntakeBatch.id).where(IntakeBatch.accepted_at.is_not(None)))
    )
    return EditedTitle(
        title_id=title_id,
        title=drafts.known_of(title),
        book_class=class_of(title.class_mark),
        cover=covers.version_of(session, title_id),
        next_volume=next_volume(session, title),
        copies=tuple(
            EditedItem(
                item_id=one.id,
                accession_no=one.accession_no,
                shelf_id=one.shelf_id,
                price_fen=one.price_fen,
                issue=one.issue,
                batch_id=one.batch_id,
                price_reason=one.price_reason,
                is_accepted=one.batch_id in accepted,
            )
            for one in copies
        ),
    )


def next_volume(session: Session, title: Title) -> tuple[UUID, str] | None:
    """Return the title that comes after this one in its series, if the house has it."""
    if title.series is None or title.series_no is None:
        return None
    row = session.execute(
        select(Title.id, Title.name)
        .where(Title.series == title.series, Title.series_no > title.series_no)
        .order_by(Title.series_no, Title.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.id, row.name)


def batch_names() -> tuple[BatchName, ...]:
    """Return the batches that a copy may belong to, the latest first."""
    rows = reading().scalars(select(IntakeBatch).order_by(IntakeBatch.on_date.desc()).limit(100))
    return tuple(
        BatchName(batch_id=row.id, kind=row.kind, on_date=row.on_date.isoformat(), donor=row.donor)
        for row in rows
    )


def change(
    title_id: UUID, new: NewTitle, *, shares_number: bool, actor_id: UUID, here: Here
) -> None:
    """Write a title anew. With `shares_number` it may have the ISBN of a title of another name.

    Raises:
        NotFoundError: UNKNOWN_TITLE. RefusedError: ISBN_ELSEWHERE, or WORTH_ACCEPTED for a price
            while copies were accepted without one.
        InvalidInputError: TITLE_MISSING, TITLE_TOO_LONG, WRONG_ISBN, WRONG_CSBN, WRONG_ISSN or
            WRONG_CLASS_MARK.
    """
    _check(new)
    with transaction() as session:
        _keep_accepted_prices(session, _title(session, title_id), new)
        if new.isbn is not None and not shares_number:
            _check_is_alone(session, title_id, new)
        drafts.rewrite(session, title_id, new)
        _note(session, f"title:{title_id}", "title", actor_id, here)


def change_item(new: EditedItem, *, actor_id: UUID, here: Here) -> UUID:
    """Write shelf, price, issue and batch of a copy, and return its title.

    Raises:
        NotFoundError: UNKNOWN_ITEM, UNKNOWN_SHELF, UNKNOWN_BATCH.
        RefusedError: ALREADY_ACCEPTED, or PRICE_ACCEPTED without a reason.
    """
    with transaction() as session:
        item = session.get(Item, new.item_id)
        if item is None:
            raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
        if new.shelf_id is not None and session.get(Shelf, new.shelf_id) is None:
            raise NotFoundError(CatalogueProblem.UNKNOWN_SHELF)
        if new.batch_id != item.batch_id:
            # What was accepted by two persons keeps its count.
            pile_batches.check_is_open(session, item.batch_id)
            pile_batches.check_is_open(session, new.batch_id)
        _set_price(session, item, new)
        item.shelf_id = new.shelf_id
        item.issue, item.batch_id = new.issue, new.batch_id
        _note(session, f"item:{new.item_id}", "item", actor_id, here)
        return item.title_id


def _set_price(session: Session, item: Item, new: EditedItem) -> None:
    if new.price_fen == item.price_fen:
        return
    if pile_batches.is_accepted(session, item.batch_id):
        if not new.price_reason:
            raise RefusedError(IntakeProblem.PRICE_ACCEPTED)
        item.price_reason = new.price_reason
    item.price_fen = new.price_fen


def _keep_accepted_prices(session: Session, title: Title, new: NewTitle) -> None:
    """Let accepted copies that have the title's price keep it when that of the title changes.

    What was accepted without a price has none to keep: it gets one with a reason, of its own.
    """
    if title.price_fen == new.price_fen:
        return
    accepted = select(IntakeBatch.id).where(IntakeBatch.accepted_at.is_not(None))
    plain = (
        Item.title_id == title.id,
        Item.price_fen.is_(None),
        Item.batch_id.in_(accepted),
    )
    if title.price_fen is not None:
        session.execute(update(Item).where(*plain).values(price_fen=title.price_fen))
    elif session.scalar(select(Item.id).where(*plain).limit(1)) is not None:
        raise RefusedError(IntakeProblem.WORTH_ACCEPTED)


def title_of(item_id: UUID) -> UUID:
    """Return the title of a copy. Raises NotFoundError: UNKNOWN_ITEM."""
    title_id = reading().scalar(select(Item.title_id).where(Item.id == item_id))
    if title_id is None:
        raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
    return title_id


def read_csbn_of(text: str | None) -> str | None:
    """Return a 统一书号 in its one form.

    Raises:
        InvalidInputError: WRONG_CSBN.
    """
    if not text:
        return None
    found = read_csbn(text)
    if found is None:
        raise InvalidInputError(CatalogueProblem.WRONG_CSBN)
    return found


def read_issn_of(text: str | None) -> str | None:
    """Return the eight signs of an ISSN.

    Raises:
        InvalidInputError: WRONG_ISSN.
    """
    if not text:
        return None
    try:
        found = book_numbers.read(text)
    except InvalidInputError as error:
        raise InvalidInputError(CatalogueProblem.WRONG_ISSN) from error
    if not isinstance(found, Issn):
        raise InvalidInputError(CatalogueProblem.WRONG_ISSN)
    return found.issn


def read_class_mark_of(text: str | None) -> str | None:
    """Return a class mark of 中图法.

    Raises:
        InvalidInputError: WRONG_CLASS_MARK.
    """
    if not text:
        return None
    found = read_class_mark(text)
    if found is None or class_of(found) is None:
        raise InvalidInputError(CatalogueProblem.WRONG_CLASS_MARK)
    return found


def _check(new: NewTitle) -> None:
    if not new.name.strip():
        raise InvalidInputError(CatalogueProblem.TITLE_MISSING)
    if len(new.name) > LONGEST_NAME:
        raise InvalidInputError(CatalogueProblem.TITLE_TOO_LONG, most=LONGEST_NAME)
    if new.isbn is not None and isbn_of(new.isbn) is None:
        raise InvalidInputError(CatalogueProblem.WRONG_ISBN)


def _check_is_alone(session: Session, title_id: UUID, new: NewTitle) -> None:
    isbn = None if new.isbn is None else isbn_of(new.isbn)
    others = session.scalars(
        select(Title.name).where(
            Title.isbn == isbn, Title.id != title_id, Title.is_draft.is_(False)
        )
    )
    name = next((one for one in others if plain(one) != plain(new.name)), None)
    if name is not None:
        raise RefusedError(CatalogueProblem.ISBN_ELSEWHERE, name=name)


def _title(session: Session, title_id: UUID) -> Title:
    title = session.get(Title, title_id)
    if title is None:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    return title


def _note(session: Session, subject: str, fields: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=subject,
        fields=fields,
        purpose="catalogue",
        here=here,
    )
