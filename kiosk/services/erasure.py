"""The erasure of one child, as a guardian may ask for it (`security.md` 4.5).

Who the child was is gone from every table and from the frozen ledgers; that somebody came, borrowed
and telephoned is still counted. It cannot be taken back: a backup of before that is restored loses
the child again when the kiosk starts.
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
from kiosk.models.calls import TO_COME_STATES, UNFINISHED_STATES, Booking
from kiosk.models.lending import Hold, LateEntry
from kiosk.models.letters import LetterLog
from kiosk.models.library import Loan
from kiosk.models.no_card import PictureCode, WaitingArrival
from kiosk.models.people import Card, Child, Contact, ContactStatus
from kiosk.models.talks import TalkRequest
from kiosk.models.visits import Visit
from kiosk.rules import civil
from kiosk.rules.erasure import NOBODY
from kiosk.rules.holds import HoldEnd
from kiosk.rules.lending import LoanEnd
from kiosk.rules.people import PeopleProblem
from kiosk.rules.visits import VisitState
from kiosk.services import (
    audit,
    call_moves,
    erased_list,
    free_words,
    hold_queue,
    ledger_archive,
    loan_changes,
    pack_files,
)
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

_PURPOSE: Final = "erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """What the erasure of a child reaches; the given name is asked for before it is done.

    `notes` are the places where somebody typed the name. What keeps it from being done: books that
    are `lent`, calls that are `unfinished`, and a visit that has not ended.
    """

    child_id: UUID
    name: str
    given_name: str
    visits: int
    loans: int
    calls: int
    contacts: int
    notes: int
    lent: int
    unfinished: int
    is_in_room: bool

    @property
    def is_here(self) -> bool:
        """Say whether somebody would wait for the child."""
        return bool(self.lent or self.unfinished or self.is_in_room)


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
    reached = _erase(child_id, actor_id=actor_id, here=here)
    erased_list.add(here.settings.instance, {child_id: here.today})
    return reached


def again(here: Here) -> int:
    """Erase anew whom an older backup has brought back; return how many children these were.

    A child that was erased had no book and no call to come, and was not in the room: where the
    backup says otherwise, that was over before the erasure.
    """
    session = reading()
    zone = here.settings.zone
    audited = session.execute(select(Audit.subject, Audit.at).where(Audit.purpose == _PURPOSE))
    known = {UUID(row.subject.removeprefix("child:")): row.at for row in audited}
    erased_list.add(
        here.settings.instance, {one: civil.local(at, zone).date() for one, at in known.items()}
    )
    ids = erased_list.read(here.settings.instance)
    named = select(Child.id).where(Child.given_name != NOBODY).order_by(Child.id)
    back = [child_id for child_id in session.scalars(named) if child_id in ids]
    session.rollback()  # what goes on reading keeps every commit waiting
    for child_id in back:
        _erase(child_id, actor_id=None, here=here, is_back=True)
    return len(back)


def _erase(child_id: UUID, *, actor_id: UUID | None, here: Here, is_back: bool = False) -> Erasing:
    while True:
        # To open and seal the archive takes its time: nobody waits for it.
        archive = ledger_archive.without_child(reading(), child_id, here)
        with transaction() as session:
            ledger_archive.lock(session)
            reached = _reached(session, child_id)
            if reached.is_here and not is_back:
                raise RefusedError(PeopleProblem.STILL_HERE)
            if not ledger_archive.keep(session, archive):
                continue  # a term has been ended meanwhile
            if is_back:
                _let_go(session, child_id, here)
            free_words.take_out(session, child_id)
            _unname(session, child_id, here)
            _cut(session, child_id, here)
            what = f"{'erased again' if is_back else 'erased'}; archive, {archive.rows} rows"
            _audit(session, child_id, what, actor_id, here)
        pack_files.forget_all(here.settings)  # a pack that waits to be fetched names the child
        return reached


def _let_go(session: Session, child_id: UUID, here: Here) -> None:
    """End what a backup has going on of a child that was erased after it."""
    open_loans = select(Loan.id).where(Loan.child_id == child_id, Loan.ended_at.is_(None))
    for loan_id in session.scalars(open_loans).all():
        loan_changes.end(session, loan_changes.find(session, loan_id), LoanEnd.RETURNED, here)
    calls = select(Booking).where(Booking.child_id == child_id, Booking.state.in_(TO_COME_STATES))
    call_moves.release(session, session.scalars(calls).all(), here=here)
    session.execute(
        update(Visit)
        .where(Visit.child_id == child_id, Visit.state == VisitState.OPEN)
        .values(state=VisitState.LEFT_UNCONFIRMED)
    )


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
    name = free_words.name_of(session, child_id)
    calls, visits = Booking.child_id == child_id, Visit.child_id == child_id
    return Erasing(
        child_id=child_id,
        name=child.family_name + child.given_name,
        given_name=child.given_name,
        visits=_count(session, Visit, visits),
        loans=_count(session, Loan, Loan.child_id == child_id),
        calls=_count(session, Booking, calls),
        contacts=_count(session, Contact, Contact.child_id == child_id),
        notes=0 if name is None else free_words.how_many(session, name),
        lent=_count(session, Loan, Loan.child_id == child_id, Loan.ended_at.is_(None)),
        unfinished=_count(session, Booking, calls, Booking.state.in_(UNFINISHED_STATES)),
        is_in_room=_count(session, Visit, visits, Visit.state == VisitState.OPEN) > 0,
    )


def _count(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def _unname(session: Session, child_id: UUID, here: Here) -> None:
    """Leave of child and contacts what visits and calls are counted by."""
    child = session.get_one(Child, child_id)
    child.family_name, child.given_name, child.initials = "", NOBODY, ""
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
        (LetterLog, LetterLog.child_id),
        (Pairing, Pairing.child_id),
        (PictureCode, PictureCode.child_id),
        (TalkRequest, TalkRequest.child_id),
        (WaitingArrival, WaitingArrival.child_id),
    )
    for table, column in gone:
        session.execute(delete(table).where(column == child_id))
