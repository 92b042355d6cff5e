"""A list of books comes in: first what would be added, then, if a person says so, the adding.

Safe to run again with the same file. A title that the catalogue has stays as it is, and gets no
copy for being listed again; only a copy with an accession number of its own is told apart, and is
added when that number is new.

All rows are made ready before the write lock is taken, and go in under it at once: a kiosk beside
waits for a moment and not for the whole work, and what breaks off leaves nothing behind.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import RefusedError
from kiosk.files.books import BookRow, BooksFile, Copy, RefusedRecord, read_books
from kiosk.files.holdings import HoldingsChoice, HoldingsOffer
from kiosk.ids import new_id
from kiosk.models.lending import ItemWithdrawal
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.lending import ItemStatus
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.bulk import Bulk
from kiosk.services.catalogue_rows import AccessionNumbers, item_row, new_item, title_row
from kiosk.services.enrolment import Row
from kiosk.services.here import Here
from kiosk.services.intake_titles import ListedTitle, fen, known_books, listed

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueState:
    """By what a catalogue that has changed since is noticed."""

    titles: int
    newest_title: UUID | None
    items: int
    newest_item: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePlan:
    """What `apply` would add. `known` is how many titles of the file are in the catalogue.

    `offers` is what a person chooses the copies from, `choice` what was chosen; `taken` are the
    rows with a number that another row has already.
    """

    titles: tuple[ListedTitle, ...]
    rows: tuple[BookRow, ...] = field(repr=False)
    refused: tuple[RefusedRecord, ...]
    ignored_columns: tuple[str, ...]
    offers: tuple[HoldingsOffer, ...]
    choice: HoldingsChoice | None
    taken: tuple[int, ...]
    before: CatalogueState

    @property
    def new_titles(self) -> int:
        return sum(title.title_id is None for title in self.titles)

    @property
    def new_items(self) -> int:
        return sum(title.copies + len(title.numbered) for title in self.titles)

    @property
    def known(self) -> int:
        return len(self.titles) - self.new_titles

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to say first what the copies are."""
        return bool(self.offers) and self.choice is None


def preview(file: Path, *, choice: HoldingsChoice | None = None, here: Here) -> IntakePlan:
    """Return what the file would add; nothing is changed.

    Raises:
        InvalidInputError: a FileProblem.
    """
    del here
    return plan_of(read_books(file, choice=choice), choice=choice)


def plan_of(read: BooksFile, *, choice: HoldingsChoice | None) -> IntakePlan:
    """Return what the books of a file, read by this choice, would add to the catalogue as it is."""
    session = reading()
    session.rollback()  # another reading of the same request may be older
    before = _state(session)
    known = known_books(session)
    listing = listed(read.rows, known)
    return IntakePlan(
        titles=tuple(listing.titles),
        rows=read.rows,
        refused=read.refused,
        ignored_columns=read.ignored_columns,
        offers=read.offers,
        choice=choice,
        taken=tuple(listing.taken),
        before=before,
    )


