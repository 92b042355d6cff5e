"""The roster as the kiosk has it: what a file is compared with."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.people import Child, Contact, ContactStatus, SchoolClass
from kiosk.rules import friends
from kiosk.rules.badges import Badge
from kiosk.rules.relations import Relation
from kiosk.rules.roster import Known
from kiosk.services import vault
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContact:
    contact_id: UUID
    relation: Relation
    phone_digest: bytes = field(repr=False)
    phone_tail: str
    sealed_name: bytes | None = field(repr=False)
    status: ContactStatus
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChild:
    child_id: UUID
    name: str = field(repr=False)
    grade: int
    number: int
    local_no: str | None
    is_boarder: bool
    badge: Badge
    not_in_file_since: date | None
    contacts: tuple[StoredContact, ...]

    @property
    def known(self) -> Known:
        """The child as the rule of matching sees it."""
        return Known(
            child_id=self.child_id,
            name=self.name,
            grade=self.grade,
            number=self.number,
            local_no=self.local_no,
            phones=frozenset(contact.phone_digest for contact in self.contacts),
        )


def read(session: Session) -> dict[UUID, StoredChild]:
    """Return all children that are enrolled, in a fixed order; new friends are on no list yet."""
    contacts = _contacts(session)
    rows = session.execute(
        select(Child, SchoolClass.grade, SchoolClass.number)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.left_on.is_(None), SchoolClass.grade != friends.GRADE)
        .order_by(Child.id)
    )
    return {
        row.Child.id: StoredChild(
            child_id=row.Child.id,
            name=row.Child.family_name + row.Child.given_name,
            grade=row.grade,
            number=row.number,
            local_no=row.Child.local_no,
            is_boarder=row.Child.is_boarder,
            badge=Badge(animal=row.Child.animal, cloth=row.Child.cloth),
            not_in_file_since=row.Child.not_in_file_since,
            contacts=tuple(contacts[row.Child.id]),
        )
        for row in rows
    }


def digest(children: dict[UUID, StoredChild]) -> bytes:
    """Return what shows whether anything of the roster has changed since."""
    found = hashlib.sha256()
    for child in children.values():
        facts: list[object] = [child.child_id, child.name, child.grade, child.number]
        facts += [child.local_no, child.is_boarder, child.badge, child.not_in_file_since]
        for one in child.contacts:
            facts += [one.contact_id, one.relation, one.phone_digest, one.sealed_name, one.status]
        found.update(repr(facts).encode())
    return found.digest()


def name_of(contact: StoredContact, *, here: Here) -> str | None:
    """Return the contact's name in clear, to compare it."""
    if contact.sealed_name is None:
        return None
    key = here.settings.keys.field
    return vault.unseal(contact.sealed_name, column="full_name", row=contact.contact_id, key=key)


def _contacts(session: Session) -> defaultdict[UUID, list[StoredContact]]:
    found: defaultdict[UUID, list[StoredContact]] = defaultdict(list)
    for row in session.scalars(select(Contact).order_by(Contact.position, Contact.id)):
        found[row.child_id].append(
            StoredContact(
                contact_id=row.id,
                relation=row.relation,
                phone_digest=row.phone_digest,
                phone_tail=row.phone_tail,
                sealed_name=row.full_name_cipher,
                status=row.status,
                position=row.position,
            )
        )
    return found
