"""Without a card: class, animal, three pictures; then the teacher's touch, or the own page.

Nothing here names a child, and a child's id never leaves the server: class and badge say who asks.
"""

from collections.abc import Sequence
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, constant, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.people import Child, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import friends, openings, pictures
from kiosk.rules import visits as rules
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.people import PeopleProblem
from kiosk.rules.visits import ArrivalAction, VisitRefusal, VisitState
from kiosk.services import own_page, picture_codes, rooms, visits, waiting
from kiosk.services.again import once_more
from kiosk.services.answers import OwnPageSaying
from kiosk.services.here import Here
from kiosk.services.no_card_answers import (
    Choice,
    ClassTile,
    PickAnimal,
    PickClass,
    PickCloth,
    PickGrade,
    PickPictures,
    TeacherHelps,
    WaitForTeacher,
)
from kiosk.services.visits import AtTheDoor

# More classes than these are asked for by grade first.
_ASKED_AT_ONCE: Final = 9
# Tiles of 20 mm for a finger, also on a glass of ten inches; with an arrow one fewer.
_ON_ONE_PAGE: Final = 18

T = TypeVar("T")
Step = PickGrade | PickClass | PickAnimal | PickCloth | PickPictures
Answer = Step | WaitForTeacher | TeacherHelps | AtTheDoor


def step(choice: Choice, *, request_id: UUID | None, here: Here) -> Answer:
    """Return what comes after what was chosen; the third picture asks.

    Raises:
        RefusedError: ROOM_CLOSED, as for a card. NotFoundError: UNKNOWN_CHILD, for a class or a
            badge that nobody here has any more.
    """
    if request_id is not None and pictures.is_complete(choice.pictures):
        return _ask(choice, request_id=request_id, here=here)
    _refuse_when_closed(reading(), here)
    if choice.class_id is None:
        return _classes(choice.grade, choice.page)
    if choice.animal is None:
        return _animals(choice.class_id, choice.page)
    if choice.cloth is None:
        return _cloths(choice.class_id, choice.animal)
    badge = Badge(animal=choice.animal, cloth=choice.cloth)
    return PickPictures(class_id=choice.class_id, badge=badge, picked=choice.pictures)


def _refuse_when_closed(session: Session, here: Here) -> None:
    """Refuse outside of opening and planned hours, as a card is refused (ruling 6)."""
    state = rooms.state(session, here)
    ahead = None if state.is_open else state.next_planned
    action = rules.arrival(
        is_open=state.is_open,
        minutes_to_planned=openings.minutes_until(ahead, today=here.today, minute=here.minute),
        today=here.today,
        last=None,
    )
    if action is ArrivalAction.CLOSED:
        raise RefusedError(VisitRefusal.ROOM_CLOSED, next=ahead, today=here.today)


def _classes(grade: int | None, page: int = 0) -> Step:
    rows = reading().execute(
        select(SchoolClass.id, SchoolClass.grade, SchoolClass.number)
        .where(
            SchoolClass.id.in_(select(Child.class_id).where(Child.left_on.is_(None))),
            SchoolClass.grade != friends.GRADE,
        )
        .order_by(SchoolClass.grade, SchoolClass.number)
    )
    found = [ClassTile(class_id=row.id, grade=row.grade, number=row.number) for row in rows]
    if grade is not None:
        found = [one for one in found if one.grade == grade]
    elif len(found) > _ASKED_AT_ONCE:
        return PickGrade(grades=tuple(sorted({one.grade for one in found})))
    shown, next_page = _page(found, page)
    return PickClass(grade=grade, classes=shown, next_page=next_page)


def _page(found: Sequence[T], page: int) -> tuple[tuple[T, ...], int | None]:
    """Return what stands on this page and which page is next; None where it is the only one."""
    if len(found) <= _ON_ONE_PAGE:
        return tuple(found), None
    start = page * (_ON_ONE_PAGE - 1)
    is_last = start + _ON_ONE_PAGE - 1 >= len(found)
    return tuple(found[start : start + _ON_ONE_PAGE - 1]), 0 if is_last else page + 1


