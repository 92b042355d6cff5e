"""The cards of staff, to be printed; and whose card is read out by its short code."""

import unicodedata
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from kiosk.db import transaction
from kiosk.models.people import Card, Child, Staff
from kiosk.rules import codes
from kiosk.rules.codes import CodeKind
from kiosk.rules.staff import Role
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCardToPrint:
    """What stands on the card of a member of staff."""

    staff_id: UUID
    display_name: str
    role: Role
    code: str = field(repr=False)


def holder_of_short(text: str, *, actor_id: UUID | None, here: Here) -> UUID | None:
    """Return whose valid card has this short code; None: nobody's, or it is none.

    The database has no codes: each is derived once more, in a hundredth of a second for a school.
    """
    wanted = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(wanted) != codes.SHORT_LENGTH or not set(wanted) <= set(codes.ALPHABET):
        return None
    find = (
        select(Card.id, Card.child_id)
        .join(Child, Child.id == Card.child_id)
        .where(Card.revoked_at.is_(None), Child.left_on.is_(None))
    )
    key = here.settings.keys.card
    with transaction() as session:
        holders = [
            row.child_id
            for row in session.execute(find)
            if codes.short_code(codes.card_code(CodeKind.CHILD, row.id, key=key)) == wanted
        ]
        if len(holders) != 1:
            return None
        holder: UUID = holders[0]
        audit.record(
            session,
            AuditAction.SEARCH,
            actor_id=actor_id,
            subject=f"child:{holder}",
            fields="short code",
            purpose="search",
            here=here,
        )
    return holder


def staff_sheet(*, actor_id: UUID | None, here: Here) -> tuple[StaffCardToPrint, ...]:
    """Return the valid cards of all who work here, by name, to be printed once more.

    One row in the audit says how many were printed.
    """
    find = (
        select(Card.id.label("card_id"), Staff.id, Staff.display_name, Staff.role)
        .join(Staff, Staff.id == Card.staff_id)
        .where(Card.revoked_at.is_(None), Staff.left_on.is_(None))
        .order_by(Staff.display_name, Staff.id)
    )
    key = here.settings.keys.card
    with transaction() as session:
        found = tuple(
            StaffCardToPrint(
                staff_id=row.id,
                display_name=row.display_name,
                role=row.role,
                code=codes.card_code(CodeKind.STAFF, row.card_id, key=key),
            )
            for row in session.execute(find)
        )
        audit.record(
            session,
            AuditAction.PRINT,
            actor_id=actor_id,
            subject="staff",
            fields=f"card x {len(found)}",
            purpose="cards",
            here=here,
        )
    return found
