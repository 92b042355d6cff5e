"""Children's cards: given out, given out anew, printed again.

A code is derived from its card whenever it is printed; the database has only the digest.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import NotFoundError
from kiosk.ids import new_id
from kiosk.models.people import Card, Child, SchoolClass
from kiosk.rules import codes
from kiosk.rules.badges import Badge
from kiosk.rules.codes import CodeKind
from kiosk.rules.people import PeopleProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

# How long whoever gave out a card may see it without asking for a copy.
_JUST_ISSUED: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardToPrint:
    """What stands on a child's card."""

    child_id: UUID
    given_name: str
    given_name_pinyin: str | None
    grade: int
    class_number: int
    badge: Badge
    code: str = field(repr=False)


def issue(
    child_id: UUID, *, request_id: UUID | None = None, actor_id: UUID | None, here: Here
) -> str:
    """Give a child a new card and return its code; the old card answers from now on that it is old.

    A second tap on the same button finds the card that the first one made.

    Raises:
        NotFoundError: UNKNOWN_CHILD, also for a child that has left.
    """
    card_id, key = request_id or new_id(here.now), here.settings.keys.card
    code = codes.card_code(CodeKind.CHILD, card_id, key=key)
    with transaction() as session:
        child = session.get(Child, child_id)
        if child is None or child.left_on is not None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        if session.scalar(select(Card.id).where(Card.id == card_id, Card.child_id == child_id)):
            return code
        session.execute(
            update(Card)
            .where(Card.child_id == child_id, Card.revoked_at.is_(None))
            .values(revoked_at=here.now)
        )
        digest = codes.card_digest(code, key=key)
        session.add(Card(id=card_id, code_digest=digest, child_id=child_id, issued_at=here.now))
        _audit(session, AuditAction.CARD, here, actor_id=actor_id, subject=f"child:{child_id}")
    return code


def is_just_issued(child_id: UUID, *, here: Here) -> bool:
    """Say whether the child's valid card is so new that it is still being given out."""
    issued_at = reading().scalar(
        select(Card.issued_at).where(Card.child_id == child_id, Card.revoked_at.is_(None))
    )
    return issued_at is not None and timedelta(0) <= here.now - issued_at < _JUST_ISSUED


def sheet(
    child_ids: Collection[UUID], *, actor_id: UUID | None, here: Here
) -> tuple[CardToPrint, ...]:
    """Return what to print for these children, by class; who has left or has no card is left out.

    One row in the audit says how many were printed, and of whom where it is one alone.
    """
    alone = next(iter(child_ids)) if len(child_ids) == 1 else None
    subject = "children" if alone is None else f"child:{alone}"
    return _sheet(Child.id.in_(child_ids), subject, actor_id, here)


def class_sheet(class_id: UUID, *, actor_id: UUID | None, here: Here) -> tuple[CardToPrint, ...]:
    """Return what to print for a whole class; otherwise as `sheet`."""
    return _sheet(Child.class_id == class_id, f"class:{class_id}", actor_id, here)


def picture(child_id: UUID, *, actor_id: UUID | None, here: Here) -> CardToPrint:
    """Return what to draw on a picture of one card, which leaves the room as a file.

    Raises:
        NotFoundError: NO_CARD, also for a child that has left.
    """
    cards = _sheet(
        Child.id == child_id, f"child:{child_id}", actor_id, here, action=AuditAction.EXPORT
    )
    if not cards:
        raise NotFoundError(PeopleProblem.NO_CARD)
    return cards[0]


def _sheet(
    whose: ColumnElement[bool],
    subject: str,
    actor_id: UUID | None,
    here: Here,
    *,
    action: AuditAction = AuditAction.PRINT,
) -> tuple[CardToPrint, ...]:
    find = (
        select(
            Card.id.label("card_id"),
            Child.id,
            Child.given_name,
            Child.given_name_pinyin,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
            SchoolClass.number,
        )
        .join(Child, Child.id == Card.child_id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(whose, Card.revoked_at.is_(None), Child.left_on.is_(None))
        .order_by(SchoolClass.grade, SchoolClass.number, Child.initials, Child.id)
    )
    with transaction() as session:
        cards = tuple(_to_print(row, here) for row in session.execute(find))
        _audit(session, action, here, actor_id=actor_id, subject=subject, count=len(cards))
    return cards


def _to_print(row: AnyRow, here: Here) -> CardToPrint:
    return CardToPrint(
        child_id=row.id,
        given_name=row.given_name,
        given_name_pinyin=row.given_name_pinyin,
        grade=row.grade,
        class_number=row.number,
        badge=Badge(animal=row.animal, cloth=row.cloth),
        code=codes.card_code(CodeKind.CHILD, row.card_id, key=here.settings.keys.card),
    )


def _audit(
    session: Session,
    action: AuditAction,
    here: Here,
    *,
    actor_id: UUID | None,
    subject: str,
    count: int = 1,
) -> None:
    audit.record(
        session,
        action,
        actor_id=actor_id,
        subject=subject,
        fields=f"card x {count}",
        purpose="cards",
        here=here,
    )
