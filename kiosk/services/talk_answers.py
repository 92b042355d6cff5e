"""What a child's screen is told when it looks for somebody to talk to."""

from dataclasses import dataclass
from uuid import UUID

from kiosk.rules.badges import Cloth
from kiosk.rules.talks import TalkStanding
from kiosk.services.answers import ChildFace


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTeacher:
    """The teacher is close by; `talk` is whether somebody can be asked for."""

    child: ChildFace
    talk: TalkStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class AdultTile:
    """An adult as children find it: the name, and the cloth behind the face."""

    staff_id: UUID
    display_name: str
    cloth: Cloth


@dataclass(frozen=True, slots=True, kw_only=True)
class PickAdult:
    """Who would you like to talk to? Up to six adults, each on a cloth of its own."""

    child: ChildFace
    adults: tuple[AdultTile, ...]
