import os
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from kiosk.db import open_database, reading
from kiosk.errors import InvalidInputError, RefusedError, UnavailableError
from kiosk.keys import Keyring
from kiosk.models.calls import Line
from kiosk.models.home import Home
from kiosk.models.openings import Opening, OpeningRule
from kiosk.models.people import Staff
from kiosk.rules.staff import Role
from kiosk.services import homes, migrate
from kiosk.services.here import Here
from kiosk.services.sentences import sentence
from kiosk.services.setup import Initialised, init_instance
from kiosk.settings import Settings, SettingsProblem
from tests import factories
from tests.clock import AN_AFTERNOON
from tests.postgres import Cluster


def _init(instance: Path, *, staff_name: str | None = None, **env: str) -> Initialised:
    return init_instance(instance, env=env, now=AN_AFTERNOON, staff_name=staff_name)


def _counts(instance: Path, **env: str) -> dict[str, int]:
    with open_database(Settings.load(instance, env).database_url):
        return {
            table.__tablename__: reading().scalar(select(func.count()).select_from(table)) or 0
            for table in (Home, Line, OpeningRule, Opening, Staff)
        }


def test_a_new_instance_has_a_room_a_line_and_a_week(tmp_path: Path) -> None:
    made = _init(tmp_path / "instance")

    assert (made.is_new, made.administrator, made.is_empty) == (True, None, True)
    counts = _counts(tmp_path / "instance")
    assert (counts["home"], counts["line"], counts["opening_rule"], counts["staff"]) == (1, 1, 5, 0)
    assert counts["opening"] > 60


def test_making_it_again_changes_nothing(tmp_path: Path) -> None:
    _init(tmp_path / "instance", staff_name="王老师")
    keys, counts = Keyring.load(tmp_path / "instance/keys"), _counts(tmp_path / "instance")
    (tmp_path / "instance/kiosk.toml").write_text("port = 8811\n", encoding="utf-8")

    again = _init(tmp_path / "instance", staff_name="李老师")

    assert (again.is_new, again.administrator) == (False, None)
    assert Keyring.load(tmp_path / "instance/keys") == keys
    assert _counts(tmp_path / "instance") == counts
    assert Settings.load(tmp_path / "instance", {}).port == 8811


def test_the_first_administrator_is_made_once(tmp_path: Path) -> None:
    made = _init(tmp_path / "instance", staff_name="王老师")

    assert made.administrator is not None
    with open_database(Settings.load(tmp_path / "instance", {}).database_url):
        person = reading().scalars(select(Staff)).one()
    assert (person.display_name, person.role, person.pin_is_one_time) == (
        "王老师",
        Role.ADMINISTRATOR,
        True,
    )


def test_an_instance_with_children_is_not_empty(tmp_path: Path) -> None:
    _init(tmp_path / "instance")
    settings = Settings.load(tmp_path / "instance", {})
    with open_database(settings.database_url):
        home_id = reading().scalars(select(Home.id)).one()
        factories.child(Here(now=AN_AFTERNOON, settings=settings, home_id=home_id))

    assert not _init(tmp_path / "instance").is_empty


def _home(instance: Path, **env: str) -> tuple[UUID, list[str]]:
    """Return the instance's room, and the names of all in its database."""
    settings = Settings.load(instance, env)
    with open_database(settings.database_url):
        return homes.find(settings), sorted(reading().scalars(select(Home.name)))


def test_a_new_name_in_the_settings_renames_the_room(tmp_path: Path) -> None:
    _init(tmp_path / "instance")
    counts, (room, _) = _counts(tmp_path / "instance"), _home(tmp_path / "instance")

    assert _home(tmp_path / "instance", KIOSK_HOME="小屋")[0] == room
    _init(tmp_path / "instance", KIOSK_HOME="小屋")

    assert _home(tmp_path / "instance", KIOSK_HOME="小屋") == (room, ["小屋"])
    assert _counts(tmp_path / "instance") == counts