def apply(
    plan: IntakePlan,
    *,
    labels: bool = True,
    actor_id: UUID | None,
    here: Here,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Add what the plan says, all of it or nothing; with `labels` the copies wait for theirs.

    `progress` hears how many more titles of `plan.titles` are made ready.

    Raises:
        RefusedError: HOLDINGS_UNDECIDED; CATALOGUE_CHANGED, when titles or copies came or went
            since the preview.
    """
    if plan.is_undecided:
        raise RefusedError(CatalogueProblem.HOLDINGS_UNDECIDED)
    ready = _Ready(plan, labels=labels, here=here)
    for start in range(0, len(plan.titles), _AT_ONCE):
        some = plan.titles[start : start + _AT_ONCE]
        for title in some:
            ready.add(title)
        if progress is not None:
            progress(len(some))
    try:
        with transaction() as session:
            if _state(session) != plan.before:
                raise RefusedError(CatalogueProblem.CATALOGUE_CHANGED)
            ready.insert(session)
            _note(session, plan, actor_id=actor_id, here=here)
    except IntegrityError as error:  # a number or a code that somebody has changed meanwhile
        raise RefusedError(CatalogueProblem.CATALOGUE_CHANGED) from error


def _note(session: Session, plan: IntakePlan, *, actor_id: UUID | None, here: Here) -> None:
    audit.record(
        session,
        AuditAction.IMPORT,
        actor_id=actor_id,
        subject="catalogue",
        fields=f"titles {plan.new_titles}, items {plan.new_items}",
        purpose="intake",
        here=here,
    )


def _state(session: Session) -> CatalogueState:
    titles, newest_title = _counted(session, Title)
    items, newest_item = _counted(session, Item)
    return CatalogueState(
        titles=titles, newest_title=newest_title, items=items, newest_item=newest_item
    )


def _counted(session: Session, table: type[Title] | type[Item]) -> tuple[int, UUID | None]:
    newest = session.scalar(select(table.id).order_by(table.id.desc()).limit(1))
    return session.scalar(select(func.count()).select_from(table)) or 0, newest


class _Ready:
    """The rows of an intake, made before anything is locked."""

    def __init__(self, plan: IntakePlan, *, labels: bool, here: Here) -> None:
        session = reading()
        numbered = (copy.accession_no for title in plan.titles for copy in title.numbered)
        self._here = here
        self._queued_at = here.now if labels else None
        self._numbers = AccessionNumbers(session, avoiding=frozenset(numbered))
        shelves = session.execute(select(Shelf.name, Shelf.id)).all()
        self._shelves: dict[str, UUID] = {shelf.name: shelf.id for shelf in shelves}
        session.rollback()  # while somebody reads, no scan can be stored
        dialect = session.get_bind().dialect
        self._new_shelves = Bulk(Shelf, dialect)
        self._titles = Bulk(Title, dialect)
        self._items = Bulk(Item, dialect)
        self._withdrawn = Bulk(ItemWithdrawal, dialect)

    def add(self, listed_title: ListedTitle) -> None:
        """Make the rows of one title."""
        title_id = listed_title.title_id
        if title_id is None:
            title_id = listed_title.own_id or new_id(self._here.now)
            self._titles.add(title_row(title_id, listed_title.new))
        for copy in self._copies(listed_title):
            self._items.add(self._item(copy, title_id))

    def insert(self, session: Session) -> None:
        """Add all rows. Nothing is written out before the commit: readers go on meanwhile."""
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_spill = OFF")
        for rows in (self._new_shelves, self._titles, self._items, self._withdrawn):
            rows.insert(connection)

    def _copies(self, listed_title: ListedTitle) -> Iterator[Copy]:
        yield from listed_title.numbered
        for _ in range(listed_title.copies):
            yield Copy(accession_no=self._numbers.next())

    def _item(self, copy: Copy, title_id: UUID) -> Row:
        row = item_row(new_item(copy.accession_no, here=self._here), title_id, here=self._here)
        row |= {
            "status": copy.status,
            "shelf_id": self._shelf(copy.shelf),
            "added_on": copy.added_on or self._here.today,
            "price_fen": fen(copy.price),
            "issue": copy.issue,
            # A copy that comes with the code of its label has it on its back already.
            "label_queued_at": self._queued_at if copy.code is None else None,
        }
        if copy.code is not None:
            row["code"] = copy.code
        if copy.status is ItemStatus.WITHDRAWN:  # a file does not say since when
            self._withdrawn.add({"id": new_id(self._here.now), "item_id": row["id"]})
        return row

    def _shelf(self, name: str | None) -> UUID | None:
        """Return the shelf of this name, which a file of ours may bring with it."""
        if name is None:
            return None
        if name not in self._shelves:
            self._shelves[name] = new_id(self._here.now)
            self._new_shelves.add({"id": self._shelves[name], "name": name})
        return self._shelves[name]
