"""The room itself."""

from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base


class Home(Base):
    """A children's home: one room with one kiosk. A school may have several."""

    __tablename__ = "home"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
