"""`kiosk verify`: what is well is said, and what is not is found."""

import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from kiosk.db import transaction
from kiosk.models.record import SyncState
from kiosk.services import backup, cards, health
from kiosk.services.here import Here
from kiosk.services.sync import sync_target
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.services.test_backup import orphan

MONTH = timedelta(days=30)


def problems(here: Here) -> list[str]:
    return [line for line in health.verify_all(here=here).lines if line.startswith("PROBLEM")]


def later(here: Here, days: float) -> Here:
    return replace(here, now=here.now + timedelta(days=days))


def test_a_new_room_is_well_without_a_backup(here: Here) -> None:
    found = health.verify_all(here=here)

    assert found.is_well
    assert len(found.lines) == len(found.all) == 6
    assert "ok      There is no backup yet; `kiosk backup` makes one." in found.lines


def test_each_look_is_told(here: Here) -> None:
    heard: list[int] = []

    found = health.verify_all(here=here, progress=heard.append)

    assert heard == [0, *(1 for _ in found.all)]
    assert len(found.all) == len(health.CHECKS)


def test_after_two_days_a_backup_is_missed(here: Here) -> None:
    sync_target(None, here=here)

    assert problems(later(here, 3)) == ["PROBLEM There is no backup yet; `kiosk backup` makes one."]
    assert not health.verify_all(here=later(here, 3)).is_well


def test_an_old_backup_is_noticed(here: Here) -> None:
    sync_target(None, here=here)
    path = backup.make_backup(here=here)

    assert f"ok      The newest backup opens and is whole: {path.name}" in (
        health.verify_all(here=here).lines
    )
    assert problems(later(here, 5)) == [f"PROBLEM The newest backup is 5 days old: {path.name}"]


def test_a_damaged_backup_is_noticed(here: Here) -> None:
    path = backup.make_backup(here=here)
    path.write_bytes(b"x" * 9000)

    (problem,) = problems(here)

    assert problem.startswith(f"PROBLEM The backup {path.name} does not open: ")


def test_a_row_that_refers_to_nothing_is_noticed(here: Here) -> None:
    orphan(here)

    assert problems(here) == ["PROBLEM 1 rows refer to nothing, in: contact"]


def test_a_damaged_index_is_noticed(here: Here) -> None:
    factories.child(here)
    factories.child(here)
    with closing(sqlite3.connect(here.settings.instance / "kiosk.db")) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, '(initials)', '(given_name)')"
            " WHERE name = 'ix_child_initials'"
        )
        # So that the kiosk's own connection notices.
        version = database.execute("PRAGMA schema_version").fetchone()[0]
        database.execute(f"PRAGMA schema_version = {version + 1}")
        database.commit()

    found = [line for line in problems(here) if "The database is damaged" in line]

    assert len(found) == 1


def test_a_database_that_cannot_be_asked_is_a_finding(here: Here) -> None:
    with closing(sqlite3.connect(here.settings.instance / "kiosk.db")) as database:
        database.execute("ALTER TABLE audit RENAME TO lost")

    assert problems(here) == ["PROBLEM The database could not be asked: no such table: audit"]


def test_a_changed_audit_is_noticed(here: Here) -> None:
    child = factories.child(here)
    cards.sheet([child.child_id], actor_id=None, here=here)
    with closing(sqlite3.connect(here.settings.instance / "kiosk.db")) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE audit SET purpose = 'something else'")
        database.commit()

    assert problems(here) == ["PROBLEM The audit was changed or cut: row 1 does not fit."]


def test_what_waits_for_the_record_is_said_and_too_long_is_noticed(here: Here) -> None:
    factories.visit(here, factories.child(here).child_id)
    backup.make_backup(here=later(here, 3))

    early = health.verify_all(here=here)
    late = problems(later(here, 3))

    assert early.is_well
    assert any("it has not received anything yet" in line for line in early.lines)
    assert [line.split(";")[1] for line in late] == [" it has not received anything yet."]


def test_a_record_that_has_everything_is_well(here: Here) -> None:
    factories.visit(here, factories.child(here).child_id)
    sync_target(None, here=here)
    all_sent = health.verify_all(here=here)

    factories.visit(here, factories.child(here).child_id)
    backup.make_backup(here=later(here, 3))

    assert "ok      The school record has everything." in all_sent.lines
    assert health.verify_all(here=later(here, 1)).is_well
    assert [line.split(";")[1] for line in problems(later(here, 3))] == [
        " it last received something on 2026-11-20."
    ]


def test_a_full_disk_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as the standard library has it
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 10**10, 123_000_000))

    assert problems(here) == ["PROBLEM 123 MB are free on the disk."]


def test_postgresql_is_looked_at_too(postgres_app: Flask, clock: FrozenClock) -> None:
    here = here_in(postgres_app, clock)

    found = health.verify_all(here=here)

    assert found.is_well
    assert "ok      Backups of PostgreSQL are made by the school with pg_dump." in found.lines
    with transaction() as session:
        assert session.get(SyncState, "folder") is None
