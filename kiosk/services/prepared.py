"""Statements for the door: compiled once, and run on SQLite without what is usual around them.

Forty children wait behind a scan, and to pass through SQLAlchemy costs a statement several times
what SQLite itself takes for it. Types are SQLAlchemy's own, on the way in and on the way out.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect

_Convert: TypeAlias = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the driver is given, and what is made of its rows."""

    sql: str
    fixed: Mapping[str, object]
    into: tuple[tuple[str, _Convert], ...]
    out_of: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: type[Any]


class Prepared:
    """A statement that is built once and run often, each time with the same names of values."""

    def __init__(self, statement: AnySelect | Insert | Update) -> None:
        self._statement: Final = statement
        self._plan: _Plan | None = None

    def rows(self, at: Session | Connection, values: Mapping[str, object]) -> Sequence[AnyRow]:
        """Run the statement; the rows that it finds have their columns by name."""
        connection = at if isinstance(at, Connection) else at.connection()
        if connection.dialect.name != "sqlite":
            return self._usual(connection, values)
        if self._plan is None:
            self._plan = _plan(self._statement, connection.dialect, values)
        driver: Any = connection.connection.dbapi_connection
        try:
            found = driver.execute(self._plan.sql, _given(self._plan, values)).fetchall()
        except sqlite3.Error as error:
            raise _under_its_usual_name(error, self._plan.sql, connection.dialect) from error
        if not self._plan.out_of:
            return list(map(self._plan.row._make, found))
        return [_row(self._plan, row) for row in found]

    def first(self, at: Session | Connection, values: Mapping[str, object]) -> AnyRow | None:
        """Run the statement and return its only row, or None."""
        found = self.rows(at, values)
        return found[0] if found else None

    def run(self, at: Session | Connection, values: Mapping[str, object]) -> None:
        """Run the statement, an INSERT or UPDATE."""
        self.rows(at, values)

    def _usual(self, connection: Connection, values: Mapping[str, object]) -> Sequence[AnyRow]:
        result = connection.execute(self._statement, values)
        return result.all() if result.returns_rows else []


def _under_its_usual_name(error: sqlite3.Error, sql: str, dialect: Dialect) -> BaseException:
    """Return the error as SQLAlchemy would raise it, without the values."""
    return DBAPIError.instance(
        sql, None, error, sqlite3.Error, hide_parameters=True, dialect=dialect
    )


def _plan(
    statement: AnySelect | Insert | Update, dialect: Dialect, values: Mapping[str, object]
) -> _Plan:
    columns = list(statement.selected_columns) if isinstance(statement, Select) else []
    keys = None
    if isinstance(statement, Insert):  # what is no column is a value inside the statement
        keys = [name for name in values if name in statement.table.c]
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    return _Plan(
        sql=str(compiled),
        fixed={name: value for name, value in compiled.params.items() if value is not None},
        into=tuple(
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ),
        out_of=tuple(
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ),
        # SQLAlchemy's own row needs a result around it; this one is read alike.
        row=_named(*(str(column.key) for column in columns)),
    )


def _named(*columns: str) -> type[Any]:
    return namedtuple("Row", columns)  # noqa: PYI024 - named at run time


def _given(plan: _Plan, values: Mapping[str, object]) -> list[object]:
    given = {**plan.fixed, **values}
    return [convert(given[name]) if convert else given[name] for name, convert in plan.into]


def _row(plan: _Plan, found: Sequence[Any]) -> AnyRow:
    values = list(found)
    for place, convert in plan.out_of:
        values[place] = convert(values[place])
    named: AnyRow = plan.row(*values)
    return named
