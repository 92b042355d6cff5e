"""The pile: book after book is scanned, and each one is stored at once.

Whatever is scanned becomes an item with an accession number and a place in the queue of labels.
What is not known becomes a draft, called 未命名 and its number: a title is typed or its cover taken
then, or later from the list of drafts. Where one ISBN could be several books, the item waits as
a draft too until somebody says which one it is: nothing is guessed.
"""

from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.files.book_fields import read_csbn, read_title
from kiosk.models.library import Item, Title
from kiosk.rules import book_numbers, codes, lending, volumes
from kiosk.rules.book_numbers import Isbn, Issn, NumberProblem, OurLabel
from kiosk.rules.catalogue import CatalogueProblem, TitleKind, draft_name
from kiosk.rules.codes import CodeProblem
from kiosk.rules.lending import ItemStatus
from kiosk.services import (
    audit,
    hold_queue,
    known_titles,
    loan_changes,
    loan_facts,
    pile_batches,
    shelving,
)
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.catalogue import MOST_COPIES
from kiosk.services.catalogue_rows import (
    BEATEN_BY,
    LONGEST_NAME,
    AccessionNumbers,
    NewTitle,
    item_row,
    new_item,
    title_row,
)
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLabel:
    """One of our own labels was scanned: what it is on. No book was taken in.

    `is_found`: it was lost or missing until this scan. `is_ready`: a child waits for it, and it
    belongs where such books lie.
    """

    title_id: UUID
    name: str
    accession_no: str
    code: str
    is_on_loan: bool
    is_found: bool
    is_ready: bool
    is_withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a scan is an item of: a title of the catalogue, or one that is to be made."""

    title: Title | None
    new: NewTitle
    issue: str | None = None


@once_more(*BEATEN_BY)
def take(
    text: str, *, batch_id: UUID | None, request_id: UUID, actor_id: UUID, here: Here
) -> ShownLabel | UUID:
    """Take in what was scanned or typed, and return its item; a label of ours is only shown.

    The same request again finds the item that the first one made.

    Raises:
        InvalidInputError: a NumberProblem, TITLE_MISSING or TITLE_TOO_LONG.
        NotFoundError: UNKNOWN_ITEM, UNKNOWN_BATCH. RefusedError: ALREADY_ACCEPTED.
    """
    number = book_numbers.read(text)
    if isinstance(number, OurLabel):
        return _shown(number.code, here)
    csbn = read_csbn(text) if number is None else None
    name = "" if number is not None or csbn else checked_name(text)
    item_id = uuid5(request_id, "0")
    with transaction() as session:
        if session.get(Item, item_id) is not None:
            return item_id
        pile_batches.check_is_open(session, batch_id)
        found = _found(session, number, csbn, name)
        made = new_item(AccessionNumbers(session).next(), here=here)
        title_id = _title(session, found, made.accession_no, request_id)
        row = item_row(replace(made, item_id=item_id), title_id, here=here)
        row |= {"batch_id": batch_id, "pile_request_id": request_id, "issue": found.issue}
        row["shelf_id"] = shelving.shelf_of_the_others(session, title_id)
        session.execute(insert(Item), [row])
        note(session, title_id, "items", actor_id, here)
    return item_id


@once_more(*BEATEN_BY)
def more(item_id: UUID, copies: int, *, request_id: UUID, actor_id: UUID, here: Here) -> UUID:
    """Take in so many more of the same, each with its own number; return the last of them.

    Raises:
        NotFoundError: UNKNOWN_ITEM. InvalidInputError: WRONG_COUNT. RefusedError: ALREADY_ACCEPTED.
    """
    if not 1 <= copies <= MOST_COPIES:
        raise InvalidInputError(CatalogueProblem.WRONG_COUNT, most=MOST_COPIES)
    ids = [uuid5(request_id, str(place)) for place in range(copies)]
    with transaction() as session:
        if session.get(Item, ids[-1]) is not None:
            return ids[-1]
        like = found_item(session, item_id)
        pile_batches.check_is_open(session, like.batch_id)
        numbers = AccessionNumbers(session)
        rows = []
        for one in ids:
            made = replace(new_item(numbers.next(), here=here), item_id=one)
            rows.append(
                item_row(made, like.title_id, here=here)
                | {
                    "batch_id": like.batch_id,
                    "pile_request_id": request_id,
                    "issue": like.issue,
                    "price_fen": like.price_fen,
                    "shelf_id": like.shelf_id,
                }
            )
        session.execute(insert(Item), rows)
        note(session, like.title_id, "items", actor_id, here)
    return ids[-1]


def checked_name(text: str) -> str:
    """Return a title as it is kept: without the marks round it.

    Raises:
        InvalidInputError: TITLE_MISSING, TITLE_TOO_LONG; MISREAD_LABEL where it is no title at all.
    """
    if codes.is_like_label(text):
        raise InvalidInputError(NumberProblem.MISREAD_LABEL)
    name = read_title(text)
    if name is None:
        raise InvalidInputError(CatalogueProblem.TITLE_MISSING)
    if len(name) > LONGEST_NAME:
        raise InvalidInputError(CatalogueProblem.TITLE_TOO_LONG, most=LONGEST_NAME)
    return name


def found_item(session: Session, item_id: UUID) -> Item:
    """Return an item.

    Raises:
        NotFoundError: UNKNOWN_ITEM.
    """
    item = session.get(Item, item_id)
    if item is None:
        raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
    return item


def note(session: Session, title_id: UUID, fields: str, actor_id: UUID, here: Here) -> None:
    """Write into the audit what was done to a title."""
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"title:{title_id}",
        fields=fields,
        purpose="intake",
        here=here,
    )


def _shown(code: str, here: Here) -> ShownLabel:
    """Return what a label of ours is on; what was lost is found by this scan as by any other."""
    with transaction() as session:
        item = loan_changes.only_item(session, loan_facts.BY_CODE, {"code": code})
        loan_changes.heal(session, item, here)
        return ShownLabel(
            title_id=item.title_id,
            name=item.name,
            accession_no=item.accession_no,
            code=code,
            is_on_loan=item.loan_id is not None and item.ended_at is None,
            is_found=lending.heals(item.status),
            is_ready=hold_queue.ready_for(session, item.id) is not None,
            is_withdrawn=item.status is ItemStatus.WITHDRAWN,
        )


def _found(session: Session, number: Isbn | Issn | None, csbn: str | None, name: str) -> _Found:
    match number:
        case Isbn(isbn=isbn):
            return _by_isbn(session, isbn)
        case Issn():
            return _by_issn(session, number)
        case None:
            return _by_csbn(session, csbn) if csbn else _by_name(session, name)


def _title(session: Session, found: _Found, accession_no: str, request_id: UUID) -> UUID:
    if found.title is not None:
        return found.title.id
    new = found.new
    if not new.name:
        new = replace(new, name=draft_name(accession_no), is_draft=True)
    title_id = uuid5(request_id, "title")
    session.execute(insert(Title), [title_row(title_id, new)])
    return title_id


def _by_isbn(session: Session, isbn: str) -> _Found:
    """Return the title of an ISBN; none where it could be one of several, or another volume."""
    titles = list(session.scalars(select(Title).where(Title.isbn == isbn).order_by(Title.id)))
    named = [one for one in titles if not one.is_draft]
    new = NewTitle(name="", isbn=isbn)
    if not named:
        return _Found(title=titles[0] if titles else None, new=new)
    is_one = len(named) == 1 and not is_of_a_set(named[0])
    return _Found(title=named[0] if is_one else None, new=new)


def is_of_a_set(title: Title) -> bool:
    """Say whether the next book with this title's number may be another volume."""
    return title.volume is not None or volumes.names_a_set(title.name)


