"""What a school can set: `instance/kiosk.toml`, and for each key an environment variable.

Read once at start, checked once, then frozen. A wrong value stops the start and names its key.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.errors import InvalidInputError
from kiosk.keys import Keyring
from kiosk.rules.lending import DEFAULT_POLICIES, LendingPolicy

HOST: Final = "127.0.0.1"
INSTANCE_VARIABLE: Final = "KIOSK_INSTANCE"
_LANGUAGES: Final = ("zh", "en")
_HIGHEST_PORT: Final = 65535
_GRADES: Final = frozenset("123456789")
# Chromium refuses to open these (SIP and IRC), so a kiosk there would show an error page.
_UNSAFE_PORTS: Final = frozenset({5060, 5061, 6000, *range(6665, 6670), 6697, 10080})

Value: TypeAlias = str | int | bool

DEFAULTS: Final[Mapping[str, Value]] = {
    "database_url": "",
    "home": "暖屋",
    "school": "",
    "zone": "Asia/Shanghai",
    "language": "zh",
    "port": 8800,
    "record": "folder",
    "record_folder": "",
    "record_postgres": "",
    "browser": "",
    "show_calls_when_idle": False,
    "demo": False,
}


class SettingsProblem(StrEnum):
    """What can be wrong with a setting."""

    NOT_TOML = "not-toml"
    UNKNOWN_KEY = "unknown-key"
    WRONG_VALUE = "wrong-value"
    NO_INSTANCE = "no-instance"
    NO_KEYS = "no-keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One instance's settings.

    `record` names the school record's target: `folder` or `postgres`. `lending` has a policy for
    each grade.
    """

    instance: Path
    keys: Keyring = field(repr=False)
    database_url: str = field(repr=False)
    home: str
    school: str
    zone: ZoneInfo
    language: str
    port: int
    record: str
    record_folder: Path
    record_postgres: str = field(repr=False)
    browser: str
    show_calls_when_idle: bool
    demo: bool
    lending: Mapping[int, LendingPolicy]

    @classmethod
    def load(cls, instance: Path, env: Mapping[str, str]) -> Self:
        """Read `kiosk.toml` and the keys of an instance; `KIOSK_<KEY>` in `env` wins.

        Raises:
            InvalidInputError: NO_INSTANCE with the folder; another SettingsProblem with the name
                of the key.
        """
        instance = instance.resolve()
        if is_new(instance):
            raise InvalidInputError(SettingsProblem.NO_INSTANCE, folder=instance)
        values = _values(_read(instance / "kiosk.toml"), env)
        return cls(
            instance=instance,
            keys=_keys(instance),
            database_url=str(values["database_url"]) or f"sqlite:///{instance / 'kiosk.db'}",
            home=str(values["home"]),
            school=str(values["school"]),
            zone=_zone(str(values["zone"])),
            language=_one_of("language", str(values["language"]), _LANGUAGES),
            port=_port(values["port"]),
            record=_one_of("record", str(values["record"]), ("folder", "postgres")),
            record_folder=Path(str(values["record_folder"]) or instance / "record"),
            record_postgres=str(values["record_postgres"]),
            browser=str(values["browser"]),
            show_calls_when_idle=bool(values["show_calls_when_idle"]),
            demo=bool(values["demo"]),
            lending=_lending(_read(instance / "kiosk.toml").get("lending", {})),
        )

    def policy(self, grade: int) -> LendingPolicy:
        """Return the lending policy of a grade; without one of its own, of the next lower one.

        Below the first grade stand those who have no class yet: they borrow as the first does.
        """
        grade = max(grade, min(self.lending))
        return self.lending[max(known for known in self.lending if known <= grade)]


def is_new(instance: Path) -> bool:
    """Return whether nothing was ever made in this folder: no database, no room, no key.

    One of them alone is an instance that has lost the others, and they are restored, not made.
    """
    keys = instance / "keys"
    if any((instance / made).exists() for made in ("kiosk.db", "room")):
        return False
    return not keys.is_dir() or not any(keys.iterdir())


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(SettingsProblem.NOT_TOML, key=path.name) from error


def _values(found: Mapping[str, object], env: Mapping[str, str]) -> Mapping[str, Value]:
    unknown = set(found) - set(DEFAULTS) - {"lending"}
    if unknown:
        raise InvalidInputError(SettingsProblem.UNKNOWN_KEY, key=min(unknown))
    return {key: _value(key, default, found, env) for key, default in DEFAULTS.items()}


def _value(key: str, default: Value, found: Mapping[str, object], env: Mapping[str, str]) -> Value:
    given = env.get(f"KIOSK_{key.upper()}")
    if given is None:
        value = found.get(key, default)
        if isinstance(value, str | int) and type(value) is type(default):
            return value
    elif isinstance(default, bool) and given in ("0", "1"):
        return given == "1"
    elif isinstance(default, str):
        return given
    elif not isinstance(default, bool) and given.isascii() and given.isdigit():
        return int(given)
    raise InvalidInputError(SettingsProblem.WRONG_VALUE, key=key)


def _keys(instance: Path) -> Keyring:
    try:
        return Keyring.load(instance / "keys")
    except (OSError, ValueError) as error:
        raise InvalidInputError(SettingsProblem.NO_KEYS, key="keys") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInputError(SettingsProblem.WRONG_VALUE, key="zone") from error


def _one_of(key: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise InvalidInputError(SettingsProblem.WRONG_VALUE, key=key)
    return value


def _port(value: Value) -> int:
    port = int(value)
    if not 1 <= port <= _HIGHEST_PORT or port in _UNSAFE_PORTS:
        raise InvalidInputError(SettingsProblem.WRONG_VALUE, key="port")
    return port


def _lending(found: object) -> Mapping[int, LendingPolicy]:
    """Read `[lending.grade3]` tables; what a table leaves out stays as the default has it."""
    policies = dict(DEFAULT_POLICIES)
    if not isinstance(found, dict):
        raise InvalidInputError(SettingsProblem.WRONG_VALUE, key="lending")
    for name, table in found.items():
        grade = str(name).removeprefix("grade")
        if grade not in _GRADES or not isinstance(table, dict):
            raise InvalidInputError(SettingsProblem.WRONG_VALUE, key=f"lending.{name}")
        policies[int(grade)] = _policy(policies.get(int(grade), policies[6]), table, str(name))
    return policies


def _policy(default: LendingPolicy, table: Mapping[str, object], name: str) -> LendingPolicy:
    if any(type(value) is not type(getattr(default, key, None)) for key, value in table.items()):
        raise InvalidInputError(SettingsProblem.WRONG_VALUE, key=f"lending.{name}")
    try:
        return replace(default, **table)  # type: ignore[arg-type]  # just looked at
    except ValueError as error:
        raise InvalidInputError(SettingsProblem.WRONG_VALUE, key=f"lending.{name}") from error
