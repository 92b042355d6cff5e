"""The database's shape: brought to the newest revision, looked at before each start.

Alembic is imported only when there is something to do, so the running server never holds it.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, inspect, text

from kiosk.db import Base
from kiosk.errors import UnavailableError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

FOLDER: Final = Path(__file__).parent.parent / "migrations"


class MigrationProblem(StrEnum):
    NEWER_DATABASE = "newer-database"


def newest() -> str:
    """Return the newest revision, from the names of the files: `0001_first.py` is `0001`."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(engine: Engine) -> str | None:
    """Return the revision of a database, or None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found


def bring_up_to_date(engine: Engine) -> bool:
    """Migrate to the newest revision; say whether anything was done.

    Raises:
        UnavailableError: NEWER_DATABASE, when a newer version of the kiosk has been here.
    """
    found = current(engine)
    if found == newest():
        return False
    if found is not None and found > newest():
        raise UnavailableError(MigrationProblem.NEWER_DATABASE)
    from alembic import command

    with engine.connect() as connection:
        command.upgrade(_config(connection), "head")
    return True


def check(engine: Engine) -> None:
    """Raise alembic's CommandError when tables and migrations disagree."""
    from alembic import command

    with engine.connect() as connection:
        command.check(_config(connection))


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision; `base` removes everything. For tests and for a way back by hand."""
    from alembic import command

    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def draft(engine: Engine, message: str, revision: str) -> None:
    """Write a new revision file from the difference between tables and database."""
    from alembic import command

    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)


def _config(connection: "Connection") -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    return config
