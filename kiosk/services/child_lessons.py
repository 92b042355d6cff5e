"""When a child is not fetched for a call: lessons, clubs and meals, also for a class at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.ids import new_id
from kiosk.models.call_hours import ChildLesson
from kiosk.models.people import Child, SchoolClass
from kiosk.rules.call_wishes import LessonKind
from kiosk.rules.civil import DAY_MINUTES
from kiosk.rules.contact_hours import MOST_LINES, CardProblem
from kiosk.rules.friends import is_friend
from kiosk.rules.people import PeopleProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

_LAST_WEEKDAY: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTime:
    """The same minutes on some weekdays, and why."""

    weekdays: tuple[int, ...]
    from_min: int
    to_min: int
    kind: LessonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonLine:
    """A time as a timetable says it; `children` have it."""

    time: LessonTime
    children: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLessons:
    """What the children of a class have, lines that all of them have first."""

    class_id: UUID
    class_name: tuple[int, int]
    children: int
    lines: tuple[LessonLine, ...]


def of_child(child_id: UUID) -> tuple[LessonLine, ...]:
    """Return when one child is not fetched."""
    return _lines(reading(), (child_id,))


def of_class(class_id: UUID) -> ClassLessons:
    """Return what the children of a class have.

    Raises:
        NotFoundError: UNKNOWN_CLASS.
    """
    session = reading()
    found = session.get(SchoolClass, class_id)
    if found is None or is_friend(found.grade):
        raise NotFoundError(PeopleProblem.UNKNOWN_CLASS)
    children = _children(session, class_id)
    return ClassLessons(
        class_id=class_id,
        class_name=(found.grade, found.number),
        children=len(children),
        lines=tuple(sorted(_lines(session, children), key=lambda line: -line.children)),
    )


def add_to_child(child_id: UUID, time: LessonTime, *, actor_id: UUID, here: Here) -> None:
    """Write a time on a child's timetable.

    Raises:
        NotFoundError: UNKNOWN_CHILD. InvalidInputError: NO_DAY, WRONG_SPAN, TOO_MANY_LINES.
    """
    _check(time)
    with transaction() as session:
        _add(session, [_known(session, child_id)], time, here)
        _audit(session, f"child:{child_id}", "lessons", actor_id, here)


def add_to_class(class_id: UUID, time: LessonTime, *, actor_id: UUID, here: Here) -> int:
    """Write a time on the timetable of each child of a class, and return how many those are.

    Raises:
        NotFoundError: UNKNOWN_CLASS. InvalidInputError: NO_DAY, WRONG_SPAN, TOO_MANY_LINES.
    """
    _check(time)
    with transaction() as session:
        children = _of_known_class(session, class_id)
        _add(session, children, time, here)
        _audit(session, f"class:{class_id}", "lessons", actor_id, here)
        return len(children)


def take_from_child(child_id: UUID, time: LessonTime, *, actor_id: UUID, here: Here) -> None:
    """Take a time off a child's timetable; twice is once.

    Raises:
        NotFoundError: UNKNOWN_CHILD.
    """
    with transaction() as session:
        _take(session, [_known(session, child_id)], time)
        _audit(session, f"child:{child_id}", "lessons", actor_id, here)


def take_from_class(class_id: UUID, time: LessonTime, *, actor_id: UUID, here: Here) -> None:
    """Take a time off the timetable of each child of a class; twice is once.

    Raises:
        NotFoundError: UNKNOWN_CLASS.
    """
    with transaction() as session:
        _take(session, _of_known_class(session, class_id), time)
        _audit(session, f"class:{class_id}", "lessons", actor_id, here)


def _check(time: LessonTime) -> None:
    if not time.weekdays or not all(1 <= day <= _LAST_WEEKDAY for day in time.weekdays):
        raise InvalidInputError(CardProblem.NO_DAY)
    if not 0 <= time.from_min < time.to_min <= DAY_MINUTES:
        raise InvalidInputError(CardProblem.WRONG_SPAN)


def _known(session: Session, child_id: UUID) -> UUID:
    child = session.get(Child, child_id)
    if child is None or child.left_on is not None or is_friend(child.school_class.grade):
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    return child_id


def _of_known_class(session: Session, class_id: UUID) -> Sequence[UUID]:
    found = session.get(SchoolClass, class_id)
    if found is None or is_friend(found.grade):
        raise NotFoundError(PeopleProblem.UNKNOWN_CLASS)
    return _children(session, class_id)


def _children(session: Session, class_id: UUID) -> Sequence[UUID]:
    return session.scalars(
        select(Child.id).where(Child.class_id == class_id, Child.left_on.is_(None))
    ).all()


def _add(session: Session, children: Sequence[UUID], time: LessonTime, here: Here) -> None:
    """Write a time; what began at the same minute of the same day was another word for it."""
    session.execute(
        delete(ChildLesson).where(
            ChildLesson.child_id.in_(children),
            ChildLesson.weekday.in_(time.weekdays),
            ChildLesson.from_min == time.from_min,
        )
    )
    rows = [
        {
            "id": new_id(here.now),
            "child_id": child_id,
            "weekday": weekday,
            "from_min": time.from_min,
            "to_min": time.to_min,
            "kind": time.kind,
        }
        for child_id in children
        for weekday in sorted(set(time.weekdays))
    ]
    if rows:
        session.execute(insert(ChildLesson), rows)
    most = session.scalar(
        select(func.count())
        .where(ChildLesson.child_id.in_(children))
        .group_by(ChildLesson.child_id)
        .order_by(func.count().desc())
        .limit(1)
    )
    if (most or 0) > MOST_LINES:
        raise InvalidInputError(CardProblem.TOO_MANY_LINES)


def _take(session: Session, children: Sequence[UUID], time: LessonTime) -> None:
    session.execute(
        delete(ChildLesson).where(
            ChildLesson.child_id.in_(children),
            ChildLesson.weekday.in_(time.weekdays),
            ChildLesson.from_min == time.from_min,
            ChildLesson.to_min == time.to_min,
            ChildLesson.kind == time.kind,
        )
    )


def _lines(session: Session, children: Collection[UUID]) -> tuple[LessonLine, ...]:
    columns = ChildLesson.from_min, ChildLesson.to_min, ChildLesson.kind, ChildLesson.weekday
    rows = session.execute(
        select(*columns, func.count().label("children"))
        .where(ChildLesson.child_id.in_(list(children)))
        .group_by(*columns)
        .order_by(ChildLesson.from_min, ChildLesson.to_min, ChildLesson.weekday)
    )
    days: dict[tuple[int, int, LessonKind, int], list[int]] = {}
    for row in rows:
        days.setdefault(_key(row), []).append(row.weekday)
    return tuple(
        LessonLine(
            time=LessonTime(weekdays=tuple(its), from_min=begin, to_min=end, kind=kind),
            children=count,
        )
        for (begin, end, kind, count), its in days.items()
    )


def _key(row: AnyRow) -> tuple[int, int, LessonKind, int]:
    return row.from_min, row.to_min, row.kind, row.children


def _audit(session: Session, subject: str, what: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=subject,
        fields=what,
        purpose="timetable",
        here=here,
    )
