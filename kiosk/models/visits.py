"""Who came and went."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of, unique_if_set
from kiosk.rules.visits import Pastime, VisitState


class Visit(Base):
    """A child's presence. It belongs to the day it began (`visits-and-lending.md` T-25).

    `left_unconfirmed` is what the closing sweep stores: nobody saw the child leave, so there is no
    time of leaving, and none is invented.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index(
            "uq_visit_open_child",
            "child_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        unique_if_set("uq_visit_leave_request_id", "leave_request_id"),
        Index("ix_visit_child_signed_in", "child_id", "signed_in_at"),
        # Of the ended ones only: a scan at the door has one page less to write. The open ones are
        # few, and are found by their own index.
        Index(
            "ix_visit_ended_home_day",
            "home_id",
            "local_day",
            sqlite_where=text("state != 'open'"),
            postgresql_where=text("state != 'open'"),
        ),
        CheckConstraint("(state = 'left') = (signed_out_at IS NOT NULL)", name="left_has_a_time"),
        CheckConstraint("signed_out_at >= signed_in_at", name="leaves_after_arriving"),
        # Its key is its place: one page less to write at each scan.
        {"sqlite_with_rowid": False},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    local_day: Mapped[date]
    signed_in_at: Mapped[datetime]
    signed_out_at: Mapped[datetime | None]
    state: Mapped[VisitState] = mapped_column(one_of(VisitState, "state"))
    request_id: Mapped[UUID] = mapped_column(unique=True)
    leave_request_id: Mapped[UUID | None]


class VisitPastime(Base):
    """What a child said at the door that it came for; most visits have none."""

    __tablename__ = "visit_pastime"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    pastime: Mapped[Pastime] = mapped_column(one_of(Pastime, "pastime"))
