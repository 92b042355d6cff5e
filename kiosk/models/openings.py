"""When the room is planned to be open, when it was, who was on duty, and what the check found."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.openings import Hazard, OpeningKind, OpeningOrigin, OpeningState
from kiosk.rules.school_days import WeekLetter


class OpeningRule(Base):
    """A line of the weekly pattern. Minutes since midnight, half-open; weekday 1 is Monday."""

    __tablename__ = "opening_rule"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("0 <= from_min AND from_min < to_min AND to_min <= 1440", name="span"),
        CheckConstraint("0 < talk_min AND talk_min <= place_min", name="talk_fits"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
        CheckConstraint(
            "(kind <> 'sunday_return' OR weekday = 7) AND (kind <> 'weekend' OR weekday >= 6)",
            name="kind_fits_weekday",
        ),
        CheckConstraint("kind <> 'holiday' OR week_letter IS NULL", name="holiday_no_letter"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    weekday: Mapped[int]
    from_min: Mapped[int]
    to_min: Mapped[int]
    place_min: Mapped[int]
    talk_min: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    kind: Mapped[OpeningKind] = mapped_column(
        one_of(OpeningKind, "kind"), default=OpeningKind.AFTER_CLASS
    )
    # In which school weeks of the term it holds; None: in each.
    week_letter: Mapped[WeekLetter | None] = mapped_column(one_of(WeekLetter, "week_letter"))


class Opening(Base):
    """A dated opening: the plan (civil date and minutes) and the fact (instants) side by side."""

    __tablename__ = "opening"
    __table_args__ = (
        UniqueConstraint("rule_id", "on_date"),
        Index(
            "uq_opening_open_home",
            "home_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_opening_home_date", "home_id", "on_date"),
        CheckConstraint("0 <= from_min AND from_min < to_min AND to_min <= 1440", name="span"),
        CheckConstraint("closed_at >= opened_at", name="closes_after_opening"),
        CheckConstraint(
            "state NOT IN ('open', 'held', 'short') OR opened_at IS NOT NULL",
            name="open_has_a_time",
        ),
        CheckConstraint(
            "state NOT IN ('held', 'short') OR (closed_at IS NULL) = is_close_unconfirmed",
            name="held_has_an_end",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("opening_rule.id"))
    on_date: Mapped[date]
    from_min: Mapped[int]
    to_min: Mapped[int]
    place_min: Mapped[int]
    talk_min: Mapped[int]
    origin: Mapped[OpeningOrigin] = mapped_column(one_of(OpeningOrigin, "origin"))
    state: Mapped[OpeningState] = mapped_column(one_of(OpeningState, "state"))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Nobody closed the room: that it is over is known, when it was left is not.
    is_close_unconfirmed: Mapped[bool] = mapped_column(default=False)
    is_tidy: Mapped[bool | None]
    # Why a day is not as the pattern has it: cancelled, at other times, or an extra one.
    reason: Mapped[ClosureReason | None] = mapped_column(one_of(ClosureReason, "reason"))


class Duty(Base):
    """Who was on duty in an opening, from when to when: a row for each stretch.

    A stretch of a forgotten opening has no end: it was over with the opening, nobody knows when.
    """

    __tablename__ = "duty"
    __table_args__ = (
        Index(
            "uq_duty_open_staff",
            "opening_id",
            "staff_id",
            unique=True,
            sqlite_where=text("signed_off_at IS NULL"),
            postgresql_where=text("signed_off_at IS NULL"),
        ),
        Index("ix_duty_opening_id", "opening_id"),
        CheckConstraint("signed_off_at >= signed_on_at", name="off_after_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    signed_on_at: Mapped[datetime]
    signed_off_at: Mapped[datetime | None]


class SafetyCheck(Base):
    """One of the eight hazards, looked at when the room was opened."""

    __tablename__ = "safety_check"
    __table_args__ = (
        UniqueConstraint("opening_id", "hazard"),
        CheckConstraint("is_fine OR length(note) > 0", name="exception_has_a_note"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    hazard: Mapped[Hazard] = mapped_column(one_of(Hazard, "hazard"))
    is_fine: Mapped[bool]
    note: Mapped[str | None] = mapped_column(String(200))
    checked_at: Mapped[datetime]
