"""Who looked at, exported, printed or changed protected data. Rows are only ever added."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of


class AuditAction(StrEnum):
    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    REVEAL = "reveal"
    SEARCH = "search"
    EXPORT = "export"
    PRINT = "print"
    IMPORT = "import"
    EDIT = "edit"
    CARD = "card"
    STAFF = "staff"


class Audit(Base):
    """One act: the names of fields, no values; chained by a keyed digest (`security.md` 4.4)."""

    __tablename__ = "audit"

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    action: Mapped[AuditAction] = mapped_column(one_of(AuditAction, "action"))
    subject: Mapped[str] = mapped_column(String(80))
    fields: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(80))
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
