"""Batches: what was bought, given or handed out; received by one person, accepted by another."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, RefusedError
from kiosk.models.intake import BatchGoods, IntakeBatch
from kiosk.models.library import Item
from kiosk.rules.intake import BatchKind, IntakeProblem
from kiosk.services import audit, vault
from kiosk.services.audit import AuditAction
from kiosk.services.batch_list import BatchDetail, NewGoods, detail, goods_of
from kiosk.services.here import Here
from kiosk.services.pile_batches import check_is_open, find

LONGEST_DONOR: Final = 200
LONGEST_CONTACT: Final = 100
MOST_GOODS: Final = 100_000
_CONTACT: Final = "donor_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """What is said of a batch when it comes."""

    kind: BatchKind
    on_date: date
    donor: str | None = None
    contact: str | None = None
    note: str | None = None


def add(new: NewBatch, *, request_id: UUID, actor_id: UUID, here: Here) -> UUID:
    """Begin a batch; who is signed in receives it. The same request makes it once.

    Raises:
        InvalidInputError: DONOR_MISSING for a donation.
    """
    if new.kind is BatchKind.DONATION and not new.donor:
        raise InvalidInputError(IntakeProblem.DONOR_MISSING)
    with transaction() as session:
        if session.get(IntakeBatch, request_id) is None:
            session.add(
                IntakeBatch(
                    id=request_id,
                    home_id=here.home_id,
                    kind=new.kind,
                    on_date=new.on_date,
                    donor=new.donor,
                    donor_contact_cipher=_sealed(new.contact, request_id, here),
                    note=new.note,
                    received_by_id=actor_id,
                )
            )
            _note(session, request_id, "added", actor_id, here)
    return request_id


def add_goods(
    batch_id: UUID, new: NewGoods, *, request_id: UUID, actor_id: UUID, here: Here
) -> None:
    """Add things to a batch; the same request adds them once.

    Raises:
        NotFoundError: UNKNOWN_BATCH. RefusedError: ALREADY_ACCEPTED.
    """
    with transaction() as session:
        check_is_open(session, batch_id)
        if session.get(BatchGoods, request_id) is None:
            session.add(
                BatchGoods(
                    id=request_id,
                    batch_id=batch_id,
                    name=new.name,
                    spec=new.spec,
                    unit=new.unit,
                    quantity=new.quantity,
                    price_fen=new.price_fen,
                    used_for=new.used_for,
                )
            )
            _note(session, batch_id, "goods", actor_id, here)


def remove_goods(batch_id: UUID, goods_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Take a line of goods out again.

    Raises:
        NotFoundError: UNKNOWN_BATCH. RefusedError: ALREADY_ACCEPTED.
    """
    with transaction() as session:
        check_is_open(session, batch_id)
        goods = session.get(BatchGoods, goods_id)
        if goods is not None and goods.batch_id == batch_id:
            session.delete(goods)
            _note(session, batch_id, "goods", actor_id, here)


def accept(batch_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Accept a batch as counted and whole (验收): from then on nothing is added to it.

    Raises:
        NotFoundError: UNKNOWN_BATCH. RefusedError: SAME_PERSON for whoever received it,
            ALREADY_ACCEPTED, NOTHING_IN_IT.
    """
    with transaction() as session:
        check_is_open(session, batch_id)
        batch = find(session, batch_id)
        if batch.received_by_id == actor_id:
            raise RefusedError(IntakeProblem.SAME_PERSON)
        items = session.scalar(select(func.count()).where(Item.batch_id == batch_id))
        if not items and not goods_of(session, batch_id):
            raise RefusedError(IntakeProblem.NOTHING_IN_IT)
        batch.accepted_by_id, batch.accepted_at = actor_id, here.now
        _note(session, batch_id, "accepted", actor_id, here)


def reveal_contact(batch_id: UUID, *, actor_id: UUID, here: Here) -> str | None:
    """Return how a donor is reached; the audit knows of it.

    Raises:
        NotFoundError: UNKNOWN_BATCH.
    """
    with transaction() as session:
        sealed = find(session, batch_id).donor_contact_cipher
        if sealed is None:
            return None
        audit.record(
            session,
            AuditAction.REVEAL,
            actor_id=actor_id,
            subject=f"batch:{batch_id}",
            fields=_CONTACT,
            purpose="intake",
            here=here,
        )
        return contact_of(sealed, batch_id, here)


def contact_of(sealed: bytes, batch_id: UUID, here: Here) -> str:
    """Return how a donor is reached; whoever hands it out has it in the audit first."""
    return vault.unseal(sealed, column=_CONTACT, row=batch_id, key=here.settings.keys.field)


def to_thank(batch_id: UUID, *, actor_id: UUID, here: Here) -> BatchDetail:
    """Return a batch whose thank-you sheet is about to be printed; the audit knows of it.

    Raises:
        NotFoundError: UNKNOWN_BATCH.
    """
    found = detail(batch_id)
    with transaction() as session:
        audit.record(
            session,
            AuditAction.PRINT,
            actor_id=actor_id,
            subject=f"batch:{batch_id}",
            fields="thank-you sheet",
            purpose="intake",
            here=here,
        )
    return found


def _sealed(contact: str | None, batch_id: UUID, here: Here) -> bytes | None:
    if not contact:
        return None
    return vault.seal(contact, column=_CONTACT, row=batch_id, key=here.settings.keys.field)


def _note(session: Session, batch_id: UUID, fields: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"batch:{batch_id}",
        fields=fields,
        purpose="intake",
        here=here,
    )
