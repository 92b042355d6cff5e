"""What goes on behind the room and wants somebody: contacts, cards, the record, disk and clock."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from kiosk.models.people import Card, Child, Contact, ContactStatus, SchoolClass
from kiosk.rules.friends import GRADE
from kiosk.services import call_settling, health
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many children wait for something, and the one to begin with."""

    count: int
    child_id: UUID
    name: str


def contacts_to_confirm(session: Session) -> Waiting | None:
    """Return the children with a contact that nobody has decided on."""
    return _children(
        session,
        exists().where(Contact.child_id == Child.id, Contact.status == ContactStatus.PROPOSED),
    )


def without_card(session: Session) -> Waiting | None:
    """Return the children of the school's classes that have no valid card."""
    return _children(session, ~exists().where(Card.child_id == Child.id, Card.revoked_at.is_(None)))


def _children(session: Session, which: ColumnElement[bool]) -> Waiting | None:
    rows = (
        select(
            Child.id,
            Child.given_name,
            func.count().over().label("number"),
        )
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.left_on.is_(None), SchoolClass.grade != GRADE, which)
        .order_by(SchoolClass.grade, SchoolClass.number, Child.id)
        .limit(1)
    )
    row = session.execute(rows).first()
    if row is None:
        return None
    return Waiting(count=row.number, child_id=row.id, name=row.given_name)


def is_record_late(here: Here) -> bool:
    """Return whether the school's record has waited for too long."""
    return not health.record(here).is_well


def is_disk_short(here: Here) -> bool:
    return not health.disk(here).is_well


def is_clock_wrong(session: Session, here: Here) -> bool:
    """Return whether the clock cannot be believed."""
    return call_settling.is_leap(session, here=here)
