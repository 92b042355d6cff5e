"""Where the items come from: purchases, donations and what the office hands out."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.intake import BatchKind, NotTaken


class IntakeBatch(Base):
    """Items that came together. One person receives them, another one accepts them (验收).

    `donor` is a school, a firm or a person; how to reach them stands only as ciphertext.
    """

    __tablename__ = "intake_batch"
    __table_args__ = (
        CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_by_somebody"
        ),
        CheckConstraint("accepted_by_id <> received_by_id", name="two_persons"),
        CheckConstraint("kind <> 'donation' OR length(donor) > 0", name="donation_has_a_donor"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    kind: Mapped[BatchKind] = mapped_column(one_of(BatchKind, "kind"))
    on_date: Mapped[date]
    donor: Mapped[str | None] = mapped_column(String(200))
    donor_contact_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    note: Mapped[str | None] = mapped_column(String(200))
    received_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    accepted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    accepted_at: Mapped[datetime | None]


class BatchGoods(Base):
    """Things of a batch that are no items: a box of pencils, a shelf. They stand in L11 only."""

    __tablename__ = "batch_goods"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("price_fen >= 0", name="price"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("intake_batch.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    spec: Mapped[str | None] = mapped_column(String(100))
    unit: Mapped[str] = mapped_column(String(10))
    quantity: Mapped[int]
    price_fen: Mapped[int | None]
    used_for: Mapped[str | None] = mapped_column(String(100))


class BatchNotTaken(Base):
    """A book of a batch that became no item, and why. The id is that of the request."""

    __tablename__ = "batch_not_taken"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("intake_batch.id"), index=True)
    reason: Mapped[NotTaken] = mapped_column(one_of(NotTaken, "reason"))
    noted_at: Mapped[datetime]
