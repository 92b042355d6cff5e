"""Talks: whom a child may ask for, who has asked, and on which day they talked; never of what.

Only the adult who was asked for sees who asked. Nothing of it is sent, and no ledger has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction, violated
from kiosk.ids import new_id
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.models.talks import TalkOffer, TalkRequest
from kiosk.rules import talks
from kiosk.rules.badges import Badge, Cloth
from kiosk.rules.staff import Role
from kiosk.rules.talks import TalkStanding
from kiosk.services import audit
from kiosk.services.answers import ChildFace
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.talk_answers import AdultTile, AskTeacher, PickAdult

_MAY_BE_ASKED_FOR = tuple(role for role in Role if talks.may_be_asked_for(role))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A child that asked for an adult, as this adult sees it."""

    request_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    asked_on: date
    talked_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTalks:
    """An adult's own page. `cloth` None: children cannot ask for this adult.

    `free` are the cloths that nobody else has; `talked` those of the last ninety days.
    """

    cloth: Cloth | None
    free: tuple[Cloth, ...]
    may_be_asked_for: bool
    waiting: tuple[Asked, ...]
    talked: tuple[Asked, ...]


def for_child(*, child_id: UUID, face: ChildFace) -> AskTeacher:
    """Return what the page of the teacher shows to a child."""
    session = reading()
    if _has_asked(session, child_id):
        standing = TalkStanding.ASKED
    else:
        standing = TalkStanding.MAY_ASK if _adults(session) else TalkStanding.NOBODY
    return AskTeacher(child=face, talk=standing)


def pick(*, face: ChildFace) -> PickAdult | None:
    """Return whom a child may ask for, or None where there is nobody."""
    adults = _adults(reading())
    return PickAdult(child=face, adults=adults) if adults else None


def ask(staff_id: UUID, *, child_id: UUID, here: Here) -> bool:
    """Let a child ask for an adult; return whether it is asked, now or already.

    A child has one open request at most; it stands until that adult has talked with it.
    """
    try:
        with transaction() as session:
            forget(session, here=here)
            if _has_asked(session, child_id):
                return True
            if staff_id not in {one.staff_id for one in _adults(session)}:
                return False
            session.add(
                TalkRequest(
                    id=new_id(here.now), child_id=child_id, staff_id=staff_id, asked_on=here.today
                )
            )
    except IntegrityError as error:
        if violated(error) != "uq_talk_request_open":
            raise
    return True


def _has_asked(session: Session, child_id: UUID) -> bool:
    found = session.scalar(
        select(TalkRequest.id)
        .join(Staff, Staff.id == TalkRequest.staff_id)
        .where(
            TalkRequest.child_id == child_id,
            TalkRequest.talked_on.is_(None),
            Staff.left_on.is_(None),
        )
    )
    return found is not None


def _adults(session: Session) -> tuple[AdultTile, ...]:
    rows = session.execute(
        select(TalkOffer.staff_id, TalkOffer.cloth, Staff.display_name)
        .join(Staff, Staff.id == TalkOffer.staff_id)
        .where(Staff.left_on.is_(None), Staff.role.in_(_MAY_BE_ASKED_FOR))
        .order_by(Staff.display_name)
    )
    return tuple(
        AdultTile(staff_id=row.staff_id, display_name=row.display_name, cloth=row.cloth)
        for row in rows
    )


def own(staff_id: UUID, *, here: Here) -> OwnTalks:
    """Return who would like to talk to this adult, and whether children can ask for it."""
    session = reading()
    cloths = dict(session.execute(select(TalkOffer.staff_id, TalkOffer.cloth)).all())
    mine = cloths.get(staff_id)
    taken = set(cloths.values()) - {mine}
    asked = [_asked(row) for row in _requests(session, staff_id, here)]
    return OwnTalks(
        cloth=mine,
        free=tuple(cloth for cloth in Cloth if cloth not in taken),
        may_be_asked_for=talks.may_be_asked_for(session.get_one(Staff, staff_id).role),
        waiting=tuple(one for one in asked if one.talked_on is None),
        talked=tuple(one for one in reversed(asked) if one.talked_on is not None),
    )


def _requests(session: Session, staff_id: UUID, here: Here) -> Sequence[AnyRow]:
    return session.execute(
        select(TalkRequest, Child, SchoolClass)
        .join(Child, Child.id == TalkRequest.child_id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(
            TalkRequest.staff_id == staff_id,
            TalkRequest.talked_on.is_(None)
            | (TalkRequest.talked_on >= talks.kept_since(here.today)),
            Child.left_on.is_(None),
        )
        .order_by(TalkRequest.talked_on, TalkRequest.asked_on, TalkRequest.id)
    ).all()


def _asked(row: AnyRow) -> Asked:
    request, child, of_class = row.TalkRequest, row.Child, row.SchoolClass
    return Asked(
        request_id=request.id,
        given_name=child.given_name,
        class_name=(of_class.grade, of_class.number),
        badge=Badge(animal=child.animal, cloth=child.cloth),
        asked_on=request.asked_on,
        talked_on=request.talked_on,
    )


def waiting_count(session: Session, staff_id: UUID) -> int:
    """Return how many children wait for this adult."""
    found = session.scalar(
        select(func.count())
        .select_from(TalkRequest)
        .join(Child, Child.id == TalkRequest.child_id)
        .where(
            TalkRequest.staff_id == staff_id,
            TalkRequest.talked_on.is_(None),
            Child.left_on.is_(None),
        )
    )
    return found or 0


def talked(request_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Note that the two talked today; only the adult who was asked for notes it, and once."""
    with transaction() as session:
        request = session.get(TalkRequest, request_id)
        if request is not None and request.staff_id == staff_id and request.talked_on is None:
            request.talked_on = max(here.today, request.asked_on)
        forget(session, here=here)


def offer(cloth: Cloth | None, *, staff_id: UUID, here: Here) -> bool:
    """Let children ask for an adult, on this cloth, or with None not any more.

    Who has asked already still waits. Return False where somebody else has taken the cloth.
    """
    try:
        with transaction() as session:
            person = session.get_one(Staff, staff_id)
            forget(session, here=here)
            row = session.get(TalkOffer, staff_id)
            if cloth is None or not talks.may_be_asked_for(person.role):
                if row is not None:
                    session.delete(row)
            elif row is None:
                session.add(TalkOffer(staff_id=staff_id, cloth=cloth))
            else:
                row.cloth = cloth
            audit.record(
                session,
                AuditAction.EDIT,
                actor_id=staff_id,
                subject=f"staff:{staff_id}",
                fields="talks offered" if cloth else "talks not offered",
                purpose="talks",
                here=here,
            )
    except IntegrityError as error:
        if violated(error) != "uq_talk_offer_cloth":
            raise
        return False
    return True


def forget(session: Session, *, here: Here) -> None:
    """Forget talks of long ago, and what leads nowhere since somebody has left."""
    gone = select(Staff.id).where(Staff.left_on.is_not(None))
    left = select(Child.id).where(Child.left_on.is_not(None))
    session.execute(delete(TalkOffer).where(TalkOffer.staff_id.in_(gone)))
    session.execute(
        delete(TalkRequest).where(
            (TalkRequest.talked_on < talks.kept_since(here.today))
            | (
                TalkRequest.talked_on.is_(None)
                & (TalkRequest.staff_id.in_(gone) | TalkRequest.child_id.in_(left))
            )
        )
    )
