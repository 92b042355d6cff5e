"""The telephones and video places of the room."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.calls import TO_COME_STATES, Booking, Line, LineKind, Slot
from kiosk.rules.call_states import CallRefusal
from kiosk.rules.staff import StaffRefusal
from kiosk.services import audit, call_moves, opening_plan
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

__all__ = ["LineKind", "LineRow", "add", "lines", "set_in_use"]

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line; `calls_ahead` are booked on it from today on."""

    line_id: UUID
    name: str
    kind: LineKind
    is_in_use: bool
    calls_ahead: int


def lines(*, here: Here) -> tuple[LineRow, ...]:
    """Return the lines of the room by name."""
    ahead = (
        select(func.count())
        .select_from(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(
            Slot.line_id == Line.id,
            Booking.on_date >= here.today,
            Booking.state.in_(TO_COME_STATES),
        )
        .correlate(Line)
        .scalar_subquery()
    )
    rows = reading().execute(
        select(Line.id, Line.name, Line.kind, Line.is_in_use, ahead.label("calls_ahead"))
        .where(Line.home_id == here.home_id)
        .order_by(Line.name)
    )
    return tuple(
        LineRow(
            line_id=row.id,
            name=row.name,
            kind=row.kind,
            is_in_use=row.is_in_use,
            calls_ahead=row.calls_ahead,
        )
        for row in rows
    )


def add(*, name: str, kind: LineKind, staff_id: UUID, here: Here) -> UUID:
    """Add a line with places for the days ahead.

    Raises:
        InvalidInputError: NAME_MISSING. RefusedError: LINE_KNOWN, when a line has this name.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME:
        raise InvalidInputError(StaffRefusal.NAME_MISSING)
    line_id = new_id(here.now)
    try:
        with transaction() as session:
            session.add(Line(id=line_id, home_id=here.home_id, name=name, kind=kind))
            session.flush()  # the places refer to it
            opening_plan.lay_out_slots(session, here=here)
            _audit(session, line_id, "added", staff_id, here)
    except IntegrityError as error:
        if violated(error) != "uq_line_home_id_name":
            raise
        raise RefusedError(CallRefusal.LINE_KNOWN) from error
    return line_id


def set_in_use(line_id: UUID, *, is_in_use: bool, staff_id: UUID, here: Here) -> int:
    """Take a line into use or out of it; what is booked on it is released and owed.

    Return how many calls that were.

    Raises:
        NotFoundError: PHONE_DOWN, for no such line.
    """
    with transaction() as session:
        line = session.get(Line, line_id)
        if line is None or line.home_id != here.home_id:
            raise NotFoundError(CallRefusal.PHONE_DOWN)
        line.is_in_use = is_in_use
        released = 0 if is_in_use else _release(session, line_id, staff_id, here)
        if is_in_use:
            session.flush()  # its places are laid out again
            opening_plan.lay_out_slots(session, here=here)
        _audit(session, line_id, "in_use" if is_in_use else "out_of_use", staff_id, here)
        return released


def _release(session: Session, line_id: UUID, staff_id: UUID, here: Here) -> int:
    booked = session.scalars(
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(
            Slot.line_id == line_id,
            Booking.on_date >= here.today,
            Booking.state.in_(TO_COME_STATES),
        )
    ).all()
    return call_moves.release(session, booked, by_staff_id=staff_id, here=here)


def _audit(session: Session, line_id: UUID, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"line:{line_id}",
        fields=what,
        purpose="calls",
        here=here,
    )
