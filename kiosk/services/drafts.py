"""What becomes of a draft: it is named, it is one of the titles there are, or a new volume.

Items of a draft go with it wherever it turns out to belong; the draft itself is no more then.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.intake import BatchNotTaken
from kiosk.models.lending import Hold, ItemCase, ItemWithdrawal, LateEntry, RoomReading
from kiosk.models.library import Item, Loan, Title, TitleCover
from kiosk.models.stocktake import StocktakeSight
from kiosk.rules import volumes
from kiosk.rules.catalogue import CatalogueProblem, draft_name
from kiosk.rules.intake import IntakeProblem, NotTaken
from kiosk.services import known_titles, pile_batches, shelving
from kiosk.services.again import once_more
from kiosk.services.catalogue_rows import NewTitle, title_row
from kiosk.services.here import Here
from kiosk.services.pile import checked_name, found_item, note, with_what_is_listed

# What tells that an item has been in somebody's hands or mind: with it, it is no slip any more.
PAST: Final = (
    Loan.item_id,
    Hold.item_id,
    ItemCase.item_id,
    ItemWithdrawal.item_id,
    LateEntry.item_id,
    RoomReading.item_id,
    StocktakeSight.item_id,
)


def name(title_id: UUID, text: str, *, actor_id: UUID, here: Here) -> UUID:
    """Give a draft its title, and return the title that its items are of now.

    A title of this very name under the same ISBN, or one that has no number yet, takes them over.

    Raises:
        NotFoundError: UNKNOWN_TITLE. InvalidInputError: TITLE_MISSING, TITLE_TOO_LONG,
        MISREAD_LABEL. RefusedError: NO_MORE_A_DRAFT.
    """
    said = checked_name(text)
    with transaction() as session:
        draft = _draft(session, title_id)
        known = known_titles.in_catalogue(session, said, isbn=draft.isbn)
        if known is not None and known.kind is draft.kind:
            return _become(session, draft, known, actor_id, here)
        new = with_what_is_listed(replace(known_of(draft), name=said, is_draft=False))
        rewrite(session, title_id, new)
        note(session, title_id, "name", actor_id, here)
    return title_id


def settle(title_id: UUID, known_id: UUID, *, actor_id: UUID, here: Here) -> UUID:
    """Say that a draft is a title that the catalogue has, and return that one.

    Raises:
        NotFoundError: UNKNOWN_TITLE. RefusedError: NO_MORE_A_DRAFT.
    """
    with transaction() as session:
        draft, known = _draft(session, title_id), session.get(Title, known_id)
        if known is None or known is draft:
            raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
        return _become(session, draft, known, actor_id, here)


def as_volume(title_id: UUID, like_id: UUID, volume: str, *, actor_id: UUID, here: Here) -> UUID:
    """Say that a draft is another volume of a title, and return the title of that volume.

    Raises:
        NotFoundError: UNKNOWN_TITLE. InvalidInputError: TITLE_MISSING, TITLE_TOO_LONG.
        RefusedError: NO_MORE_A_DRAFT.
    """
    with transaction() as session:
        draft, like = _draft(session, title_id), session.get(Title, like_id)
        if like is None:
            raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
        base = like.name.removesuffix(like.volume or "").strip()
        said = checked_name(f"{base} {volume}" if volume else "")
        known = known_titles.in_catalogue(session, said, isbn=draft.isbn)
        if known is not None:
            return _become(session, draft, known, actor_id, here)
        new = replace(
            known_of(like),
            name=said,
            volume=volume,
            series=like.series or base,
            series_no=volumes.number_of(volume),
            is_draft=False,
        )
        rewrite(session, title_id, new)
        note(session, title_id, "volume", actor_id, here)
    return title_id


def another(item_id: UUID, *, request_id: UUID, actor_id: UUID, here: Here) -> UUID:
    """Say that an item is another book under the same number: a draft of its own (T-43).

    Raises:
        NotFoundError: UNKNOWN_ITEM. RefusedError: ALREADY_ACCEPTED.
    """
    draft_id = uuid5(request_id, "title")
    with transaction() as session:
        if session.get(Title, draft_id) is not None:
            return draft_id
        item = found_item(session, item_id)
        pile_batches.check_is_open(session, item.batch_id)
        title = session.get_one(Title, item.title_id)
        new = NewTitle(
            name=draft_name(item.accession_no),
            kind=title.kind,
            isbn=title.isbn,
            csbn=title.csbn,
            issn=title.issn,
            is_draft=True,
        )
        session.execute(insert(Title), [title_row(draft_id, new)])
        session.execute(update(Item).where(Item.id == item_id).values(title_id=draft_id))
        note(session, draft_id, "another", actor_id, here)
    return draft_id


@once_more(
    *(f"fk_{one.class_.__tablename__}_item_id_item" for one in PAST), "fk_hold_title_id_title"
)
def undo(item_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Undo the scan that an item came by, with all that came by it, under whatever title by now.

    One that is undone already is none.

    Raises:
        RefusedError: TOO_LATE_TO_UNDO once a label is printed or it was lent, or for what came by
            no scan; HAS_A_PAST when it was counted, read or waited for; ALREADY_ACCEPTED.
    """
    with transaction() as session:
        item = session.get(Item, item_id)
        if item is None:
            return
        pile_batches.check_is_open(session, item.batch_id)
        rows = _came_with(session, item)
        if not rows or any(row.label_queued_at is None for row in rows):
            raise RefusedError(IntakeProblem.TOO_LATE_TO_UNDO)
        ids = [row.id for row in rows]
        _check_is_new(session, ids)
        session.execute(delete(Item).where(Item.id.in_(ids)))
        for title_id in {row.title_id for row in rows}:
            note(session, title_id, "undone", actor_id, here)
            _drop_if_empty(session, title_id)


