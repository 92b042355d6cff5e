"""When a family can be rung and a child be fetched, and cards of which that is doubtful.

Civil time: weekdays, 1 for Monday to 7, and minutes since midnight, half-open.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.call_windows import WeekPattern
from kiosk.rules.call_wishes import CardDoubt, LessonKind

_OPEN_DOUBT = text("settled_at IS NULL")


class ContactHours(Base):
    """A weekly time in which a contact can be rung; one without any can be rung at any time.

    It belongs to the day on which it begins and may go on after midnight. The patterns A and B are
    the two weeks of a factory's shifts, counted from any day of an A week.
    """

    __tablename__ = "contact_hours"
    __table_args__ = (
        UniqueConstraint("contact_id", "weekday", "from_min", "pattern"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(
            "from_min BETWEEN 0 AND 1439 AND from_min < to_min AND to_min - from_min <= 1440",
            name="span",
        ),
        CheckConstraint("(pattern = 'always') = (a_week_on IS NULL)", name="every_other_counts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    weekday: Mapped[int]
    from_min: Mapped[int]
    to_min: Mapped[int]
    pattern: Mapped[WeekPattern] = mapped_column(one_of(WeekPattern, "pattern"))
    a_week_on: Mapped[date | None]


class ChildLesson(Base):
    """Weekly minutes in which a child is not fetched for a call, and a word for why."""

    __tablename__ = "child_lesson"
    __table_args__ = (
        UniqueConstraint("child_id", "weekday", "from_min"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("0 <= from_min AND from_min < to_min AND to_min <= 1440", name="span"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    weekday: Mapped[int]
    from_min: Mapped[int]
    to_min: Mapped[int]
    kind: Mapped[LessonKind] = mapped_column(one_of(LessonKind, "kind"))


class ContactDoubt(Base):
    """A contact card that an adult has to look at, and how that ended; one open at a time.

    Until then a child whose calls nobody answers is planned once a week and no more.
    """

    __tablename__ = "contact_doubt"
    __table_args__ = (
        Index(
            "uq_contact_doubt_open",
            "contact_id",
            unique=True,
            sqlite_where=_OPEN_DOUBT,
            postgresql_where=_OPEN_DOUBT,
        ),
        CheckConstraint("settled_at >= raised_at", name="settled_after_raising"),
        CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by_somebody"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    doubt: Mapped[CardDoubt] = mapped_column(one_of(CardDoubt, "doubt"))
    raised_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
