"""What stands on the pile page: the last book large, and how far the pile is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.models.intake import BatchNotTaken, IntakeBatch
from kiosk.models.library import Item, Title
from kiosk.rules import volumes
from kiosk.rules.book_classes import BookClass, class_of
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.intake import BatchKind, NotTaken
from kiosk.services import covers, pile_batches
from kiosk.services.here import Here
from kiosk.services.pile import is_of_a_set

RECENT: Final = 6
MOST_DRAFTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PileBatch:
    """The batch whose books these are."""

    batch_id: UUID
    kind: BatchKind
    donor: str | None
    note: str | None
    is_accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A title under the same number, one of those that a draft may be."""

    title_id: UUID
    name: str
    volume: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PileBook:
    """The book that came last. `same` of its title came by this pile; `items` there are in all."""

    item_id: UUID
    accession_no: str
    issue: str | None
    title_id: UUID
    name: str
    author: str | None
    kind: TitleKind
    number: str | None
    is_draft: bool
    cover: str | None
    book_class: BookClass | None
    same: int
    items: int
    choices: tuple[Choice, ...]
    next_volume: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentTitle:
    """A title of the pile, and how often it came."""

    title_id: UUID
    name: str
    is_draft: bool
    same: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """A pile as it stands. Without a batch it is what came today without one."""

    batch: PileBatch | None
    last: PileBook | None
    recent: tuple[RecentTitle, ...]
    taken: int
    not_taken: Mapping[NotTaken, int]
    last_not_taken: UUID | None
    drafts: int
    labels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft with what helps to name it."""

    title_id: UUID
    name: str
    number: str | None
    cover: str | None
    numbers: tuple[str, ...]
    choices: tuple[Choice, ...]
    next_volume: str


def read(batch_id: UUID | None, *, here: Here) -> Pile:
    """Return the pile of a batch, or today's without one.

    Raises:
        NotFoundError: UNKNOWN_BATCH.
    """
    session = reading()
    batch = None if batch_id is None else pile_batches.find(session, batch_id)
    ours = _ours(batch_id, here)
    counts = session.execute(
        select(
            select(func.count()).where(ours).scalar_subquery().label("taken"),
            select(func.count()).where(Title.is_draft).scalar_subquery().label("drafts"),
            select(func.count())
            .where(Item.label_queued_at.is_not(None))
            .scalar_subquery()
            .label("labels"),
        )
    ).one()
    not_taken = _not_taken(session, batch_id)
    return Pile(
        batch=None if batch is None else _batch(batch),
        last=_last(session, ours),
        recent=_recent(session, ours),
        taken=counts.taken,
        not_taken=not_taken[0],
        last_not_taken=not_taken[1],
        drafts=counts.drafts,
        labels=counts.labels,
    )


def drafts() -> tuple[Draft, ...]:
    """Return what is still to be named, the oldest first."""
    session = reading()
    rows = session.scalars(
        select(Title).where(Title.is_draft).order_by(Title.name, Title.id).limit(MOST_DRAFTS)
    ).all()
    return tuple(_draft(session, row) for row in rows)


def _draft(session: Session, title: Title) -> Draft:
    numbers = session.scalars(
        select(Item.accession_no).where(Item.title_id == title.id).order_by(Item.accession_no)
    )
    choices = _choices(session, title)
    return Draft(
        title_id=title.id,
        name=title.name,
        number=title.isbn or title.csbn or title.issn,
        cover=covers.version_of(session, title.id),
        numbers=tuple(numbers),
        choices=choices,
        next_volume=volumes.next_volume(one.volume for one in choices),
    )


def _ours(batch_id: UUID | None, here: Here) -> ColumnElement[bool]:
    if batch_id is not None:
        return Item.batch_id == batch_id
    return and_(
        Item.batch_id.is_(None),
        Item.added_on == here.today,
        Item.pile_request_id.is_not(None),
    )


def _batch(batch: IntakeBatch) -> PileBatch:
    return PileBatch(
        batch_id=batch.id,
        kind=batch.kind,
        donor=batch.donor,
        note=batch.note,
        is_accepted=batch.accepted_at is not None,
    )


def _last(session: Session, ours: ColumnElement[bool]) -> PileBook | None:
    item = session.scalars(
        select(Item)
        .where(ours, Item.pile_request_id.is_not(None), Item.label_queued_at.is_not(None))
        .order_by(Item.added_at.desc(), Item.accession_no.desc())
        .limit(1)
    ).first()
    if item is None:
        return None
    title = session.get_one(Title, item.title_id)
    items = select(func.count()).where(Item.title_id == title.id)
    choices = _choices(session, title) if title.is_draft else ()
    return PileBook(
        item_id=item.id,
        accession_no=item.accession_no,
        issue=item.issue,
        title_id=title.id,
        name=title.name,
        author=title.author,
        kind=title.kind,
        number=title.isbn or title.csbn or title.issn,
        is_draft=title.is_draft,
        cover=covers.version_of(session, title.id),
        book_class=class_of(title.class_mark),
        same=session.scalar(items.where(ours)) or 0,
        items=session.scalar(items) or 0,
        choices=choices,
        next_volume=volumes.next_volume(one.volume for one in choices),
    )


def _choices(session: Session, title: Title) -> tuple[Choice, ...]:
    """Return the named titles that share the number of a draft."""
    if title.isbn is not None:
        same = Title.isbn == title.isbn
    elif title.csbn is not None:
        same = Title.csbn == title.csbn
    else:
        return ()
    rows = session.scalars(
        select(Title)
        .where(same, Title.is_draft.is_(False))
        .order_by(Title.series_no, Title.name, Title.id)
    )
    return tuple(
        Choice(
            title_id=row.id,
            name=row.name,
            volume=row.volume or ("1" if is_of_a_set(row) else None),
        )
        for row in rows
    )


def _recent(session: Session, ours: ColumnElement[bool]) -> tuple[RecentTitle, ...]:
    rows = session.execute(
        select(Title.id, Title.name, Title.is_draft, func.count(Item.id).label("same"))
        .join(Item, Item.title_id == Title.id)
        .where(ours)
        .group_by(Title.id)
        .order_by(func.max(Item.accession_no).desc())
        .limit(RECENT)
    )
    return tuple(
        RecentTitle(title_id=row.id, name=row.name, is_draft=row.is_draft, same=row.same)
        for row in rows
    )


def _not_taken(
    session: Session, batch_id: UUID | None
) -> tuple[Mapping[NotTaken, int], UUID | None]:
    if batch_id is None:
        return {}, None
    rows = session.execute(
        select(BatchNotTaken.id, BatchNotTaken.reason)
        .where(BatchNotTaken.batch_id == batch_id)
        .order_by(BatchNotTaken.noted_at)
    ).all()
    counts = {one: sum(row.reason is one for row in rows) for one in NotTaken}
    return counts, rows[-1].id if rows else None
