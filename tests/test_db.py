"""What the database promises by itself: pragmas, one writer, whole transactions, named refusals."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import (
    Connection,
    Executable,
    Index,
    UniqueConstraint,
    create_engine,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from kiosk.db import (
    Base,
    UTCDateTime,
    db,
    open_database,
    reading,
    transaction,
    violated,
    writing,
)
from kiosk.errors import RefusedError, UnavailableError
from kiosk.ids import new_id
from kiosk.models.home import Home
from kiosk.models.people import SchoolClass
from kiosk.models.visits import Visit
from kiosk.pragmas import expected_pragmas, journal_mode, keep_pragmas
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.visits import VisitState
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared
from tests import factories
from tests.clock import AN_AFTERNOON, FrozenClock
from tests.conftest import here_in

ASKED = {
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "busy_timeout": 5000,
}


_ONE_OF_EACH = {
    "home": "uq_home_name",
    "school_class": "uq_school_class_grade_number",
    "loan": "uq_loan_open_item",
    "visit": "uq_visit_open_child",
}


def _home(name: str) -> Home:
    return Home(id=new_id(AN_AFTERNOON), name=name)


def _names() -> set[str]:
    return set(reading().scalars(select(Home.name)))


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 7, 0), "truncate"),
        ((3, 40, 1), "truncate"),
        ((3, 44, 5), "truncate"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "truncate"),
        ((3, 50, 6), "truncate"),
        ((3, 50, 7), "wal"),
        ((3, 51, 0), "truncate"),
        ((3, 51, 2), "truncate"),
        ((3, 51, 3), "wal"),
        ((3, 52, 0), "wal"),
        ((4, 0, 0), "wal"),
    ],
)
def test_wal_is_used_only_where_its_bug_is_mended(version: tuple[int, int, int], mode: str) -> None:
    assert journal_mode(version) == mode


@pytest.mark.usefixtures("app")
def test_each_connection_has_what_was_asked_for() -> None:
    with db.engine.connect() as one, db.engine.connect() as other:
        for connection in (one, other):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in expected_pragmas()
            }
            assert found == ASKED | {"journal_mode": journal_mode(sqlite3.sqlite_version_info)}
            driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
            assert driver.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED) == 0
            assert driver.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == 2_000_000
            assert driver.getlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH) == 500


@pytest.mark.parametrize(
    ("name", "value"),
    [("synchronous", 7), ("no_such_pragma", 1), ("journal_mode", "fast"), ("foreign_keys", 2)],
)
def test_a_pragma_that_is_not_kept_stops_the_start(name: str, value: str | int) -> None:
    # A value that SQLite cannot keep stands for a build that ignores a good one.
    connection = sqlite3.connect(":memory:")

    with pytest.raises(RuntimeError, match=f"PRAGMA {name} at .*, not {value}"):
        keep_pragmas(connection, {name: value})

    connection.close()


@pytest.mark.usefixtures("app")
def test_what_the_block_did_is_stored_whole() -> None:
    with transaction() as session:
        session.add(_home("east"))
        session.add(_home("west"))

    db.session.remove()
    assert {"east", "west"} <= _names()


def _add_east_and_raise(error: type[BaseException]) -> None:
    with transaction() as session:
        session.add(_home("east"))
        session.flush()
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.usefixtures("app")
def test_a_block_that_fails_stores_nothing(error: type[BaseException]) -> None:
    before = _names()

    with pytest.raises(error):
        _add_east_and_raise(error)

    db.session.remove()
    assert _names() == before


@pytest.mark.usefixtures("app")
def test_after_a_failed_block_the_next_one_works() -> None:
    with pytest.raises(ValueError, match="no"), transaction():
        raise ValueError("no")

    with transaction() as session:
        session.add(_home("east"))

    assert "east" in _names()


@pytest.mark.usefixtures("app")
def test_a_transaction_inside_another_is_refused() -> None:
    with transaction() as session:
        session.add(_home("east"))
        with pytest.raises(RuntimeError, match="one transaction"), transaction():
            pass

    assert "east" in _names()


@pytest.mark.parametrize("change", ["new", "changed", "deleted"])
@pytest.mark.usefixtures("app")
def test_a_change_made_outside_is_refused(change: str) -> None:
    with transaction() as session:
        session.add(_home("east"))
    session = reading()
    east = session.scalars(select(Home).where(Home.name == "east")).one()
    match change:
        case "new":
            session.add(_home("west"))
        case "changed":
            east.name = "west"
        case _:
            session.delete(east)

    with pytest.raises(RuntimeError, match="one transaction"), transaction():
        pass

    session.rollback()
    assert "east" in _names()


@pytest.mark.usefixtures("app")
def test_a_block_decides_on_what_it_reads_under_the_lock() -> None:
    with transaction() as session:
        session.add(_home("east"))
    held = reading().scalars(select(Home).where(Home.name == "east")).one()
    path = db.engine.url.database
    assert path is not None
    db.session.rollback()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE home SET name = 'renamed' WHERE name = 'east'")
    other.close()

    with transaction() as session:
        found = session.get_one(Home, held.id).name

    assert found == "renamed"


@pytest.mark.usefixtures("app")
def test_a_locked_database_is_said_to_be_not_stored() -> None:
    path = db.engine.url.database
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    reading().connection().exec_driver_sql("PRAGMA busy_timeout = 1")

    with pytest.raises(UnavailableError) as error, transaction() as session:
        session.add(_home("east"))

    other.execute("ROLLBACK")
    other.close()
    assert error.value.reason is SessionProblem.NOT_STORED
    with transaction() as session:
        session.add(_home("west"))
    assert "west" in _names()
    assert "east" not in _names()


def _refused_by(statement: Executable) -> str | None:
    with pytest.raises(IntegrityError) as error, transaction() as session:
        session.execute(statement)
    return violated(error.value)


def _twin(name: str, now: datetime) -> Executable:
    """Return a statement that adds the only row of a table once more, under another id."""
    table = Base.metadata.tables[name]
    row = reading().execute(select(table)).mappings().one()
    fresh = {key: new_id(now) for key in ("id", "request_id") if key in table.c}
    return insert(table).values(dict(row) | fresh)


def test_a_unique_index_that_refuses_is_known_by_its_name(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    child, item = factories.child(here), factories.item(here)
    factories.loan(here, child.child_id, item.item_id)
    factories.visit(here, child.child_id)

    refused_by = {name: _refused_by(_twin(name, here.now)) for name in _ONE_OF_EACH}

    assert refused_by == _ONE_OF_EACH


def test_what_no_unique_index_refused_has_no_such_name(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    factories.child(here)

    assert _refused_by(update(SchoolClass).values(grade=99)) is None


def test_sqlite_tells_each_unique_index_from_the_others() -> None:
    columns = Counter(
        tuple(f"{table.name}.{column.name}" for column in one.columns)
        for table in Base.metadata.tables.values()
        for one in (*table.constraints, *table.indexes)
        if isinstance(one, UniqueConstraint) or (isinstance(one, Index) and one.unique)
    )

    assert [names for names, times in columns.items() if times > 1] == []


def test_what_is_stored_comes_back_the_same(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    at = datetime(2026, 11, 20, 16, 40, 1, 234567, tzinfo=timezone(timedelta(hours=8)))
    factories.visit(here, factories.child(here).child_id, signed_in_at=at)
    db.session.remove()

    found = reading().execute(select(Visit)).scalar_one()

    assert found.signed_in_at == at
    assert found.signed_in_at.tzinfo is UTC
    assert found.local_day == date(2026, 11, 20)
    assert found.state is VisitState.OPEN
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("UPDATE visit SET state = 'asleep'"))


@pytest.mark.usefixtures("app")
def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 20)  # noqa: DTZ001 - that is the point
    statement = select(Visit.id).where(Visit.signed_in_at > naive)

    with pytest.raises(StatementError, match="needs a zone"):
        reading().execute(statement)


def test_no_instant_stays_none() -> None:
    assert UTCDateTime().process_bind_param(None, create_engine("sqlite://").dialect) is None
    assert UTCDateTime().process_result_value(None, create_engine("sqlite://").dialect) is None


def _add(connection: Connection, name: str) -> None:
    connection.execute(insert(Home).values(id=new_id(AN_AFTERNOON), name=name))


def _file() -> str:
    path = db.engine.url.database
    assert path is not None
    return path


@pytest.mark.parametrize("outer", [transaction, writing])
@pytest.mark.parametrize("inner", [transaction, writing])
@pytest.mark.usefixtures("app")
def test_neither_way_to_write_is_nested(outer: Callable[[], Any], inner: Callable[[], Any]) -> None:
    with outer() as at:
        if isinstance(at, Connection):
            _add(at, "east")
        else:
            at.add(_home("east"))
        with pytest.raises(RuntimeError, match="one transaction"), inner():
            pass

    assert "east" in _names()


@pytest.mark.usefixtures("app")
def test_the_quick_way_refuses_a_change_made_outside() -> None:
    session = reading()
    session.add(_home("west"))

    with pytest.raises(RuntimeError, match="one transaction"), writing():
        pass

    session.rollback()


def _add_and_raise(name: str, error: BaseException) -> None:
    with writing() as connection:
        _add(connection, name)
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, RefusedError])
@pytest.mark.usefixtures("app")
def test_the_quick_way_stores_all_or_nothing(error: type[BaseException]) -> None:
    reason = SessionProblem.NOT_STORED
    wrong = RefusedError(reason) if error is RefusedError else error("no")
    with pytest.raises(error):
        _add_and_raise("east", wrong)

    with writing() as connection:
        _add(connection, "west")

    assert {"east", "west"} & _names() == {"west"}


@pytest.mark.usefixtures("app")
def test_the_quick_way_finds_a_locked_database_and_works_after_it() -> None:
    other = sqlite3.connect(_file(), isolation_level=None)
    with writing() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(UnavailableError) as error, writing() as connection:
        _add(connection, "east")

    other.execute("ROLLBACK")
    other.close()
    assert error.value.reason is SessionProblem.NOT_STORED
    with writing() as connection:
        _add(connection, "west")
    assert {"east", "west"} & _names() == {"west"}


def _fill(connection: Connection) -> None:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def _add_many(here: Here) -> None:
    add = Prepared(insert(Home))
    with writing() as connection:
        for number in range(2000):
            add.run(connection, {"id": new_id(here.now), "name": f"home {number:04} " + "x" * 60})


@pytest.mark.usefixtures("app")
def test_a_disk_that_is_full_half_way_stores_nothing_and_says_so(here: Here) -> None:
    """SQLite gives up the whole transaction by itself; what comes after must not be stored."""
    with writing() as connection:
        _fill(connection)

    with pytest.raises(UnavailableError) as error:
        _add_many(here)

    assert error.value.reason is SessionProblem.NOT_STORED
    assert not [name for name in _names() if name.startswith("home 0")]
    with writing() as connection:  # a fresh connection, and a disk with room again
        _add(connection, "west")
    assert "west" in _names()


@pytest.mark.usefixtures("app")
def test_after_a_failure_the_writing_connection_is_a_new_one() -> None:
    with writing() as connection:
        before = connection.connection.dbapi_connection
    with pytest.raises(UnavailableError), writing() as connection:
        raise OperationalError("SELECT 1", None, sqlite3.OperationalError("disk I/O error"))

    with writing() as connection:
        after = connection.connection.dbapi_connection

    assert before is not after
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        cast("sqlite3.Connection", before).execute("SELECT 1")


def test_a_command_leaves_no_connection_open(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'some.db'}"), writing() as connection:
        driver = connection.connection.dbapi_connection

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        cast("sqlite3.Connection", driver).execute("SELECT 1")
