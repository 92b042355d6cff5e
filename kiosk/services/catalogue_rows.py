"""The rows of new titles and copies: catalogue, intake and demo make them in the same way."""

import re
import unicodedata
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.ids import new_id
from kiosk.models.library import Item
from kiosk.rules import codes, pad
from kiosk.rules.catalogue import TitleKind, isbn_of
from kiosk.rules.lending import ItemStatus
from kiosk.services import pinyin
from kiosk.services.enrolment import Row
from kiosk.services.here import Here

_LONGEST_KEY: Final = 700
LONGEST_NAME: Final = 300
LONGEST_INITIALS: Final = 80
_LONGEST_PART: Final = 100
_NUMBER_LENGTH: Final = 6
_AT_ONCE: Final = 20
_RUNNING: Final = re.compile("[0-9]{6}")

# What refuses the later of two that put books in at one instant: the same request, or one number.
BEATEN_BY: Final = ("uq_item_accession_no", "pk_item", "pk_title")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTitle:
    """What is known of a title that is to come in."""

    name: str
    author: str | None = None
    publisher: str | None = None
    published: str | None = None
    isbn: str | None = None
    issn: str | None = None
    csbn: str | None = None
    class_mark: str | None = None
    grade_band: str | None = None
    kind: TitleKind = TitleKind.BOOK
    series: str | None = None
    series_no: int | None = None
    volume: str | None = None
    price_fen: int | None = None
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A copy just added: `code` is for its label."""

    item_id: UUID
    code: str
    accession_no: str


class AccessionNumbers:
    """Running accession numbers of six digits, after the highest there is or that is to come."""

    def __init__(self, session: Session, *, avoiding: Collection[str] = ()) -> None:
        # The highest comes first, so that a pile of books does not read the whole catalogue.
        known = session.scalars(
            select(Item.accession_no)
            .where(func.length(Item.accession_no) == _NUMBER_LENGTH)
            .order_by(Item.accession_no.desc())
            .execution_options(yield_per=_AT_ONCE)
        )
        with closing(known):
            highest = next((int(one) for one in known if _RUNNING.fullmatch(one)), 0)
        others = (int(one) for one in avoiding if _RUNNING.fullmatch(one))
        self._last = max(highest, *others, 0)

    def next(self) -> str:
        self._last += 1
        return f"{self._last:0{_NUMBER_LENGTH}}"


def title_row(title_id: UUID, new: NewTitle) -> Row:
    return {
        "id": title_id,
        "kind": new.kind,
        "name": new.name.strip(),
        "author": new.author,
        "publisher": new.publisher,
        "published": new.published,
        "isbn": None if new.isbn is None else isbn_of(new.isbn),
        "issn": new.issn,
        "csbn": new.csbn,
        "class_mark": new.class_mark,
        "grade_band": new.grade_band,
        "series": new.series,
        "series_no": new.series_no,
        "volume": new.volume,
        "price_fen": new.price_fen,
        "is_draft": new.is_draft,
        "search_key": search_key(new),
        "pad_key": pad_key(new.name),
    }


def new_item(accession_no: str, *, here: Here) -> NewItem:
    return NewItem(item_id=new_id(here.now), code=codes.new_item_code(), accession_no=accession_no)


def item_row(new: NewItem, title_id: UUID, *, here: Here) -> Row:
    return {
        "id": new.item_id,
        "title_id": title_id,
        "code": new.code,
        "accession_no": new.accession_no,
        "shelf_id": None,
        "status": ItemStatus.AVAILABLE,
        "added_on": here.today,
        "added_at": here.now,
        "label_queued_at": here.now,
        "misses": 0,
    }


def search_key(new: NewTitle) -> str:
    """Return what a search looks through: words with blanks between, the plain title first.

    Then its initials, the numbers that the book is known by, author, series and volume.
    """
    isbn = None if new.isbn is None else isbn_of(new.isbn)
    parts = (
        plain(new.name)[:LONGEST_NAME],
        pinyin.initials(new.name)[:LONGEST_INITIALS],
        isbn or "",
        plain(new.csbn or ""),
        plain(new.author or "")[:_LONGEST_PART],
        plain(new.series or "")[:_LONGEST_PART],
        plain(new.volume or ""),
    )
    return " ".join(part for part in parts if part)[:_LONGEST_KEY]


def pad_key(name: str) -> str:
    """Return the keys of the children's pad that spell a title."""
    return pad.keys_of(pinyin.initials(name))[:LONGEST_INITIALS]


def plain(text: str) -> str:
    """Return letters, signs and digits of a text and nothing else, in one width and case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())
