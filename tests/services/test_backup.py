"""Copies of the database, each checked before it counts."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from kiosk.errors import RefusedError, UnavailableError
from kiosk.models.visits import Visit
from kiosk.rules.backups import BackupProblem
from kiosk.services import backup
from kiosk.services.here import Here
from kiosk.services.progress import PARTS
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in


def visits_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as copy:
        found: int = copy.execute("SELECT count(*) FROM visit").fetchone()[0]
        return found


def orphan(here: Here) -> None:
    """Put a row into the database that refers to nothing."""
    with closing(sqlite3.connect(here.settings.instance / "kiosk.db")) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute(
            "INSERT INTO contact (id, child_id, relation, phone_cipher, phone_tail, phone_digest,"
            " status, position) VALUES ('a', 'b', 'mother', x'00', '0000', x'00', 'approved', 0)"
        )
        database.commit()


def test_a_copy_has_what_was_stored_and_needs_no_file_beside_it(here: Here) -> None:
    factories.visit(here, factories.child(here).child_id)

    path = backup.make_backup(here=here)
    factories.visit(here, factories.child(here).child_id)

    assert path == here.settings.instance / "backups" / "20261120T084000Z.db"
    assert visits_in(path) == 1
    assert factories.how_many(Visit) == 2
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert backup.newest(here.settings.instance) == (here.now, path)
    assert backup.problems(path) == []


def test_it_tells_how_far_it_is(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 20)
    heard: list[int] = []

    backup.make_backup(here=here, progress=heard.append)

    assert len(heard) > 3
    assert min(heard) > 0
    assert sum(heard) == PARTS


def test_only_those_that_are_to_be_kept_stay_and_other_files_are_left_alone(here: Here) -> None:
    folder = here.settings.instance / "backups"
    folder.mkdir()
    (folder / "by-hand.db").touch()
    days = (60, 30, *range(20, 0, -1), 0.2, 0)

    for day in days:
        backup.make_backup(here=replace(here, now=here.now - timedelta(days=day)))

    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 14 + 2 + 1
    assert names[0] == "20260921T084000Z.db"
    assert names[1] == "20261031T084000Z.db"
    assert names[-2:] == ["20261120T084000Z.db", "by-hand.db"]


def test_a_copy_with_a_fault_is_set_aside_and_counts_for_nothing(here: Here) -> None:
    good = backup.make_backup(here=here)
    orphan(here)
    later = replace(here, now=here.now + timedelta(days=1))

    with pytest.raises(UnavailableError) as error:
        backup.make_backup(here=later)

    assert error.value.reason is BackupProblem.DAMAGED
    assert backup.newest(here.settings.instance) == (here.now, good)
    assert sorted(path.suffix for path in good.parent.iterdir()) == [".damaged", ".db"]


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(here: Here) -> None:
    (here.settings.instance / "backups").write_text("in the way")

    with pytest.raises(UnavailableError) as error:
        backup.make_backup(here=here)

    assert error.value.reason is BackupProblem.NOT_WRITTEN
    assert backup.newest(here.settings.instance) is None


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at", b""])
def test_what_is_no_database_is_not_whole(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content * 40)

    assert bool(backup.problems(path)) is bool(content)


def test_a_cut_copy_is_not_whole(here: Here) -> None:
    path = backup.make_backup(here=here)
    path.write_bytes(path.read_bytes()[: -40 * 4096])

    assert backup.problems(path)


@pytest.fixture
def on_postgresql(postgres_app: Flask, clock: FrozenClock) -> Here:
    return here_in(postgres_app, clock)


def test_postgresql_is_left_to_the_school(on_postgresql: Here) -> None:
    with pytest.raises(RefusedError) as error:
        backup.make_backup(here=on_postgresql)

    assert error.value.reason is BackupProblem.NOT_SQLITE
