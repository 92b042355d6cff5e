"""The PC that stands in a room: its screen, its sound, its camera, its printer, its scanner."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.db import Base, one_of
from kiosk.rules.devices import LetterCase, ScannedIsbn, ScannerChange, Terminator, VoiceSource


class Device(Base):
    """What staff have set up for the PC of one room. A room without a row has the defaults.

    `px_per_metre` counts CSS pixels on a metre of the glass, None until somebody has held a card
    to it; `pinyin_grades` has bit 2^(n-1) set for grade n; `print_right` and `print_down` are
    tenths of a millimetre by which the printer must be corrected.
    """

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("px_per_metre BETWEEN 1500 AND 15000", name="px_per_metre"),
        CheckConstraint("pinyin_grades BETWEEN 0 AND 511", name="pinyin_grades"),
        CheckConstraint("volume BETWEEN 0 AND 100", name="volume"),
        CheckConstraint("print_right BETWEEN -100 AND 100", name="print_right"),
        CheckConstraint("print_down BETWEEN -100 AND 100", name="print_down"),
    )

    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"), primary_key=True)
    px_per_metre: Mapped[int | None]
    pinyin_grades: Mapped[int]
    is_sound_on: Mapped[bool]
    volume: Mapped[int]
    voice: Mapped[VoiceSource] = mapped_column(one_of(VoiceSource, "voice"))
    is_camera_on: Mapped[bool]
    print_right: Mapped[int]
    print_down: Mapped[int]


class Scanner(Base):
    """How a room's scanner writes, as the scanner page has learned it, and how it differs since."""

    __tablename__ = "scanner"
    __table_args__ = (
        CheckConstraint("(change IS NULL) = (changed_at IS NULL)", name="change_has_a_time"),
    )

    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"), primary_key=True)
    terminator: Mapped[Terminator] = mapped_column(one_of(Terminator, "terminator"))
    prefix: Mapped[str] = mapped_column(String(8))
    letter_case: Mapped[LetterCase] = mapped_column(one_of(LetterCase, "letter_case"))
    isbn: Mapped[ScannedIsbn] = mapped_column(one_of(ScannedIsbn, "isbn"))
    drops_characters: Mapped[bool]
    has_input_method: Mapped[bool]
    learned_at: Mapped[datetime]
    change: Mapped[ScannerChange | None] = mapped_column(one_of(ScannerChange, "change"))
    changed_at: Mapped[datetime | None]
