"""How the room is left: what is out, what was counted, what was ticked, the line that is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from kiosk.db import constant, reading
from kiosk.ids import new_id
from kiosk.models.library import Item, Loan, Title
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.models.room_times import ClosingNote
from kiosk.models.visits import Visit
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import ItemStatus
from kiosk.rules.visits import VisitState
from kiosk.services.here import Here

# What is lent or lies on its shelf; what is broken, lost or given away is not counted.
_OF_THE_ROOM: Final = (ItemStatus.AVAILABLE, ItemStatus.IN_ROOM_ONLY)
# A count that nobody has repeated says little after this.
_TOLD_FOR: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A thing for play or sport: `out` of it are lent, `here` should lie on the shelf."""

    name: str
    out: int
    here: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """What is not in its place: how many books, and each thing for play and sport."""

    books_out: int
    things: tuple[Thing, ...]

    @property
    def games_out(self) -> int:
        return sum(one.out for one in self.things)

    @property
    def games_expected(self) -> int:
        """How many of them should be there when they are counted."""
        return sum(one.here for one in self.things)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What somebody who closes says: nothing that was not ticked or written is claimed.

    `games_are_all`: of the things for play all are there that should be.
    """

    is_clean: bool = False
    is_safe: bool = False
    games_counted: int | None = None
    games_are_all: bool = False
    line: str | None = None

    def counted(self, out: Outstanding) -> int | None:
        """Return how many things were counted: a number that was written goes before the tick."""
        if self.games_counted is not None:
            return self.games_counted
        return out.games_expected if self.games_are_all else None


def outstanding() -> Outstanding:
    """Return what is out now."""
    return _outstanding(reading())


def _outstanding(session: Session) -> Outstanding:
    books = session.scalar(
        select(func.count())
        .select_from(Loan)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(Loan.ended_at.is_(None), Title.kind != TitleKind.GAME)
    )
    is_here = and_(Loan.id.is_(None), Item.status.in_(_OF_THE_ROOM))
    out, here = func.count(Loan.id), func.sum(case((is_here, 1), else_=0))
    rows = session.execute(
        select(Title.name, out.label("out"), here.label("here"))
        .join(Item, Item.title_id == Title.id)
        .outerjoin(Loan, and_(Loan.item_id == Item.id, Loan.ended_at.is_(None)))
        .where(Title.kind == TitleKind.GAME)
        .group_by(Title.id, Title.name)
        .having((out > 0) | (here > 0))
        .order_by(out.desc(), Title.name)
    )
    return Outstanding(
        books_out=books or 0,
        things=tuple(Thing(name=row.name, out=row.out, here=int(row.here)) for row in rows),
    )


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
            games_counted=signed.counted(out),
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

    @property
    def games_missing(self) -> int:
        """How many things for play were missing when they were counted; less than 0: too many."""
        return 0 if self.games_counted is None else self.games_expected - self.games_counted


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


def games_missing(session: Session, *, here: Here) -> int:
    """Return how many things for play were missing when they were last counted, lately.

    Less than 0: there were too many; 0 also where nobody has counted.
    """
    row = session.execute(
        select(ClosingNote.games_expected, ClosingNote.games_counted)
        .join(Opening, Opening.id == ClosingNote.opening_id)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date >= here.today - _TOLD_FOR,
            ClosingNote.games_counted.is_not(None),
        )
        .order_by(ClosingNote.signed_at.desc())
        .limit(1)
    ).first()
    return 0 if row is None else row.games_expected - row.games_counted
