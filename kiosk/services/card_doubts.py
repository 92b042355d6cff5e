"""Contact cards that an adult has to look at: raised by whoever looks, settled by who looked.

Nobody answered twice in a row, the number is another's, or the hours are old. Until somebody has
looked, a child whose calls nobody answers keeps one planned try a week, and a number that is
another's is rung no more: its calls to come are released, and owed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import NotFoundError
from kiosk.ids import new_id
from kiosk.models.call_hours import ContactDoubt
from kiosk.models.people import Child, Contact, SchoolClass
from kiosk.rules.badges import Badge
from kiosk.rules.call_waiting import BRAKE_AFTER_MISSES
from kiosk.rules.call_wishes import CardDoubt
from kiosk.rules.contact_hours import CardProblem
from kiosk.rules.relations import Relation
from kiosk.services import audit, call_moves, card_doubt_facts
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

# As far back as a plan looks.
_BACK: Final = timedelta(weeks=26)
_HOURS_HOLD: Final = timedelta(weeks=8)
_WEIGHT: Final = {CardDoubt.OLD_HOURS: 0, CardDoubt.NO_ANSWER: 1, CardDoubt.WRONG_NUMBER: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardToLookAt:
    """A card in doubt, and whose it is."""

    doubt_id: UUID
    doubt: CardDoubt
    raised_at: datetime
    contact_id: UUID
    relation: Relation
    phone_tail: str
    confirmed_on: date | None
    child_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge


def count(*, here: Here) -> int:
    """Return how many cards there are to look at, once those were raised that are due."""
    raise_due(here=here)
    return (
        reading().scalar(
            select(func.count())
            .select_from(ContactDoubt)
            .join(Contact, Contact.id == ContactDoubt.contact_id)
            .join(Child, Child.id == Contact.child_id)
            .where(ContactDoubt.settled_at.is_(None), card_doubt_facts.IS_CURRENT)
        )
        or 0
    )


def to_look_at(*, here: Here) -> tuple[CardToLookAt, ...]:
    """Return the cards to look at, those of children whom nobody answers first."""
    raise_due(here=here)
    rows = reading().execute(
        select(ContactDoubt, Contact, Child, SchoolClass)
        .join(Contact, Contact.id == ContactDoubt.contact_id)
        .join(Child, Child.id == Contact.child_id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(ContactDoubt.settled_at.is_(None), card_doubt_facts.IS_CURRENT)
        .order_by(ContactDoubt.raised_at, ContactDoubt.id)
    )
    found = (_card(*row) for row in rows)
    return tuple(sorted(found, key=lambda one: -_WEIGHT[one.doubt]))


def unasked_count() -> int:
    """Return how many people whom children ring nobody has ever asked for their hours."""
    return (
        reading().scalar(
            select(func.count())
            .select_from(Contact)
            .join(Child, Child.id == Contact.child_id)
            .where(Contact.hours_confirmed_on.is_(None), card_doubt_facts.IS_CURRENT)
        )
        or 0
    )


def raise_due(*, here: Here) -> int:
    """Raise the doubts that are due, and return how many; most looks find none to write."""
    if not _due(reading(), here):
        return 0
    try:
        with transaction() as session:
            due = _due(session, here)
            for contact_id, doubt in due.items():
                _open(session, contact_id, doubt, here)
            return len(due)
    except IntegrityError as error:
        if violated(error) != "uq_contact_doubt_open":
            raise
        return 0  # another screen has raised them at this instant


def follow_number(session: Session, phone_digest: bytes, *, here: Here) -> None:
    """Let the cards with a number follow what was just said of a call to it.

    Where the number is another's, the doubt is opened; where that was taken back, it is gone.
    """
    session.flush()
    wrong = card_doubt_facts.NOT_THEIRS.where(Contact.phone_digest == phone_digest)
    due = set(session.scalars(wrong, {"since": here.today - _BACK}))
    known = _wrong(session, phone_digest)
    for doubt in known:
        if doubt.contact_id not in due:
            session.delete(doubt)
    for contact_id in due.difference(one.contact_id for one in known):
        _open(session, contact_id, CardDoubt.WRONG_NUMBER, here)


def all_is_right(doubt_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Note that a card was looked at and is right: its number, and its hours as of today.

    Twice is once.

    Raises:
        NotFoundError: UNKNOWN_DOUBT.
    """
    with transaction() as session:
        doubt = session.get(ContactDoubt, doubt_id)
        if doubt is None:
            raise NotFoundError(CardProblem.UNKNOWN_DOUBT)
        if doubt.settled_at is None:
            contact = session.get_one(Contact, doubt.contact_id)
            contact.hours_confirmed_on = here.today
            _settle(session, doubt, actor_id=actor_id, here=here)
            if doubt.doubt is CardDoubt.WRONG_NUMBER:
                for one in _wrong(session, contact.phone_digest):
                    _settle(session, one, actor_id=actor_id, here=here)


