"""The erasure of one child, as a guardian may ask for it (`security.md` 4.5).

Who the child was is gone from every table and from the frozen ledgers; that somebody came, borrowed
and telephoned is still counted. It cannot be taken back. Backups that were made before
lose the child when they are too old to be kept, after three months at the latest.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from kiosk.db import Base, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.activities import Pairing, PairingContact
from kiosk.models.audit import Audit
from kiosk.models.call_hours import ChildLesson, ContactDoubt, ContactHours
from kiosk.models.call_plan import CallWish, WishTime
from kiosk.models.calls import TO_COME_STATES, Booking
from kiosk.models.lending import Hold, LateEntry
from kiosk.models.library import Loan
from kiosk.models.no_card import PictureCode, WaitingArrival
from kiosk.models.people import Card, Child, Contact, ContactStatus
from kiosk.models.talks import TalkRequest
from kiosk.models.visits import Visit
from kiosk.rules.holds import HoldEnd
from kiosk.rules.people import PeopleProblem
from kiosk.rules.visits import VisitState
from kiosk.services import audit, hold_queue, ledger_archive, pack_files
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

_NOBODY: Final = "—"
_PURPOSE: Final = "erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """What the erasure of a child reaches; the given name is asked for before it is done."""

    child_id: UUID
    name: str
    given_name: str
    visits: int
    loans: int
    calls: int
    contacts: int


def preview(child_id: UUID) -> Erasing:
    """Return what would be erased.

    Raises:
        NotFoundError: UNKNOWN_CHILD.
    """
    return _reached(reading(), child_id)


def erase(child_id: UUID, *, actor_id: UUID | None, here: Here) -> Erasing:
    """Erase a child, and return what it reached.

    Raises:
        NotFoundError: UNKNOWN_CHILD. RefusedError: STILL_HERE, for a child that has books or calls
        to come, or is in the room.
    """
    while True:
        # To open and seal the archive takes its time: nobody waits for it.
        archive = ledger_archive.without_child(reading(), child_id, here)
        with transaction() as session:
            ledger_archive.lock(session)
            reached = _reached(session, child_id)
            if _is_here(session, child_id):
                raise RefusedError(PeopleProblem.STILL_HERE)
            if not ledger_archive.keep(session, archive):
                continue  # a term has been ended meanwhile
            _unname(session, child_id, here)
            _cut(session, child_id, here)
            _audit(session, child_id, f"erased; archive, {archive.rows} rows", actor_id, here)
        pack_files.forget_all(here.settings)  # a pack that waits to be fetched names the child
        return reached


def last_audited(session: Session) -> int:
    """Return a place in the audit, for `happened_since`."""
    return session.scalar(select(func.max(Audit.n))) or 0


def happened_since(session: Session, audited: int) -> bool:
    """Return whether a child has been erased after this place in the audit."""
    later = select(Audit.n).where(Audit.n > audited, Audit.purpose == _PURPOSE)
    return session.scalar(later.limit(1)) is not None


def _audit(session: Session, child_id: UUID, what: str, actor_id: UUID | None, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"child:{child_id}",
        fields=what,
        purpose=_PURPOSE,
        here=here,
    )


def _reached(session: Session, child_id: UUID) -> Erasing:
    child = session.get(Child, child_id)
    if child is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    return Erasing(
        child_id=child_id,
        name=child.family_name + child.given_name,
        given_name=child.given_name,
        visits=_count(session, Visit, Visit.child_id == child_id),
        loans=_count(session, Loan, Loan.child_id == child_id),
        calls=_count(session, Booking, Booking.child_id == child_id),
        contacts=_count(session, Contact, Contact.child_id == child_id),
    )


def _is_here(session: Session, child_id: UUID) -> bool:
    return bool(
        _count(session, Loan, Loan.child_id == child_id, Loan.ended_at.is_(None))
        or _count(session, Booking, Booking.child_id == child_id, Booking.state.in_(TO_COME_STATES))
        or _count(session, Visit, Visit.child_id == child_id, Visit.state == VisitState.OPEN)
    )


def _count(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def _unname(session: Session, child_id: UUID, here: Here) -> None:
    """Leave of child and contacts what visits and calls are counted by."""
    child = session.get_one(Child, child_id)
    child.family_name, child.given_name, child.initials = "", _NOBODY, ""
    child.given_name_pinyin = child.local_no = child.not_in_file_since = None
    child.left_on = child.left_on or here.today
    for contact in session.scalars(select(Contact).where(Contact.child_id == child_id)):
        contact.full_name_cipher, contact.phone_cipher, contact.phone_tail = None, b"", ""
        contact.phone_digest = secrets.token_bytes(32)
        contact.status = ContactStatus.WITHDRAWN
        contact.shift = contact.hours_confirmed_on = None
    for call in session.scalars(select(Booking).where(Booking.child_id == child_id)):
        call.phone_digest = secrets.token_bytes(32)
    session.execute(
        update(Card)
        .where(Card.child_id == child_id, Card.revoked_at.is_(None))
        .values(revoked_at=here.now)
    )


def _cut(session: Session, child_id: UUID, here: Here) -> None:
    waits = select(Hold.id).where(Hold.child_id == child_id, Hold.ended_at.is_(None))
    for hold_id in session.scalars(waits).all():
        hold_queue.end(session, hold_id, HoldEnd.CANCELLED, here)  # the next child gets the book
    session.execute(update(Loan).where(Loan.child_id == child_id).values(child_id=None))
    contacts = select(Contact.id).where(Contact.child_id == child_id)
    wishes = select(CallWish.id).where(CallWish.child_id == child_id)
    pairings = select(Pairing.id).where(Pairing.child_id == child_id)
    of_card: tuple[tuple[type[Base], ColumnElement[bool]], ...] = (
        (ContactHours, ContactHours.contact_id.in_(contacts)),
        (ContactDoubt, ContactDoubt.contact_id.in_(contacts)),
        (WishTime, WishTime.wish_id.in_(wishes)),
        (PairingContact, PairingContact.pairing_id.in_(pairings)),
    )
    for of, which in of_card:
        session.execute(delete(of).where(which))
    gone: tuple[tuple[type[Base], Any], ...] = (
        (CallWish, CallWish.child_id),
        (ChildLesson, ChildLesson.child_id),
        (Hold, Hold.child_id),
        (LateEntry, LateEntry.child_id),
        (Pairing, Pairing.child_id),
        (PictureCode, PictureCode.child_id),
        (TalkRequest, TalkRequest.child_id),
        (WaitingArrival, WaitingArrival.child_id),
    )
    for table, column in gone:
        session.execute(delete(table).where(column == child_id))
