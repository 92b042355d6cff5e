"""A new friend is given its name: as a child who was on no list, or as one of the list."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.calls import Booking
from kiosk.models.lending import LateEntry
from kiosk.models.library import Loan
from kiosk.models.no_card import PictureCode
from kiosk.models.people import Card, Child, Contact, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import friends
from kiosk.rules.badges import Badge
from kiosk.rules.friends import FriendProblem
from kiosk.rules.people import PeopleProblem
from kiosk.rules.visits import VisitState
from kiosk.services import audit, enrolment, hold_queue, picture_codes, pinyin
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.friends import locked, worn_by_class
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who it was; `card_fits` says whether the card shows the animal that the child has now."""

    child_id: UUID
    card_fits: bool


@once_more("uq_child_badge_in_class")
def as_new_child(
    friend_id: UUID,
    *,
    family_name: str,
    given_name: str,
    class_id: UUID,
    actor_id: UUID,
    here: Here,
) -> Named:
    """Give a new friend its name and class; its card, visits and books are its own already.

    Raises:
        InvalidInputError: NAME_MISSING. NotFoundError: UNKNOWN_CHILD, when there is no such class.
        RefusedError: ALREADY_NAMED; CLASS_TOO_LARGE.
    """
    family_name, given_name = family_name.strip(), given_name.strip()
    if not family_name or not given_name:
        raise InvalidInputError(FriendProblem.NAME_MISSING)
    with transaction() as session:
        friend = _friend(session, friend_id)
        place = session.get(SchoolClass, class_id)
        if place is None or friends.is_friend(place.grade):
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        own = Badge(animal=friend.animal, cloth=friend.cloth)
        badge = _badge_in(session, own, place)
        friend.family_name, friend.given_name = family_name, given_name
        friend.initials = pinyin.name_initials(family_name, given_name)
        session.execute(
            update(Loan)
            .where(Loan.child_id == friend_id, Loan.class_id == friend.class_id)
            .values(class_id=class_id)
        )
        friend.class_id = class_id
        friend.animal, friend.cloth = badge.animal, badge.cloth
        friend.enrolled_on = _first_day(session, friend_id) or here.today
        session.flush()
        if session.get(PictureCode, friend_id) is None:
            session.add(PictureCode(**picture_codes.new_row(child_id=friend_id, here=here)))
        _note(session, friend_id, "named as a new child", actor_id, here)
        return Named(child_id=friend_id, card_fits=badge == own)


def as_listed_child(friend_id: UUID, child_id: UUID, *, actor_id: UUID, here: Here) -> Named:
    """Give all that a new friend has to a child of the list: visits, books and the card.

    The child's own card ends. The one that is here twice stays here once: since its earlier
    arrival of the day, and of the other nobody saw it leave.

    Raises:
        NotFoundError: UNKNOWN_CHILD. RefusedError: ALREADY_NAMED, HAS_NUMBERS.
    """
    with transaction() as session:
        friend = _friend(session, friend_id)
        child = session.scalars(
            select(Child)
            .join(SchoolClass, SchoolClass.id == Child.class_id)
            .where(
                Child.id == child_id,
                Child.left_on.is_(None),
                SchoolClass.grade != friends.GRADE,
            )
            .with_for_update(of=Child)
        ).one_or_none()
        if child is None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        _refuse_with_numbers(session, friend_id)
        _end_one_of_two(session, friend_id, child_id)
        session.execute(update(Visit).where(Visit.child_id == friend_id).values(child_id=child_id))
        _hand_over_books(session, friend_id, child)
        hold_queue.hand_over(session, friend_id, child_id, here)
        _hand_over_card(session, friend_id, child_id, here)
        friend.left_on = here.today
        _note(session, friend_id, f"is child:{child_id}", actor_id, here)
        fits = (friend.animal, friend.cloth) == (child.animal, child.cloth)
        return Named(child_id=child_id, card_fits=fits)


def _friend(session: Session, friend_id: UUID) -> Child:
    friend = locked(session, Child.id == friend_id)
    if friend is None:
        raise RefusedError(FriendProblem.ALREADY_NAMED)
    return friend


def _badge_in(session: Session, own: Badge, place: SchoolClass) -> Badge:
    worn = worn_by_class(session)
    found = friends.badge_in_class(
        own,
        in_class=worn.get((place.grade, place.number), set()),
        in_school=set().union(*worn.values()),
    )
    if found is not None:
        return found
    return enrolment.badge_for(worn, grade=place.grade, number=place.number)


def _first_day(session: Session, child_id: UUID) -> date | None:
    first: date | None = session.scalar(
        select(func.min(Visit.local_day)).where(Visit.child_id == child_id)
    )
    return first


def _refuse_with_numbers(session: Session, friend_id: UUID) -> None:
    """Refuse a friend with a number: it and its calls stay with one child, the schema says."""
    has_numbers = select(Contact.id).where(Contact.child_id == friend_id).exists()
    has_calls = select(Booking.id).where(Booking.child_id == friend_id).exists()
    if session.scalar(select(has_numbers | has_calls)):
        raise RefusedError(FriendProblem.HAS_NUMBERS)


def _end_one_of_two(session: Session, friend_id: UUID, child_id: UUID) -> None:
    both = session.scalars(
        select(Visit)
        .where(Visit.child_id.in_([friend_id, child_id]), Visit.state == VisitState.OPEN)
        .order_by(Visit.local_day.desc(), Visit.signed_in_at)
    ).all()
    for visit in both[1:]:
        visit.state = VisitState.LEFT_UNCONFIRMED
    session.flush()


def _hand_over_books(session: Session, friend_id: UUID, child: Child) -> None:
    session.execute(
        update(Loan)
        .where(Loan.child_id == friend_id)
        .values(child_id=child.id, class_id=child.class_id)
    )
    session.execute(
        update(LateEntry).where(LateEntry.child_id == friend_id).values(child_id=child.id)
    )


def _hand_over_card(session: Session, friend_id: UUID, child_id: UUID, here: Here) -> None:
    session.execute(
        update(Card)
        .where(Card.child_id == child_id, Card.revoked_at.is_(None))
        .values(revoked_at=here.now)
    )
    session.execute(update(Card).where(Card.child_id == friend_id).values(child_id=child_id))


def _note(session: Session, friend_id: UUID, fields: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"child:{friend_id}",
        fields=fields,
        purpose="new friends",
        here=here,
    )
