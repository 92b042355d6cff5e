"""The whole catalogue as a file: every title with its copies, as our own import reads it back.

What it leaves out: covers, batches and donors, loans. A copy on loan is written like one that is
not.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import UnavailableError
from kiosk.files import catalogue_marc, catalogue_table
from kiosk.files.books import BookRow, Copy
from kiosk.files.catalogue_words import clean
from kiosk.files.saving import saving
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

_FEN: Final = Decimal(100)
_AT_ONCE: Final = 500
_COPIES: Final = (
    select(
        Item.title_id,
        Item.accession_no,
        Item.code,
        Item.status,
        Item.added_on,
        Item.price_fen,
        Item.issue,
        Shelf.name.label("shelf"),
    )
    .outerjoin(Shelf, Shelf.id == Item.shelf_id)
    .order_by(Item.title_id, Item.accession_no)
)


class CatalogueFormat(StrEnum):
    """How the catalogue is written."""

    CNMARC = "cnmarc"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def suffix(self) -> str:
        return ".iso" if self is CatalogueFormat.CNMARC else f".{self}"


def write(kind: CatalogueFormat, output: Path, *, actor_id: UUID | None, here: Here) -> int:
    """Write the catalogue and return how many titles it has; the audit knows of it first.

    Raises:
        UnavailableError: NOT_WRITTEN; RECORD_TOO_LONG, for CNMARC. Nothing is left behind.
    """
    with transaction() as session:
        audit.record(
            session,
            AuditAction.EXPORT,
            actor_id=actor_id,
            subject="catalogue",
            fields=f"all titles and copies as {kind}",
            purpose="export",
            here=here,
        )
    counted = _Counted(_rows())
    try:
        with saving(output) as file:
            match kind:
                case CatalogueFormat.CNMARC:
                    catalogue_marc.write_marc(counted, file, day=f"{here.today:%Y%m%d}")
                case CatalogueFormat.CSV:
                    catalogue_table.write_csv(counted, file)
                case CatalogueFormat.XLSX:
                    catalogue_table.write_xlsx(counted, file)
    except OSError as error:
        raise UnavailableError(CatalogueProblem.NOT_WRITTEN) from error
    return counted.count


class _Counted:
    """Passes rows on and counts them."""

    def __init__(self, rows: Iterator[BookRow]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[BookRow]:
        for row in self._rows:
            self.count += 1
            yield row


def _rows() -> Iterator[BookRow]:
    """Yield the titles in the order of their ids, each with its copies by number.

    So many are read at once and then nobody reads, for meanwhile no scan can be stored.
    """
    number, last = 0, None
    while page := _page(last):
        for title, held in page:
            number += 1
            last = title.id
            yield _row(number, title, held)


def _page(after: UUID | None) -> list[tuple[AnyRow, tuple[Copy, ...]]]:
    """Return the next titles with their copies, each title as it stood at one moment."""
    session = reading()
    some = select(Title.__table__).order_by(Title.id).limit(_AT_ONCE)
    titles = session.execute(some if after is None else some.where(Title.id > after)).all()
    held = defaultdict(list)
    if titles:
        within = Item.title_id.between(titles[0].id, titles[-1].id)
        for item in session.execute(_COPIES.where(within)).all():
            held[item.title_id].append(_copy(item))
    session.rollback()
    return [(title, tuple(held[title.id])) for title in titles]


def _row(number: int, title: AnyRow, held: tuple[Copy, ...]) -> BookRow:
    return BookRow(
        row_number=number,
        is_ours=True,
        title_id=title.id,
        kind=title.kind,
        title=clean(title.name) or title.id.hex,
        author=clean(title.author),
        publisher=clean(title.publisher),
        published=clean(title.published),
        isbn=title.isbn,
        issn=title.issn,
        csbn=clean(title.csbn),
        class_mark=clean(title.class_mark),
        grade_band=clean(title.grade_band),
        series=clean(title.series),
        series_no=title.series_no,
        volume=clean(title.volume),
        price=_yuan(title.price_fen),
        is_draft=title.is_draft,
        held=held,
        copies=len(held),
    )


def _copy(item: AnyRow) -> Copy:
    return Copy(
        accession_no=item.accession_no,
        code=item.code,
        status=item.status,
        shelf=clean(item.shelf),
        added_on=item.added_on,
        price=_yuan(item.price_fen),
        issue=clean(item.issue),
    )


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else (fen / _FEN).quantize(Decimal("0.01"))
