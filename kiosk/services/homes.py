"""The room that this kiosk stands in."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.errors import NotFoundError
from kiosk.models.home import Home
from kiosk.settings import Settings


class HomeProblem(StrEnum):
    NOT_MADE = "home-not-made"


def find(settings: Settings) -> UUID:
    """Return the id of the room that the settings name.

    Raises:
        NotFoundError: NOT_MADE; `kiosk init` makes it.
    """
    return find_in(reading(), settings)


def find_in(session: Session, settings: Settings) -> UUID:
    """Do what `find` does, with a session at hand."""
    found = session.scalar(select(Home.id).where(Home.name == settings.home))
    if found is None:
        raise NotFoundError(HomeProblem.NOT_MADE, home=settings.home)
    return found