def test_a_database_restored_alone_is_this_room_s(tmp_path: Path) -> None:
    _init(tmp_path / "instance")
    room, _ = _home(tmp_path / "instance")
    (tmp_path / "instance/room").unlink()

    assert _home(tmp_path / "instance", KIOSK_HOME="小屋")[0] == room
    _init(tmp_path / "instance", KIOSK_HOME="小屋")

    assert _home(tmp_path / "instance") == (room, ["小屋"])
    assert (tmp_path / "instance/room").read_text("ascii").strip() == str(room)


def test_rooms_of_one_postgresql_keep_apart(tmp_path: Path, private_cluster: Cluster) -> None:
    east, west = tmp_path / "east", tmp_path / "west"
    with private_cluster.database() as name:
        env = {"KIOSK_DATABASE_URL": private_cluster.url(name)}
        _init(east, **env, KIOSK_HOME="东屋")
        for _ in range(2):
            with pytest.raises(RefusedError) as refused:
                _init(west, **env, KIOSK_HOME="东屋")
            assert refused.value.reason is homes.HomeProblem.NAME_TAKEN
        _init(west, **env, KIOSK_HOME="西屋")
        with pytest.raises(RefusedError):
            _init(west, **env, KIOSK_HOME="东屋")
        _init(east, **env, KIOSK_HOME="新屋")

        (first, _), (second, names) = _home(east, **env), _home(west, **env)

    assert first != second
    assert names == ["新屋", "西屋"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights elsewhere")
def test_nobody_else_may_look_into_an_instance(tmp_path: Path) -> None:
    _init(tmp_path / "instance")

    assert (tmp_path / "instance").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "instance/keys").stat().st_mode & 0o777 == 0o700


def test_a_damaged_key_stops_it_and_nothing_is_made_anew(tmp_path: Path) -> None:
    _init(tmp_path / "instance")
    (tmp_path / "instance/keys/card.key").write_bytes(b"short")

    with pytest.raises(InvalidInputError) as error:
        _init(tmp_path / "instance")

    assert error.value.reason is SettingsProblem.NO_KEYS
    assert (tmp_path / "instance/keys/card.key").read_bytes() == b"short"


@pytest.mark.parametrize("lost", [("card",), ("card", "pin", "field", "audit", "session")])
def test_a_lost_key_is_restored_and_never_made_anew(tmp_path: Path, lost: tuple[str, ...]) -> None:
    _init(tmp_path / "instance")
    (tmp_path / "instance/room").unlink()  # as in an instance of which only the database is left
    for name in lost:
        (tmp_path / f"instance/keys/{name}.key").unlink()

    with pytest.raises(InvalidInputError) as error:
        _init(tmp_path / "instance")

    assert error.value.reason is SettingsProblem.NO_KEYS
    assert "restore keys/ from the backup" in sentence(error.value)
    assert not any((tmp_path / f"instance/keys/{name}.key").exists() for name in lost)


def test_without_a_database_one_lost_key_is_not_made_anew_either(tmp_path: Path) -> None:
    _init(tmp_path / "instance")
    for name in ("kiosk.db", "room", "keys/card.key"):
        (tmp_path / "instance" / name).unlink()

    with pytest.raises(InvalidInputError):
        _init(tmp_path / "instance")

    assert not (tmp_path / "instance/keys/card.key").exists()


def test_the_database_of_a_newer_kiosk_is_left_alone(tmp_path: Path) -> None:
    _init(tmp_path / "instance")
    url = Settings.load(tmp_path / "instance", {}).database_url
    with open_database(url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(UnavailableError) as error:
        _init(tmp_path / "instance")

    assert error.value.reason is migrate.MigrationProblem.NEWER_DATABASE


def test_a_room_on_postgresql_is_made_the_same(tmp_path: Path, private_cluster: Cluster) -> None:
    with private_cluster.database() as name:
        env = {"KIOSK_DATABASE_URL": private_cluster.url(name)}

        made = _init(tmp_path / "instance", staff_name="王老师", **env)
        again = _init(tmp_path / "instance", staff_name="王老师", **env)

        assert made.administrator is not None
        assert again.administrator is None
        counts = _counts(tmp_path / "instance", **env)
    assert (counts["home"], counts["line"], counts["staff"]) == (1, 1, 1)
    assert not (tmp_path / "instance/kiosk.db").exists()
