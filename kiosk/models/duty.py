"""The duty rota: who is agreed for a weekday, who is planned for an opening, and who visits.

Who was there is `kiosk.models.openings.Duty`: these tables hold what people said and promised.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of, unique_if_set
from kiosk.rules.duty import DutyReason, DutyState
from kiosk.rules.visitors import VisitPurpose

_STANDS = text("state <> 'replaced'")
_GOES_ON = text("valid_to IS NULL")


class DutySetting(Base):
    """How many adults an opening needs, when somebody is late, and what the duty is, in words."""

    __tablename__ = "duty_setting"
    __table_args__ = (
        CheckConstraint("min_adults BETWEEN 1 AND 5", name="min_adults"),
        CheckConstraint("late_after_min BETWEEN 0 AND 60", name="late_after_min"),
        CheckConstraint("length(tasks) > 0", name="tasks_not_empty"),
    )

    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"), primary_key=True)
    min_adults: Mapped[int]
    late_after_min: Mapped[int]
    tasks: Mapped[str] = mapped_column(String(80))


class DutyTemplate(Base):
    """Whose duty a time of a weekday is by agreement. Minutes since midnight, half-open."""

    __tablename__ = "duty_template"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("0 <= from_min AND from_min < to_min AND to_min <= 1440", name="span"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
        Index(
            "uq_duty_template_goes_on",
            "home_id",
            "weekday",
            "from_min",
            "staff_id",
            unique=True,
            sqlite_where=_GOES_ON,
            postgresql_where=_GOES_ON,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    weekday: Mapped[int]
    from_min: Mapped[int]
    to_min: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class PlannedDuty(Base):
    """Somebody is to be on duty in a dated opening; a stand-in names whose place it takes."""

    __tablename__ = "planned_duty"
    __table_args__ = (
        UniqueConstraint("id", "opening_id"),
        ForeignKeyConstraint(
            ["replaces_id", "opening_id"],
            ["planned_duty.id", "planned_duty.opening_id"],
            name="fk_planned_duty_replaces_in_opening",
        ),
        Index(
            "uq_planned_duty_person",
            "opening_id",
            "staff_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        unique_if_set("uq_planned_duty_replaces", "replaces_id"),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
        CheckConstraint("state <> 'excused' OR reason IS NOT NULL", name="excused_for_a_reason"),
        Index("ix_planned_duty_staff_id", "staff_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[DutyState] = mapped_column(one_of(DutyState, "state"))
    state_since: Mapped[datetime]
    reason: Mapped[DutyReason | None] = mapped_column(one_of(DutyReason, "reason"))
    replaces_id: Mapped[UUID | None]


class DutyEvent(Base):
    """What became of a planned duty, step by step; nobody did what the facts have shown."""

    __tablename__ = "duty_event"
    __table_args__ = (CheckConstraint("seq >= 1", name="seq"),)

    planned_duty_id: Mapped[UUID] = mapped_column(ForeignKey("planned_duty.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    state: Mapped[DutyState] = mapped_column(one_of(DutyState, "state"))
    reason: Mapped[DutyReason | None] = mapped_column(one_of(DutyReason, "reason"))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class DutyVetting(Base):
    """Until when somebody's clean record (无犯罪记录, 性侵害违法犯罪信息) has been checked."""

    __tablename__ = "duty_vetting"
    __table_args__ = (CheckConstraint("valid_until >= checked_on", name="validity"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    checked_on: Mapped[date]
    valid_until: Mapped[date]
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime]


class DutyAbsence(Base):
    """Days on which somebody cannot come, first and last included."""

    __tablename__ = "duty_absence"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="span"),
        UniqueConstraint("staff_id", "first_day", "last_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[DutyReason] = mapped_column(one_of(DutyReason, "reason"))
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime]


class Visitor(Base):
    """Somebody from outside who helps in an opening: who sent this person, and what for.

    Who has not signed out leaves with the closing of the room: `left_at` stays empty.
    """

    __tablename__ = "visitor"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("length(organisation) > 0", name="organisation_not_empty"),
        CheckConstraint("people BETWEEN 1 AND 99", name="people"),
        CheckConstraint("left_at >= came_at", name="leaves_after_coming"),
        Index("ix_visitor_opening_id", "opening_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    name: Mapped[str] = mapped_column(String(40))
    organisation: Mapped[str] = mapped_column(String(60))
    purpose: Mapped[VisitPurpose] = mapped_column(one_of(VisitPurpose, "purpose"))
    people: Mapped[int]
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    request_id: Mapped[UUID] = mapped_column(unique=True)
