"""Round the loans: the policy table, holds, reading in the room, and what was entered late."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.holds import HoldEnd
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.late_entries import LateAction, LateState


class LendingPolicyRow(Base):
    """What the readers of a grade may do with titles of a kind. Grade 0 stands for teachers."""

    __tablename__ = "lending_policy"
    __table_args__ = (
        CheckConstraint("grade BETWEEN 0 AND 9", name="grade"),
        CheckConstraint("most BETWEEN 1 AND 99", name="most"),
        CheckConstraint("days BETWEEN 1 AND 366", name="days"),
        CheckConstraint("renewals BETWEEN 0 AND 99", name="renewals"),
        CheckConstraint("grace_days BETWEEN 0 AND 366", name="grace_days"),
    )

    grade: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[TitleKind] = mapped_column(one_of(TitleKind, "kind"), primary_key=True)
    most: Mapped[int]
    days: Mapped[int]
    renewals: Mapped[int]
    grace_days: Mapped[int]
    self_lending: Mapped[bool]


class LibrarySetting(Base):
    """The book house's other numbers, for one room. A room without a row has the defaults."""

    __tablename__ = "library_setting"
    __table_args__ = (
        CheckConstraint("holiday_most BETWEEN 0 AND 99", name="holiday_most"),
        CheckConstraint("hold_days BETWEEN 1 AND 30", name="hold_days"),
        CheckConstraint("holds_most BETWEEN 0 AND 10", name="holds_most"),
        CheckConstraint("spread_days BETWEEN 1 AND 10", name="spread_days"),
    )

    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"), primary_key=True)
    holiday_most: Mapped[int]
    hold_days: Mapped[int]
    holds_most: Mapped[int]
    spread_days: Mapped[int]
    # Whether the end of a term cuts the link between child and title.
    forgets_readers: Mapped[bool]


class Hold(Base):
    """A child waits for a title. With an item it lies ready on the hold shelf until a day."""

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "uq_hold_open_child_title",
            "child_id",
            "title_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_hold_ready_item",
            "item_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND item_id IS NOT NULL"),
            postgresql_where=text("ended_at IS NULL AND item_id IS NOT NULL"),
        ),
        Index("ix_hold_title_placed_at", "title_id", "placed_at"),
        CheckConstraint(
            "(item_id IS NULL) = (ready_at IS NULL) AND (item_id IS NULL) = (pick_up_by IS NULL)",
            name="ready_is_whole",
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_has_a_way"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title_id: Mapped[UUID] = mapped_column(ForeignKey("title.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    placed_at: Mapped[datetime]
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    ready_at: Mapped[datetime | None]
    pick_up_by: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[HoldEnd | None] = mapped_column(one_of(HoldEnd, "ended_as"))
    request_id: Mapped[UUID] = mapped_column(unique=True)


class RoomReading(Base):
    """A book was read in the room: counted, without saying by whom."""

    __tablename__ = "room_reading"
    __table_args__ = (Index("ix_room_reading_local_day", "local_day"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    local_day: Mapped[date]
    read_at: Mapped[datetime]
    request_id: Mapped[UUID] = mapped_column(unique=True)


class ItemCase(Base):
    """Something happened to an item: lost, damaged, missing. It stays open until it is settled."""

    __tablename__ = "item_case"
    __table_args__ = (
        Index(
            "uq_item_case_open_item",
            "item_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_item_case_local_day", "local_day"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_has_a_way"),
        CheckConstraint(
            "ended_as NOT IN ('replaced', 'pardoned', 'withdrawn') OR length(end_reason) > 0",
            name="end_has_a_reason",
        ),
        CheckConstraint("length(photo) BETWEEN 1 AND 61440", name="photo_size"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan.id"))
    kind: Mapped[CaseKind] = mapped_column(one_of(CaseKind, "kind"))
    local_day: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(String(200))
    photo: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[CaseEnd | None] = mapped_column(one_of(CaseEnd, "ended_as"))
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    end_reason: Mapped[str | None] = mapped_column(String(200))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class ItemWithdrawal(Base):
    """A copy that the house does not have any more, from a day on until it came back.

    Without a day of its own it was withdrawn before that was noted, nobody knows when.
    """

    __tablename__ = "item_withdrawal"
    __table_args__ = (
        Index(
            "uq_item_withdrawal_gone",
            "item_id",
            unique=True,
            sqlite_where=text("back_on IS NULL"),
            postgresql_where=text("back_on IS NULL"),
        ),
        Index("ix_item_withdrawal_item_id", "item_id"),  # also of what came back
        CheckConstraint("back_on >= withdrawn_on", name="back_after_withdrawal"),
        CheckConstraint("back_on IS NULL OR withdrawn_on IS NOT NULL", name="back_has_a_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    withdrawn_on: Mapped[date | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    back_on: Mapped[date | None]


class LateEntry(Base):
    """A line of the room's paper book, typed in afterwards (补录).

    One that fits is applied at once; one that contradicts what is known is a question for the
    teacher, and changes nothing until it is answered.
    """

    __tablename__ = "late_entry"
    __table_args__ = (
        Index("ix_late_entry_item_at", "item_id", "happened_at"),
        CheckConstraint("(state = 'asked') = (settled_at IS NULL)", name="settled_has_a_time"),
        CheckConstraint("action <> 'lend' OR child_id IS NOT NULL", name="lend_has_a_reader"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[LateAction] = mapped_column(one_of(LateAction, "action"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    happened_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[LateState] = mapped_column(one_of(LateState, "state"))
    problem: Mapped[str | None] = mapped_column(String(40))
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan.id"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    request_id: Mapped[UUID] = mapped_column(unique=True)
