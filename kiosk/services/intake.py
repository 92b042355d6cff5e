"""A list of books comes in: first what would be added, then, if a person says so, the adding.

Safe to run again with the same file. A title that the catalogue has stays as it is, and gets no
copy for being listed again; only a copy with an accession number of its own is told apart, and is
added when that number is new.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import RefusedError
from kiosk.files.books import BookRow, RefusedRecord, read_books
from kiosk.ids import new_id
from kiosk.models.library import Item, Title
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.catalogue_rows import (
    LONGEST_NAME,
    AccessionNumbers,
    NewTitle,
    item_row,
    new_item,
    plain,
    title_row,
)
from kiosk.services.here import Here

SHOWN: Final = 12
_AT_ONCE: Final = 500

# What a title is known by: ISBN and name, or name, author and publisher.
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTitle:
    """A title of the file and what of it is to come in.

    `title_id` is that of the catalogue, or None when the title is new. `numbered` are accession
    numbers that the catalogue has not; `copies` get the next free ones.
    """

    title_id: UUID | None
    new: NewTitle
    copies: int
    numbered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePlan:
    """What `apply` would add. `known` is how many titles of the file are in the catalogue."""

    titles: tuple[ListedTitle, ...]
    rows: tuple[BookRow, ...] = field(repr=False)
    refused: tuple[RefusedRecord, ...]
    ignored_columns: tuple[str, ...]
    titles_before: int

    @property
    def new_titles(self) -> int:
        return sum(title.title_id is None for title in self.titles)

    @property
    def new_items(self) -> int:
        return sum(title.copies + len(title.numbered) for title in self.titles)

    @property
    def known(self) -> int:
        return len(self.titles) - self.new_titles


def preview(file: Path, *, here: Here) -> IntakePlan:
    """Return what the file would add; nothing is changed.

    Raises:
        InvalidInputError: a FileProblem.
    """
    del here
    read = read_books(file)
    session = reading()
    known = _known_titles(session)
    return IntakePlan(
        titles=tuple(_titles(read.rows, known, set(session.scalars(select(Item.accession_no))))),
        rows=read.rows,
        refused=read.refused,
        ignored_columns=read.ignored_columns,
        titles_before=len(set(known.values())),
    )


def describe(plan: IntakePlan, *, everything: bool = False) -> Iterator[str]:
    """Yield the lines of the preview, for the command line; with `everything` each record."""
    shown = plan.rows if everything else plan.rows[:SHOWN]
    yield (
        f"{len(plan.rows)} records of {len(plan.titles)} titles: {plan.new_titles} new,"
        f" {plan.known} in the catalogue already; {plan.new_items} copies to add."
    )
    for row in shown:
        by = "" if row.author is None else f" / {row.author}"
        isbn = "" if row.isbn is None else f" (ISBN {row.isbn})"
        yield f"  {title_of(row)}{by}{isbn}"
    if len(plan.rows) > len(shown):
        yield f"  ... and {len(plan.rows) - len(shown)} more (--all lists them)"
    for record in plan.refused:
        yield f"LEFT OUT, record {record.row_number}: {record.reason.replace('_', ' ')}"
    odd = Counter(problem for row in plan.rows for problem in row.problems)
    for problem, times in odd.items():
        yield f"To look at, {problem.replace('_', ' ')}: {times}"
    if plan.ignored_columns:
        yield f"Read past, not stored: {', '.join(plan.ignored_columns)}"


def apply(
    plan: IntakePlan,
    *,
    actor_id: UUID | None,
    here: Here,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Add what the plan says, all of it or nothing.

    `progress` hears how many more titles of `plan.titles` are done.

    Raises:
        RefusedError: CATALOGUE_CHANGED, when titles came or went since the preview.
    """
    with transaction() as session:
        known = _known_titles(session)
        taken = set(session.scalars(select(Item.accession_no)))
        again = tuple(_titles(plan.rows, known, taken))
        if again != plan.titles:
            raise RefusedError(CatalogueProblem.CATALOGUE_CHANGED)
        numbers = AccessionNumbers(session, avoiding=frozenset(_numbered(plan)))
        for start in range(0, len(plan.titles), _AT_ONCE):
            some = plan.titles[start : start + _AT_ONCE]
            _add(session, some, numbers, here)
            if progress is not None:
                progress(len(some))
        audit.record(
            session,
            AuditAction.IMPORT,
            actor_id=actor_id,
            subject="catalogue",
            fields=f"titles {plan.new_titles}, items {plan.new_items}",
            purpose="intake",
            here=here,
        )


