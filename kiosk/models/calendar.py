"""The school's calendar: terms, and the days that are not as their weekday says."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.holidays import HolidayAnswer
from kiosk.rules.school_days import DayKind, WeekLetter


class Term(Base):
    """A term (学期), first to last school day; frozen once its ledgers are in the archive.

    `first_letter` is that of its first school week: most schools begin with the odd one.
    `forgets_up_to` is the last change of the room (`SyncChange.seq`) that the archive knows of. It
    is set while the readers of the term are being forgotten, and no longer.
    """

    __tablename__ = "term"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("first_day < last_day", name="span"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    first_letter: Mapped[WeekLetter] = mapped_column(
        one_of(WeekLetter, "first_letter"), default=WeekLetter.A
    )
    frozen_at: Mapped[datetime | None]
    forgets_up_to: Mapped[int | None] = mapped_column(BigInteger)


class CalendarDay(Base):
    """A day that differs from its weekday: closed, or a working day made up for a holiday.

    `as_weekday` is the weekday whose plan a make-up day follows, 1 for Monday to 7. `source` says
    where it was read, with its version; None: written by hand. `decided_by` is who confirmed it.
    """

    __tablename__ = "calendar_day"
    __table_args__ = (
        CheckConstraint("as_weekday BETWEEN 1 AND 7", name="as_weekday"),
        CheckConstraint("(kind = 'made_up') = (as_weekday IS NOT NULL)", name="made_up_follows"),
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("length(source) > 0", name="source_not_empty"),
    )

    on_date: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind] = mapped_column(one_of(DayKind, "kind"))
    name: Mapped[str] = mapped_column(String(60))
    as_weekday: Mapped[int | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    source: Mapped[str | None] = mapped_column(String(60))


class HolidayYear(Base):
    """A year whose public holidays are known: from a `source`, or because somebody said so.

    Whoever has written them by hand is `told_by`.
    """

    __tablename__ = "holiday_year"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint("(source IS NULL) = (told_by_id IS NOT NULL)", name="known_from"),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str | None] = mapped_column(String(60))
    told_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime]


class RuleSetChoice(Base):
    """Which rule set a room follows, by the name of its file."""

    __tablename__ = "rule_set_choice"
    __table_args__ = (CheckConstraint("length(name) > 0", name="name_not_empty"),)

    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    chosen_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    chosen_at: Mapped[datetime]


class PublicDayRow(Base):
    """A public holiday or a day worked for one, as its source has it: a question to the school.

    Nothing follows from it before somebody has answered. Where the list says otherwise later
    (`is_withdrawn`: no longer has the day at all), what was answered to the day as it was before
    stands in `was_...`, and the day is asked again.
    """

    __tablename__ = "public_day"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) "
            "AND (answer IS NULL) = (answered_by_id IS NULL)",
            name="answered_by_somebody",
        ),
        CheckConstraint(
            "(was_answer IS NULL) = (was_answered_at IS NULL) "
            "AND (was_answer IS NULL) = (was_answered_by_id IS NULL) "
            "AND (was_answer IS NULL OR was_kind IS NOT NULL)",
            name="was_answered_by_somebody",
        ),
    )

    on_date: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("holiday_year.year"))
    kind: Mapped[DayKind] = mapped_column(one_of(DayKind, "kind"))
    name: Mapped[str] = mapped_column(String(60))
    answer: Mapped[HolidayAnswer | None] = mapped_column(one_of(HolidayAnswer, "answer"))
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    was_kind: Mapped[DayKind | None] = mapped_column(one_of(DayKind, "was_kind"))
    was_answer: Mapped[HolidayAnswer | None] = mapped_column(one_of(HolidayAnswer, "was_answer"))
    was_answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    was_answered_at: Mapped[datetime | None]
