"""The demo school now: the room is open, whatever the hour, and some children are in it."""

from datetime import datetime, timedelta
from typing import Final

from kiosk.ids import new_id
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
_OPEN_SINCE: Final = timedelta(minutes=35)


def open_all_day(world: World) -> tuple[DemoChild, ...]:
    """Open the room for the whole of today and let children come; return who is in it.

    From tomorrow on the weekly plan says when it opens.
    """
    here = world.here
    # Not before midnight: visits and opening belong to one day.
    opened_at = max(here.now - _OPEN_SINCE, world.at(here.today, 0))
    _add_opening(world, opened_at)
    children = world.settled[:_CHILDREN_IN]
    rows = []
    for child in children:
        came = opened_at + (here.now - opened_at) * world.rng.random()
        row = visit_row(world, child, here.today, came, None)
        rows.append(row | {"state": VisitState.OPEN})
    world.add(Visit, rows)
    world.add(VisitPastime, pastime_rows(rows))
    return children


def _add_opening(world: World, opened_at: datetime) -> None:
    """Add today's opening with the duty and the check that go with it."""
    opening_id = new_id(opened_at)
    world.add(
        Opening,
        [
            {
                "id": opening_id,
                "home_id": world.here.home_id,
                "rule_id": None,
                "on_date": world.here.today,
                "from_min": 0,
                "to_min": civil.DAY_MINUTES,
                "place_min": _PLACE_MIN,
                "talk_min": _TALK_MIN,
                "origin": OpeningOrigin.ADHOC,
                "state": OpeningState.OPEN,
                "opened_at": opened_at,
                "closed_at": None,
                "is_tidy": None,
            }
        ],
    )
    world.add(Duty, [duty_row(opening_id, world.staff[0].staff_id, opened_at, None)])
    world.add(SafetyCheck, check_rows(opening_id, opened_at, noted=None))
