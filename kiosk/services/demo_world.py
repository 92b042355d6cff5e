"""What the parts of the demo school hand to one another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from kiosk.db import Base
from kiosk.rules import civil
from kiosk.rules.badges import Badge
from kiosk.services.enrolment import Row
from kiosk.services.here import Here

_CALL: Final = timedelta(minutes=10)
_BEFORE: Final = timedelta(days=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContact:
    contact_id: UUID
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoChild:
    child_id: UUID
    class_id: UUID
    name: str
    grade: int
    number: int
    badge: Badge
    code: str
    contacts: tuple[DemoContact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoItem:
    """A copy that can be lent; `is_new` where it came after the history was over."""

    item_id: UUID
    code: str
    name: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    staff_id: UUID
    label: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOpening:
    """An opening of the past in which the room was open; `stays`: when each child came and went."""

    opening_id: UUID
    on: date
    opened_at: datetime
    closed_at: datetime
    present: tuple[DemoChild, ...]
    stays: Mapping[UUID, tuple[datetime, datetime]]

    def has(self, child: DemoChild, start: datetime) -> bool:
        """Say whether the child is there for a whole call from `start` on."""
        came, went = self.stays[child.child_id]
        return came <= start and start + _CALL <= went


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The school while it is being made.

    `fresh` children come in the order of the file of codes: none of them is in the room, has a book
    or a call this week, so that everything can be tried with the first card that is picked up.
    """

    session: Session
    rng: Random
    here: Here
    days: int
    staff: tuple[DemoStaff, ...] = ()
    fresh: tuple[DemoChild, ...] = ()
    settled: tuple[DemoChild, ...] = ()

    @property
    def before(self) -> Here:
        """A moment before the history begins: when children were enrolled and books bought."""
        return replace(self.here, now=self.here.now - timedelta(days=self.days) - _BEFORE)

    def add(self, table: type[Base], rows: Sequence[Row]) -> None:
        if rows:
            self.session.execute(insert(table), rows)

    def is_school_day(self, on: date) -> bool:
        """Return whether the children are at school; nothing is made up at this one."""
        return on.isoweekday() <= 5 and not self.here.school.is_closed(on)  # noqa: PLR2004 - Friday

    def at(self, on: date, minute: float) -> datetime:
        """Return a moment of a day by the room's clock."""
        whole = civil.instant(on, 0, self.here.settings.zone)
        return whole + timedelta(minutes=minute)
