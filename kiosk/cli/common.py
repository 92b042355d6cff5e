"""What every command shares: the instance, its moment, and a plain sentence for each error."""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import click
from sqlalchemy.exc import DatabaseError

from kiosk import models
from kiosk.clock import utc_now
from kiosk.db import open_database, reading
from kiosk.errors import KioskError
from kiosk.services import homes, library_settings, school_calendar
from kiosk.services.here import Here
from kiosk.services.sentences import sentence
from kiosk.settings import INSTANCE_VARIABLE, Settings

__all__ = ["models"]  # imported, so that the tables are known to every command

_NO_DATABASE: Final = (
    "The database does not answer as it should. Is it running, is it ours, is the disk full?"
)
_DEFAULT_INSTANCE: Final = "instance"
P = ParamSpec("P")
R = TypeVar("R")

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def instance_folder() -> Path:
    """Return the folder that KIOSK_INSTANCE names, or `instance` here."""
    return Path(os.environ.get(INSTANCE_VARIABLE) or _DEFAULT_INSTANCE).resolve()


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an error that has a sentence into that sentence and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KioskError as error:
            raise click.ClickException(sentence(error)) from error
        except DatabaseError as error:
            # Its own message may quote what stands in the database: it is not shown.
            raise click.ClickException(_NO_DATABASE) from error

    return run


def where(error: BaseException) -> str:
    """Return where an error came from, and what kind it is, without its message."""
    lines = []
    at: BaseException | None = error
    while at is not None:
        number = f", {at.errno}" if isinstance(at, OSError) else ""
        reason = f", {at.reason}" if isinstance(at, KioskError) else ""
        lines += [f"{type(at).__module__}.{type(at).__qualname__}{number}{reason}\n"]
        lines += traceback.format_tb(at.__traceback__)
        at = at.__cause__ or at.__context__
    return "".join(lines)


@contextmanager
def at_the_kiosk(*, at: datetime | None = None) -> Iterator[Here]:
    """Give a command this instance's database and moment; `at` is that of the request behind it."""
    settings = Settings.load(instance_folder(), os.environ)
    with open_database(settings.database_url):
        home_id = homes.find(settings)
        here = Here(
            now=at or utc_now(),
            settings=settings,
            home_id=home_id,
            library=library_settings.read(home_id),
            school=school_calendar.read(),
        )
        reading().rollback()  # a command that goes on reading keeps the kiosk from storing a scan
        yield here


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Give a command what hears how much more of `length` is done, and show it as a bar.

    The bar begins with the first of it, so that what is refused is not announced as under way.
    """
    bar = click.progressbar(length=max(length, 1), label=label)
    with ExitStack() as shown:

        def step(done: int) -> None:
            if not bar.entered:
                shown.enter_context(bar)
            bar.update(done)

        yield step
