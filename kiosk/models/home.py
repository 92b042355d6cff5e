"""The room itself, and whom its wall names."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base


class Home(Base):
    """A children's home: one room with one kiosk. A school may have several."""

    __tablename__ = "home"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)


class WallBoard(Base):
    """Who is responsible for a room and the telephone, for everybody who stands before its door.

    What is empty is written by hand; a room without a row says nothing.
    """

    __tablename__ = "wall_board"
    __table_args__ = (CheckConstraint("manager <> '' OR telephone <> ''", name="says_something"),)

    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"), primary_key=True)
    manager: Mapped[str] = mapped_column(String(20))
    telephone: Mapped[str] = mapped_column(String(20))
