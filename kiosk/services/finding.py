"""A child looks for a book: by the pad, by what came last, by what is like another one."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from kiosk.db import AnySelect, reading
from kiosk.errors import NotFoundError
from kiosk.models.library import Item, Loan, Shelf, Title
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.lending import ItemStatus
from kiosk.services import covers, own_page
from kiosk.services.answers import ChildFace
from kiosk.services.finding_answers import FindBook, FoundBook, FoundTitle
from kiosk.services.shelf_places import place_of

SHOWN: Final = 8
SIMILAR: Final = 3
MOST_PAGES: Final = 12
# What a child may hope for: on its shelf, or in somebody's hands and coming back.
_HERE: Final = (ItemStatus.AVAILABLE, ItemStatus.IN_ROOM_ONLY)
_LATELY: Final = 400
# Of the titles that fit best, whether anybody can have them is asked of so many: one key fits half
# of a school's.
_LOOKED_AT: Final = 400

_is_here = exists().where(Item.title_id == Title.id, Item.status.in_(_HERE))
_is_out = exists().where(Loan.item_id == Item.id, Loan.ended_at.is_(None))
_is_named = Title.is_draft.is_(False)  # a draft has only a number to read
_BOOKS: Final = select(Title.id, Title.name).where(_is_here, _is_named)


def find(keys: str, *, page: int, face: ChildFace) -> FindBook:
    """Return what these keys spell, eight books at the most.

    A title fits best when the keys are all of it, then when it begins with them. Where there are
    more than eight, the eighth place is that of the arrow; behind the last page comes the first.
    """
    page = min(page, MOST_PAGES - 1)
    wanted = (_spelt(keys) if keys else _newest()).offset(page * (SHOWN - 1)).limit(SHOWN + 1)
    found = _books(reading(), wanted)
    is_all = page == 0 and len(found) <= SHOWN
    is_last = len(found) < SHOWN or page == MOST_PAGES - 1
    return FindBook(
        child=face,
        keys=keys,
        books=found[: SHOWN if is_all else SHOWN - 1],
        next_page=None if is_all else 0 if is_last else page + 1,
    )


def title(title_id: UUID, *, keys: str, face: ChildFace) -> FoundTitle:
    """Return where a book stands and what else there is like it.

    Raises:
        NotFoundError: UNKNOWN_TITLE.
    """
    session = reading()
    one = session.get(Title, title_id)
    if one is None:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    shelf, is_in = _stands(session, title_id)
    next_volume = _next_volume(session, one)
    besides = {title_id} | ({next_volume.title_id} if next_volume else set())
    return FoundTitle(
        child=face,
        keys=keys,
        found=_pictured(session, [(title_id, one.name)])[0],
        place=place_of(one.class_mark, shelf),
        is_in=is_in,
        next_volume=next_volume,
        similar=_similar(session, one, besides, SIMILAR - (next_volume is not None)),
    )


def _spelt(keys: str) -> AnySelect:
    rank: ColumnElement[Any] = case(
        (Title.pad_key == keys, 0), (Title.pad_key.startswith(keys), 1), else_=2
    )
    best = (rank, func.length(Title.pad_key), Title.name, Title.id)
    fits = select(Title.id).where(Title.pad_key.contains(keys), _is_named)
    looked_at = fits.order_by(*best).limit(_LOOKED_AT)
    return _BOOKS.where(Title.id.in_(looked_at)).order_by(*best)


def _newest() -> AnySelect:
    """Return what came last, out of the items that an index knows as the latest."""
    lately = (
        select(Item.title_id, Item.added_on)
        .where(Item.status.in_(_HERE), exists().where(Title.id == Item.title_id, _is_named))
        .order_by(Item.added_on.desc(), Item.title_id.desc())
        .limit(_LATELY)
        .subquery()
    )
    return (
        select(Title.id, Title.name)
        .join(lately, lately.c.title_id == Title.id)
        .group_by(Title.id)
        .order_by(func.max(lately.c.added_on).desc(), Title.id.desc())
    )


def _stands(session: Session, title_id: UUID) -> tuple[Shelf | None, bool]:
    """Return the shelf of a copy, of one that is there now if there is any; and whether one is."""
    is_in = and_(Item.status.in_(_HERE), ~_is_out)
    row = session.execute(
        select(Shelf, is_in.label("is_in"))
        .select_from(Item)
        .outerjoin(Shelf, Shelf.id == Item.shelf_id)
        .where(Item.title_id == title_id)
        .order_by(is_in.desc(), Item.shelf_id.is_(None), Item.accession_no)
        .limit(1)
    ).first()
    return (None, False) if row is None else (row.Shelf, bool(row.is_in))


def _next_volume(session: Session, one: Title) -> FoundBook | None:
    if one.series is None or one.series_no is None:
        return None
    after = _BOOKS.where(Title.series == one.series, Title.series_no > one.series_no)
    found = _books(session, after.order_by(Title.series_no, Title.id).limit(1))
    return found[0] if found else None


def _similar(
    session: Session, one: Title, besides: set[UUID], wanted: int
) -> tuple[FoundBook, ...]:
    """Return books of the same series, then of the same author, then for the same grades."""
    found: tuple[FoundBook, ...] = ()
    for like in _likenesses(one):
        known = besides | {book.title_id for book in found}
        more = _BOOKS.where(like, Title.id.not_in(known))
        found += _books(
            session,
            more.order_by(Title.series_no.is_(None), Title.series_no, Title.id.desc()).limit(
                wanted - len(found)
            ),
        )
        if len(found) == wanted:
            break
    return found


def _likenesses(one: Title) -> Iterator[ColumnElement[bool]]:
    if one.series is not None:
        yield Title.series == one.series
    if one.author is not None:
        yield Title.author == one.author
    if one.grade_band is not None and one.class_mark:
        yield and_(
            Title.grade_band == one.grade_band,
            Title.class_mark.startswith(one.class_mark[:1], autoescape=True),
        )


def _books(session: Session, wanted: AnySelect) -> tuple[FoundBook, ...]:
    return _pictured(session, [(row.id, row.name) for row in session.execute(wanted)])


def _pictured(session: Session, named: Sequence[tuple[UUID, str]]) -> tuple[FoundBook, ...]:
    kept_at = covers.kept_at(session, [title_id for title_id, _ in named])
    return tuple(
        FoundBook(
            title_id=title_id,
            book=own_page.book(name, title_id=title_id, cover_at=kept_at.get(title_id)),
        )
        for title_id, name in named
    )
