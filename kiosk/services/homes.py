"""The room that this kiosk stands in: the instance keeps its id, its name is a label."""

from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.files.saving import save
from kiosk.models.home import Home
from kiosk.settings import Settings

FILE: Final = "room"


class HomeProblem(StrEnum):
    NOT_MADE = "home-not-made"
    NAME_TAKEN = "home-name-taken"


def find(settings: Settings) -> UUID:
    """Return the id of this instance's room.

    Raises:
        NotFoundError: NOT_MADE; `kiosk init` makes it.
    """
    return find_in(reading(), settings)


def find_in(session: Session, settings: Settings) -> UUID:
    """Do what `find` does, with a session at hand."""
    mine = kept(settings.instance)
    known = session.scalars(select(Home)).all()
    is_own_database = session.get_bind().dialect.name == "sqlite"
    for home in known:
        # A database that was restored has no file beside it; one of several rooms is not guessed.
        if home.id == mine or (is_own_database and len(known) == 1):
            return home.id
    for home in known:
        if home.name == settings.home and (mine is None or is_own_database):
            return home.id
    raise NotFoundError(HomeProblem.NOT_MADE, home=settings.home)


def kept(instance: Path) -> UUID | None:
    """Return the id that this instance keeps of its room, if it keeps one."""
    with suppress(FileNotFoundError, ValueError):
        return UUID((instance / FILE).read_text(encoding="ascii").strip())
    return None


def keep(instance: Path, home_id: UUID) -> None:
    """Let the instance keep the id of its room."""
    if kept(instance) != home_id:
        save(instance / FILE, f"{home_id}\n".encode("ascii"))


def name_as_set(home_id: UUID, settings: Settings) -> None:
    """Give the room the name that the settings have.

    Raises:
        RefusedError: NAME_TAKEN, when another room of the same database has it.
    """
    try:
        with transaction() as session:
            session.get_one(Home, home_id).name = settings.home
    except IntegrityError as error:
        if violated(error) != "uq_home_name":
            raise
        raise RefusedError(HomeProblem.NAME_TAKEN, home=settings.home) from error
