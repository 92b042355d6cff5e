"""The picture of a title's cover: kept small, told apart by its version, asked for by address."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError
from kiosk.files.photos import small_jpeg
from kiosk.models.library import Item, Title, TitleCover
from kiosk.rules import photos
from kiosk.rules.catalogue import CatalogueProblem, draft_name
from kiosk.rules.photos import LARGEST_COVER, LONGEST_COVER_EDGE
from kiosk.services import pile_batches
from kiosk.services.again import once_more
from kiosk.services.catalogue_rows import (
    BEATEN_BY,
    AccessionNumbers,
    NewTitle,
    item_row,
    new_item,
    title_row,
)
from kiosk.services.here import Here
from kiosk.services.pile import note

# Also where the clock was set back, or did not go on: the address of another picture is another.
_LATER: Final = timedelta(microseconds=1)


def keep(title_id: UUID, photo: bytes, *, actor_id: UUID, here: Here) -> None:
    """Keep a photo as the cover of a title, in place of the one before.

    Raises:
        InvalidInputError: a PhotoProblem. NotFoundError: UNKNOWN_TITLE.
    """
    jpeg = small_jpeg(photo, longest_edge=LONGEST_COVER_EDGE, most=LARGEST_COVER)
    with transaction() as session:
        if session.get(Title, title_id) is None:
            raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
        _keep(session, title_id, jpeg, here)
        note(session, title_id, "cover", actor_id, here)


@once_more(*BEATEN_BY)
def take_in(
    photo: bytes, *, batch_id: UUID | None, request_id: UUID, actor_id: UUID, here: Here
) -> UUID:
    """Take in a book that has no number by its cover alone, and return its item.

    Raises:
        InvalidInputError: a PhotoProblem. NotFoundError: UNKNOWN_BATCH.
        RefusedError: ALREADY_ACCEPTED.
    """
    jpeg = small_jpeg(photo, longest_edge=LONGEST_COVER_EDGE, most=LARGEST_COVER)
    item_id, title_id = uuid5(request_id, "0"), uuid5(request_id, "title")
    with transaction() as session:
        if session.get(Item, item_id) is not None:
            return item_id
        pile_batches.check_is_open(session, batch_id)
        made = new_item(AccessionNumbers(session).next(), here=here)
        new = NewTitle(name=draft_name(made.accession_no), is_draft=True)
        session.execute(insert(Title), [title_row(title_id, new)])
        row = item_row(made, title_id, here=here)
        row |= {"id": item_id, "batch_id": batch_id, "pile_request_id": request_id}
        session.execute(insert(Item), [row])
        _keep(session, title_id, jpeg, here)
        note(session, title_id, "items", actor_id, here)
    return item_id


def remove(title_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Let the drawn cover stand for a title again."""
    with transaction() as session:
        session.execute(delete(TitleCover).where(TitleCover.title_id == title_id))
        note(session, title_id, "cover", actor_id, here)


def read(title_id: UUID, version: str) -> bytes | None:
    """Return the picture of a title that has this version; None where another is by now."""
    row = reading().get(TitleCover, title_id)
    return row.jpeg if row is not None and photos.version(row.added_at) == version else None


def kept_at(session: Session, title_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return since when these titles have their pictures, of those that have one."""
    find = select(TitleCover.title_id, TitleCover.added_at)
    rows = session.execute(find.where(TitleCover.title_id.in_(title_ids)))
    return {row.title_id: row.added_at for row in rows}


def version_of(session: Session, title_id: UUID) -> str | None:
    """Return which picture a title has now, or None."""
    added_at = kept_at(session, {title_id}).get(title_id)
    return None if added_at is None else photos.version(added_at)


def _keep(session: Session, title_id: UUID, jpeg: bytes, here: Here) -> None:
    cover = session.get(TitleCover, title_id)
    if cover is None:
        session.add(TitleCover(title_id=title_id, jpeg=jpeg, added_at=here.now))
    else:
        cover.jpeg, cover.added_at = jpeg, max(here.now, cover.added_at + _LATER)
