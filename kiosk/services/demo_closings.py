"""How the demo school's room was left on the days behind: counted, ticked, signed in a line."""

from bisect import bisect_right
from typing import Final

from sqlalchemy import func, select

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
    session, here = world.session, world.here
    lent = sorted(session.scalars(select(Loan.lent_at)))
    back = sorted(session.scalars(select(Loan.ended_at).where(Loan.ended_at.is_not(None))))
    unseen = dict(
        session.execute(
            select(Visit.local_day, func.count())
            .where(Visit.home_id == here.home_id, Visit.state == VisitState.LEFT_UNCONFIRMED)
            .group_by(Visit.local_day)
        ).all()
    )
    left = {
        row.id: row
        for row in session.execute(
            select(Opening.id, Opening.is_tidy, Duty.staff_id)
            .join(Duty, Duty.opening_id == Opening.id)
            .where(Opening.home_id == here.home_id)
        )
    }
    world.add(
        ClosingNote,
        [
            {
                "id": new_id(one.closed_at),
                "opening_id": one.opening_id,
                "children_left": unseen.get(one.on, 0),
                "books_out": bisect_right(lent, one.closed_at) - bisect_right(back, one.closed_at),
                "games_out": 0,
                "games_expected": 0,
                "games_counted": None,
                "is_clean": bool(left[one.opening_id].is_tidy),
                "is_safe": True,
                "line": _LINES[n // _LINE_EVERY % len(_LINES)] if n % _LINE_EVERY == 1 else None,
                "signed_by_id": left[one.opening_id].staff_id,
                "signed_at": one.closed_at,
            }
            for n, one in enumerate(held)
        ],
    )
