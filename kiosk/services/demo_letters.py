"""Letters that the children of the demo school wrote home on Thursdays."""

from typing import Final

from kiosk.ids import new_id
from kiosk.models.letters import LetterLog
from kiosk.services.demo_world import HeldOpening, World

_THURSDAY: Final = 3
_WEEKS: Final = 4


def add_letters(world: World, held: tuple[HeldOpening, ...]) -> None:
    """Let one child in four write on each Thursday on which the room was open."""
    thursdays = sorted({one.on for one in held if one.on.weekday() == _THURSDAY})
    world.add(
        LetterLog,
        [
            {
                "id": new_id(world.before.now),
                "child_id": child.child_id,
                "on_date": on,
                "noted_by_id": world.staff[0].staff_id,
            }
            for week, on in enumerate(thursdays)
            for child in world.settled[week % _WEEKS :: _WEEKS]
        ],
    )
