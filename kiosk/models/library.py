"""The book house: titles, items and loans."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kiosk.db import Base, one_of, unique_if_set
from kiosk.rules.lending import ItemStatus, LoanEnd


class Title(Base):
    """A book as a work: what the catalogue describes once for all its items."""

    __tablename__ = "title"
    __table_args__ = (CheckConstraint("length(name) > 0", name="name_not_empty"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    author: Mapped[str | None] = mapped_column(String(300))
    publisher: Mapped[str | None] = mapped_column(String(200))
    published: Mapped[str | None] = mapped_column(String(20))
    isbn: Mapped[str | None] = mapped_column(String(13), index=True)
    csbn: Mapped[str | None] = mapped_column(String(30))
    class_mark: Mapped[str | None] = mapped_column(String(60))
    grade_band: Mapped[str | None] = mapped_column(String(10))
    search_key: Mapped[str] = mapped_column(String(700))

    items: Mapped[list["Item"]] = relationship(back_populates="title")


class Item(Base):
    """One copy on the shelf. The code on its label is plain: it says nothing about anybody."""

    __tablename__ = "item"
    __table_args__ = (
        # The idle screen shows what is new, and holds it all: no look at the table itself.
        Index("ix_item_added_on_title_id_status", "added_on", "title_id", "status"),
        CheckConstraint("length(code) = 12", name="code_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title_id: Mapped[UUID] = mapped_column(ForeignKey("title.id"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    accession_no: Mapped[str] = mapped_column(String(20), unique=True)
    shelf: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[ItemStatus] = mapped_column(one_of(ItemStatus, "status"))
    added_on: Mapped[date]

    title: Mapped[Title] = relationship(back_populates="items")


class Loan(Base):
    """An item in a child's hands, until `ended_at`."""

    __tablename__ = "loan"
    __table_args__ = (
        Index(
            "uq_loan_open_item",
            "item_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        unique_if_set("uq_loan_renew_request_id", "renew_request_id"),
        unique_if_set("uq_loan_end_request_id", "end_request_id"),
        Index("ix_loan_item_lent_at", "item_id", "lent_at"),
        Index("ix_loan_child_ended_at", "child_id", "ended_at"),
        Index("ix_loan_local_day", "local_day"),
        Index("ix_loan_ended_at", "ended_at"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_has_a_way"),
        CheckConstraint("ended_at >= lent_at", name="ends_after_lending"),
        CheckConstraint("due_on >= local_day", name="due_after_lending"),
        CheckConstraint("renewals >= 0", name="renewals"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    local_day: Mapped[date]
    lent_at: Mapped[datetime]
    lent_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    due_on: Mapped[date]
    renewals: Mapped[int] = mapped_column(default=0)
    renewed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[LoanEnd | None] = mapped_column(one_of(LoanEnd, "ended_as"))
    request_id: Mapped[UUID] = mapped_column(unique=True)
    renew_request_id: Mapped[UUID | None]
    end_request_id: Mapped[UUID | None]
