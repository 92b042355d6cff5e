"""How the demo school's room was left on the days behind: counted, ticked, signed in a line."""

from bisect import bisect_right
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from kiosk.db import AnyRow
from kiosk.ids import new_id
from kiosk.models.library import Loan
from kiosk.models.openings import Duty, Opening
from kiosk.models.room_times import ClosingNote
from kiosk.models.visits import Visit
from kiosk.rules.visits import VisitState
from kiosk.services.demo_world import HeldOpening, World

# Whoever closes writes a line now and then.
_LINES: Final = ("台灯一只不亮，已报修", "明天下午有志愿者来陪读", "彩笔用完，请补充")
_LINE_EVERY: Final = 6


def add_closings(world: World, held: tuple[HeldOpening, ...]) -> None:
    """Sign for each opening that was held."""
    out, unseen = _BooksOut(world), _unseen(world)
    left = _left(world)
    rows = []
    for n, one in enumerate(held):
        opening = left[one.opening_id]
        rows.append(
            {
                "id": new_id(one.closed_at),
                "opening_id": one.opening_id,
                "children_left": unseen.get(one.on, 0),
                "books_out": out.at(one.closed_at),
                "games_out": 0,
                "games_expected": 0,
                "games_counted": None,
                "is_clean": bool(opening.is_tidy),
                "is_safe": True,
                "line": _LINES[n // _LINE_EVERY % len(_LINES)] if n % _LINE_EVERY == 1 else None,
                "signed_by_id": opening.staff_id,
                "signed_at": one.closed_at,
            }
        )
    world.add(ClosingNote, rows)


class _BooksOut:
    """How many books were lent at a moment."""

    def __init__(self, world: World) -> None:
        self._lent = sorted(world.session.scalars(select(Loan.lent_at)))
        ended = world.session.scalars(select(Loan.ended_at))
        self._back = sorted(at for at in ended if at is not None)

    def at(self, moment: datetime) -> int:
        return bisect_right(self._lent, moment) - bisect_right(self._back, moment)


def _unseen(world: World) -> dict[date, int]:
    """Return how many children were still in when the room closed, day by day."""
    return dict(
        world.session.execute(
            select(Visit.local_day, func.count())
            .where(Visit.home_id == world.here.home_id, Visit.state == VisitState.LEFT_UNCONFIRMED)
            .group_by(Visit.local_day)
        ).all()
    )


def _left(world: World) -> dict[UUID, AnyRow]:
    """Return whether each opening was tidy, and who was on duty."""
    return {
        row.id: row
        for row in world.session.execute(
            select(Opening.id, Opening.is_tidy, Duty.staff_id)
            .join(Duty, Duty.opening_id == Opening.id)
            .where(Opening.home_id == world.here.home_id)
        )
    }
