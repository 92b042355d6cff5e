"""The picture of a title's cover: kept small, told apart by its digest, asked for by address."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError
from kiosk.files.photos import small_jpeg
from kiosk.models.library import Item, Title, TitleCover
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.photos import LARGEST_COVER, LONGEST_COVER_EDGE
from kiosk.services import pile_batches
from kiosk.services.catalogue_rows import (
    AccessionNumbers,
    NewTitle,
    item_row,
    new_item,
    title_row,
)
from kiosk.services.here import Here
from kiosk.services.pile import UNNAMED, note

_DIGEST_LENGTH: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A picture, and what it is known by; another picture has another digest."""

    jpeg: bytes
    digest: str


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
        new = NewTitle(name=f"{UNNAMED} {made.accession_no}", is_draft=True)
        session.execute(insert(Title), [title_row(title_id, new)])
        row = item_row(made, title_id, here=here)
        row |= {"id": item_id, "batch_id": batch_id, "label_queued_at": here.now}
        session.execute(insert(Item), [row])
        _keep(session, title_id, jpeg, here)
        note(session, title_id, "items", actor_id, here)
    return item_id


def remove(title_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Let the drawn cover stand for a title again."""
    with transaction() as session:
        session.execute(delete(TitleCover).where(TitleCover.title_id == title_id))
        note(session, title_id, "cover", actor_id, here)


def read(title_id: UUID) -> Cover | None:
    """Return the picture of a title, or None."""
    jpeg = reading().scalar(select(TitleCover.jpeg).where(TitleCover.title_id == title_id))
    return None if jpeg is None else Cover(jpeg=jpeg, digest=digest_of(jpeg))


def digests(session: Session, title_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return by which digest the pictures of these titles are asked for, of those that have one."""
    find = select(TitleCover.title_id, TitleCover.jpeg).where(TitleCover.title_id.in_(title_ids))
    return {row.title_id: digest_of(row.jpeg) for row in session.execute(find)}


def digest_of(jpeg: bytes) -> str:
    return sha256(jpeg).hexdigest()[:_DIGEST_LENGTH]


def _keep(session: Session, title_id: UUID, jpeg: bytes, here: Here) -> None:
    cover = session.get(TitleCover, title_id)
    if cover is None:
        session.add(TitleCover(title_id=title_id, jpeg=jpeg, added_at=here.now))
    else:
        cover.jpeg, cover.added_at = jpeg, here.now
