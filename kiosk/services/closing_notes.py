"""How the room is left: what is out, what was counted, what was ticked, the line that is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import constant, reading
from kiosk.ids import new_id
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Staff
from kiosk.models.room_times import ClosingNote
from kiosk.models.visits import Visit
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import ItemStatus
from kiosk.rules.visits import VisitState
from kiosk.services.here import Here

# What is lent or lies on its shelf; what is broken, lost or given away is not counted.
_OF_THE_ROOM: Final = (ItemStatus.AVAILABLE, ItemStatus.IN_ROOM_ONLY)
_NAMED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """What is not in its place; of the things for play and sport a few by name, and how many each.

    `games_expected` of these should be there when they are counted.
    """

    books_out: int
    games_out: int
    games_expected: int
    games: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What somebody who closes says: nothing that was not ticked or written is claimed."""

    is_clean: bool = False
    is_safe: bool = False
    games_counted: int | None = None
    line: str | None = None


def outstanding() -> Outstanding:
    """Return what is out now."""
    return _outstanding(reading())


def _outstanding(session: Session) -> Outstanding:
    out = session.execute(
        select(Title.name, Title.kind, func.count().label("number"))
        .join(Item, Item.title_id == Title.id)
        .join(Loan, Loan.item_id == Item.id)
        .where(Loan.ended_at.is_(None))
        .group_by(Title.id, Title.name, Title.kind)
        .order_by(func.count().desc(), Title.name)
    ).all()
    games = [(row.name, row.number) for row in out if row.kind is TitleKind.GAME]
    games_out = sum(number for _, number in games)
    return Outstanding(
        books_out=sum(row.number for row in out) - games_out,
        games_out=games_out,
        games_expected=max(_games(session) - games_out, 0),
        games=tuple(games[:_NAMED]),
    )


def _games(session: Session) -> int:
    found = session.scalar(
        select(func.count())
        .select_from(Item)
        .join(Title, Title.id == Item.title_id)
        .where(Title.kind == TitleKind.GAME, Item.status.in_(_OF_THE_ROOM))
    )
    return found or 0


def store(
    session: Session, opening_id: UUID, signed: Signed, *, staff_id: UUID, here: Here
) -> None:
    """Store how the room is left, before anybody is swept; a second closing says it anew."""
    earlier = session.scalar(select(ClosingNote).where(ClosingNote.opening_id == opening_id))
    if earlier is not None:
        session.delete(earlier)
        session.flush()  # one note an opening
    out = _outstanding(session)
    still_here = session.scalar(
        select(func.count())
        .select_from(Visit)
        .where(Visit.home_id == here.home_id, Visit.state == constant(VisitState.OPEN))
    )
    session.add(
        ClosingNote(
            id=new_id(here.now),
            opening_id=opening_id,
            children_left=still_here or 0,
            books_out=out.books_out,
            games_out=out.games_out,
            games_expected=out.games_expected,
            games_counted=signed.games_counted,
            is_clean=signed.is_clean,
            is_safe=signed.is_safe,
            line=signed.line,
            signed_by_id=staff_id,
            signed_at=here.now,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How an opening was left, as the listing and the ledgers say it."""

    is_clean: bool
    is_safe: bool
    games_expected: int
    games_counted: int | None
    line: str | None
    signed_by: str


def of(session: Session, opening_ids: Sequence[UUID]) -> dict[UUID, Left]:
    """Return how each of these openings was left; one that nobody signed is missing."""
    rows = session.execute(
        select(ClosingNote, Staff.display_name)
        .join(Staff, Staff.id == ClosingNote.signed_by_id)
        .where(ClosingNote.opening_id.in_(opening_ids))
    )
    return {
        row.ClosingNote.opening_id: Left(
            is_clean=row.ClosingNote.is_clean,
            is_safe=row.ClosingNote.is_safe,
            games_expected=row.ClosingNote.games_expected,
            games_counted=row.ClosingNote.games_counted,
            line=row.ClosingNote.line,
            signed_by=row.display_name,
        )
        for row in rows
    }
