"""The offline title base: our catalogue and the ministry's list, asked while a title is typed."""

from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.files import title_base
from kiosk.files.title_base import BaseTitle
from kiosk.models.library import Title
from kiosk.services import pinyin
from kiosk.services.catalogue_rows import plain

AT_MOST: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTitle:
    """A title that somebody may mean; `title_id` where the catalogue has it already."""

    name: str
    author: str | None
    title_id: UUID | None


def suggest(text: str) -> tuple[KnownTitle, ...]:
    """Return titles that have `text` in their name or initials: the catalogue's own come first."""
    key = plain(text)
    if not key:
        return ()
    rows = reading().execute(
        select(Title.id, Title.name, Title.author)
        .where(Title.search_key.contains(key, autoescape=True), Title.is_draft.is_(False))
        .order_by(Title.name, Title.id)
        .limit(AT_MOST)
    )
    own = [KnownTitle(name=row.name, author=row.author, title_id=row.id) for row in rows]
    there = {plain(one.name) for one in own}
    listed = [
        KnownTitle(name=one.name, author=one.author, title_id=None)
        for one, keys in _listed()
        if any(key in each for each in keys) and keys[0] not in there
    ]
    return tuple([*own, *listed][:AT_MOST])


def in_catalogue(session: Session, name: str, *, isbn: str | None) -> Title | None:
    """Return the title of this very name under this ISBN, or else one that has no number yet.

    A name without a letter or digit is like no other.
    """
    key = plain(name)
    if not key:
        return None
    numberless = Title.isbn.is_(None) & Title.csbn.is_(None) & Title.issn.is_(None)
    rows = session.scalars(
        select(Title)
        .where(
            Title.search_key.contains(key, autoescape=True),
            Title.is_draft.is_(False),
            numberless if isbn is None else or_(Title.isbn == isbn, numberless),
        )
        .order_by(Title.isbn.is_(None), Title.id)
    )
    return next((row for row in rows if plain(row.name) == key), None)


def in_list(name: str) -> BaseTitle | None:
    """Return what the ministry's list says of the title of this very name."""
    key = plain(name)
    return next((one for one, keys in _listed() if key and keys[0] == key), None)


@cache
def _listed() -> tuple[tuple[BaseTitle, tuple[str, str]], ...]:
    return tuple((one, (plain(one.name), pinyin.initials(one.name))) for one in title_base.titles())
