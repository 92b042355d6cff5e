"""The database: one metadata, one session for each request, and `transaction()`.

SQLite by default, PostgreSQL by setting.
"""

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
    text,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from kiosk import pragmas
from kiosk.errors import KioskError, UnavailableError
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

_writers: Final[dict[Engine, Connection]] = {}

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


def unique_if_set(name: str, column: str) -> Index:
    """Return a unique index over the rows that have this column; the others cost no page."""
    is_set = text(f"{column} IS NOT NULL")
    return Index(name, column, unique=True, sqlite_where=is_set, postgresql_where=is_set)


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
        event.listen(engine, "connect", pragmas.set_all)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "engine_disposed", _let_writer_go)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("kiosk_begin", "DEFERRED")
    driver: Any = connection.connection.dbapi_connection
    driver.execute(f"BEGIN {mode}")


def reading() -> Session:
    """Return the session of this request, for looking only."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what the block did, or nothing. Takes the write lock at the start.

    One for each use case; helpers are passed its session. A nested one raises RuntimeError.
    """
    session = _untouched_session()
    with _alone():
        try:
            session.connection(execution_options=_WRITE)
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def writing() -> Iterator[Connection]:
    """Do what `transaction()` does for statements that need no ORM, at half its price."""
    if db.session.registry.has():
        _untouched_session()
    with _alone(), _writer(db.engine) as connection, connection.begin():
        yield connection


def _untouched_session() -> Session:
    """Return this request's session, without what it has read and with nothing to write.

    What was read earlier is forgotten: a use case decides on what it reads under the lock, and a
    read that goes on would keep the commit waiting.
    """
    session = db.session()
    if _held.by_thread == threading.get_ident():
        raise RuntimeError("one transaction for each use case; pass its session to helpers")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("one transaction for each use case; nothing is changed outside of it")
    session.rollback()
    return session


@contextmanager
def _writer(engine: Engine) -> Iterator[Connection]:
    """Lend the connection that writes; on SQLite it stays open, for there is one writer at a time.

    To check one out and in again would cost a scan more than its insert.
    """
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            yield connection
        return
    if engine not in _writers:
        _writers[engine] = engine.connect().execution_options(**_WRITE)
    try:
        yield _writers[engine]
    except (KioskError, IntegrityError):
        raise  # a rule or a constraint said no; there is nothing wrong with the connection
    except BaseException:
        _let_writer_go(engine)
        raise


def _let_writer_go(engine: Engine) -> None:
    """Close it for good, not back into the pool: the next one begins afresh."""
    connection = _writers.pop(engine, None)
    if connection is not None:
        connection.invalidate()
        connection.close()


@dataclass(slots=True)
class _Held:
    by_thread: int | None = None


_held = _Held()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the write lock; a disk that is full, locked or failing is said as what it is."""
    if _held.by_thread == threading.get_ident():
        raise RuntimeError("one transaction for each use case")
    with _one_writer:
        _held.by_thread = threading.get_ident()
        try:
            yield
        except (OperationalError, sqlite3.OperationalError) as error:
            raise UnavailableError(SessionProblem.NOT_STORED) from error
        finally:
            _held.by_thread = None


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
