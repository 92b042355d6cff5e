"""Friday slips: the calls of a week that parents are told of, a class or a child at a time.

What leaves the room is a first name and a time, and each look leaves a row in the audit.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect, reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.calls import TO_COME_STATES, Booking, Line, Slot
from kiosk.models.people import Child, SchoolClass
from kiosk.rules import civil
from kiosk.rules.badges import Badge
from kiosk.rules.call_states import CallRefusal
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What the parents of a child are told: a first name and a time."""

    booking_id: UUID
    given_name: str
    given_name_pinyin: str | None
    class_name: tuple[int, int]
    badge: Badge
    on: date
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWithCalls:
    """A class, and how many calls of a week are still to come there."""

    class_id: UUID
    class_name: tuple[int, int]
    calls: int


_SLIPS: Final[AnySelect] = (
    select(
        Booking.id,
        Child.given_name,
        Child.given_name_pinyin,
        Child.animal,
        Child.cloth,
        SchoolClass.grade,
        SchoolClass.number,
        Slot.on_date,
        Slot.start_min,
        Slot.end_min,
    )
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Line, Line.id == Slot.line_id)
    .join(Child, Child.id == Booking.child_id)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .where(Booking.state.in_(TO_COME_STATES), Child.left_on.is_(None))
    .order_by(Slot.on_date, Slot.start_min, Child.initials, Child.id)
)


def classes(monday: date, *, here: Here) -> tuple[ClassWithCalls, ...]:
    """Return the classes of which a child has a call to come in that week."""
    rows = reading().execute(
        select(SchoolClass.id, SchoolClass.grade, SchoolClass.number, func.count().label("calls"))
        .join(Child, Child.class_id == SchoolClass.id)
        .join(Booking, Booking.child_id == Child.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(
            Line.home_id == here.home_id,
            Booking.week_key == civil.week_key(monday),
            Booking.on_date >= here.today,
            Booking.state.in_(TO_COME_STATES),
            Child.left_on.is_(None),
            SchoolClass.grade > 0,
        )
        .group_by(SchoolClass.id, SchoolClass.grade, SchoolClass.number)
        .order_by(SchoolClass.grade, SchoolClass.number)
    )
    return tuple(
        ClassWithCalls(class_id=row.id, class_name=(row.grade, row.number), calls=row.calls)
        for row in rows
    )


def of_class(
    class_id: UUID, monday: date, *, what: str, actor_id: UUID, here: Here
) -> tuple[Slip, ...]:
    """Return the slips of a class, in order of their times. `what` they leave as: text, picture.

    Raises:
        NotFoundError: NO_TIMES, when the class has no call to come in that week.
    """
    with transaction() as session:
        slips = _slips(
            session,
            Child.class_id == class_id,
            Booking.week_key == civil.week_key(monday),
            Booking.on_date >= here.today,
            here=here,
        )
        if not slips:
            raise NotFoundError(CallRefusal.NO_TIMES)
        _audit(session, f"class:{class_id}", f"call {what} x {len(slips)}", actor_id, here)
    return slips


def of_call(booking_id: UUID, *, what: str, actor_id: UUID, here: Here) -> Slip:
    """Return the slip of one call.

    Raises:
        NotFoundError: NO_TIMES, when it is not to come.
    """
    with transaction() as session:
        slips = _slips(session, Booking.id == booking_id, here=here)
        if not slips:
            raise NotFoundError(CallRefusal.NO_TIMES)
        _audit(session, f"booking:{booking_id}", f"call {what} x 1", actor_id, here)
    return slips[0]


def _slips(session: Session, *which: ColumnElement[bool], here: Here) -> tuple[Slip, ...]:
    rows = session.execute(_SLIPS.where(Line.home_id == here.home_id, *which))
    return tuple(_slip(row) for row in rows)


def _slip(row: AnyRow) -> Slip:
    return Slip(
        booking_id=row.id,
        given_name=row.given_name,
        given_name_pinyin=row.given_name_pinyin,
        class_name=(row.grade, row.number),
        badge=Badge(animal=row.animal, cloth=row.cloth),
        on=row.on_date,
        start_min=row.start_min,
        end_min=row.end_min,
    )


def _audit(session: Session, subject: str, fields: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EXPORT,
        actor_id=actor_id,
        subject=subject,
        fields=fields,
        purpose="calls",
        here=here,
    )
