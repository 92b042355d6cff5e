from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.errors import InvalidInputError
from kiosk.keys import Keyring
from kiosk.rules.lending import DEFAULT_POLICIES
from kiosk.services import homes
from kiosk.settings import DEFAULTS, Settings, SettingsProblem


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    Keyring.create(tmp_path / "keys")
    return tmp_path.resolve()


def _load(instance: Path, toml: str = "", **env: str) -> Settings:
    (instance / "kiosk.toml").write_text(toml, encoding="utf-8")
    return Settings.load(instance, env)


def _refused(instance: Path, toml: str = "", **env: str) -> tuple[SettingsProblem, object]:
    with pytest.raises(InvalidInputError) as error:
        _load(instance, toml, **env)
    assert isinstance(error.value.reason, SettingsProblem)
    return error.value.reason, error.value.values["key"]


def test_without_a_file_everything_has_its_default(instance: Path) -> None:
    settings = Settings.load(instance, {})

    assert settings.database_url == f"sqlite:///{instance / 'kiosk.db'}"
    assert settings.record_folder == instance / "record"
    assert settings.zone == ZoneInfo("Asia/Shanghai")
    assert (settings.home, settings.school, settings.language) == ("暖屋", "", "zh")
    assert (settings.port, settings.record, settings.record_postgres) == (8800, "folder", "")
    assert not settings.show_calls_when_idle  # opt-in (`domain.md` rule 36)
    assert not settings.demo
    assert settings.lending == DEFAULT_POLICIES


def test_the_file_is_read_also_with_the_mark_that_an_editor_put_before_it(instance: Path) -> None:
    settings = _load(instance, '\ufeffhome = "小屋"\nport = 8801\ndemo = true\n')

    assert (settings.home, settings.port, settings.demo) == ("小屋", 8801, True)


@pytest.mark.parametrize("key", sorted(DEFAULTS))
def test_each_key_can_be_set_by_the_environment_which_wins(instance: Path, key: str) -> None:
    given = {
        "zone": ("Asia/Urumqi", ZoneInfo("Asia/Urumqi")),
        "language": ("en", "en"),
        "port": ("9000", 9000),
        "record": ("postgres", "postgres"),
        "record_folder": ("/mnt/record", Path("/mnt/record")),
        "show_calls_when_idle": ("1", True),
        "demo": ("1", True),
    }.get(key, ("x", "x"))
    default = DEFAULTS[key]
    in_file = str(default).lower() if isinstance(default, bool | int) else f'"{default}"'

    settings = _load(instance, f"{key} = {in_file}", **{f"KIOSK_{key.upper()}": given[0]})

    assert getattr(settings, key) == given[1]


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("port = true", "port"),
        ('port = "8800"', "port"),
        ("port = 0", "port"),
        ("port = 65536", "port"),
        ("port = 6000", "port"),
        ("demo = 1", "demo"),
        ("home = 3", "home"),
        ("home = ['a']", "home"),
        ('zone = "Asia/Nowhere"', "zone"),
        ('zone = "../etc/passwd"', "zone"),
        ('language = "de"', "language"),
        ('record = "cloud"', "record"),
        ("lending = 3", "lending"),
        ("[lending]\ngrade3 = 2", "lending.grade3"),
        ("[lending.upper]\nlimit = 2", "lending.upper"),
        ('[lending."²"]\nlimit = 2', "lending.²"),
        ("[lending.grade3]\nlimit = 0", "lending.grade3"),
        ('[lending.grade3]\nlimit = "2"', "lending.grade3"),
        ("[lending.grade3]\nlimit = true", "lending.grade3"),
        ("[lending.grade3]\ndays = 1.5", "lending.grade3"),
        ('[lending.grade3]\nself_lending = "no"', "lending.grade3"),
        ("[lending.grade3]\nself_lending = 0", "lending.grade3"),
        ("[lending.grade3]\nmost = 2", "lending.grade3"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_its_key(
    instance: Path, toml: str, key: str
) -> None:
    assert _refused(instance, toml) == (SettingsProblem.WRONG_VALUE, key)


@pytest.mark.parametrize("port", ["", "-1", "8800 ", "８８００", "8e3"])
def test_a_wrong_value_in_the_environment_stops_it_too(instance: Path, port: str) -> None:
    assert _refused(instance, KIOSK_PORT=port) == (SettingsProblem.WRONG_VALUE, "port")


def test_a_switch_in_the_environment_is_0_or_1(instance: Path) -> None:
    assert _refused(instance, KIOSK_DEMO="yes") == (SettingsProblem.WRONG_VALUE, "demo")


def test_a_misspelt_key_is_not_ignored(instance: Path) -> None:
    assert _refused(instance, "zzz = 1\nprot = 1") == (SettingsProblem.UNKNOWN_KEY, "prot")


@pytest.mark.parametrize("content", [b"home = ", b"home = '\xff'", "home = '屋子'".encode("gbk")])
def test_a_file_that_is_no_toml_is_named(instance: Path, content: bytes) -> None:
    (instance / "kiosk.toml").write_bytes(content)

    with pytest.raises(InvalidInputError) as error:
        Settings.load(instance, {})

    assert error.value.reason is SettingsProblem.NOT_TOML
    assert error.value.values == {"key": "kiosk.toml"}


def test_without_its_keys_an_instance_does_not_start(instance: Path) -> None:
    (instance / "keys" / "card.key").write_bytes(b"0" * 32)

    assert _refused(instance) == (SettingsProblem.NO_KEYS, "keys")


@pytest.mark.parametrize("content", [(), ("kiosk.toml", "backups/20261120T084000Z.db")])
def test_a_folder_in_which_nothing_was_made_is_no_instance(
    tmp_path: Path, content: tuple[str, ...]
) -> None:
    for name in content:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InvalidInputError) as error:
            Settings.load(folder, {})
        assert error.value.reason is SettingsProblem.NO_INSTANCE
        assert error.value.values == {"folder": folder.resolve()}


@pytest.mark.parametrize("left", ["kiosk.db", homes.FILE, "keys/card.key"])
def test_what_is_left_of_an_instance_asks_for_its_keys(instance: Path, left: str) -> None:
    for path in (instance / "keys").iterdir():
        path.unlink()
    (instance / left).touch()

    assert _refused(instance) == (SettingsProblem.NO_KEYS, "keys")


def test_a_grade_keeps_the_default_of_what_its_table_leaves_out(instance: Path) -> None:
    settings = _load(instance, "[lending.grade1]\nlimit = 4\n[lending.grade2]\nself_lending=false")

    assert (settings.policy(1).limit, settings.policy(1).days) == (4, 14)
    assert not settings.policy(2).self_lending
    assert settings.policy(3) == DEFAULT_POLICIES[3]


def test_a_grade_without_a_policy_has_that_of_the_next_lower_one(instance: Path) -> None:
    settings = _load(instance, "[lending.grade9]\nlimit = 9")

    assert [settings.policy(grade).limit for grade in range(1, 10)] == [1, 2, 2, 2, 3, 3, 3, 3, 9]


def test_secrets_never_show_in_a_message(instance: Path) -> None:
    secret = "postgresql://u:hush@db/x"  # noqa: S105 - invented

    settings = _load(instance, KIOSK_DATABASE_URL=secret, KIOSK_RECORD_POSTGRES=secret)

    assert "hush" not in repr(settings)
