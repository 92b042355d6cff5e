"""The demo school now: the room is open, whatever the hour, and some children are in it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from kiosk.ids import new_id
from kiosk.models.calls import Slot
from kiosk.models.openings import Duty, Opening, SafetyCheck
from kiosk.models.visits import Visit, VisitPastime
from kiosk.rules import civil
from kiosk.rules.openings import OpeningOrigin, OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services.demo_history import check_rows, duty_row, pastime_rows, visit_row
from kiosk.services.demo_world import DemoChild, World

_PLACE_MIN: Final = 10
_TALK_MIN: Final = 8
_CHILDREN_IN: Final = 12
_OPEN_SINCE_MIN: Final = 35
# Until late, so that it can be tried; a demo that is made in the evening stays open longer.
_UNTIL_MIN: Final = 21 * 60
_AT_LEAST_MIN: Final = 3 * 60


def open_all_day(world: World) -> tuple[DemoChild, ...]:
    """Open the room for the rest of today and let children come; return who is in it.

    From tomorrow on the weekly plan says when it opens.
    """
    here = world.here
    # Not before midnight: visits and opening belong to one day.
    since = max(here.minute - _OPEN_SINCE_MIN, 0)
    from_min = since - since % _PLACE_MIN
    opened_at = world.at(here.today, from_min)
    _add_opening(world, from_min, opened_at)
    children = world.settled[:_CHILDREN_IN]
    rows = []
    for child in children:
        came = opened_at + (here.now - opened_at) * world.rng.random()
        row = visit_row(world, child, here.today, came, None)
        rows.append(row | {"state": VisitState.OPEN})
    world.add(Visit, rows)
    world.add(VisitPastime, pastime_rows(rows))
    return children


def _add_opening(world: World, from_min: int, opened_at: datetime) -> None:
    """Add today's opening with the duty and the check that go with it.

    On a school day it is that of the plan at other times, else one more.
    """
    opening_id = new_id(opened_at)
    rule_id = _take_planned(world)
    until = max(_UNTIL_MIN, from_min + _AT_LEAST_MIN)
    world.add(
        Opening,
        [
            {
                "id": opening_id,
                "home_id": world.here.home_id,
                "rule_id": rule_id,
                "on_date": world.here.today,
                "from_min": from_min,
                "to_min": min(until, civil.DAY_MINUTES),
                "place_min": _PLACE_MIN,
                "talk_min": _TALK_MIN,
                "origin": OpeningOrigin.RULE if rule_id else OpeningOrigin.MANUAL,
                "state": OpeningState.OPEN,
                "opened_at": opened_at,
                "closed_at": None,
                "is_tidy": None,
            }
        ],
    )
    world.add(Duty, [duty_row(opening_id, world.staff[0].staff_id, opened_at, None)])
    world.add(SafetyCheck, check_rows(opening_id, opened_at, noted=None))


def _take_planned(world: World) -> UUID | None:
    """Take what was planned for today out of the plan; return its rule, None on a day without."""
    session, here = world.session, world.here
    planned = session.scalar(
        select(Opening).where(Opening.home_id == here.home_id, Opening.on_date == here.today)
    )
    if planned is None:
        return None
    rule_id = planned.rule_id
    session.execute(delete(Slot).where(Slot.opening_id == planned.id))
    session.delete(planned)
    session.flush()  # another takes its place
    return rule_id
