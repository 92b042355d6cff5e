"""Whom a child may ring: added, approved and barred by staff, each with a row in the audit."""

from collections.abc import Set as AbstractSet
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.calls import TO_COME_STATES, Booking
from kiosk.models.people import Child, Contact, ContactStatus
from kiosk.rules.call_wishes import CardDoubt
from kiosk.rules.erasure import is_erased
from kiosk.rules.friends import is_friend
from kiosk.rules.people import PeopleProblem, phone_of
from kiosk.rules.relations import Relation
from kiosk.services import (
    audit,
    call_board,
    call_moves,
    call_repair,
    card_doubts,
    enrolment,
    vault,
)
from kiosk.services.audit import AuditAction
from kiosk.services.call_board import CallRow
from kiosk.services.here import Here

_LONGEST_NAME: Final = 40
_SAME_NUMBER: Final = "uq_contact_child_id_relation_phone_digest"


def add_contact(
    child_id: UUID,
    *,
    relation: Relation,
    phone: str,
    full_name: str | None,
    actor_id: UUID,
    here: Here,
) -> UUID:
    """Propose a contact; who approves it is a second step.

    Raises:
        NotFoundError: UNKNOWN_CHILD. InvalidInputError: WRONG_PHONE.
        RefusedError: ERASED; CONTACT_KNOWN, when the child has this relation with this number
        already.
    """
    number = phone_of(phone)
    if number is None:
        raise InvalidInputError(PeopleProblem.WRONG_PHONE)
    name = (full_name or "").strip()[:_LONGEST_NAME] or None
    contact_id = new_id(here.now)
    try:
        with transaction() as session:
            child = session.get(Child, child_id)
            # A new friend is named first: whose number is it otherwise?
            if child is None or is_friend(child.school_class.grade):
                raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
            if is_erased(child.given_name):
                raise RefusedError(PeopleProblem.ERASED)
            row = enrolment.contact_row(
                contact_id=contact_id,
                child_id=child_id,
                relation=relation,
                full_name=name,
                phone=number,
                position=_next_position(session, child_id),
                status=ContactStatus.PROPOSED,
                here=here,
            )
            session.execute(insert(Contact), [row])
            _audit(session, here, actor_id=actor_id, contact_id=contact_id, act="added")
    except IntegrityError as error:
        if violated(error) != _SAME_NUMBER:
            raise
        raise RefusedError(PeopleProblem.CONTACT_KNOWN) from error
    return contact_id


def check_is_of(child_id: UUID, contact_id: UUID) -> None:
    """Refuse a contact that is not on this child's card.

    Raises:
        NotFoundError: UNKNOWN_CONTACT.
    """
    owner = reading().scalar(select(Contact.child_id).where(Contact.id == contact_id))
    if owner != child_id:
        raise NotFoundError(PeopleProblem.UNKNOWN_CONTACT)


def approve_contact(contact_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Let the child ring this contact.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. RefusedError: ERASED.
    """
    with transaction() as session:
        _set_status(session, contact_id, ContactStatus.APPROVED, actor_id=actor_id, here=here)


def bar_contact(
    contact_id: UUID, *, actor_id: UUID, here: Here, seen: AbstractSet[str] | None = None
) -> int:
    """Let nobody ring this contact any more; return how many booked calls were released for that.

    A roster that comes later does not undo it. `seen` are the ids of the calls that somebody was
    shown; with None nobody looks beforehand.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. RefusedError: ERASED; CALLS_CHANGED, when another call than
        these would be lost.
    """
    return _end(contact_id, ContactStatus.BARRED, seen=seen, actor_id=actor_id, here=here)


def withdraw_contact(
    contact_id: UUID, *, actor_id: UUID, here: Here, seen: AbstractSet[str] | None = None
) -> int:
    """Note that this person no longer wishes to be rung; otherwise as `bar_contact`."""
    return _end(contact_id, ContactStatus.WITHDRAWN, seen=seen, actor_id=actor_id, here=here)


def calls_to_come(contact_id: UUID, *, here: Here) -> tuple[CallRow, ...]:
    """Return the calls that are released when the contact may not be rung any more."""
    return call_board.bookings(
        reading(),
        Booking.contact_id == contact_id,
        Booking.state.in_(TO_COME_STATES),
        here=here,
    )


def change_number(contact_id: UUID, phone: str, *, actor_id: UUID, here: Here) -> None:
    """Write another number of the same person; calls to come will ring that one.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. InvalidInputError: WRONG_PHONE.
        RefusedError: ERASED; CONTACT_KNOWN, when the child has this relation with it already.
    """
    number = phone_of(phone)
    if number is None:
        raise InvalidInputError(PeopleProblem.WRONG_PHONE)
    key = here.settings.keys.field
    try:
        with transaction() as session:
            contact = _to_change(session, contact_id)
            contact.phone_cipher = vault.seal(number, column="phone", row=contact_id, key=key)
            contact.phone_tail = number[-4:]
            contact.phone_digest = vault.phone_digest(number, key=key)
            session.flush()
            follow_number(session, contact_id, here=here)
            card_doubts.settle_in(
                session, contact_id, frozenset(CardDoubt), actor_id=actor_id, here=here
            )
            _audit(session, here, actor_id=actor_id, contact_id=contact_id, act="number")
    except IntegrityError as error:
        if violated(error) != _SAME_NUMBER:
            raise
        raise RefusedError(PeopleProblem.CONTACT_KNOWN) from error


def follow_number(session: Session, contact_id: UUID, *, here: Here) -> None:
    """Make the calls still to come hold the number that the contact has now.

    Where somebody else has that number at the same time, the call is released and owed.
    """
    digest = session.scalars(select(Contact.phone_digest).where(Contact.id == contact_id)).one()
    for booking in call_moves.to_come(session, contact_id):
        try:
            with session.begin_nested():
                booking.phone_digest = digest
        except IntegrityError as error:
            if violated(error) != "ux_contact":
                raise
            call_moves.release(session, [booking], here=here)


def _end(
    contact_id: UUID,
    status: ContactStatus,
    *,
    seen: AbstractSet[str] | None,
    actor_id: UUID,
    here: Here,
) -> int:
    with transaction() as session:
        _set_status(session, contact_id, status, actor_id=actor_id, here=here)
        card_doubts.settle_in(
            session, contact_id, frozenset(CardDoubt), actor_id=actor_id, here=here
        )
        booked = call_moves.to_come(session, contact_id)
        if seen is not None and not {str(one.id) for one in booked} <= seen:
            raise RefusedError(PeopleProblem.CALLS_CHANGED)
        released = call_moves.release(session, booked, by_staff_id=actor_id, here=here)
        session.flush()  # nobody holds two places
        # With another person of the child, if it has one; or another child has the place.
        call_repair.repair_weeks(session, here=here)
        return released


def _set_status(
    session: Session, contact_id: UUID, status: ContactStatus, *, actor_id: UUID, here: Here
) -> None:
    _to_change(session, contact_id).status = status
    _audit(session, here, actor_id=actor_id, contact_id=contact_id, act=status.value)


def _to_change(session: Session, contact_id: UUID) -> Contact:
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CONTACT)
    if not contact.phone_cipher:
        raise RefusedError(PeopleProblem.ERASED)
    return contact


def _next_position(session: Session, child_id: UUID) -> int:
    last = session.scalar(select(func.max(Contact.position)).where(Contact.child_id == child_id))
    return 0 if last is None else last + 1


def _audit(session: Session, here: Here, *, actor_id: UUID, contact_id: UUID, act: str) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"contact:{contact_id}",
        fields="contact",
        purpose=act,
        here=here,
    )
