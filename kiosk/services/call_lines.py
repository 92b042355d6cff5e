"""The telephones and video places of the room."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.calls import TO_COME_STATES, Booking, Line, Slot
from kiosk.rules.call_states import CallRefusal
from kiosk.rules.call_windows import LineKind
from kiosk.rules.staff import StaffRefusal
from kiosk.services import audit, line_outages, opening_plan
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

__all__ = ["LineKind", "LineRow", "add", "lines", "one"]

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line; `calls_ahead` are booked on it from today on.

    `is_out_today`: it cannot be used for the rest of today, and works again tomorrow.
    """

    line_id: UUID
    name: str
    kind: LineKind
    is_in_use: bool
    is_out_today: bool
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
    session = reading()
    out_today = line_outages.out_today(session, here=here)
    rows = session.execute(
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
            is_out_today=row.id in out_today,
            calls_ahead=row.calls_ahead,
        )
        for row in rows
    )


def one(line_id: UUID, *, here: Here) -> LineRow:
    """Return one line.

    Raises:
        NotFoundError: PHONE_DOWN, for no such line.
    """
    found = next((row for row in lines(here=here) if row.line_id == line_id), None)
    if found is None:
        raise NotFoundError(CallRefusal.PHONE_DOWN)
    return found


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
