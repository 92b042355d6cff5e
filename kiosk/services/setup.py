"""A new instance: its folder, keys, settings file, database, room and first administrator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import open_database, reading, transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.keys import Keyring
from kiosk.models.calls import Line
from kiosk.models.home import Home
from kiosk.models.openings import OpeningRule
from kiosk.models.people import Child, Staff
from kiosk.rules.call_windows import LineKind
from kiosk.rules.staff import Role
from kiosk.services import homes, library_settings, migrate, opening_plan, school_calendar, staff
from kiosk.services.here import Here
from kiosk.services.homes import HomeProblem
from kiosk.services.staff import NewStaff
from kiosk.settings import Settings, is_new

_SCHOOL_DAYS: Final = range(1, 6)
# Two hours after the last lesson (`domain.md` 2.1, 课后服务); a school changes it on its page.
_FROM_MIN: Final = 16 * 60 + 30
_TO_MIN: Final = 18 * 60
_PLACE_MIN: Final = 10
_TALK_MIN: Final = 8

_SETTINGS_FILE: Final = """\
# The settings of this room. README.md explains each key; one that is missing has its default.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What `init` did. `administrator` is the first one, when this call made it."""

    is_new: bool
    administrator: NewStaff | None
    has_staff: bool
    is_empty: bool


def init_instance(
    instance: Path, *, env: Mapping[str, str], now: datetime, staff_name: str | None = None
) -> Initialised:
    """Make what is missing of an instance and bring its database up to date; safe to run again.

    The first administrator is made when `staff_name` is given and there is no staff yet. Keys are
    made for a new instance alone: beside an old database they would open nothing.

    Raises:
        InvalidInputError: a SettingsProblem. UnavailableError: a newer kiosk's database.
        RefusedError: NAME_TAKEN, when another room of the same database has this room's name.
    """
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    was_new = is_new(instance)
    if was_new:
        Keyring.create(instance / "keys")
        homes.keep(instance, new_id(now))
    toml = instance / "kiosk.toml"
    if not toml.exists():
        toml.write_text(_SETTINGS_FILE, encoding="utf-8")
    settings = Settings.load(instance, env)
    with open_database(settings.database_url) as engine:
        migrate.bring_up_to_date(engine)
        home_id = ensure_home(settings, now=now)
        here = _here(settings, home_id, now)
        opening_plan.plan_ahead(here=here)
        administrator = None
        if staff_name is not None and not _has_staff():
            administrator = staff.add(
                display_name=staff_name, role=Role.ADMINISTRATOR, here=here, actor_id=None
            )
        return Initialised(
            is_new=was_new,
            administrator=administrator,
            has_staff=_has_staff(),
            is_empty=not _has_children(),
        )


def _here(settings: Settings, home_id: UUID, now: datetime) -> Here:
    return Here(
        now=now,
        settings=settings,
        home_id=home_id,
        library=library_settings.read(home_id),
        school=school_calendar.read(),
    )


def ensure_home(settings: Settings, *, now: datetime) -> UUID:
    """Return this instance's room, named as set; a new one gets a line and a weekly plan.

    Raises:
        RefusedError: NAME_TAKEN.
    """
    try:
        home_id = homes.find(settings)
    except NotFoundError:
        home_id = _make_home(settings, now)
    homes.name_as_set(home_id, settings)
    homes.keep(settings.instance, home_id)
    return home_id


def _make_home(settings: Settings, now: datetime) -> UUID:
    try:
        with transaction() as session:
            return _add_home(session, settings, now)
    except IntegrityError as error:
        if violated(error) != "uq_home_name":
            raise
        raise RefusedError(HomeProblem.NAME_TAKEN, home=settings.home) from error


def _add_home(session: Session, settings: Settings, now: datetime) -> UUID:
    home = Home(id=homes.kept(settings.instance) or new_id(now), name=settings.home)
    session.add(home)
    session.flush()  # line and plan refer to the room
    session.add(Line(id=new_id(now), home_id=home.id, name="1", kind=LineKind.PHONE))
    today = now.astimezone(settings.zone).date()
    for weekday in _SCHOOL_DAYS:
        session.add(
            OpeningRule(
                id=new_id(now),
                home_id=home.id,
                weekday=weekday,
                from_min=_FROM_MIN,
                to_min=_TO_MIN,
                place_min=_PLACE_MIN,
                talk_min=_TALK_MIN,
                valid_from=today,
            )
        )
    return home.id


def _has_staff() -> bool:
    return bool(reading().scalar(select(func.count()).select_from(Staff)))


def _has_children() -> bool:
    return bool(reading().scalar(select(func.count()).select_from(Child)))
