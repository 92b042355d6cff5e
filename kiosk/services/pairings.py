"""Pairings: who looks after which child, since when, and on how many days they were in contact."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.activities import Pairing, PairingContact
from kiosk.models.people import Child, SchoolClass
from kiosk.rules.activities import ActivityRefusal, PairingKind
from kiosk.rules.badges import Badge
from kiosk.rules.people import PeopleProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A pairing with the days of contact in the period that was asked for."""

    pairing_id: UUID
    child_id: UUID
    name: str
    class_name: tuple[int, int]
    badge: Badge
    helper: str
    post: str | None
    kind: PairingKind
    since: date
    until: date | None
    contacts: int
    last_contact: date | None


def between(first: date, last: date, *, child_id: UUID | None = None) -> tuple[PairRow, ...]:
    """Return the pairings that held on any day of a period, by class and name.

    `child_id`: those of one child.
    """
    days = (
        select(
            PairingContact.pairing_id,
            func.count().label("contacts"),
            func.max(PairingContact.on_date).label("last_contact"),
        )
        .where(PairingContact.on_date.between(first, last))
        .group_by(PairingContact.pairing_id)
        .subquery()
    )
    rows = reading().execute(
        select(Pairing, Child, SchoolClass, days.c.contacts, days.c.last_contact)
        .join(Child, Child.id == Pairing.child_id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .outerjoin(days, days.c.pairing_id == Pairing.id)
        .where(
            Pairing.since <= last,
            (Pairing.until.is_(None)) | (Pairing.until >= first),
            (Child.left_on.is_(None)) | (Child.left_on > first),
            *(() if child_id is None else (Pairing.child_id == child_id,)),
        )
        .order_by(SchoolClass.grade, SchoolClass.number, Child.initials, Pairing.since)
    )
    return tuple(_row(row) for row in rows)


def _row(row: AnyRow) -> PairRow:
    pairing, child, of_class = row.Pairing, row.Child, row.SchoolClass
    return PairRow(
        pairing_id=pairing.id,
        child_id=child.id,
        name=child.family_name + child.given_name,
        class_name=(of_class.grade, of_class.number),
        badge=Badge(animal=child.animal, cloth=child.cloth),
        helper=pairing.helper,
        post=pairing.post,
        kind=pairing.kind,
        since=pairing.since,
        until=pairing.until,
        contacts=row.contacts or 0,
        last_contact=row.last_contact,
    )


def pair(
    *,
    child_id: UUID,
    helper: str,
    post: str | None,
    kind: PairingKind,
    staff_id: UUID,
    here: Here,
) -> UUID:
    """Pair somebody with a child from today on.

    Raises:
        NotFoundError: UNKNOWN_CHILD. RefusedError: WORDS_MISSING or PAIRED_ALREADY.
    """
    if not helper:
        raise RefusedError(ActivityRefusal.WORDS_MISSING)
    try:
        with transaction() as session:
            child = session.get(Child, child_id)
            if child is None or child.left_on is not None:
                raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
            pairing_id = new_id(here.now)
            session.add(
                Pairing(
                    id=pairing_id,
                    child_id=child_id,
                    helper=helper,
                    post=post,
                    kind=kind,
                    since=here.today,
                )
            )
            _audit(session, pairing_id, "paired", staff_id, here)
            return pairing_id
    except IntegrityError as error:
        if violated(error) != "uq_pairing_live":
            raise
        raise RefusedError(ActivityRefusal.PAIRED_ALREADY) from error


def end(pairing_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """End a pairing today.

    Raises:
        RefusedError: PAIRING_OVER.
    """
    with transaction() as session:
        pairing = _live(session, pairing_id)
        pairing.until = max(here.today, pairing.since)
        _audit(session, pairing_id, "ended", staff_id, here)


def note_contact(pairing_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Note that helper and child were in contact today; a second time on one day is the same.

    Raises:
        RefusedError: PAIRING_OVER.
    """
    with transaction() as session:
        pairing = _live(session, pairing_id)
        known = session.scalar(
            select(PairingContact.id).where(
                PairingContact.pairing_id == pairing.id, PairingContact.on_date == here.today
            )
        )
        if known is None:
            session.add(
                PairingContact(
                    id=new_id(here.now),
                    pairing_id=pairing.id,
                    on_date=here.today,
                    noted_by_id=staff_id,
                )
            )


def _live(session: Session, pairing_id: UUID) -> Pairing:
    pairing = session.get(Pairing, pairing_id)
    if pairing is None or pairing.until is not None:
        raise RefusedError(ActivityRefusal.PAIRING_OVER)
    return pairing


def _audit(session: Session, pairing_id: UUID, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"pairing:{pairing_id}",
        fields=what,
        purpose="pairings",
        here=here,
    )
