"""What the figures of a month need besides what was used: children, contacts and copies."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kiosk.models.intake import IntakeBatch
from kiosk.models.library import Item
from kiosk.models.people import Child, Contact, ContactStatus, SchoolClass
from kiosk.rules.indicators import SignedUp
from kiosk.rules.intake import BatchKind
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.stock_days import had_on

_DAY: Final = timedelta(days=1)


def confirmed(session: Session, period: Period, here: Here) -> set[UUID] | None:
    """Return the children of whom somebody was asked in the term of a period when to be rung.

    None where a later term has begun: only the last day on which somebody was asked is kept.
    """
    if period.last < here.school.term_began(here.today):
        return None
    term = here.school.term_of(period.last)
    first = here.school.term_began(period.last) if term is None else term.first_day
    return set(
        session.scalars(
            select(Contact.child_id).where(
                Contact.status == ContactStatus.APPROVED,
                Contact.hours_confirmed_on.between(first, period.last),
            )
        )
    )


def enrolled(session: Session, period: Period) -> set[UUID]:
    """Return the children of the last day; new friends without a class are nobody's yet."""
    return set(
        session.scalars(
            select(Child.id)
            .join(SchoolClass, SchoolClass.id == Child.class_id)
            .where(
                SchoolClass.grade > 0,
                Child.enrolled_on <= period.last,
                or_(Child.left_on.is_(None), Child.left_on > period.last),
            )
        )
    )


def signed_up(session: Session, period: Period) -> dict[UUID, SignedUp]:
    rows = session.execute(
        select(Child.id, Child.enrolled_on, Child.left_on)
        .join(Contact, Contact.child_id == Child.id)
        .where(Contact.status == ContactStatus.APPROVED)
        .distinct()
    )
    return {
        row.id: SignedUp(
            first=row.enrolled_on,
            last=period.last if row.left_on is None else row.left_on - _DAY,
        )
        for row in rows
    }


def copies(session: Session, period: Period) -> int:
    found = select(func.count()).select_from(Item).where(had_on(period.last))
    return session.scalar(found) or 0


def new_copies(session: Session, period: Period, *, donated: bool) -> int:
    found = select(func.count(Item.id)).where(Item.added_on.between(period.first, period.last))
    if donated:
        found = found.join(IntakeBatch, IntakeBatch.id == Item.batch_id).where(
            IntakeBatch.kind == BatchKind.DONATION
        )
    return session.scalar(found) or 0
