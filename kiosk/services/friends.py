"""Cards for children whom nobody has a name for yet: made, printed, and what became of them.

Behind each card stands a child without a name, in the class of new friends: so that it comes and
borrows as all others do. `naming` gives it its name.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.library import Loan
from kiosk.models.people import Card, Child, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import codes, friends
from kiosk.rules.badges import Badge
from kiosk.rules.codes import CodeKind
from kiosk.rules.friends import FriendProblem
from kiosk.rules.people import PeopleProblem
from kiosk.rules.sessions import SessionProblem
from kiosk.services import audit, enrolment
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Friend:
    """A card of the pool; `first_on` is None while nobody has used it."""

    child_id: UUID
    badge: Badge
    first_on: date | None
    visits: int
    books_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Who has come and has no name yet, and the cards that nobody has used."""

    used: tuple[Friend, ...]
    unused: tuple[Friend, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendCard:
    """What stands on a card that is nobody's yet."""

    badge: Badge
    code: str = field(repr=False)


_HAS_COME: Final = (
    select(Visit.id).where(Visit.child_id == Child.id).exists()
    | select(Loan.id).where(Loan.child_id == Child.id).exists()
)
IN_POOL: Final = SchoolClass.grade == friends.GRADE, Child.left_on.is_(None)


def pool() -> Pool:
    """Return all cards of the pool, those used first of all at the head."""
    visits = select(func.count()).where(Visit.child_id == Child.id).scalar_subquery()
    came = select(func.min(Visit.local_day)).where(Visit.child_id == Child.id).scalar_subquery()
    lent = select(func.min(Loan.local_day)).where(Loan.child_id == Child.id).scalar_subquery()
    out = (
        select(func.count())
        .where(Loan.child_id == Child.id, Loan.ended_at.is_(None))
        .scalar_subquery()
    )
    rows = reading().execute(
        select(
            Child.id,
            Child.animal,
            Child.cloth,
            visits.label("visits"),
            func.coalesce(came, lent).label("first_on"),
            out.label("books_out"),
        )
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(*IN_POOL)
        .order_by(Child.id)
    )
    found = [_friend(row) for row in rows]
    used = [one for one in found if one.first_on is not None]
    return Pool(
        used=tuple(sorted(used, key=lambda one: one.first_on or date.max)),
        unused=tuple(one for one in found if one.first_on is None),
    )


def one(child_id: UUID) -> Friend:
    """Return one card of the pool that somebody uses.

    Raises:
        RefusedError: ALREADY_NAMED, also for a card that was taken out.
    """
    for friend in pool().used:
        if friend.child_id == child_id:
            return friend
    raise RefusedError(FriendProblem.ALREADY_NAMED)


def unnamed_count(session: Session) -> int:
    """Return how many have come and have no name yet."""
    found = session.scalar(
        select(func.count())
        .select_from(Child)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(*IN_POOL, _HAS_COME)
    )
    return found or 0


@once_more("pk_child", "uq_child_badge_in_class", "uq_school_class_grade_number")
def make(count: int, *, request_id: UUID, actor_id: UUID, here: Here) -> None:
    """Make so many cards; a second tap on the same button makes no more.

    Raises:
        InvalidInputError: BAD_FORM. RefusedError: POOL_FULL, when no badge is left for them.
    """
    if not 1 <= count <= friends.MOST_AT_ONCE:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="count")
    with transaction() as session:
        if session.get(Child, uuid5(request_id, "0")) is not None:
            return
        class_id = _class_id(session, here)
        worn = worn_by_class(session)
        ids = [uuid5(request_id, str(place)) for place in range(count)]
        children = [
            enrolment.child_row(
                child_id=child_id,
                family_name="",
                given_name=friends.GIVEN_NAME,
                class_id=class_id,
                badge=_put_on(worn),
                local_no=None,
                is_boarder=False,
                here=here,
            )
            for child_id in ids
        ]
        cards = [enrolment.card_row(child_id=one, staff_id=None, here=here)[0] for one in ids]
        session.execute(insert(Child), children)
        session.execute(insert(Card), cards)
        _note(session, AuditAction.CARD, actor_id, "friends", f"card x {count}", here)


