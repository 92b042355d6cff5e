"""Letters home: which child wrote on which day, ticked by a teacher; no text and no address."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.models.letters import LetterLog
from kiosk.models.people import Child, SchoolClass
from kiosk.rules import letters
from kiosk.rules.badges import Badge
from kiosk.rules.erasure import NOBODY
from kiosk.rules.letters import LetterRefusal
from kiosk.services import audit, frozen_days
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A child of a class, and whether it wrote on the day that is looked at."""

    child_id: UUID
    name: str
    badge: Badge
    has_written: bool


def of_class(class_id: UUID, on: date) -> tuple[Writer, ...]:
    """Return the children that were in a class on a day, by name."""
    rows = reading().execute(
        select(Child, LetterLog.id)
        .outerjoin(LetterLog, (LetterLog.child_id == Child.id) & (LetterLog.on_date == on))
        .where(Child.class_id == class_id, *_at_school(on))
        .order_by(Child.initials, Child.id)
    )
    return tuple(
        Writer(
            child_id=child.id,
            name=child.family_name + child.given_name,
            badge=Badge(animal=child.animal, cloth=child.cloth),
            has_written=letter_id is not None,
        )
        for child, letter_id in rows
    )


def _at_school(on: date) -> tuple[ColumnElement[bool], ...]:
    """Return who may have written on a day; of a child that was erased nothing new is noted."""
    return (
        Child.enrolled_on <= on,
        or_(Child.left_on.is_(None), Child.left_on > on),
        Child.given_name != NOBODY,
    )


def by_class(on: date) -> dict[UUID, int]:
    """Return how many children of each class wrote on a day."""
    rows = reading().execute(
        select(Child.class_id, func.count())
        .join(LetterLog, LetterLog.child_id == Child.id)
        .where(LetterLog.on_date == on)
        .group_by(Child.class_id)
    )
    return dict(rows.all())


def of_child(child_id: UUID, *, here: Here) -> tuple[date, ...]:
    """Return the days on which a child wrote of those that may still be changed, newest first."""
    return tuple(
        reading().scalars(
            select(LetterLog.on_date)
            .where(
                LetterLog.child_id == child_id,
                LetterLog.on_date >= letters.first_day(here.today),
            )
            .order_by(LetterLog.on_date.desc())
        )
    )


def days(session: Session, period: Period) -> dict[UUID, list[date]]:
    """Return the days of a period on which each child wrote, in order."""
    found: defaultdict[UUID, list[date]] = defaultdict(list)
    rows = session.execute(
        select(LetterLog.child_id, LetterLog.on_date)
        .where(LetterLog.on_date.between(period.first, period.last))
        .order_by(LetterLog.on_date)
    )
    for child_id, on in rows:
        found[child_id].append(on)
    return dict(found)


def pairs(session: Session, period: Period) -> list[tuple[UUID, date]]:
    """Return child and day of each letter of a period."""
    found = days(session, period)
    return [(child_id, on) for child_id, written in found.items() for on in written]


def tick(
    on: date,
    *,
    wrote: AbstractSet[UUID],
    did_not: AbstractSet[UUID],
    staff_id: UUID,
    here: Here,
) -> None:
    """Note who wrote on a day, and take away the tick of those who did not.

    Who is in neither stays as it is, so that two teachers may tick the same class.

    Raises:
        RefusedError: WRONG_DAY or FROZEN.
    """
    if not letters.may_tick(on, today=here.today):
        raise RefusedError(LetterRefusal.WRONG_DAY)
    with transaction() as session:
        if frozen_days.is_frozen(session, on):
            raise RefusedError(LetterRefusal.FROZEN)
        there = _locked(session, on, wrote | did_not)
        known = set(
            session.scalars(
                select(LetterLog.child_id).where(
                    LetterLog.on_date == on, LetterLog.child_id.in_(there)
                )
            )
        )
        new, gone = sorted((wrote & there) - known), (did_not - wrote) & known
        for child_id in new:
            session.add(
                LetterLog(id=new_id(here.now), child_id=child_id, on_date=on, noted_by_id=staff_id)
            )
        session.execute(
            delete(LetterLog).where(LetterLog.on_date == on, LetterLog.child_id.in_(gone))
        )
        if new or gone:
            _audit(session, f"{on}: +{len(new)} -{len(gone)}", staff_id, here)


def _locked(session: Session, on: date, wanted: AbstractSet[UUID]) -> set[UUID]:
    """Return those of the children that were at school on a day, kept for this transaction."""
    return set(
        session.scalars(
            select(Child.id)
            .join(SchoolClass, SchoolClass.id == Child.class_id)
            .where(Child.id.in_(wanted), SchoolClass.grade > 0, *_at_school(on))
            .order_by(Child.id)
            .with_for_update(of=Child)
        )
    )


def _audit(session: Session, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject="letters",
        fields=what,
        purpose="letters",
        here=here,
    )


def forget(session: Session, *, here: Here) -> None:
    """Forget letters that no report counts any more."""
    long_ago = LetterLog.on_date < letters.kept_since(here.today)
    session.execute(delete(LetterLog).where(long_ago))
