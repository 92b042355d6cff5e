"""Labels to print: the queue that new copies stand in, and any copy's label once more.

A label leaves the queue only when a person has said that it came out of the printer; printed again
it has the same code (`visits-and-lending.md` T-58, T-59).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update

from kiosk.db import AnySelect, reading, transaction
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.lending import ItemStatus
from kiosk.services import audit, pinyin
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.shelf_places import place_of

MOST_AT_ONCE: Final = 200
_SIGN_LETTERS: Final = 3
# What stands beside the name of an author: the country, the years, how many wrote.
_BESIDE: Final = re.compile(r"[\[(【〔（].*?[\])】〕）]")
_FIRST_NAME: Final = re.compile(r"[,;/、，；]|\s+(?=\S{0,3}[著编绘译文图])")
_ROLES: Final = re.compile(r"[等主]?[著编绘译文图]+$")
_QUEUE: Final = (
    Item.label_queued_at.is_not(None),
    Item.status != ItemStatus.WITHDRAWN,
)
_LABELS: Final = (
    select(Item.id, Item.code, Item.accession_no, Title.name, Title.author, Title.class_mark)
    .add_columns(Title.grade_band, Shelf)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(Shelf, Shelf.id == Item.shelf_id)
    .where(Item.status != ItemStatus.WITHDRAWN)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelToPrint:
    """What the label and the spine of a copy say."""

    item_id: UUID
    code: str
    accession_no: str
    title: str
    class_mark: str | None
    author_sign: str
    grade_band: str | None
    place: ShelfPlace | None


def queue_length() -> int:
    """Return how many labels wait to be printed."""
    return reading().scalar(select(func.count()).select_from(Item).where(*_QUEUE)) or 0


def queue(most: int) -> tuple[LabelToPrint, ...]:
    """Return the labels that have waited longest."""
    order = (Item.label_queued_at, Item.accession_no)
    return _labels(_LABELS.where(*_QUEUE).order_by(*order).limit(min(most, MOST_AT_ONCE)))


def of_items(item_ids: Collection[UUID]) -> tuple[LabelToPrint, ...]:
    """Return the labels of these copies."""
    return _labels(_LABELS.where(Item.id.in_(item_ids)).order_by(Item.accession_no))


def of_title(title_id: UUID) -> tuple[LabelToPrint, ...]:
    """Return the labels of all copies of a title."""
    return _labels(_LABELS.where(Item.title_id == title_id).order_by(Item.accession_no))


def mark_printed(item_ids: Collection[UUID], *, actor_id: UUID, here: Here) -> int:
    """Take these copies out of the queue: their labels are there. Return how many that were."""
    with transaction() as session:
        waiting = session.scalars(select(Item.id).where(Item.id.in_(item_ids), *_QUEUE)).all()
        if waiting:
            session.execute(
                update(Item)
                .where(Item.id.in_(waiting))
                .values(label_queued_at=None)
                .execution_options(synchronize_session=False)
            )
            audit.record(
                session,
                AuditAction.PRINT,
                actor_id=actor_id,
                subject="items",
                fields=f"label x {len(waiting)}",
                purpose="labels",
                here=here,
            )
        return len(waiting)


def author_sign(class_mark: str | None, author: str | None) -> str:
    """Return what tells books of one class apart: the second part of the mark, or initials.

    A mark such as `I287.45/PW1` has it already (索书号); else it is the first letters of the
    author's name.
    """
    _, _, sign = (class_mark or "").partition("/")
    if sign.strip():
        return sign.strip()
    bare = _BESIDE.sub("", author or "").strip()
    name = _ROLES.sub("", _FIRST_NAME.split(bare)[0].strip())
    return pinyin.initials(name)[:_SIGN_LETTERS].upper()


def _labels(wanted: AnySelect) -> tuple[LabelToPrint, ...]:
    return tuple(
        LabelToPrint(
            item_id=row.id,
            code=row.code,
            accession_no=row.accession_no,
            title=row.name,
            class_mark=(row.class_mark or "").partition("/")[0].strip() or None,
            author_sign=author_sign(row.class_mark, row.author),
            grade_band=row.grade_band,
            place=place_of(row.class_mark, row.Shelf),
        )
        for row in reading().execute(wanted)
    )
