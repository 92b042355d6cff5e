"""The PC's settings: defaults, changes, and what the database refuses."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kiosk.db import reading
from kiosk.models.audit import Audit
from kiosk.rules.devices import VoiceSource
from kiosk.services import devices
from kiosk.services.devices import DeviceSettings
from kiosk.services.here import Here


def test_a_room_without_settings_has_the_defaults(here: Here) -> None:
    assert devices.read(here.home_id) == DeviceSettings()


def test_a_change_keeps_what_it_does_not_name(here: Here) -> None:
    devices.change({"volume": 40}, actor_id=None, here=here)

    devices.change({"voice": VoiceSource.NOBODY}, actor_id=None, here=here)

    assert devices.read(here.home_id) == DeviceSettings(volume=40, voice=VoiceSource.NOBODY)


def test_the_grades_with_pinyin_come_back_as_they_were_set(here: Here) -> None:
    devices.change({"pinyin_grades": frozenset({1, 3, 9})}, actor_id=None, here=here)

    assert devices.read(here.home_id).pinyin_grades == frozenset({1, 3, 9})


@pytest.mark.parametrize(
    ("name", "value"),
    [("px_per_metre", 1499), ("volume", 101), ("print_right", -101), ("print_down", 101)],
)
def test_what_cannot_be_is_refused_by_the_database(here: Here, name: str, value: int) -> None:
    with pytest.raises(IntegrityError, match=f"ck_device_{name}"):
        devices.change({name: value}, actor_id=None, here=here)

    assert devices.read(here.home_id) == DeviceSettings()


def test_each_change_leaves_a_row_in_the_audit(here: Here) -> None:
    devices.change({"volume": 40}, actor_id=None, here=here)

    row = reading().scalars(select(Audit).order_by(Audit.n.desc())).first()
    assert row is not None
    assert (row.fields, row.purpose) == ("volume", "setup")
