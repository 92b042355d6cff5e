"""The book house: titles, shelves, items and loans."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kiosk.db import Base, one_of, unique_if_set
from kiosk.rules.catalogue import ShelfColour, TitleKind
from kiosk.rules.lending import Borrower, ItemStatus, LoanEnd


class Title(Base):
    """A book as a work: what the catalogue describes once for all its items.

    `volume` is what the book prints of its place in a set or a series, `series_no` the same as a
    number, so that the next one is found. `pad_key` is the name's initials as the keys of a
    nine-key pad. A draft has been taken in by a word or a picture, the rest is to follow.
    """

    __tablename__ = "title"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("price_fen >= 0", name="price"),
        CheckConstraint("series_no > 0", name="series_no"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[TitleKind] = mapped_column(one_of(TitleKind, "kind"), default=TitleKind.BOOK)
    name: Mapped[str] = mapped_column(String(300))
    author: Mapped[str | None] = mapped_column(String(300))
    publisher: Mapped[str | None] = mapped_column(String(200))
    published: Mapped[str | None] = mapped_column(String(20))
    isbn: Mapped[str | None] = mapped_column(String(13), index=True)
    csbn: Mapped[str | None] = mapped_column(String(30))
    issn: Mapped[str | None] = mapped_column(String(8), index=True)
    class_mark: Mapped[str | None] = mapped_column(String(60))
    grade_band: Mapped[str | None] = mapped_column(String(10))
    series: Mapped[str | None] = mapped_column(String(200), index=True)
    series_no: Mapped[int | None]
    volume: Mapped[str | None] = mapped_column(String(40))
    price_fen: Mapped[int | None]
    is_draft: Mapped[bool] = mapped_column(default=False)
    search_key: Mapped[str] = mapped_column(String(700))
    pad_key: Mapped[str] = mapped_column(String(80), default="")

    items: Mapped[list["Item"]] = relationship(back_populates="title")


class TitleCover(Base):
    """A small picture of a title's cover, JPEG, apart from the rows that lists are made of."""

    __tablename__ = "title_cover"
    __table_args__ = (CheckConstraint("length(jpeg) BETWEEN 1 AND 30720", name="size"),)

    title_id: Mapped[UUID] = mapped_column(ForeignKey("title.id"), primary_key=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]


class Shelf(Base):
    """A place where items stand. Without a code it has no label of its own yet."""

    __tablename__ = "shelf"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("length(code) = 12", name="code_length"),
        unique_if_set("uq_shelf_code", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[str | None] = mapped_column(String(12))
    colour: Mapped[ShelfColour | None] = mapped_column(one_of(ShelfColour, "colour"))
    letter: Mapped[str | None] = mapped_column(String(2))


class Item(Base):
    """One copy on the shelf. The code on its label is plain: it says nothing about anybody.

    `added_on` is the day of the ledgers, which a file may bring along; `added_at` is when the item
    was written down here, and None for those from before that was noted. `pile_request_id` is the
    scan at the pile that it came by. `issue` is that of a periodical. `label_queued_at` is set
    while a label is to be printed, `label_checked_at` once somebody has scanned label and book as
    a pair. `misses` counts the stock-takes in a row that have not found the item.
    `price_reason` says why its price was corrected after two people had accepted the batch.
    """

    __tablename__ = "item"
    __table_args__ = (
        # The idle screen shows what is new, and holds it all: no look at the table itself.
        Index("ix_item_added_on_title_id_status", "added_on", "title_id", "status"),
        Index(
            "ix_item_label_queued_at",
            "label_queued_at",
            sqlite_where=text("label_queued_at IS NOT NULL"),
            postgresql_where=text("label_queued_at IS NOT NULL"),
        ),
        CheckConstraint("length(code) = 12", name="code_length"),
        CheckConstraint("price_fen >= 0", name="price"),
        CheckConstraint("misses >= 0", name="misses"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title_id: Mapped[UUID] = mapped_column(ForeignKey("title.id"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    accession_no: Mapped[str] = mapped_column(String(20), unique=True)
    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey("shelf.id"), index=True)
    status: Mapped[ItemStatus] = mapped_column(one_of(ItemStatus, "status"))
    added_on: Mapped[date]
    added_at: Mapped[datetime | None]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("intake_batch.id"), index=True)
    pile_request_id: Mapped[UUID | None]
    price_fen: Mapped[int | None]
    price_reason: Mapped[str | None] = mapped_column(String(200))
    issue: Mapped[str | None] = mapped_column(String(40))
    label_queued_at: Mapped[datetime | None]
    label_checked_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)

    title: Mapped[Title] = relationship(back_populates="items")
    shelf: Mapped[Shelf | None] = relationship()


class Loan(Base):
    """An item in somebody's hands, until `ended_at`.

    `class_id` is the class that borrowed, or the class of the child on that day. Who the child was
    may be forgotten once the loan has ended; the class and the counts stay. `plain_due_on` is the
    day by the policy alone, `due_on` the one after the calendar was asked: a calendar that changes
    later moves the second one only. `end_noted_at` is when the end was written down: the return box
    is emptied later than what lay in it came back. `is_late_entry` and `is_late_return` mark what
    was written into the room's book by hand and entered afterwards (补录).
    """

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
        CheckConstraint("plain_due_on >= local_day", name="plain_due_after_lending"),
        CheckConstraint("renewals >= 0", name="renewals"),
        CheckConstraint("(borrower = 'staff') = (staff_id IS NOT NULL)", name="staff_borrows"),
        CheckConstraint("borrower <> 'class' OR class_id IS NOT NULL", name="class_borrows"),
        CheckConstraint("borrower = 'child' OR child_id IS NULL", name="child_borrows"),
        CheckConstraint(
            "borrower <> 'child' OR child_id IS NOT NULL OR ended_at IS NOT NULL",
            name="open_has_a_reader",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    borrower: Mapped[Borrower] = mapped_column(one_of(Borrower, "borrower"), default=Borrower.CHILD)
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("school_class.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    local_day: Mapped[date]
    lent_at: Mapped[datetime]
    lent_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    plain_due_on: Mapped[date]
    due_on: Mapped[date]
    is_holiday_loan: Mapped[bool] = mapped_column(default=False)
    renewals: Mapped[int] = mapped_column(default=0)
    renewed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_noted_at: Mapped[datetime | None]
    ended_as: Mapped[LoanEnd | None] = mapped_column(one_of(LoanEnd, "ended_as"))
    is_late_entry: Mapped[bool] = mapped_column(default=False)
    is_late_return: Mapped[bool] = mapped_column(default=False)
    request_id: Mapped[UUID] = mapped_column(unique=True)
    renew_request_id: Mapped[UUID | None]
    end_request_id: Mapped[UUID | None]
