"""Which of the free places suit a child: those at which its family is free and it has no lesson."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.errors import NotFoundError
from kiosk.models.call_hours import ChildLesson, ContactHours
from kiosk.models.call_plan import CallSetting
from kiosk.models.calls import HOLDING_STATES, Booking
from kiosk.models.people import Contact
from kiosk.rules.call_states import CallRefusal
from kiosk.rules.call_windows import BlockedTime, Callee, Hours, LineKind, is_child_free
from kiosk.rules.slots import Place
from kiosk.services import call_facts, call_picking
from kiosk.services.answers import ContactTile
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContact:
    """A person on the child's own card, and when this person and the child are free."""

    tile: ContactTile
    callee: Callee
    blocked: tuple[BlockedTime, ...]
    busy: frozenset[tuple[date, int]]

    def suits(self, on: date, start_min: int, end_min: int, kind: LineKind) -> bool:
        """Say whether this person can be rung at a place, and the child be fetched."""
        place = (start_min, end_min)
        return (
            (on, start_min) not in self.busy
            and self.callee.is_free(on, place, kind)
            and is_child_free(on, place, blocked=self.blocked, away=())
        )


def own_contact(session: Session, child_id: UUID, contact_id: UUID, here: Here) -> OwnContact:
    """Return a person whom the child may call.

    Raises:
        NotFoundError: NO_CONTACT, when it is not on the child's card.
    """
    row = session.execute(
        select(Contact.relation, Contact.phone_digest, Contact.can_phone, Contact.can_video).where(
            Contact.id == contact_id,
            Contact.child_id == child_id,
            call_facts.MAY_BE_RUNG,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(CallRefusal.NO_CONTACT)
    kinds = {LineKind.PHONE: row.can_phone, LineKind.VIDEO: row.can_video}
    return OwnContact(
        tile=ContactTile(contact_id=contact_id, relation=row.relation),
        callee=Callee(
            contact_id=str(contact_id),
            phone=row.phone_digest.hex(),
            kinds=frozenset(kind for kind, can in kinds.items() if can),
            hours=tuple(_hours(session, contact_id)),
            may_be_rung=True,
        ),
        blocked=tuple(_blocked(session, child_id)),
        busy=_busy(session, row.phone_digest, here),
    )


def free_places(
    session: Session, child_id: UUID, contact: OwnContact, here: Here
) -> tuple[Place, ...]:
    """Return the free places that suit, in the weeks in which the child may still pick one."""
    return tuple(
        Place(slot_id=row.id, on=row.on_date, start_min=row.start_min)
        for row in _free(session, child_id, here)
        if contact.suits(row.on_date, row.start_min, row.end_min, row.kind)
    )


def is_any_left(session: Session, child_id: UUID, here: Here) -> bool:
    """Say whether there is a free place to come, for whomever it suits."""
    now = (here.today, here.minute)
    return any((row.on_date, row.start_min) >= now for row in _free(session, child_id, here))


def _free(session: Session, child_id: UUID, here: Here) -> Iterable[AnyRow]:
    closed = call_picking.weeks_closed(session, child_id, here=here)
    rows = session.execute(
        call_facts.FREE,
        {
            "home_id": here.home_id,
            "today": here.today,
            "horizon": here.today + call_picking.DAYS_OFFERED,
        },
    )
    return (row for row in rows if row.week_key not in closed)


def is_planned(session: Session, here: Here) -> bool:
    """Say whether the calls of this room are planned."""
    found = session.execute(select(CallSetting.home_id).where(CallSetting.home_id == here.home_id))
    return found.first() is not None


def _hours(session: Session, contact_id: UUID) -> Iterable[Hours]:
    for row in session.scalars(select(ContactHours).where(ContactHours.contact_id == contact_id)):
        yield Hours(
            weekday=row.weekday,
            from_min=row.from_min,
            to_min=row.to_min,
            pattern=row.pattern,
            anchor=row.a_week_on,
        )


def _blocked(session: Session, child_id: UUID) -> Iterable[BlockedTime]:
    for row in session.scalars(select(ChildLesson).where(ChildLesson.child_id == child_id)):
        yield BlockedTime(weekday=row.weekday, from_min=row.from_min, to_min=row.to_min)


def _busy(session: Session, phone_digest: bytes, here: Here) -> frozenset[tuple[date, int]]:
    """Return when this very person has a call already, with whichever child."""
    rows = session.execute(
        select(Booking.on_date, Booking.start_min).where(
            Booking.phone_digest == phone_digest,
            Booking.on_date >= here.today,
            Booking.companion_of_id.is_(None),
            Booking.state.in_(HOLDING_STATES),
        )
    )
    return frozenset((row.on_date, row.start_min) for row in rows)
