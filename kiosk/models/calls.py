"""Family calls: lines, their places, and who has which.

Double booking is made impossible by indexes, not by checks (`calls-and-hours.md` 3.4).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, any_of, one_of
from kiosk.rules.call_states import HOLDING, TO_COME, USES_WEEK, CallKind, CallState
from kiosk.rules.call_windows import LineKind

# SQLite uses a partial index only for a query that says its predicate word for word, so queries
# take the states from here.
HOLDING_STATES: Final = any_of(HOLDING)
WEEK_STATES: Final = any_of(USES_WEEK)
TO_COME_STATES: Final = any_of(TO_COME)
UNFINISHED_STATES: Final = any_of(TO_COME | {CallState.CALLING})


def _state_in(states: tuple[ColumnElement[Any], ...]) -> str:
    return f"state IN ({', '.join(map(str, states))})"


_HOLDING = text(_state_in(HOLDING_STATES))
# Brothers and sisters ring together: one of them has the place and the person, the others share.
_HOLDING_ALONE = text(f"companion_of_id IS NULL AND {_state_in(HOLDING_STATES)}")
_USES_WEEK = text(f"kind = 'weekly' AND {_state_in(WEEK_STATES)}")
_UNFINISHED = text(_state_in(UNFINISHED_STATES))
_LIVE = text("ended_at IS NULL")
_IS_COMPANION = text("companion_of_id IS NOT NULL")


class SlotStatus(StrEnum):
    OPEN = "open"
    WITHDRAWN = "withdrawn"


class CallResult(StrEnum):
    """How one attempt to ring ended."""

    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    CUT = "cut"


class Line(Base):
    """A telephone or a video place."""

    __tablename__ = "line"
    __table_args__ = (UniqueConstraint("home_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[LineKind] = mapped_column(one_of(LineKind, "kind"))
    is_in_use: Mapped[bool] = mapped_column(default=True)


class Slot(Base):
    """A place on a line: a date and minutes since midnight, half-open."""

    __tablename__ = "slot"
    __table_args__ = (
        Index(
            "uq_slot_open_line",
            "line_id",
            "on_date",
            "start_min",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        UniqueConstraint("id", "week_key", "on_date", "start_min"),
        Index("ix_slot_on_date", "on_date", "start_min"),
        CheckConstraint("0 <= start_min AND start_min < end_min AND end_min <= 1440", name="span"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("line.id"))
    on_date: Mapped[date]
    week_key: Mapped[str] = mapped_column(String(8))
    start_min: Mapped[int]
    end_min: Mapped[int]
    status: Mapped[SlotStatus] = mapped_column(one_of(SlotStatus, "status"))


class Booking(Base):
    """A family call of one child with one contact at one place.

    A child that rings together with its brother or sister has a call of its own with the same
    person at the same place, `companion_of_id` the other's; it counts as its call of the week.
    `plan_id` is the plan that seated it, `replaces_id` the call that repair put it in the place of.
    """

    __tablename__ = "booking"
    __table_args__ = (
        ForeignKeyConstraint(
            ["slot_id", "week_key", "on_date", "start_min"],
            ["slot.id", "slot.week_key", "slot.on_date", "slot.start_min"],
            name="fk_booking_slot",
        ),
        ForeignKeyConstraint(
            ["contact_id", "child_id"],
            ["contact.id", "contact.child_id"],
            name="fk_booking_own_contact",
        ),
        ForeignKeyConstraint(
            ["companion_of_id", "slot_id"],
            ["booking.id", "booking.slot_id"],
            name="fk_booking_companion",
        ),
        UniqueConstraint("id", "slot_id"),
        Index(
            "ux_slot",
            "slot_id",
            unique=True,
            sqlite_where=_HOLDING_ALONE,
            postgresql_where=_HOLDING_ALONE,
        ),
        Index(
            "ux_week",
            "child_id",
            "week_key",
            unique=True,
            sqlite_where=_USES_WEEK,
            postgresql_where=_USES_WEEK,
        ),
        Index(
            "ux_child",
            "child_id",
            "on_date",
            "start_min",
            unique=True,
            sqlite_where=_HOLDING,
            postgresql_where=_HOLDING,
        ),
        Index(
            "ux_contact",
            "phone_digest",
            "on_date",
            "start_min",
            unique=True,
            sqlite_where=_HOLDING_ALONE,
            postgresql_where=_HOLDING_ALONE,
        ),
        Index("ix_booking_child_date", "child_id", "on_date"),
        Index("ix_booking_date", "on_date", "start_min"),
        Index(
            "ix_booking_unfinished",
            "on_date",
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        CheckConstraint("ended_at >= started_at", name="ends_after_starting"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("companion_of_id <> id", name="companion_of_another"),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
        Index(
            "ix_booking_companion",
            "companion_of_id",
            sqlite_where=_IS_COMPANION,
            postgresql_where=_IS_COMPANION,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID]
    on_date: Mapped[date]
    week_key: Mapped[str] = mapped_column(String(8))
    start_min: Mapped[int]
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    contact_id: Mapped[UUID]
    phone_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[CallKind] = mapped_column(one_of(CallKind, "kind"))
    state: Mapped[CallState] = mapped_column(one_of(CallState, "state"))
    state_since: Mapped[datetime]
    is_owed: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    booked_at: Mapped[datetime]
    request_id: Mapped[UUID] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)
    companion_of_id: Mapped[UUID | None]
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("week_plan.id"))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))


class BookingEvent(Base):
    """One change of a booking's state, by at most one kind of actor; the system when by none."""

    __tablename__ = "booking_event"
    __table_args__ = (
        CheckConstraint("by_child_id IS NULL OR by_staff_id IS NULL", name="one_actor"),
    )

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    from_state: Mapped[CallState | None] = mapped_column(one_of(CallState, "from_state"))
    to_state: Mapped[CallState] = mapped_column(one_of(CallState, "to_state"))
    by_child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    by_staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class CallAttempt(Base):
    """One try to ring. At most one is live on a line."""

    __tablename__ = "call_attempt"
    __table_args__ = (
        Index("ux_live", "line_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        CheckConstraint("(ended_at IS NULL) = (result IS NULL)", name="ended_has_a_result"),
        CheckConstraint("ended_at >= started_at", name="ends_after_starting"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("line.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[CallResult | None] = mapped_column(one_of(CallResult, "result"))
