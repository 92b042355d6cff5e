"""What was done together in the room, and who looks after whom."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.activities import ActivityKind, PairingKind


class Activity(Base):
    """Something that was done together. Who took part, the visits of that time say.

    Of pictures it has the numbers alone: they are kept where the school keeps pictures.
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("0 <= from_min AND from_min < to_min AND to_min <= 1440", name="span"),
        CheckConstraint("length(title) > 0", name="title_not_empty"),
        CheckConstraint("length(organiser) > 0", name="organiser_not_empty"),
        CheckConstraint("length(place) > 0", name="place_not_empty"),
        Index("ix_activity_home_date", "home_id", "on_date"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    on_date: Mapped[date]
    from_min: Mapped[int]
    to_min: Mapped[int]
    title: Mapped[str] = mapped_column(String(60))
    kind: Mapped[ActivityKind] = mapped_column(one_of(ActivityKind, "kind"))
    place: Mapped[str] = mapped_column(String(40))
    organiser: Mapped[str] = mapped_column(String(40))
    course: Mapped[str | None] = mapped_column(String(400))
    photos: Mapped[str | None] = mapped_column(String(80))
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime]
    request_id: Mapped[UUID] = mapped_column(unique=True)


class Pairing(Base):
    """Somebody who looks after a child, until it ends."""

    __tablename__ = "pairing"
    __table_args__ = (
        CheckConstraint("length(helper) > 0", name="helper_not_empty"),
        CheckConstraint("length(post) > 0", name="post_not_empty"),
        CheckConstraint("until >= since", name="ends_after_beginning"),
        Index(
            "uq_pairing_live",
            "child_id",
            "helper",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    helper: Mapped[str] = mapped_column(String(40))
    post: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[PairingKind] = mapped_column(one_of(PairingKind, "kind"))
    since: Mapped[date]
    until: Mapped[date | None]


class PairingContact(Base):
    """A day on which a helper was in contact with its child; of what was said, nothing."""

    __tablename__ = "pairing_contact"
    __table_args__ = (UniqueConstraint("pairing_id", "on_date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairing.id"))
    on_date: Mapped[date]
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
