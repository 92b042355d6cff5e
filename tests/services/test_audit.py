import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, Executable, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from kiosk.db import db, reading, transaction
from kiosk.models.audit import Audit
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

COLUMNS = "at, actor_id, action, subject, fields, purpose, previous, digest"
SQLITE_GUARDS = ("audit_update", "audit_delete")


def _note(session: Session, here: Here, *, subject: str = "child:1") -> None:
    audit.record(
        session,
        AuditAction.REVEAL,
        actor_id=uuid4(),
        subject=subject,
        fields="phone",
        purpose="call",
        here=here,
    )


def _fill(here: Here, rows: int) -> None:
    with transaction() as session:
        for n in range(rows):
            _note(session, here, subject=f"child:{n}")
            session.flush()


def _broken_at(here: Here) -> int | None:
    db.session.remove()
    found = audit.broken_at(reading(), key=here.settings.keys.audit)
    db.session.remove()
    return found


def test_an_act_is_noted_in_the_transaction_that_does_it(here: Here) -> None:
    with pytest.raises(ValueError, match="no"):
        _note_and_fail(here)

    assert factories.how_many(Audit) == 0


def _note_and_fail(here: Here) -> None:
    with transaction() as session:
        _note(session, here)
        raise ValueError("no")


def test_an_empty_chain_is_whole(here: Here) -> None:
    assert _broken_at(here) is None


def test_the_chain_is_whole_and_fits_no_other_key(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    _fill(here, 5)
    with transaction() as session:
        _note(session, here)

    assert _broken_at(here) is None
    assert audit.broken_at(reading(), key=bytes(32)) == 1
    assert [row.n for row in reading().query(Audit).order_by(Audit.n)] == [1, 2, 3, 4, 5, 6]


def test_the_audit_is_only_added_to(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    _fill(here, 2)
    attacks = [
        "UPDATE audit SET purpose = 'tea'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE n = 2",
    ]
    if db.engine.dialect.name == "sqlite":
        attacks += [
            "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE n = 1",
            "REPLACE INTO audit SELECT * FROM audit",
            "UPDATE OR REPLACE audit SET n = 1 WHERE n = 2",
        ]

    for attack in attacks:
        with pytest.raises(DatabaseError, match="only added to"), transaction() as session:
            session.execute(text(attack))

    assert _broken_at(here) is None
    assert factories.how_many(Audit) == 2


def _unguarded(engine: Engine) -> None:
    """Do what only somebody with the file in hand can do."""
    with engine.begin() as connection:
        for trigger in SQLITE_GUARDS:
            connection.execute(text(f"DROP TRIGGER {trigger}"))


def test_each_of_two_hundred_changes_is_found(here: Here) -> None:
    rows = 30
    _fill(here, rows)
    _unguarded(db.engine)
    chosen = random.Random(7)  # noqa: S311 - a failure must come again
    columns = COLUMNS.split(", ")
    missed = []

    for _ in range(200):
        n, column = chosen.randint(1, rows), chosen.choice(columns)
        with db.engine.begin() as connection:
            before = connection.execute(select(Audit.__table__.c[column]).filter_by(n=n)).scalar()
            connection.execute(_setting(column, n, _changed(before, chosen)))
        found = _broken_at(here)
        with db.engine.begin() as connection:
            connection.execute(_setting(column, n, before))
        if found != n:
            missed.append((n, column, found))

    assert missed == []
    assert _broken_at(here) is None


def _setting(column: str, n: int, value: object) -> Executable:
    return update(Audit).where(Audit.n == n).values({column: value})


def _changed(before: object, chosen: random.Random) -> object:
    match before:
        case datetime():
            return before + timedelta(microseconds=chosen.randint(1, 10**9))
        case AuditAction():
            return chosen.choice([AuditAction.LOGIN, AuditAction.EXPORT, AuditAction.EDIT])
        case UUID():
            return None if chosen.random() < 0.3 else uuid4()
        case bytes():
            place, bit = chosen.randrange(32), 1 << chosen.randrange(8)
            return before[:place] + bytes([before[place] ^ bit]) + before[place + 1 :]
        case _:
            return f"{before}{chosen.choice('xyz ')}"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DELETE FROM audit WHERE n = 4", 5),
        ("DELETE FROM audit WHERE n = 1", 2),
        ("UPDATE audit SET n = 99 WHERE n = 4", 5),
        ("UPDATE audit SET n = 0 WHERE n = 8", 0),
        (f"INSERT INTO audit SELECT 9, {COLUMNS} FROM audit WHERE n = 8", 9),  # noqa: S608 - ours
    ],
)
def test_a_row_cut_out_moved_or_copied_is_found(here: Here, change: str, found: int) -> None:
    _fill(here, 8)
    _unguarded(db.engine)

    with db.engine.begin() as connection:
        connection.execute(text(change))

    assert _broken_at(here) == found


def test_two_rows_exchanged_are_found(here: Here) -> None:
    _fill(here, 8)
    _unguarded(db.engine)

    with db.engine.begin() as connection:
        for old, new in ((3, 100), (6, 3), (100, 6)):
            connection.execute(_setting("n", old, new))

    assert _broken_at(here) == 3


def test_two_rooms_that_note_at_one_instant_make_one_chain(
    postgres_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(postgres_app, clock)
    db.session.remove()
    engine, start = db.engine, threading.Barrier(4)

    def another_room(_: int) -> None:
        start.wait(timeout=30)
        for _ in range(10):
            with Session(engine) as session, session.begin():
                _note(session, here)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(another_room, range(4)))

    assert factories.how_many(Audit) == 40
    assert _broken_at(here) is None