def not_taken(batch_id: UUID, reason: NotTaken, *, request_id: UUID, here: Here) -> None:
    """Count a book of a batch that becomes no item; the same request counts once.

    Raises:
        NotFoundError: UNKNOWN_BATCH. RefusedError: ALREADY_ACCEPTED.
    """
    with transaction() as session:
        pile_batches.check_is_open(session, batch_id)
        if session.get(BatchNotTaken, request_id) is None:
            session.add(
                BatchNotTaken(id=request_id, batch_id=batch_id, reason=reason, noted_at=here.now)
            )


def undo_not_taken(batch_id: UUID, not_taken_id: UUID) -> None:
    """Take a count back.

    Raises:
        NotFoundError: UNKNOWN_BATCH. RefusedError: ALREADY_ACCEPTED.
    """
    with transaction() as session:
        pile_batches.check_is_open(session, batch_id)
        session.execute(
            delete(BatchNotTaken).where(
                BatchNotTaken.id == not_taken_id, BatchNotTaken.batch_id == batch_id
            )
        )


def known_of(title: Title) -> NewTitle:
    """Return what is known of a title, as it would come in anew."""
    return NewTitle(
        name=title.name,
        author=title.author,
        publisher=title.publisher,
        published=title.published,
        isbn=title.isbn,
        csbn=title.csbn,
        issn=title.issn,
        class_mark=title.class_mark,
        grade_band=title.grade_band,
        kind=title.kind,
        series=title.series,
        series_no=title.series_no,
        volume=title.volume,
        price_fen=title.price_fen,
        is_draft=title.is_draft,
    )


def rewrite(session: Session, title_id: UUID, new: NewTitle) -> None:
    """Write a title anew, with the keys by which it is found."""
    values = title_row(title_id, new)
    del values["id"]
    session.execute(update(Title).where(Title.id == title_id).values(values))


def _came_with(session: Session, item: Item) -> Sequence[AnyRow]:
    """Return what one scan at the pile put in; nothing, for an item that came another way."""
    if item.pile_request_id is None:
        return ()
    find = select(Item.id, Item.title_id, Item.label_queued_at)
    return session.execute(find.where(Item.pile_request_id == item.pile_request_id)).all()


def _check_is_new(session: Session, item_ids: Sequence[UUID]) -> None:
    for one in PAST:
        if session.scalar(select(one).where(one.in_(item_ids)).limit(1)) is not None:
            is_lent = one is Loan.item_id
            reason = IntakeProblem.TOO_LATE_TO_UNDO if is_lent else IntakeProblem.HAS_A_PAST
            raise RefusedError(reason)


def _draft(session: Session, title_id: UUID) -> Title:
    title = session.get(Title, title_id)
    if title is None:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    if not title.is_draft:
        raise RefusedError(IntakeProblem.NO_MORE_A_DRAFT)
    return title


def _become(session: Session, draft: Title, known: Title, actor_id: UUID, here: Here) -> UUID:
    """Let a draft's items, cover and number go over to a title; the draft is no more."""
    draft_id, known_id = draft.id, known.id
    new = known_of(known)
    if known.isbn is None and known.csbn is None and known.issn is None:
        new = replace(new, isbn=draft.isbn, csbn=draft.csbn, issn=draft.issn)
    rewrite(session, known_id, new)
    shelf_id = shelving.shelf_of_the_others(session, known_id)
    unplaced = (Item.title_id == draft_id, Item.shelf_id.is_(None))
    session.execute(update(Item).where(*unplaced).values(shelf_id=shelf_id))
    session.execute(update(Item).where(Item.title_id == draft_id).values(title_id=known_id))
    session.execute(update(Hold).where(Hold.title_id == draft_id).values(title_id=known_id))
    if session.get(TitleCover, known_id) is None:
        session.execute(
            update(TitleCover).where(TitleCover.title_id == draft_id).values(title_id=known_id)
        )
    note(session, known_id, "settled", actor_id, here)
    _drop(session, draft_id)
    return known_id


def _drop_if_empty(session: Session, title_id: UUID) -> None:
    """Let a draft go that has lost its last item; a title that was named stays."""
    left = session.scalar(select(func.count()).where(Item.title_id == title_id))
    title = session.get_one(Title, title_id)
    if left or not title.is_draft:
        return
    if session.scalar(select(Hold.id).where(Hold.title_id == title_id).limit(1)) is not None:
        raise RefusedError(IntakeProblem.HAS_A_PAST)
    _drop(session, title_id)


def _drop(session: Session, title_id: UUID) -> None:
    session.execute(delete(TitleCover).where(TitleCover.title_id == title_id))
    session.execute(delete(Title).where(Title.id == title_id))
