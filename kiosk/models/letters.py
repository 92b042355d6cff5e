"""Letters between children and their families: that there was one on a day, and no more."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base


class LetterLog(Base):
    """A day on which a child wrote to its family; not to whom, not where, and nothing of it."""

    __tablename__ = "letter_log"
    __table_args__ = (
        UniqueConstraint("child_id", "on_date"),
        Index("ix_letter_log_on_date", "on_date"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    on_date: Mapped[date]
    noted_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