def title_of(row: BookRow) -> str:
    """Return the name under which the catalogue has it: volumes are lent one by one."""
    name = row.title if row.volume is None else f"{row.title} {row.volume}"
    return name[:LONGEST_NAME]


def _add(
    session: Session, titles: tuple[ListedTitle, ...], numbers: AccessionNumbers, here: Here
) -> None:
    ids = [listed.title_id or new_id(here.now) for listed in titles]
    new_titles = [
        title_row(title_id, listed.new)
        for title_id, listed in zip(ids, titles, strict=True)
        if listed.title_id is None
    ]
    items = [
        item_row(new_item(accession_no, here=here), title_id, here=here)
        for title_id, listed in zip(ids, titles, strict=True)
        for accession_no in (*listed.numbered, *(numbers.next() for _ in range(listed.copies)))
    ]
    for table, rows in ((Title, new_titles), (Item, items)):
        if rows:
            session.execute(insert(table), rows)


def _titles(
    rows: tuple[BookRow, ...], known: dict[_Key, UUID], taken: set[str]
) -> Iterator[ListedTitle]:
    """Yield the titles of the file, each once, with the copies of all its rows."""
    firsts: dict[_Key, int] = {}
    groups: list[list[BookRow]] = []
    for row in rows:
        keys = _keys(title_of(row), row.author, row.publisher, row.isbn)
        at = next((firsts[key] for key in keys if key in firsts), len(groups))
        if at == len(groups):
            groups.append([])
        groups[at].append(row)
        for key in keys:
            firsts.setdefault(key, at)
    free = set(taken)
    for group in groups:
        yield _listed(group, known, free)


def _listed(group: list[BookRow], known: dict[_Key, UUID], taken: set[str]) -> ListedTitle:
    first = group[0]
    title_id = next(
        (
            known[key]
            for row in group
            for key in _keys(title_of(row), row.author, row.publisher, row.isbn)
            if key in known
        ),
        None,
    )
    numbered = []
    copies = 0
    for row in group:
        number = row.accession_no
        if number is not None and number not in taken:
            numbered.append(number)
            taken.add(number)
        if title_id is None:
            copies += (row.copies or 1) - (number is not None)
    return ListedTitle(
        title_id=title_id, new=_new_title(first), copies=copies, numbered=tuple(numbered)
    )


def _new_title(row: BookRow) -> NewTitle:
    return NewTitle(
        name=title_of(row),
        author=row.author,
        publisher=row.publisher,
        published=row.published,
        isbn=row.isbn,
        csbn=row.csbn,
        class_mark=row.class_mark,
    )


def _known_titles(session: Session) -> dict[_Key, UUID]:
    rows = session.execute(
        select(Title.id, Title.name, Title.author, Title.publisher, Title.isbn).order_by(Title.id)
    )
    known: dict[_Key, UUID] = {}
    for row in rows:
        for key in _keys(row.name, row.author, row.publisher, row.isbn):
            known.setdefault(key, row.id)
    return known


def _keys(
    name: str, author: str | None, publisher: str | None, isbn: str | None
) -> tuple[_Key, ...]:
    by_description = ("description", plain(name), plain(author or ""), plain(publisher or ""))
    if isbn is None:
        return (by_description,)
    return ("isbn", isbn, plain(name)), by_description


def _numbered(plan: IntakePlan) -> Iterator[str]:
    for listed in plan.titles:
        yield from listed.numbered
