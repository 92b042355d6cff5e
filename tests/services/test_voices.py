"""The school's own recordings: kept whole or not at all."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.errors import InvalidInputError, NotFoundError, UnavailableError
from kiosk.models.audit import Audit
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.staff import Role
from kiosk.rules.voices import VoiceProblem
from kiosk.services import voices
from kiosk.services.here import Here
from tests import factories
from tests.files.test_recordings import archive, manifest, wav


@pytest.fixture
def teacher(here: Here) -> factories.MadeStaff:
    return factories.staff(here, display_name="王老师", role=Role.ADMINISTRATOR)


def _keep(here: Here, teacher: factories.MadeStaff, key: str, data: bytes) -> None:
    voices.keep(key, data, actor_id=teacher.staff_id, here=here)


def test_a_recording_is_heard_until_it_is_deleted(here: Here, teacher: factories.MadeStaff) -> None:
    _keep(here, teacher, "in.ok", wav())
    _keep(here, teacher, "in.ok", wav(0.5))

    assert voices.recorded(here.settings) == {"in.ok"}
    assert voices.read("in.ok", settings=here.settings) == wav(0.5)

    voices.delete("in.ok", actor_id=teacher.staff_id, here=here)

    assert voices.recorded(here.settings) == frozenset()
    with pytest.raises(NotFoundError):
        voices.read("in.ok", settings=here.settings)


@pytest.mark.parametrize("key", ["no.such", "../kiosk", "in.ok.wav", ""])
def test_only_the_prompts_have_recordings(
    here: Here, teacher: factories.MadeStaff, key: str
) -> None:
    with pytest.raises(NotFoundError):
        _keep(here, teacher, key, wav())
    with pytest.raises(NotFoundError):
        voices.read(key, settings=here.settings)


def test_what_is_no_recording_leaves_the_one_before(
    here: Here, teacher: factories.MadeStaff
) -> None:
    _keep(here, teacher, "in.ok", wav())

    with pytest.raises(InvalidInputError):
        _keep(here, teacher, "in.ok", b"noise")

    assert voices.read("in.ok", settings=here.settings) == wav()


def test_a_file_of_another_name_is_no_recording(here: Here, teacher: factories.MadeStaff) -> None:
    _keep(here, teacher, "in.ok", wav())
    (here.settings.instance / "voice" / "notes.wav").write_bytes(wav())

    assert voices.recorded(here.settings) == {"in.ok"}


def test_a_pack_goes_to_another_room(here: Here, teacher: factories.MadeStaff) -> None:
    _keep(here, teacher, "in.ok", wav())
    _keep(here, teacher, "call.who", wav(0.7))
    data = voices.export(name="四(2)班", actor_id=teacher.staff_id, here=here)
    for key in ("in.ok", "call.who"):
        voices.delete(key, actor_id=teacher.staff_id, here=here)

    count = voices.take_in(data, actor_id=teacher.staff_id, here=here)

    assert count == 2
    assert voices.recorded(here.settings) == {"in.ok", "call.who"}
    assert voices.pack_name(here.settings) == "四(2)班"
    assert not list((here.settings.instance / "voice").glob("*.part"))


def test_one_wrong_recording_keeps_a_whole_pack_out(
    here: Here, teacher: factories.MadeStaff
) -> None:
    _keep(here, teacher, "in.ok", wav())
    pack = archive({"manifest.json": manifest(), "in.ok.wav": wav(0.5), "call.who.wav": wav(9)})

    with pytest.raises(InvalidInputError):
        voices.take_in(pack, actor_id=teacher.staff_id, here=here)

    assert voices.recorded(here.settings) == {"in.ok"}
    assert voices.read("in.ok", settings=here.settings) == wav()


def test_without_recordings_there_is_no_pack(here: Here, teacher: factories.MadeStaff) -> None:
    with pytest.raises(InvalidInputError) as error:
        voices.export(name="", actor_id=teacher.staff_id, here=here)

    assert error.value.reason is VoiceProblem.NOTHING_RECORDED
    assert voices.pack_name(here.settings) == ""


def test_a_folder_that_cannot_be_written_is_said(here: Here, teacher: factories.MadeStaff) -> None:
    (here.settings.instance / "voice").write_text("in the way", encoding="ascii")

    with pytest.raises(UnavailableError) as error:
        _keep(here, teacher, "in.ok", wav())

    assert error.value.reason is VoiceProblem.NOT_WRITTEN


def test_a_recording_that_cannot_be_deleted_is_said_and_not_noted(
    here: Here, teacher: factories.MadeStaff
) -> None:
    (here.settings.instance / "voice" / "in.ok.wav").mkdir(parents=True)

    with pytest.raises(UnavailableError) as error:
        voices.delete("in.ok", actor_id=teacher.staff_id, here=here)

    assert error.value.reason is VoiceProblem.NOT_WRITTEN
    assert _subjects() == []


def test_a_busy_database_changes_no_recording(here: Here, teacher: factories.MadeStaff) -> None:
    _keep(here, teacher, "in.ok", wav())
    pack = archive({"manifest.json": manifest(), "in.ok.wav": wav(0.5), "call.who.wav": wav()})
    me = teacher.staff_id
    path = db.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        reading().connection().exec_driver_sql("PRAGMA busy_timeout = 1")
        for change in (
            lambda: _keep(here, teacher, "in.ok", wav(0.5)),
            lambda: voices.delete("in.ok", actor_id=me, here=here),
            lambda: voices.take_in(pack, actor_id=me, here=here),
            lambda: voices.export(name="other", actor_id=me, here=here),
        ):
            with pytest.raises(UnavailableError) as error:
                change()
            assert error.value.reason is SessionProblem.NOT_STORED

    assert voices.recorded(here.settings) == {"in.ok"}
    assert voices.read("in.ok", settings=here.settings) == wav()
    assert voices.pack_name(here.settings) == ""
    assert _subjects() == ["voice:in.ok"]


def _subjects() -> list[str]:
    rows = reading().scalars(select(Audit.subject).order_by(Audit.n))
    return [subject for subject in rows if subject.startswith("voice:")]


def test_taking_a_pack_away_and_in_leaves_a_row_each_in_the_audit(
    here: Here, teacher: factories.MadeStaff
) -> None:
    _keep(here, teacher, "in.ok", wav())
    data = voices.export(name="", actor_id=teacher.staff_id, here=here)
    voices.take_in(data, actor_id=teacher.staff_id, here=here)

    rows = reading().scalars(select(Audit).order_by(Audit.n.desc()).limit(3)).all()

    assert [(row.action, row.subject) for row in rows] == [
        ("import", "voice:pack"),
        ("export", "voice:pack"),
        ("edit", "voice:in.ok"),
    ]