def settle_in(
    session: Session,
    contact_id: UUID,
    doubts: Collection[CardDoubt],
    *,
    actor_id: UUID,
    here: Here,
) -> None:
    """Settle what is doubted of a contact by what was just written on its card.

    What is due and nobody has raised is raised first, so that the card counts as looked at.
    """
    due = _due(session, here).get(contact_id)
    if due is not None:
        _raise(session, contact_id, due, here)
    doubt = session.scalars(
        select(ContactDoubt).where(
            ContactDoubt.contact_id == contact_id, ContactDoubt.settled_at.is_(None)
        )
    ).one_or_none()
    if doubt is not None and doubt.doubt in doubts:
        _settle(session, doubt, actor_id=actor_id, here=here)


def _due(session: Session, here: Here) -> Mapping[UUID, CardDoubt]:
    """Return what is doubted of whom beyond what stands open already."""
    since = {"since": here.today - _BACK}
    found = dict.fromkeys(
        session.scalars(card_doubt_facts.OLD, {"confirmed": here.today - _HOURS_HOLD}),
        CardDoubt.OLD_HOURS,
    )
    by_child: dict[UUID, list[UUID]] = {}
    for row in session.execute(card_doubt_facts.MISSED, since):
        by_child.setdefault(row.child_id, []).append(row.contact_id)
    for missed in by_child.values():
        if len(missed) >= BRAKE_AFTER_MISSES:
            found |= dict.fromkeys(missed, CardDoubt.NO_ANSWER)
    found |= dict.fromkeys(
        session.scalars(card_doubt_facts.NOT_THEIRS, since), CardDoubt.WRONG_NUMBER
    )
    known = (
        {row.contact_id: _WEIGHT[row.doubt] for row in session.execute(card_doubt_facts.OPEN)}
        if found
        else {}
    )
    return {one: doubt for one, doubt in found.items() if _WEIGHT[doubt] > known.get(one, -1)}


def _wrong(session: Session, phone_digest: bytes) -> Sequence[ContactDoubt]:
    """Return the open doubts whether a number is theirs, of all cards with that number."""
    return session.scalars(
        select(ContactDoubt)
        .join(Contact, Contact.id == ContactDoubt.contact_id)
        .where(card_doubt_facts.IS_WRONG_NUMBER, Contact.phone_digest == phone_digest)
    ).all()


def _open(session: Session, contact_id: UUID, doubt: CardDoubt, here: Here) -> None:
    """Raise a doubt, with what follows on it: a number that is another's is not rung again."""
    _raise(session, contact_id, doubt, here)
    if doubt is CardDoubt.WRONG_NUMBER:
        call_moves.release(session, call_moves.to_come(session, contact_id), here=here)


def _raise(session: Session, contact_id: UUID, doubt: CardDoubt, here: Here) -> None:
    """Raise a doubt; a lesser one that stands open becomes it."""
    known = session.scalars(
        select(ContactDoubt).where(
            ContactDoubt.contact_id == contact_id, ContactDoubt.settled_at.is_(None)
        )
    ).one_or_none()
    if known is not None:
        known.doubt, known.raised_at = doubt, here.now
        return
    session.execute(
        insert(ContactDoubt),
        {
            "id": new_id(here.now),
            "contact_id": contact_id,
            "doubt": doubt,
            "raised_at": here.now,
        },
    )


def _settle(session: Session, doubt: ContactDoubt, *, actor_id: UUID, here: Here) -> None:
    doubt.settled_at, doubt.settled_by_id = max(here.now, doubt.raised_at), actor_id
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"contact:{doubt.contact_id}",
        fields=f"doubt {doubt.doubt}",
        purpose="contact-card",
        here=here,
    )


def _card(
    doubt: ContactDoubt, contact: Contact, child: Child, school_class: SchoolClass
) -> CardToLookAt:
    return CardToLookAt(
        doubt_id=doubt.id,
        doubt=doubt.doubt,
        raised_at=doubt.raised_at,
        contact_id=contact.id,
        relation=contact.relation,
        phone_tail=contact.phone_tail,
        confirmed_on=contact.hours_confirmed_on,
        child_id=child.id,
        given_name=child.given_name,
        class_name=(school_class.grade, school_class.number),
        badge=Badge(animal=child.animal, cloth=child.cloth),
    )
