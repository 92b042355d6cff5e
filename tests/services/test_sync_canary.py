"""Every text and every number in every table is marked; what leaves the room is searched for it."""

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, Enum, LargeBinary, String, Table, Uuid, text

from kiosk.db import Base, db, transaction
from kiosk.record.folder import FolderTarget
from kiosk.services import sync
from kiosk.services.here import Here
from kiosk.services.record_map import BY_NAME
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

CANARY = "小雨13800138000"


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    return here_in(app, clock)


def _sync_to(folder: Path, here: Here) -> bytes:
    """Return every byte that left the room, unpacked, and each name of a file."""
    folder.mkdir(exist_ok=True)
    sync.sync_once(target=FolderTarget(folder), now=here.now, settings=here.settings)
    left = io.BytesIO()
    for path in folder.rglob("*"):
        left.write(f"{path.relative_to(folder)}\n".encode())
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                left.writelines(archive.read(name) for name in archive.namelist())
        elif path.is_file():
            left.write(path.read_bytes())
    return left.getvalue()


def _a_life(here: Here) -> None:
    teacher, child = factories.staff(here), factories.child(here, local_no="20260311")
    factories.contact(here, child.child_id, full_name="陈大海")
    opening_id = factories.open_today(here, staff_id=teacher.staff_id)
    factories.visit(here, child.child_id)
    factories.loan(here, child.child_id, factories.item(here).item_id)
    booking_id = factories.booking(here, child.child_id, started_at=here.now)
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO safety_check (id, opening_id, hazard, is_fine, note, checked_at)"
                " VALUES (:id, :id, 'fire', false, 'a loose wire', '2026-11-20 08:40:00.000000')"
            ),
            {"id": opening_id.hex},
        )
        session.execute(
            text(
                "INSERT INTO call_attempt (id, booking_id, line_id, started_at)"
                " SELECT :id, :id, id, '2026-11-20 08:40:00.000000' FROM line LIMIT 1"
            ),
            {"id": booking_id.hex},
        )


def _is_sent(table: Table, column: Column[object]) -> bool:
    shape = BY_NAME.get(table.name)
    return shape is not None and column.name in {one.name for one in shape.columns}


def _can_be_marked(table: Table, column: Column[object]) -> bool:
    """Return whether a column is text, bytes or a key of something else."""
    if column.primary_key or table.name.startswith("sync_"):
        return False
    return isinstance(column.type, String | LargeBinary | Uuid)


def _mark(*, sent_as_well: bool) -> dict[str, bytes]:
    """Write a mark of its own into each column that can hold one; return them by column."""
    marks: dict[str, bytes] = {}
    db.session.remove()
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA ignore_check_constraints = ON")
        for name in ("audit_update", "slot_overlap_update"):
            raw.execute(f"DROP TRIGGER {name}")
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if not _can_be_marked(table, column) or (
                    _is_sent(table, column) and not sent_as_well
                ):
                    continue
                mark = f"{CANARY}{len(marks):03}"
                marks[f"{table.name}.{column.name}"] = mark.encode()
                statement = f"UPDATE {table.name} SET {column.name} = ? || hex(randomblob(8))"  # noqa: S608
                raw.execute(statement, (mark,))
        raw.execute("PRAGMA ignore_check_constraints = OFF")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.commit()
    db.session.remove()
    return marks


def test_no_mark_of_what_stays_leaves_the_room(here: Here, tmp_path: Path) -> None:
    _a_life(here)
    marks = _mark(sent_as_well=False)

    left = _sync_to(tmp_path / "stick", here)

    assert {name for name, mark in marks.items() if mark in left} == set()
    for part in ("小雨", "13800138000", "陈", "loose wire", "小马过河"):
        assert part.encode() not in left
    for name in BY_NAME:
        assert f"file.{name},delta".encode() in left
    assert len(marks) > 50


def test_even_a_column_that_is_sent_says_no_name(here: Here, tmp_path: Path) -> None:
    _a_life(here)
    marks = _mark(sent_as_well=True)

    left = _sync_to(tmp_path / "stick", here)

    assert {name for name, mark in marks.items() if mark in left} == set()
    assert CANARY.encode() not in left


def test_the_search_would_find_what_left(here: Here, tmp_path: Path) -> None:
    """The negative control: what may leave is found by the same search."""
    _a_life(here)

    left = _sync_to(tmp_path / "stick", here)

    with db.engine.connect() as connection:
        child_id = connection.execute(text("SELECT child_id FROM visit")).scalar_one()
    assert str(child_id).encode() in left
    assert b"2026-11-20T08:40:00.000000Z" in left


def test_ordinary_names_and_numbers_do_not_leave_either(here: Here, tmp_path: Path) -> None:
    _a_life(here)
    private = {
        f"{table.name}.{column.name}": value
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | LargeBinary) and not isinstance(column.type, Enum)
        if not table.name.startswith("sync_") and column.name != "week_key"
        for value in _values(table, column)
    }

    left = _sync_to(tmp_path / "stick", here)

    leaked = [name for name, value in private.items() if _bytes(value) in left]
    assert leaked == []
    assert len(private) > 10


def _values(table: Table, column: Column[object]) -> list[object]:
    """Return what stands in a column, as the database has it, but for words of a letter or two."""
    with db.engine.connect() as connection:
        query = text(f"SELECT {column.name} FROM {table.name}")  # noqa: S608 - our own names
        found = connection.execute(query).scalars()
        return [value for value in found if value is not None and len(_bytes(value)) > 6]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
