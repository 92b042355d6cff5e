"""Seating a child for a call by hand: who has none this week, and which places are free."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.orm import Session

from kiosk.db import constant, reading
from kiosk.errors import NotFoundError
from kiosk.models.calls import WEEK_STATES, Booking
from kiosk.models.people import Child, Contact, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import civil
from kiosk.rules.badges import Badge
from kiosk.rules.call_states import CallRefusal
from kiosk.rules.relations import Relation
from kiosk.rules.visits import VisitState
from kiosk.services import call_board, call_facts, calls
from kiosk.services.answers import ChildFace
from kiosk.services.call_board import FreePlace
from kiosk.services.here import Here

_DAYS_AHEAD: Final = timedelta(days=6)
_IS_HERE: Final = exists(
    select(Visit.id).where(
        Visit.child_id == Child.id,
        Visit.home_id == bindparam("home_id"),
        Visit.state == constant(VisitState.OPEN),
    )
)
_HAS_CALL: Final = exists(
    select(Booking.id).where(
        Booking.child_id == Child.id,
        Booking.week_key == bindparam("week_key"),
        Booking.state.in_(WEEK_STATES),
    )
)
_CHILDREN: Final = (
    select(
        Child.id,
        Child.given_name,
        Child.animal,
        Child.cloth,
        SchoolClass.grade,
        SchoolClass.number,
        _IS_HERE.label("is_here"),
        _HAS_CALL.label("has_call"),
    )
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .order_by(SchoolClass.grade, SchoolClass.number, Child.initials)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToCall:
    contact_id: UUID
    relation: Relation
    phone_tail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A child that could be seated. `has_call`: it has one in the week that is asked about."""

    child_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    is_here: bool
    has_call: bool
    people: tuple[PersonToCall, ...]


def callers(on: date, *, here: Here) -> tuple[Caller, ...]:
    """Return who has somebody to call: without a call in that week first, of these who is here."""
    rows = _children(reading(), Child.left_on.is_(None), on=on, here=here)
    with_people = (one for one in rows if one.people)
    return tuple(
        sorted(with_people, key=lambda one: (one.has_call, not one.is_here, one.class_name))
    )


def named(child_ids: Collection[UUID], on: date, *, here: Here) -> tuple[Caller, ...]:
    """Return these children as far as each has somebody to call."""
    rows = _children(reading(), Child.id.in_(child_ids), on=on, here=here)
    return tuple(one for one in rows if one.people)


def caller(child_id: UUID, *, here: Here) -> Caller:
    """Return one child with whom it may call, perhaps nobody.

    Raises:
        NotFoundError: NO_CONTACT, for no such child.
    """
    found = _children(reading(), Child.id == child_id, on=here.today, here=here)
    if not found:
        raise NotFoundError(CallRefusal.NO_CONTACT)
    return found[0]


def places(*, here: Here) -> tuple[FreePlace, ...]:
    """Return the free places of today and the next six days."""
    return call_board.free_places(
        reading(), first=here.today, last=here.today + _DAYS_AHEAD, here=here
    )


def place(slot_id: UUID, *, here: Here) -> FreePlace:
    """Return one free place.

    Raises:
        NotFoundError: NO_TIMES, when it is over or taken.
    """
    found = [one for one in places(here=here) if one.slot_id == slot_id]
    if not found:
        raise NotFoundError(CallRefusal.NO_TIMES)
    return found[0]


def book(
    *, child_id: UUID, contact_id: UUID, slot_id: UUID, request_id: UUID, staff_id: UUID, here: Here
) -> None:
    """Book a place for a child; it uses the child's call of the week as its own booking would.

    Raises:
        NotFoundError, RefusedError: as `calls.book`.
    """
    child = caller(child_id, here=here)
    calls.book(
        child_id=child_id,
        contact_id=contact_id,
        slot_id=slot_id,
        request_id=request_id,
        face=ChildFace(given_name=child.given_name, grade=child.class_name[0], badge=child.badge),
        here=here,
        by_staff_id=staff_id,
    )


def _children(
    session: Session, which: ColumnElement[bool], *, on: date, here: Here
) -> list[Caller]:
    rows = session.execute(
        _CHILDREN.where(which), {"home_id": here.home_id, "week_key": civil.week_key(on)}
    ).all()
    people = _people(session, [row.id for row in rows])
    return [
        Caller(
            child_id=row.id,
            given_name=row.given_name,
            class_name=(row.grade, row.number),
            badge=Badge(animal=row.animal, cloth=row.cloth),
            is_here=row.is_here,
            has_call=row.has_call,
            people=tuple(people.get(row.id, ())),
        )
        for row in rows
    ]


def _people(session: Session, child_ids: list[UUID]) -> dict[UUID, list[PersonToCall]]:
    """Return whom each child may call, in the order of its card."""
    found: dict[UUID, list[PersonToCall]] = {}
    statement = (
        select(Contact.id, Contact.child_id, Contact.relation, Contact.phone_tail)
        .where(call_facts.MAY_BE_RUNG)
        .order_by(Contact.position, Contact.relation)
    )
    if len(child_ids) == 1:
        statement = statement.where(Contact.child_id == child_ids[0])
    for row in session.execute(statement):
        found.setdefault(row.child_id, []).append(
            PersonToCall(contact_id=row.id, relation=row.relation, phone_tail=row.phone_tail)
        )
    return found
