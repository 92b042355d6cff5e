"""What people said of an opening: its times afterwards, its telephones before, its end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.room_times import TimeSource


class OpeningTimes(Base):
    """When an opening began and ended as somebody had it: a row each time, none is ever changed.

    Row 0 is what stood before anybody said otherwise; the last row is what the opening holds.
    """

    __tablename__ = "opening_times"
    __table_args__ = (
        UniqueConstraint("opening_id", "seq"),
        CheckConstraint("seq >= 0", name="counted"),
        CheckConstraint("closed_at >= opened_at", name="closes_after_opening"),
        CheckConstraint("(opened_at IS NULL) = (opened_from IS NULL)", name="opened_is_known_how"),
        CheckConstraint("(closed_at IS NULL) = (closed_from IS NULL)", name="closed_is_known_how"),
        CheckConstraint("(seq = 0) = (said_by_id IS NULL)", name="somebody_said_it"),
        CheckConstraint("length(reason) > 0", name="reason_has_words"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    seq: Mapped[int]
    opened_at: Mapped[datetime | None]
    opened_from: Mapped[TimeSource | None] = mapped_column(one_of(TimeSource, "opened_from"))
    closed_at: Mapped[datetime | None]
    closed_from: Mapped[TimeSource | None] = mapped_column(one_of(TimeSource, "closed_from"))
    reason: Mapped[str | None] = mapped_column(String(140))
    said_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    said_at: Mapped[datetime]


class LineTest(Base):
    """Whether a line was found to work when the room was opened; one that nobody tried has none."""

    __tablename__ = "line_test"
    __table_args__ = (UniqueConstraint("opening_id", "line_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("line.id"))
    works: Mapped[bool]
    tested_at: Mapped[datetime]


class ClosingNote(Base):
    """How the room was left, signed by who closed it. What is counted is what stood there then.

    `games_expected` are those that should have been on their shelf; `games_counted` is None where
    nobody counted them.
    """

    __tablename__ = "closing_note"
    __table_args__ = (
        UniqueConstraint("opening_id"),
        CheckConstraint(
            "children_left >= 0 AND books_out >= 0 AND games_out >= 0 AND games_expected >= 0",
            name="counts",
        ),
        CheckConstraint("games_counted >= 0", name="games_counted"),
        CheckConstraint("length(line) > 0", name="line_has_words"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    children_left: Mapped[int]
    books_out: Mapped[int]
    games_out: Mapped[int]
    games_expected: Mapped[int]
    games_counted: Mapped[int | None]
    is_clean: Mapped[bool]
    is_safe: Mapped[bool]
    line: Mapped[str | None] = mapped_column(String(140))
    signed_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime]