def _by_issn(session: Session, number: Issn) -> _Found:
    title = session.scalars(
        select(Title).where(Title.issn == number.issn).order_by(Title.id)
    ).first()
    new = NewTitle(name="", issn=number.issn, kind=TitleKind.PERIODICAL)
    return _Found(title=title, new=new, issue=number.issue)


def _by_csbn(session: Session, csbn: str) -> _Found:
    """Return a draft: several titles may have one 统一书号, so it is asked each time (T-40)."""
    titles = list(session.scalars(select(Title).where(Title.csbn == csbn).order_by(Title.id)))
    is_draft = len(titles) == 1 and titles[0].is_draft
    return _Found(title=titles[0] if is_draft else None, new=NewTitle(name="", csbn=csbn))


def _by_name(session: Session, name: str) -> _Found:
    title = known_titles.in_catalogue(session, name, isbn=None)
    return _Found(title=title, new=with_what_is_listed(NewTitle(name=name)))


def with_what_is_listed(new: NewTitle) -> NewTitle:
    """Return a title with author, grade band and class, where the ministry's list has it."""
    listed = known_titles.in_list(new.name)
    if listed is None:
        return new
    return replace(
        new,
        author=new.author or listed.author,
        grade_band=new.grade_band or listed.grade_band,
        class_mark=new.class_mark or listed.class_mark,
    )
