"""The children after whom somebody should ask, by their calls: for the office, with their names.

It stays in the room: nothing of it is sent, and no child's screen shows it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, exists, select

from kiosk.db import AnyRow, reading
from kiosk.models.calls import Booking
from kiosk.models.people import Child, Contact, ContactStatus, SchoolClass
from kiosk.rules import call_care
from kiosk.rules.badges import Badge
from kiosk.rules.call_care import CareSign
from kiosk.rules.call_states import CallState
from kiosk.services.here import Here

_CHILDREN: Final = (
    select(
        Child.id,
        Child.given_name,
        Child.animal,
        Child.cloth,
        Child.enrolled_on,
        SchoolClass.grade,
        SchoolClass.number,
        exists(
            select(Contact.id).where(
                Contact.child_id == Child.id, Contact.status == ContactStatus.APPROVED
            )
        ).label("has_contact"),
    )
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .where(Child.left_on.is_(None), SchoolClass.grade > 0)
)
_CALLS: Final = (
    select(Booking.child_id, Booking.on_date, Booking.state)
    .where(Booking.on_date <= bindparam("today"))
    .order_by(Booking.child_id, Booking.on_date.desc(), Booking.start_min.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaredFor:
    """A child with what should be asked after; the days are those without a call that came about.

    `had_call` is false for one that never had one: it waits since its card was opened.
    """

    child_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    has_contact: bool
    waits_days: int
    had_call: bool
    signs: frozenset[CareSign]


def children(*, here: Here) -> tuple[CaredFor, ...]:
    """Return the children with a sign, by class, the longest waiting of each first."""
    session = reading()
    calls: defaultdict[UUID, list[AnyRow]] = defaultdict(list)
    for row in session.execute(_CALLS, {"today": here.today}):
        calls[row.child_id].append(row)
    found = [_child(row, calls.get(row.id, []), here.today) for row in session.execute(_CHILDREN)]
    with_signs = (one for one in found if one.signs)
    return tuple(sorted(with_signs, key=lambda one: (one.class_name, -one.waits_days)))


def _child(row: AnyRow, calls: list[AnyRow], today: date) -> CaredFor:
    last = next((one.on_date for one in calls if one.state is CallState.DONE), None)
    waits_since: date = row.enrolled_on if last is None else last
    return CaredFor(
        child_id=row.id,
        given_name=row.given_name,
        class_name=(row.grade, row.number),
        badge=Badge(animal=row.animal, cloth=row.cloth),
        has_contact=row.has_contact,
        waits_days=(today - waits_since).days,
        had_call=last is not None,
        signs=call_care.signs((one.state for one in calls), waits_since=waits_since, today=today),
    )
