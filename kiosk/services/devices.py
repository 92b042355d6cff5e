"""What staff have set up for the PC of this room."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.device import Device
from kiosk.rules import devices
from kiosk.rules.devices import VoiceSource
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """The PC of a room. `px_per_metre` is None while nobody has held a card to the screen.

    `volume` is a percentage; `print_right` and `print_down` are tenths of a millimetre.
    """

    px_per_metre: int | None = None
    pinyin_grades: frozenset[int] = frozenset({1, 2})
    is_sound_on: bool = True
    volume: int = 80
    voice: VoiceSource = VoiceSource.BEST
    is_camera_on: bool = False
    print_right: int = 0
    print_down: int = 0


DEFAULTS: Final = DeviceSettings()


def read(home_id: UUID) -> DeviceSettings:
    """Return what is set up for a room's PC; the defaults where nothing is."""
    return _found(reading(), home_id)


def change(values: Mapping[str, Any], *, actor_id: UUID | None, here: Here) -> DeviceSettings:
    """Set up these fields of `DeviceSettings` and return the whole.

    Raises:
        TypeError: a name that is no field.
    """
    with transaction() as session:
        wanted = DeviceSettings(**{**asdict(_found(session, here.home_id)), **values})
        fields = asdict(wanted)
        fields["pinyin_grades"] = devices.grades_to_bits(wanted.pinyin_grades)
        session.merge(Device(home_id=here.home_id, **fields))
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"device:{here.home_id}",
            fields=" ".join(sorted(values)),
            purpose="setup",
            here=here,
        )
    return wanted


def _found(session: Session, home_id: UUID) -> DeviceSettings:
    row = session.get(Device, home_id)
    if row is None:
        return DEFAULTS
    return DeviceSettings(
        px_per_metre=row.px_per_metre,
        pinyin_grades=devices.bits_to_grades(row.pinyin_grades),
        is_sound_on=row.is_sound_on,
        volume=row.volume,
        voice=row.voice,
        is_camera_on=row.is_camera_on,
        print_right=row.print_right,
        print_down=row.print_down,
    )