def sheet(*, actor_id: UUID, here: Here) -> tuple[FriendCard, ...]:
    """Return the cards that nobody has used yet, to be printed.

    One row in the audit says how many were printed.
    """
    find = (
        select(Card.id, Child.animal, Child.cloth)
        .join(Child, Child.id == Card.child_id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(*IN_POOL, Card.revoked_at.is_(None), ~_HAS_COME)
        .order_by(Child.id)
    )
    key = here.settings.keys.card
    with transaction() as session:
        found = tuple(
            FriendCard(
                badge=Badge(animal=row.animal, cloth=row.cloth),
                code=codes.card_code(CodeKind.CHILD, row.id, key=key),
            )
            for row in session.execute(find)
        )
        _note(session, AuditAction.PRINT, actor_id, "friends", f"card x {len(found)}", here)
    return found


def take_out(child_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Take a card that nobody has used out of the pool; it works no more.

    Raises:
        NotFoundError: UNKNOWN_CHILD. RefusedError: IN_USE, when a child has come with it.
    """
    with transaction() as session:
        friend = locked(session, Child.id == child_id)
        if friend is None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        if session.scalar(select(_HAS_COME).where(Child.id == child_id)):
            raise RefusedError(FriendProblem.IN_USE)
        friend.left_on = here.today
        session.execute(
            update(Card)
            .where(Card.child_id == child_id, Card.revoked_at.is_(None))
            .values(revoked_at=here.now)
        )
        _note(session, AuditAction.CARD, actor_id, f"child:{child_id}", "card taken out", here)


def locked(session: Session, which: ColumnElement[bool]) -> Child | None:
    """Return a card's child to be changed, or None where it is in the pool no more."""
    return session.scalars(
        select(Child)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(which, *IN_POOL)
        .with_for_update(of=Child)
    ).one_or_none()


def _friend(row: AnyRow) -> Friend:
    return Friend(
        child_id=row.id,
        badge=Badge(animal=row.animal, cloth=row.cloth),
        first_on=row.first_on,
        visits=row.visits,
        books_out=row.books_out,
    )


def _class_id(session: Session, here: Here) -> UUID:
    found = session.scalar(select(SchoolClass.id).where(SchoolClass.grade == friends.GRADE))
    if found is None:
        found = new_id(here.now)
        row = {"id": found, "grade": friends.GRADE, "number": friends.NUMBER}
        session.execute(insert(SchoolClass), [row])
    return found


def worn_by_class(session: Session) -> dict[tuple[int, int], set[Badge]]:
    """Return the badges of each class, by grade and number."""
    worn: dict[tuple[int, int], set[Badge]] = {}
    rows = session.execute(
        select(Child.animal, Child.cloth, SchoolClass.grade, SchoolClass.number)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.left_on.is_(None))
    )
    for row in rows:
        badge = Badge(animal=row.animal, cloth=row.cloth)
        worn.setdefault((row.grade, row.number), set()).add(badge)
    return worn


def _put_on(worn: dict[tuple[int, int], set[Badge]]) -> Badge:
    try:
        badge = enrolment.badge_for(worn, grade=friends.GRADE, number=friends.NUMBER)
    except RefusedError as error:
        raise RefusedError(FriendProblem.POOL_FULL) from error
    worn.setdefault((friends.GRADE, friends.NUMBER), set()).add(badge)
    return badge


def _note(
    session: Session, action: AuditAction, actor_id: UUID, subject: str, fields: str, here: Here
) -> None:
    audit.record(
        session,
        action,
        actor_id=actor_id,
        subject=subject,
        fields=fields,
        purpose="new friends",
        here=here,
    )
