"""Reading for a while as if it were an instant."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import text

from kiosk.db import db, reading

# SQLite reads so of itself.
_ONE_MOMENT: Final[Mapping[str, Mapping[str, Any]]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


@contextmanager
def one_moment() -> Iterator[None]:
    """Let everything that is read in the block be of one moment, however long it takes.

    Nothing is written in it. What ends it before its end, or begins another one, is an error.
    """
    session = reading()
    session.rollback()
    moment = session.connection(execution_options=_ONE_MOMENT[db.engine.dialect.name])
    moment.execute(text("SELECT 1"))  # PostgreSQL's moment is that of the first statement
    try:
        yield
        if moment.closed or session.connection() is not moment:
            raise RuntimeError("what was to be of one moment was read in several")
    finally:
        session.rollback()
