"""The week's plan of family calls, and what changes it: wishes, and lines that are out of order.

Nothing here holds what was said, or a number: a reason is one of a list, a time is civil time in
minutes since midnight (`calls-and-hours.md` 3.2).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.call_reasons import SeatReason, TimeReason, UnseatedReason
from kiosk.rules.call_wishes import (
    AskedBy,
    OutageReason,
    PlanState,
    UrgentReason,
    WishKind,
    WishState,
)

_IN_USE = text("state <> 'replaced'")
_MAIN_SEAT = text("slot_id IS NOT NULL AND with_child_id IS NULL")
_NOT_OVER = text("ended_at IS NULL")


class CallSetting(Base):
    """How the calls of a room are planned. Without a row nothing is: children pick their times.

    The draft of the next week is made on `drafts_on` (1 for Monday to 7) from `drafts_from_min` on;
    a person looks at it and publishes it. `urgent_cap` is how many urgent calls a week has at most.
    The lots of every week are drawn with `lot_secret`, so that no plan is made again until a lot
    pleases.
    """

    __tablename__ = "call_setting"
    __table_args__ = (
        CheckConstraint("drafts_on BETWEEN 1 AND 7", name="drafts_on"),
        CheckConstraint("drafts_from_min BETWEEN 0 AND 1439", name="drafts_from"),
        CheckConstraint("urgent_cap BETWEEN 0 AND 20", name="urgent_cap"),
        CheckConstraint("length(lot_secret) = 32", name="lot_secret"),
    )

    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"), primary_key=True)
    drafts_on: Mapped[int]
    drafts_from_min: Mapped[int]
    urgent_cap: Mapped[int]
    lot_secret: Mapped[bytes] = mapped_column(LargeBinary(32))


class LineOutage(Base):
    """A time in which a line could not be used; a line has one at a time.

    One that was to end by itself takes only places of its day, withdrawn when it was told; nobody
    is said to have ended it. Any other takes the line out of use until somebody ends it.
    """

    __tablename__ = "line_outage"
    __table_args__ = (
        Index(
            "uq_line_outage_now",
            "line_id",
            unique=True,
            sqlite_where=_NOT_OVER,
            postgresql_where=_NOT_OVER,
        ),
        CheckConstraint("ended_at >= began_at", name="ends_after_beginning"),
        CheckConstraint("ended_at IS NOT NULL OR ended_by_id IS NULL", name="ended_by_needs_end"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("line.id"))
    reason: Mapped[OutageReason] = mapped_column(one_of(OutageReason, "reason"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    told_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    request_id: Mapped[UUID] = mapped_column(unique=True)


class WeekPlan(Base):
    """The plan of a week with all that it takes to make it again; one draft, one that holds.

    `seed` opens the lots of this week and of no other. A plan that was made anew before it was
    published is replaced; one that is published stays, and repair moves single calls.
    """

    __tablename__ = "week_plan"
    __table_args__ = (
        Index(
            "uq_week_plan_now",
            "home_id",
            "week_key",
            "state",
            unique=True,
            sqlite_where=_IN_USE,
            postgresql_where=_IN_USE,
        ),
        CheckConstraint("length(seed) = 64", name="seed"),
        CheckConstraint("length(input_digest) = 64", name="input_digest"),
        CheckConstraint("rule_version >= 1", name="rule_version"),
        CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)", name="published_has_a_time"
        ),
        CheckConstraint(
            "(published_at IS NULL) = (published_by_id IS NULL)", name="published_by_somebody"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    week_key: Mapped[str] = mapped_column(String(8))
    state: Mapped[PlanState] = mapped_column(one_of(PlanState, "state"))
    seed: Mapped[str] = mapped_column(String(64))
    rule_version: Mapped[int]
    input_digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class PlanSeat(Base):
    """What a plan has for one child: a place and why, or none and why not.

    `turn` counts from 1, the longest waiting first. A sibling has the place of the child it rings
    with, `with_child_id`; any other place belongs to one child of the plan.
    """

    __tablename__ = "plan_seat"
    __table_args__ = (
        UniqueConstraint("plan_id", "turn"),
        Index(
            "uq_plan_seat_slot",
            "plan_id",
            "slot_id",
            unique=True,
            sqlite_where=_MAIN_SEAT,
            postgresql_where=_MAIN_SEAT,
        ),
        ForeignKeyConstraint(
            ["contact_id", "child_id"],
            ["contact.id", "contact.child_id"],
            name="fk_plan_seat_own_contact",
        ),
        ForeignKeyConstraint(
            ["plan_id", "with_child_id"],
            ["plan_seat.plan_id", "plan_seat.child_id"],
            name="fk_plan_seat_with_child",
        ),
        CheckConstraint("turn >= 1 AND waited_days >= 0", name="turn"),
        CheckConstraint("(slot_id IS NULL) = (contact_id IS NULL)", name="place_has_a_person"),
        CheckConstraint("(slot_id IS NULL) = (seat_reason IS NULL)", name="seated_has_a_reason"),
        CheckConstraint("(slot_id IS NULL) = (time_reason IS NULL)", name="time_has_a_reason"),
        CheckConstraint(
            "(slot_id IS NULL) = (unseated_reason IS NOT NULL)", name="unseated_has_a_reason"
        ),
        CheckConstraint(
            "with_child_id IS NULL OR (slot_id IS NOT NULL AND with_child_id <> child_id)",
            name="rings_with_another",
        ),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("week_plan.id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"), primary_key=True)
    turn: Mapped[int]
    waited_days: Mapped[int]
    slot_id: Mapped[UUID | None] = mapped_column(ForeignKey("slot.id"))
    contact_id: Mapped[UUID | None]
    with_child_id: Mapped[UUID | None]
    seat_reason: Mapped[SeatReason | None] = mapped_column(one_of(SeatReason, "seat_reason"))
    time_reason: Mapped[TimeReason | None] = mapped_column(one_of(TimeReason, "time_reason"))
    unseated_reason: Mapped[UnseatedReason | None] = mapped_column(
        one_of(UnseatedReason, "unseated_reason")
    )


class CallWish(Base):
    """A call that somebody asked for. It adds times, never rank.

    The urgent ones of a week are numbered: the number makes the cap hold, whoever asks at once.
    """

    __tablename__ = "call_wish"
    __table_args__ = (
        UniqueConstraint("home_id", "week_key", "urgent_no"),
        ForeignKeyConstraint(
            ["contact_id", "child_id"],
            ["contact.id", "contact.child_id"],
            name="fk_call_wish_own_contact",
        ),
        Index("ix_call_wish_week", "home_id", "week_key"),
        CheckConstraint("(kind = 'urgent') = (urgent_no IS NOT NULL)", name="urgent_is_numbered"),
        CheckConstraint("(kind = 'urgent') = (urgent_reason IS NOT NULL)", name="urgent_says_why"),
        CheckConstraint("urgent_no >= 1", name="urgent_no"),
        CheckConstraint("(asked_by = 'child') = (staff_id IS NULL)", name="written_down_by"),
        CheckConstraint(
            "(state = 'planned') = (booking_id IS NOT NULL)", name="planned_has_a_call"
        ),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_has_a_time"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    contact_id: Mapped[UUID | None]
    kind: Mapped[WishKind] = mapped_column(one_of(WishKind, "kind"))
    asked_by: Mapped[AskedBy] = mapped_column(one_of(AskedBy, "asked_by"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    week_key: Mapped[str] = mapped_column(String(8))
    urgent_reason: Mapped[UrgentReason | None] = mapped_column(
        one_of(UrgentReason, "urgent_reason")
    )
    urgent_no: Mapped[int | None]
    state: Mapped[WishState] = mapped_column(one_of(WishState, "state"))
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    request_id: Mapped[UUID] = mapped_column(unique=True)


class WishTime(Base):
    """A dated time that a wish adds to the hours of the contact."""

    __tablename__ = "wish_time"
    __table_args__ = (
        CheckConstraint("0 <= from_min AND from_min < to_min AND to_min <= 1440", name="span"),
    )

    wish_id: Mapped[UUID] = mapped_column(ForeignKey("call_wish.id"), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    from_min: Mapped[int] = mapped_column(primary_key=True)
    to_min: Mapped[int]
