"""The day's sheet: the calls on paper for a power cut, and what is to be typed in of it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select

from kiosk.db import reading, transaction
from kiosk.models.audit import AuditAction
from kiosk.models.calls import Booking, BookingEvent
from kiosk.rules import call_corrections
from kiosk.rules.call_states import CallState
from kiosk.services import audit, call_columns, call_desk
from kiosk.services.call_board import CallRow
from kiosk.services.call_columns import Column, Tile
from kiosk.services.here import Here

# What is no call of this day any more.
_GONE: Final = frozenset({CallState.CANCELLED, CallState.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """A line with its calls of a day, in order of time: one for each child.

    `along` are the calls of those who ring along with the one before them.
    """

    column: Column
    calls: tuple[CallRow, ...]
    along: frozenset[UUID]


def to_print(on: date, *, actor_id: UUID, here: Here) -> tuple[SheetLine, ...]:
    """Return what the sheet of a day has on it; the audit knows that it was printed."""
    found = _lines(on, here)
    with transaction() as session:
        audit.record(
            session,
            AuditAction.PRINT,
            actor_id=actor_id,
            subject=f"calls:{on.isoformat()}",
            fields="given_name,class,relation,phone_tail",
            purpose="day sheet",
            here=here,
        )
    return tuple(
        replace(line, calls=tuple(row for row in line.calls if row.state not in _GONE))
        for line in found
    )


def to_type_in(on: date, *, here: Here) -> tuple[SheetLine, ...]:
    """Return the calls of a day of which nobody has told the kiosk yet how they ended."""
    days_ago = (here.today - on).days
    by_staff = _last_said_by_staff(on)
    return tuple(
        replace(
            line,
            calls=tuple(
                row
                for row in line.calls
                if call_corrections.may_write_down(
                    row.state, is_by_staff=row.booking_id in by_staff, days_ago=days_ago
                )
            ),
        )
        for line in _lines(on, here)
    )


def _lines(on: date, here: Here) -> tuple[SheetLine, ...]:
    board = call_desk.day(on, here=here)
    return tuple(_line(column) for column in call_columns.columns(board, here=here))


def _line(column: Column) -> SheetLine:
    tiles = [one for one in column.places if isinstance(one, Tile)]
    return SheetLine(
        column=column,
        calls=tuple(row for one in tiles for row in one.children),
        along=frozenset(row.booking_id for one in tiles for row in one.children[1:]),
    )


def _last_said_by_staff(on: date) -> frozenset[UUID]:
    """Return the calls of a day whose state a person has said."""
    return frozenset(
        reading().scalars(
            select(Booking.id)
            .join(BookingEvent, BookingEvent.booking_id == Booking.id)
            .where(
                Booking.on_date == on,
                BookingEvent.to_state == Booking.state,
                BookingEvent.at == Booking.state_since,
                BookingEvent.by_staff_id.is_not(None),
            )
        )
    )
