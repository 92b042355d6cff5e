"""Adults of the demo school whom children may ask for a talk."""

from kiosk.models.talks import TalkOffer
from kiosk.rules.badges import Cloth
from kiosk.services.demo_world import World


def add_offers(world: World) -> None:
    """Let children ask for those who open the staff pages of the demo, each on a cloth."""
    world.add(
        TalkOffer,
        [
            {"staff_id": person.staff_id, "cloth": cloth}
            for person, cloth in zip(world.staff, Cloth, strict=False)
        ],
    )
