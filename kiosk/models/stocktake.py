"""Counting the shelves: a stock-take, the shelves done, and each item seen."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.stocktake import SightKind


class Stocktake(Base):
    """A count of all shelves, over days if need be; one at a time in a room."""

    __tablename__ = "stocktake"
    __table_args__ = (
        Index(
            "uq_stocktake_open_home",
            "home_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("ended_at >= began_at", name="ends_after_beginning"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    began_at: Mapped[datetime]
    began_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class StocktakeShelf(Base):
    """A shelf of a stock-take: begun with its code, done when somebody says so."""

    __tablename__ = "stocktake_shelf"
    __table_args__ = (CheckConstraint("done_at >= begun_at", name="done_after_begun"),)

    stocktake_id: Mapped[UUID] = mapped_column(ForeignKey("stocktake.id"), primary_key=True)
    shelf_id: Mapped[UUID] = mapped_column(ForeignKey("shelf.id"), primary_key=True)
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class StocktakeSight(Base):
    """An item was seen at a shelf, and what was odd about it at that moment."""

    __tablename__ = "stocktake_sight"
    __table_args__ = (UniqueConstraint("stocktake_id", "item_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stocktake_id: Mapped[UUID] = mapped_column(ForeignKey("stocktake.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey("shelf.id"))
    seen_at: Mapped[datetime]
    kind: Mapped[SightKind] = mapped_column(one_of(SightKind, "kind"))
    request_id: Mapped[UUID] = mapped_column(unique=True)


class LedgerArchive(Base):
    """A ledger of a term as it was at its end, sealed: later changes do not reach it."""

    __tablename__ = "ledger_archive"
    __table_args__ = (UniqueConstraint("term_id", "ledger"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    term_id: Mapped[UUID] = mapped_column(ForeignKey("term.id"))
    ledger: Mapped[str] = mapped_column(String(8))
    first_day: Mapped[date]
    last_day: Mapped[date]
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    content_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
