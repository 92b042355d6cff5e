"""Which children ring the same person, so that one place may serve all of them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from kiosk.db import reading
from kiosk.models.people import Child, Contact, ContactStatus, SchoolClass
from kiosk.rules.relations import Relation

_own = aliased(Contact)
_TOGETHER: Final = (
    select(
        Child.id,
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
        _own.relation,
    )
    .join(Contact, Contact.child_id == Child.id)
    .join(_own, _own.phone_digest == Contact.phone_digest)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .where(
        _own.child_id == bindparam("child_id"),
        Child.id != bindparam("child_id"),
        Child.left_on.is_(None),
        Contact.status == ContactStatus.APPROVED,
        _own.status == ContactStatus.APPROVED,
    )
    .order_by(SchoolClass.grade, SchoolClass.number, Child.initials, _own.position)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RingsToo:
    """A child that rings a person of this child's card; `relation` is this child's word for it."""

    child_id: UUID
    name: str
    class_name: tuple[int, int]
    relation: Relation


def rings_with(child_id: UUID) -> tuple[RingsToo, ...]:
    """Return who rings the same people as a child, for staff only."""
    return tuple(
        RingsToo(
            child_id=row.id,
            name=row.family_name + row.given_name,
            class_name=(row.grade, row.number),
            relation=row.relation,
        )
        for row in reading().execute(_TOGETHER, {"child_id": child_id})
    )
