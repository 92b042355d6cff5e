"""What of the room has changed, and what the school record has confirmed.

`sync_change` is filled by triggers (`services/record_map.py`), so that a change made by any
statement is caught; it keeps one row for each record, for ever, also when the record is gone.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of


class SyncNotice(StrEnum):
    """What staff are told once about the record, beside that all is well."""

    RESTORED = "restored"
    RECORD_WAS_EMPTY = "record-was-empty"
    REPAIRED = "repaired"


class SyncControl(Base):
    """The room's name towards the record, made at the first sync; `muted` stops the capture."""

    __tablename__ = "sync_control"
    __table_args__ = (CheckConstraint("k = 1", name="one_row"),)

    k: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    room_id: Mapped[UUID | None]
    muted: Mapped[bool] = mapped_column(default=False)


class SyncChange(Base):
    """The latest change of one record: `op` U (there it is) or D (it is gone).

    `seq` counts the changes: each takes the number after the highest, which no row ever gives up.
    """

    __tablename__ = "sync_change"
    __table_args__ = (
        UniqueConstraint("tbl", "pk"),
        CheckConstraint("op IN ('U', 'D')", name="op"),
    )

    # The key, and on SQLite the row's own number: one page less to write at each scan.
    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    tbl: Mapped[str] = mapped_column(String(40))
    pk: Mapped[str] = mapped_column(String(32))
    op: Mapped[str] = mapped_column(String(1))


class SyncState(Base):
    """How far one target has confirmed, and how far both sides were compared since.

    `sending_*` is the batch whose receipt is still out. With it, a batch that the record has and we
    did not hear of is told apart from one that another life of this disk has sent (`sync.md` 2.4).
    """

    __tablename__ = "sync_state"
    __table_args__ = (
        CheckConstraint("epoch >= 1", name="epoch"),
        CheckConstraint("acked_seq >= 0", name="acked_seq"),
    )

    target: Mapped[str] = mapped_column(String(20), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, default=1)
    acked_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    verified_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    chain: Mapped[str] = mapped_column(String(64), default="")
    sending_to: Mapped[int | None] = mapped_column(BigInteger)
    sending_chain: Mapped[str | None] = mapped_column(String(64))
    claim: Mapped[str | None] = mapped_column(String(32))
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(24))
    last_error_at: Mapped[datetime | None]
    notice: Mapped[SyncNotice | None] = mapped_column(one_of(SyncNotice, "notice"))
    notice_rows: Mapped[int] = mapped_column(default=0)
    notice_at: Mapped[datetime | None]


class SyncQuarantine(Base):
    """A change that a target cannot take. The rest goes on; a later change of the row is tried."""

    __tablename__ = "sync_quarantine"

    target: Mapped[str] = mapped_column(String(20), primary_key=True)
    tbl: Mapped[str] = mapped_column(String(40), primary_key=True)
    pk: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(String(24))
    first_at: Mapped[datetime]
