"""Children without a card: their pictures, and who waits for the teacher's touch."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of


class WaitOutcome(StrEnum):
    """ARRIVED: signed in, by the teacher or by its own card. EXPIRED: the room closed before."""

    ARRIVED = "arrived"
    DECLINED = "declined"
    EXPIRED = "expired"


class PictureCode(Base):
    """A child's three pictures, and the wrong tries: a restart forgets none of them."""

    __tablename__ = "picture_code"
    __table_args__ = (
        CheckConstraint(
            "first BETWEEN 1 AND 9 AND second BETWEEN 1 AND 9 AND third BETWEEN 1 AND 9",
            name="known_pictures",
        ),
        CheckConstraint(
            "first <> second AND second <> third AND first <> third", name="all_different"
        ),
        CheckConstraint("failures >= 0", name="failures"),
    )

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"), primary_key=True)
    first: Mapped[int]
    second: Mapped[int]
    third: Mapped[int]
    given_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    last_failure_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    # A try that is sent again is not a second one.
    last_request_id: Mapped[UUID | None]


class WaitingArrival(Base):
    """A child that asked without its card. The visit it became has the time of asking."""

    __tablename__ = "waiting_arrival"
    __table_args__ = (
        Index(
            "uq_waiting_arrival_waiting_child",
            "child_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled_has_an_outcome"),
        CheckConstraint(
            "(visit_id IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'arrived')",
            name="arrived_has_a_visit",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    local_day: Mapped[date]
    asked_at: Mapped[datetime]
    request_id: Mapped[UUID] = mapped_column(unique=True)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[WaitOutcome | None] = mapped_column(one_of(WaitOutcome, "outcome"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"))
