"""Children, their contacts and cards; staff and their sessions."""

from datetime import date, datetime
from enum import StrEnum
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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kiosk.db import Base, one_of
from kiosk.rules.badges import Animal, Cloth
from kiosk.rules.call_windows import Shift
from kiosk.rules.relations import Relation
from kiosk.rules.staff import Role


class ContactStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    BARRED = "barred"
    WITHDRAWN = "withdrawn"


class SchoolClass(Base):
    """A class of this school year, e.g. grade 3, number 2.

    Grade 0, number 0 holds the new friends: cards that were given out before anybody had a name
    for the child (`kiosk.rules.friends`).
    """

    __tablename__ = "school_class"
    __table_args__ = (
        UniqueConstraint("grade", "number"),
        CheckConstraint("grade BETWEEN 0 AND 9", name="grade"),
        CheckConstraint("number BETWEEN 0 AND 40", name="number"),
        CheckConstraint("(grade = 0) = (number = 0)", name="friends_apart"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    grade: Mapped[int]
    number: Mapped[int]

    children: Mapped[list["Child"]] = relationship(back_populates="school_class")


class Child(Base):
    """A child of the roster. `left_on` is the first day the child is no longer enrolled.

    `given_name_pinyin` is how the given name is read where the library would be wrong: syllables
    with tone marks and a space between, one for each sign; None: as the library reads it.
    """

    __tablename__ = "child"
    __table_args__ = (
        Index(
            "uq_child_badge_in_class",
            "class_id",
            "animal",
            "cloth",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
        CheckConstraint("length(given_name) > 0", name="given_name_not_empty"),
        CheckConstraint("length(given_name_pinyin) > 0", name="given_name_pinyin_not_empty"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    family_name: Mapped[str] = mapped_column(String(40))
    given_name: Mapped[str] = mapped_column(String(40))
    given_name_pinyin: Mapped[str | None] = mapped_column(String(80))
    initials: Mapped[str] = mapped_column(String(40), index=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id"))
    local_no: Mapped[str | None] = mapped_column(String(20))
    is_boarder: Mapped[bool] = mapped_column(default=False)
    animal: Mapped[Animal] = mapped_column(one_of(Animal, "animal"))
    cloth: Mapped[Cloth] = mapped_column(one_of(Cloth, "cloth"))
    enrolled_on: Mapped[date]
    left_on: Mapped[date | None]
    not_in_file_since: Mapped[date | None]

    school_class: Mapped[SchoolClass] = relationship(back_populates="children")
    contacts: Mapped[list["Contact"]] = relationship(back_populates="child")


class Contact(Base):
    """A relative the child may call. Name and number stand only as ciphertext.

    `phone_digest` is keyed, so that one person is not rung at two telephones at one time without
    the number standing anywhere (ruling 17). `shift` is how this person works, None: nobody asked;
    `hours_confirmed_on` the day on which the family last said when it can be rung.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("id", "child_id"),
        UniqueConstraint("child_id", "relation", "phone_digest"),
        CheckConstraint("can_phone OR can_video", name="reached_somehow"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    relation: Mapped[Relation] = mapped_column(one_of(Relation, "relation"))
    full_name_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    phone_tail: Mapped[str] = mapped_column(String(4))
    phone_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[ContactStatus] = mapped_column(one_of(ContactStatus, "status"))
    position: Mapped[int] = mapped_column(default=0)
    shift: Mapped[Shift | None] = mapped_column(one_of(Shift, "shift"))
    can_phone: Mapped[bool] = mapped_column(default=True)
    can_video: Mapped[bool] = mapped_column(default=False)
    hours_confirmed_on: Mapped[date | None]

    child: Mapped[Child] = relationship(back_populates="contacts")


class Staff(Base):
    """A person who works here. `display_name` is what the door shows: 王老师."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("length(display_name) > 0", name="display_name_not_empty"),
        # A new PIN is asked for by name: two of one name could not be told apart.
        Index(
            "uq_staff_name_here",
            "display_name",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    display_name: Mapped[str] = mapped_column(String(40))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    pin_hash: Mapped[str] = mapped_column(String(200))
    pin_is_one_time: Mapped[bool] = mapped_column(default=False)
    left_on: Mapped[date | None]


class Card(Base):
    """A card of a child or of staff. Its code is derived from `id`; only a keyed digest is kept."""

    __tablename__ = "card"
    __table_args__ = (
        CheckConstraint("(child_id IS NULL) <> (staff_id IS NULL)", name="one_holder"),
        Index(
            "uq_card_valid_child",
            "child_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL AND child_id IS NOT NULL"),
            postgresql_where=text("revoked_at IS NULL AND child_id IS NOT NULL"),
        ),
        Index(
            "uq_card_valid_staff",
            "staff_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL AND staff_id IS NOT NULL"),
            postgresql_where=text("revoked_at IS NULL AND staff_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in staff screen. The cookie holds a random id; here stands only its digest."""

    __tablename__ = "staff_session"

    id_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Throttle(Base):
    """Wrong PINs of one staff card. It stands in the database so that a restart forgets nothing."""

    __tablename__ = "throttle"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    failures: Mapped[int]
    last_failure_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
