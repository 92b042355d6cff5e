"""A call as a child's screen knows it: whom, when and at which telephone. No name, no number."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kiosk.rules.badges import Badge
from kiosk.rules.relations import Relation


class CallMode(StrEnum):
    PHONE = "phone"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTime:
    # Minutes since midnight, local time.
    on: date
    start_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCall:
    """A call of the child. `start_min` counts minutes since midnight, local time.

    `line` is what stands on the telephone, `before` the time it had until it was moved, `relation`
    None for a person whom the child may not ring any more.
    """

    booking_id: UUID
    relation: Relation | None
    on: date
    start_min: int
    mode: CallMode
    line: str = ""
    before: CallTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCall:
    """A line of the idle screen's board: an animal and a time, no name.

    `is_due`: the child is called up; `is_late`: its time has come.
    """

    badge: Badge
    start_min: int
    is_current: bool
    mode: CallMode = CallMode.PHONE
    line: str = ""
    is_due: bool = False
    is_late: bool = False
