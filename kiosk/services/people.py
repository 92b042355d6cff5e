"""Children as staff look them up, and their contacts, masked until somebody asks for a number.

Each search, reveal and change leaves a row in the audit in its own transaction: without the row
there is no value.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.people import Card, Child, Contact, ContactStatus, SchoolClass
from kiosk.rules import friends
from kiosk.rules.badges import Badge
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.services import audit, own_calls, own_page, vault
from kiosk.services.answers import OwnLoan
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.own_call import OwnCall

FOUND_AT_MOST: Final = 60
_LONGEST_PURPOSE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A class as a filter offers it."""

    class_id: UUID
    grade: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRow:
    """A child in a list."""

    child_id: UUID
    family_name: str
    given_name: str
    grade: int
    class_number: int
    badge: Badge
    local_no: str | None
    is_boarder: bool
    not_in_file_since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact without name and number: `masked_phone` is what a staff page shows."""

    contact_id: UUID
    relation: Relation
    masked_phone: str
    has_name: bool
    status: ContactStatus
    position: int
    is_erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDetail:
    """All that staff see of one child."""

    child: ChildRow
    class_id: UUID
    given_name_pinyin: str | None
    enrolled_on: date
    left_on: date | None
    card_issued_at: datetime | None
    contacts: tuple[ContactRow, ...]
    loans: tuple[OwnLoan, ...]
    call: OwnCall | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """A contact in full, for the one purpose it was asked for."""

    full_name: str | None = field(repr=False)
    phone: str = field(repr=False)


_CHILDREN: Final = select(
    Child.id,
    Child.family_name,
    Child.given_name,
    Child.given_name_pinyin,
    Child.animal,
    Child.cloth,
    Child.local_no,
    Child.is_boarder,
    Child.not_in_file_since,
    Child.enrolled_on,
    Child.left_on,
    Child.class_id,
    SchoolClass.grade,
    SchoolClass.number,
).join(SchoolClass, SchoolClass.id == Child.class_id)


def classes() -> tuple[ClassRow, ...]:
    """Return the classes that have a child, in their order."""
    rows = reading().execute(
        select(SchoolClass.id, SchoolClass.grade, SchoolClass.number)
        .join(Child, Child.class_id == SchoolClass.id)
        .where(Child.left_on.is_(None), SchoolClass.grade != friends.GRADE)
        .distinct()
        .order_by(SchoolClass.grade, SchoolClass.number)
    )
    return tuple(ClassRow(class_id=row.id, grade=row.grade, number=row.number) for row in rows)


def search(
    text: str, *, here: Here, actor_id: UUID | None, class_id: UUID | None = None
) -> tuple[ChildRow, ...]:
    """Return the children whose name or initials (`wzh`) fit, by class; all of them without a text.

    At most `FOUND_AT_MOST`; children that have left and new friends are not among them.
    """
    find = _CHILDREN.where(Child.left_on.is_(None), SchoolClass.grade != friends.GRADE)
    if class_id is not None:
        find = find.where(Child.class_id == class_id)
    with transaction() as session:
        rows = session.execute(
            _fitting(find, text)
            .order_by(SchoolClass.grade, SchoolClass.number, Child.initials, Child.id)
            .limit(FOUND_AT_MOST)
        ).all()
        # Not what was typed: that is a name.
        _audit(
            session,
            AuditAction.SEARCH,
            here,
            actor_id=actor_id,
            subject="children" if class_id is None else f"class:{class_id}",
            fields="name" if text.strip() else "list",
            purpose="search",
        )
    return tuple(_child(row) for row in rows)


def detail(child_id: UUID, *, here: Here) -> ChildDetail:
    """Return one child with its contacts, masked, its books and its next call.

    Raises:
        NotFoundError: UNKNOWN_CHILD.
    """
    session = reading()
    row = session.execute(_CHILDREN.where(Child.id == child_id)).one_or_none()
    if row is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    return ChildDetail(
        child=_child(row),
        class_id=row.class_id,
        given_name_pinyin=row.given_name_pinyin,
        enrolled_on=row.enrolled_on,
        left_on=row.left_on,
        card_issued_at=session.scalar(
            select(Card.issued_at).where(Card.child_id == child_id, Card.revoked_at.is_(None))
        ),
        contacts=_contacts(session, child_id),
        loans=own_page.loans(session, child_id=child_id, grade=row.grade, here=here),
        call=own_calls.next_call(session, child_id=child_id, here=here),
    )


def reveal_phone(contact_id: UUID, *, purpose: str, actor_id: UUID, here: Here) -> str:
    """Return the number of a contact; the audit says who asked and what for.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. InvalidInputError: PURPOSE_MISSING.
        RefusedError: ERASED, for a contact of an erased child.
    """
    return reveal(contact_id, purpose=purpose, actor_id=actor_id, here=here).phone


def reveal(contact_id: UUID, *, purpose: str, actor_id: UUID, here: Here) -> Revealed:
    """Return name and number of a contact; otherwise as `reveal_phone`."""
    wanted = purpose.strip()
    if not wanted or len(wanted) > _LONGEST_PURPOSE:
        raise InvalidInputError(PeopleProblem.PURPOSE_MISSING)
    key = here.settings.keys.field
    with transaction() as session:
        contact = session.get(Contact, contact_id)
        if contact is None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CONTACT)
        if not contact.phone_cipher:
            raise RefusedError(PeopleProblem.ERASED)
        _audit(
            session,
            AuditAction.REVEAL,
            here,
            actor_id=actor_id,
            subject=f"contact:{contact_id}",
            fields="full_name,phone",
            purpose=wanted,
        )
        sealed_name, sealed_phone = contact.full_name_cipher, contact.phone_cipher
    name = None
    if sealed_name is not None:
        name = vault.unseal(sealed_name, column="full_name", row=contact_id, key=key)
    phone = vault.unseal(sealed_phone, column="phone", row=contact_id, key=key)
    return Revealed(full_name=name, phone=phone)


def _fitting(find: AnySelect, text: str) -> AnySelect:
    wanted = "".join(unicodedata.normalize("NFKC", text).split())
    if not wanted:
        return find
    name = Child.family_name + Child.given_name
    by_name = name.icontains(wanted, autoescape=True)
    if not wanted.isascii():
        return find.where(by_name)
    initials = Child.initials.startswith(wanted.casefold(), autoescape=True)
    return find.where(by_name | initials | (Child.local_no == wanted))


def _contacts(session: Session, child_id: UUID) -> tuple[ContactRow, ...]:
    rows = session.scalars(
        select(Contact)
        .where(Contact.child_id == child_id)
        .order_by(Contact.position, Contact.relation, Contact.id)
    )
    return tuple(
        ContactRow(
            contact_id=row.id,
            relation=row.relation,
            masked_phone=vault.masked(row.phone_tail),
            has_name=row.full_name_cipher is not None,
            status=row.status,
            position=row.position,
            is_erased=not row.phone_cipher,
        )
        for row in rows
    )


def _child(row: AnyRow) -> ChildRow:
    return ChildRow(
        child_id=row.id,
        family_name=row.family_name,
        given_name=row.given_name,
        grade=row.grade,
        class_number=row.number,
        badge=Badge(animal=row.animal, cloth=row.cloth),
        local_no=row.local_no,
        is_boarder=row.is_boarder,
        not_in_file_since=row.not_in_file_since,
    )


def _audit(
    session: Session,
    action: AuditAction,
    here: Here,
    *,
    actor_id: UUID | None,
    subject: str,
    fields: str,
    purpose: str,
) -> None:
    audit.record(
        session,
        action,
        actor_id=actor_id,
        subject=subject,
        fields=fields,
        purpose=purpose,
        here=here,
    )
