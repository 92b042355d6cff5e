"""The database: one metadata, one session for each request, and `transaction()`.

SQLite by default, PostgreSQL by setting. What SQLite is told at connect is read back and asserted:
a pragma that is misspelt or not compiled in is otherwise silently ignored.
"""

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    MetaData,
    Row,
    Select,
    UniqueConstraint,
    Uuid,
    event,
    literal_column,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from kiosk.errors import UnavailableError
from kiosk.rules.sessions import SessionProblem

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A row or a query of several columns whose types the code that made it knows by name.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

_WRITE: Final[Mapping[str, Any]] = {"kiosk_begin": "IMMEDIATE"}

_LONGEST_VALUE: Final = 2_000_000

# SQLite's busy handler sleeps up to 100 ms between tries; waiting here instead keeps a queue of
# scans in order and quick (`stack.md` 0.2).
_one_writer = threading.Lock()


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Aware in Python, UTC without a zone in the database; a naive value is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What every table inherits: named constraints, instants in UTC, UUID keys."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UTCDateTime, UUID: Uuid}  # noqa: RUF012 - SQLAlchemy reads it so


def one_of(members: type[StrEnum], name: str) -> Enum:
    """Return a text column type that holds the values of `members`, with a named check."""
    return Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda kind: [member.value for member in kind],
    )


def constant(member: StrEnum) -> ColumnElement[Any]:
    """Return a value of a closed set as it stands in SQL, for statements that are built once.

    As a parameter it would decide whether a partial index may be used, and SQLite then plans the
    statement anew each time it is run: 80 us instead of 11 for a card at the door.
    """
    return literal_column(f"'{member.value}'")


def any_of(members: Iterable[StrEnum]) -> tuple[ColumnElement[Any], ...]:
    """Return several of them for `IN`, in an order that is always the same."""
    return tuple(constant(member) for member in sorted(members))


db = SQLAlchemy(metadata=Base.metadata)


def init_database(app: Flask, url: str) -> None:
    """Bind the database at `url` to `app`."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


@contextmanager
def open_database(url: str) -> Iterator[Engine]:
    """Give a command the database at `url`, without a web application around it."""
    app = Flask("kiosk.command", static_folder=None)
    init_database(app, url)
    with app.app_context():
        try:
            yield db.engine
        finally:
            db.session.remove()
            db.engine.dispose()


def prepare_engine(engine: Engine) -> None:
    """Teach a fresh engine our pragmas and our way to begin, before its first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)


def journal_mode(version: tuple[int, int, int]) -> str:
    """Return WAL where SQLite has the WAL-reset bug fixed, else TRUNCATE (`sync.md` 0.1)."""
    fixed = (
        version >= (3, 51, 3)
        or (version[:2] == (3, 50) and version >= (3, 50, 7))
        or (version[:2] == (3, 44) and version >= (3, 44, 6))
    )
    return "wal" if fixed else "truncate"


def expected_pragmas() -> dict[str, str | int]:
    """Return what each connection must read back. `synchronous` 2 is FULL."""
    return {
        "journal_mode": journal_mode(sqlite3.sqlite_version_info),
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 5000,
    }


def keep_pragmas(connection: sqlite3.Connection, wanted: Mapping[str, str | int]) -> None:
    """Set pragmas and read each back.

    Raises:
        RuntimeError: SQLite does not know one, or keeps it at something else.
    """
    for name, value in wanted.items():
        connection.execute(f"PRAGMA {name} = {value}")
        row = connection.execute(f"PRAGMA {name}").fetchone()
        if row is None or row[0] != value:
            found = "nothing" if row is None else row[0]
            raise RuntimeError(f"SQLite keeps PRAGMA {name} at {found}, not {value}")


def _set_pragmas(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None
    keep_pragmas(connection, expected_pragmas())
    # No other database file is ever joined to ours, and no value is larger than a small picture.
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("kiosk_begin", "DEFERRED")
    connection.connection.cursor().execute(f"BEGIN {mode}")


def reading() -> Session:
    """Return the session of this request, for looking only."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what the block did, or nothing. Takes the write lock at the start.

    One for each use case; helpers are passed its session. A nested one raises RuntimeError.
    """
    session = db.session()
    if session.info.get("writing") or session.new or session.dirty or session.deleted:
        raise RuntimeError("one transaction() for each use case; pass its session to helpers")
    session.rollback()  # forget earlier reads: decide only on what is read under the lock
    with _alone():
        session.info["writing"] = True
        try:
            session.connection(execution_options=_WRITE)
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False


@contextmanager
def writing() -> Iterator[Connection]:
    """Do what `transaction()` does for statements that need no ORM, at half its price."""
    if db.session.registry.has():
        session = db.session()
        if session.info.get("writing"):
            raise RuntimeError("one transaction for each use case")
        session.rollback()  # what this request has read would keep the commit waiting
    with _alone(), db.engine.connect() as connection:
        connection = connection.execution_options(**_WRITE)  # noqa: PLW2901 - it is the same
        with connection.begin():
            yield connection


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the write lock; a disk that is full, locked or failing is said as what it is."""
    with _one_writer:
        try:
            yield
        except (OperationalError, sqlite3.OperationalError) as error:
            raise UnavailableError(SessionProblem.NOT_STORED) from error


def violated(error: IntegrityError) -> str | None:
    """Return the name of the unique constraint or index that refused a row, or None.

    PostgreSQL names it; SQLite names table and columns, and ours are found by those.
    """
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name is not None:
        return str(name)
    match = _SQLITE_UNIQUE.search(str(error.orig))
    return None if match is None else _unique_names().get(match[1])


_SQLITE_UNIQUE: Final = re.compile(r"UNIQUE constraint failed: (.+)$")


@cache
def _unique_names() -> dict[str, str]:
    """Return each unique constraint and index by its `table.column, table.column`."""
    names: dict[str, str] = {}
    for table in Base.metadata.tables.values():
        unique: list[UniqueConstraint | Index] = [
            *(one for one in table.constraints if isinstance(one, UniqueConstraint)),
            *(index for index in table.indexes if index.unique),
        ]
        for one in unique:
            columns = ", ".join(f"{table.name}.{column.name}" for column in one.columns)
            names[columns] = str(one.name)
    return names
