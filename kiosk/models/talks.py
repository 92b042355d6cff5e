"""Who would like to be talked to, and by whom. Days alone: of what they spoke, nothing is kept."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.badges import Cloth


class TalkOffer(Base):
    """An adult whom children may ask for, and the cloth behind the face on their screen."""

    __tablename__ = "talk_offer"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    cloth: Mapped[Cloth] = mapped_column(one_of(Cloth, "cloth"), unique=True)


class TalkRequest(Base):
    """A child asked for an adult; `talked_on` None: the two have not talked yet."""

    __tablename__ = "talk_request"
    __table_args__ = (
        CheckConstraint("talked_on >= asked_on", name="talks_after_asking"),
        Index(
            "uq_talk_request_open",
            "child_id",
            unique=True,
            sqlite_where=text("talked_on IS NULL"),
            postgresql_where=text("talked_on IS NULL"),
        ),
        Index("ix_talk_request_staff_id", "staff_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_on: Mapped[date]
    talked_on: Mapped[date | None]