def _animals(class_id: UUID, page: int) -> Step:
    worn: dict[Animal, list[Cloth]] = {}
    for badge in _badges(class_id):
        worn.setdefault(badge.animal, []).append(badge.cloth)
    if not worn:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    # In the order of the family sheet: the order of the register would say who is who.
    animals = [
        (animal, worn[animal][0] if len(worn[animal]) == 1 else None)
        for animal in Animal
        if animal in worn
    ]
    shown, next_page = _page(animals, page)
    return PickAnimal(
        class_id=class_id, grade=_grade_asked(class_id), animals=shown, next_page=next_page
    )


def _grade_asked(class_id: UUID) -> int | None:
    """Return the grade that was asked for before this class, None where none was."""
    if isinstance(_classes(None), PickClass):
        return None
    return reading().scalar(select(SchoolClass.grade).where(SchoolClass.id == class_id))


def _cloths(class_id: UUID, animal: Animal) -> Step:
    found = {badge.cloth for badge in _badges(class_id) if badge.animal is animal}
    if not found:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    badges = tuple(Badge(animal=animal, cloth=cloth) for cloth in Cloth if cloth in found)
    return PickCloth(class_id=class_id, badges=badges)


def _badges(class_id: UUID) -> tuple[Badge, ...]:
    rows = reading().execute(
        select(Child.animal, Child.cloth)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(
            Child.class_id == class_id,
            Child.left_on.is_(None),
            SchoolClass.grade != friends.GRADE,
        )
    )
    return tuple(Badge(animal=row.animal, cloth=row.cloth) for row in rows)


@once_more("uq_waiting_arrival_waiting_child", "uq_waiting_arrival_request_id", "pk_picture_code")
def _ask(choice: Choice, *, request_id: UUID, here: Here) -> Answer:
    with transaction() as session:
        _refuse_when_closed(session, here)
        child = _child(session, choice)
        badge = Badge(animal=child.animal, cloth=child.cloth)
        code = picture_codes.code_of(session, child.id, here)
        if picture_codes.is_blocked(code, here):
            return TeacherHelps()
        if not picture_codes.are_right(code, choice.pictures, request_id, here):
            if code.blocked_until is not None:
                return TeacherHelps()
            return PickPictures(class_id=child.class_id, badge=badge, is_again=True)
        if _is_here(session, child.id, here):
            return _own(session, child, here)
        waiting.ask(session, child_id=child.id, request_id=request_id, here=here)
        return WaitForTeacher(badge=badge)


def _child(session: Session, choice: Choice) -> AnyRow:
    row = session.execute(
        select(
            Child.id,
            Child.given_name,
            Child.given_name_pinyin,
            Child.class_id,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
        )
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(
            Child.class_id == choice.class_id,
            Child.animal == choice.animal,
            Child.cloth == choice.cloth,
            Child.left_on.is_(None),
            SchoolClass.grade != friends.GRADE,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    return row


def _is_here(session: Session, child_id: UUID, here: Here) -> bool:
    """Say whether somebody has seen this child today and nobody has said goodbye to it."""
    since = rooms.state(session, here).since
    visit_id = session.scalar(
        select(Visit.id).where(
            Visit.child_id == child_id,
            Visit.state == constant(VisitState.OPEN),
            Visit.local_day >= since,
        )
    )
    return visit_id is not None


def _own(session: Session, child: AnyRow, here: Here) -> AtTheDoor:
    face = visits.face_of(child)
    return AtTheDoor(
        child_id=child.id,
        face=face,
        answer=own_page.read(
            session.connection(),
            child_id=child.id,
            face=face,
            saying=OwnPageSaying.CHOOSE,
            here=here,
        ),
    )
